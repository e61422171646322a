"""The set-up cell is quiet, seeds everything and says what it runs on."""

import dataclasses
import os
import platform
import re
import subprocess
import sys
from pathlib import Path

import matplotlib
import pytest

from rnn_utils import notebook

ROOT = Path(__file__).resolve().parent.parent


def run(code, **variables):
    """Runs code in a fresh interpreter."""
    ours = ("TF_", "RNN_", "MALLOC_")
    clean = {k: v for k, v in os.environ.items() if not k.startswith(ours)}
    return subprocess.run(
        [sys.executable, "-c", code],
        env={**clean, "PYTHONIOENCODING": "utf-8", **variables},
        capture_output=True,
        text=True,
        encoding="utf-8",
        cwd=ROOT,
    )


FIRST_CELLS = """
from rnn_utils import notebook
session = notebook.start()
import keras, numpy, sys
x = keras.random.uniform((8, 5, 2), seed=keras.random.SeedGenerator(0))
model = keras.Sequential([keras.layers.GRU(4), keras.layers.Dense(1)])
model.compile("adam", "mse")
model.fit(x, numpy.ones((8, 1)), verbose=0)
print(numpy.random.rand())
notebook.start(keep_memory=False, tune_datasets=True)
"""


@pytest.fixture(scope="module")
def first_run():
    return run(FIRST_CELLS)


def test_start_prints_one_line_with_versions_device_and_seed(first_run):
    line, *_ = first_run.stdout.splitlines()
    for text in ("Python 3.", "Keras 3.", "TensorFlow 2.", "rnn_utils", "seed 0"):
        assert text in line
    assert "CPU" in line or "GPU" in line or "NVIDIA" in line
    assert "/" not in line


def test_nothing_reaches_stderr_while_a_model_trains(first_run):
    assert first_run.returncode == 0, first_run.stderr
    assert first_run.stderr == ""


def test_start_prints_what_it_changes(first_run):
    line, *_, untouched = first_run.stdout.splitlines()
    assert ("memory kept" in line) == (platform.libc_ver()[0] == "glibc")
    sleeping = re.search(r"TensorFlow 2\.2[01]\.", line)
    assert ("tf.data tuner off" in line) == bool(sleeping)
    assert "memory" not in untouched and "tuner" not in untouched


def test_datasets_are_not_tuned_and_keep_their_order():
    code = """
import tensorflow as tf
tf.__version__ = "2.21.0"  # The release that needs it.
from rnn_utils import notebook
notebook.start(), notebook.start()

def two_passes():
    tf.random.set_seed(0)
    data = tf.data.Dataset.range(100).shuffle(100).batch(7)
    passes = [[int(number) for batch in data for number in batch] for _ in range(2)]
    return passes, iter(data)._dataset.options().autotune.enabled

ours = two_passes()
tf.data.Dataset.__iter__ = tf.data.Dataset.__iter__.__closure__[0].cell_contents
theirs = two_passes()
print(ours[1], theirs[1], ours[0] == theirs[0], ours[0][0] != ours[0][1])
"""
    result = run(code)
    assert result.returncode == 0, result.stderr
    assert result.stdout.splitlines()[-1] == "False None True True"


def test_seed_comes_from_the_environment(first_run):
    again = run(FIRST_CELLS, RNN_SEED="0").stdout
    other = run(FIRST_CELLS, RNN_SEED="7").stdout
    assert again == first_run.stdout
    assert "seed 7" in other
    assert other.splitlines()[1] != again.splitlines()[1]


@pytest.mark.parametrize("text", ["", "one", "1.5", "-1", "4294967296"])
def test_seed_that_is_no_seed_is_refused_by_name(text, monkeypatch):
    monkeypatch.setenv("RNN_SEED", text)
    with pytest.raises(
        ValueError, match="variable RNN_SEED is .*; expected an integer"
    ):
        notebook.start()


def test_argument_goes_before_the_environment(monkeypatch, capsys):
    monkeypatch.setenv("RNN_SEED", "7")
    assert notebook.start(seed=3).seed == 3
    assert "seed 3" in capsys.readouterr().out


def test_session_is_frozen_and_keeps_time():
    session = notebook.start(0)
    assert session.elapsed >= 0
    assert session.elapsed <= session.elapsed
    with pytest.raises(dataclasses.FrozenInstanceError):
        session.seed = 1


@pytest.mark.parametrize("value", [None, "", "embedded"])
def test_data_is_embedded_unless_another_is_named(value, monkeypatch):
    monkeypatch.delenv("RNN_DATASET", raising=False)
    if value is not None:
        monkeypatch.setenv("RNN_DATASET", value)
    assert notebook.dataset("imdb_reviews") == "embedded"


def test_data_of_full_size_and_files_of_the_readers_own(monkeypatch):
    monkeypatch.setenv("RNN_DATASET", "wikiann/en")
    assert notebook.dataset("conll2003", "wikiann/en") == "wikiann/en"
    monkeypatch.setenv("RNN_DATASET", "shop/sales.csv")
    assert notebook.dataset(file=".csv") == "shop/sales.csv"


@pytest.mark.parametrize("value", ["imdb", "mnist", "my sales.csv", " "])
def test_data_that_a_notebook_cannot_use_lists_what_it_takes(value, monkeypatch):
    monkeypatch.setenv("RNN_DATASET", value)
    with pytest.raises(ValueError, match="'embedded' or 'imdb_reviews'") as caught:
        notebook.dataset("imdb_reviews")
    assert repr(value) in str(caught.value)
    monkeypatch.setenv("RNN_DATASET", "sales.xlsx")
    with pytest.raises(ValueError, match=r"'embedded' or the path of a \.csv file"):
        notebook.dataset(file=".csv")


def test_lines_differ_by_colour_and_by_style():
    notebook.apply_figure_style()
    styles = [
        (line["color"], line["linestyle"])
        for line in matplotlib.rcParams["axes.prop_cycle"]
    ]
    assert len({colour for colour, _ in styles}) == len(styles) == 8
    assert len({style for _, style in styles[:7]}) == 7
    assert matplotlib.rcParams["figure.dpi"] <= 100
