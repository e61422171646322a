"""Claims about preparing: once, whole, by whomever; every failure has its reason."""

import errno
import importlib
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

tfds = pytest.importorskip("tensorflow_datasets")
import tensorflow as tf  # noqa: E402

from rnn_utils.datasets.building import preparation  # noqa: E402
from rnn_utils.datasets.building.fetch_error import FetchError  # noqa: E402
from rnn_utils.datasets.building.preparation import full_size, prepared  # noqa: E402
from tests.datasets.toy_builder import NUMBERS, ToyNumbers, numbers  # noqa: E402

ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    """The data folder, which is not there yet."""
    folder = tmp_path / "data"
    monkeypatch.setenv("RNN_DATA_DIR", str(folder))
    return folder


@pytest.fixture
def half_the_way(monkeypatch):
    """A function that sets what happens in the middle of a preparation."""
    return lambda act: monkeypatch.setattr(ToyNumbers, "half_the_way", act)


def versions(folder):
    """What lies beside the data, complete or not."""
    return sorted(path.name for path in (folder / "toy_numbers").iterdir())


def raising(error):
    def act(builder):
        raise error

    return act


def start(meeting, count):
    """Starts a process that prepares, and stops in the middle until COUNT are there."""
    command = [sys.executable, "-m", "tests.datasets.toy_builder", meeting, str(count)]
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
    return subprocess.Popen(command, cwd=ROOT, **pipes)


def test_it_is_done_once(half_the_way):
    assert numbers(prepared(ToyNumbers)) == NUMBERS
    half_the_way(raising(AssertionError("prepared again")))
    assert numbers(prepared(ToyNumbers)) == NUMBERS


def test_two_processes_prepare_the_same_data_at_once(folder, tmp_path):
    meeting = tmp_path / "meeting"
    meeting.mkdir()
    processes = [start(meeting, 2) for _ in range(2)]
    for process in processes:
        out, err = process.communicate(timeout=240)
        assert process.returncode == 0, err
        assert out.strip() == str(NUMBERS)
    assert versions(folder) == ["1.0.0"]


def test_a_process_that_is_killed_stands_in_nobodys_way(tmp_path):
    meeting = tmp_path / "meeting"
    meeting.mkdir()
    process = start(meeting, 2)
    until = time.monotonic() + 120
    while not list(meeting.iterdir()):
        assert time.monotonic() < until and process.poll() is None
        time.sleep(0.05)
    process.kill()
    process.communicate()
    assert numbers(prepared(ToyNumbers)) == NUMBERS


def test_what_another_process_has_finished_in_between_is_read(monkeypatch, folder):
    prepare = ToyNumbers.download_and_prepare

    def late(builder):
        prepare(ToyNumbers(data_dir=folder))
        prepare(builder)

    monkeypatch.setattr(ToyNumbers, "download_and_prepare", late)
    assert numbers(prepared(ToyNumbers)) == NUMBERS


@pytest.mark.parametrize(
    "error",
    [
        OSError(errno.ENOSPC, os.strerror(errno.ENOSPC)),
        tf.errors.ResourceExhaustedError(None, None, "x; No space left on device"),
    ],
)
def test_a_full_disk_is_told_and_nothing_half_written_stays(
    folder, half_the_way, error
):
    half_the_way(raising(error))
    with pytest.raises(FetchError, match="toy_numbers could not be prepared.*full"):
        prepared(ToyNumbers)
    assert versions(folder) == []
    half_the_way(lambda builder: None)
    assert numbers(prepared(ToyNumbers)) == NUMBERS


@pytest.mark.parametrize("place", [".", "downloads", "toy_numbers"])
def test_a_file_in_the_place_of_a_folder_is_told(folder, place):
    path = folder / place
    path.parent.mkdir(exist_ok=True)
    path.write_text("not a folder")
    with pytest.raises(FetchError, match=f"cannot write to {folder} .*RNN_DATA_DIR"):
        prepared(ToyNumbers)


@pytest.fixture
def barred(folder, monkeypatch):
    """A function that makes the data folder refuse every change with an error's code.

    Root may write anywhere, so the refusal is made here.
    """

    def bar(code):
        def refusing(change):
            def refuse(path, *args, **options):
                if Path(path).is_relative_to(folder):
                    raise OSError(code, os.strerror(code), str(path))
                return change(path, *args, **options)

            return refuse

        for name in ("mkdir", "makedirs", "rename", "replace", "unlink"):
            monkeypatch.setattr(os, name, refusing(getattr(os, name)))

    return bar


@pytest.mark.parametrize("code", [errno.EROFS, errno.EACCES])
def test_a_folder_that_takes_nothing_is_told(barred, code):
    barred(code)
    with pytest.raises(
        FetchError, match=f"{os.strerror(code)}.*RNN_DATA_DIR"
    ) as caught:
        prepared(ToyNumbers)
    assert caught.value.__suppress_context__


def test_a_folder_that_may_not_even_be_looked_at_is_told(folder):
    def make(data_dir):
        raise PermissionError(13, "Permission denied", str(data_dir / "toy"))

    with pytest.raises(FetchError, match="Permission denied.*RNN_DATA_DIR"):
        prepared(make)


def test_prepared_data_is_read_where_nothing_can_be_written(barred):
    prepared(ToyNumbers)
    barred(errno.EROFS)
    assert numbers(prepared(ToyNumbers)) == NUMBERS


@pytest.mark.parametrize(
    "error", [FetchError("no network"), ValueError("a bug"), OSError("broken")]
)
def test_any_other_failure_is_passed_on(half_the_way, error):
    half_the_way(raising(error))
    with pytest.raises(type(error), match=str(error)):
        prepared(ToyNumbers)


def test_an_interruption_leaves_nothing_behind(folder, half_the_way):
    half_the_way(raising(KeyboardInterrupt()))
    with pytest.raises(KeyboardInterrupt):
        prepared(ToyNumbers)
    assert versions(folder) == []


def test_progress_bars_are_off_while_it_lasts_and_as_before_then(half_the_way):
    from tensorflow_datasets.core.utils import tqdm_utils

    seen = []
    half_the_way(lambda builder: seen.append(tqdm_utils._active))
    before = tqdm_utils._active
    prepared(ToyNumbers)
    assert seen == [False]
    assert tqdm_utils._active == before


# Every loader that takes a public dataset: its module, and what an error names.
LOADERS = {
    "books.load_book": "'tiny_shakespeare'",
    "brown.load_brown": "'universal_dependencies/en_ewt'",
    "brown.load_name_spans": "'conll2003'",
    "captioned_drawings.load_drawings": "'coco_captions'",
    "movie_reviews.load_reviews": "'imdb_reviews'",
    "spoken_digits.load_digits": "'spoken_digit'",
    "tatoeba.load_translations": "'ted_hrlr_translate/pt_to_en'",
    "turkish.load_turkish": "'universal_dependencies/tr_imst'",
    "ucf101.load_videos": "'ucf101'",
    "voice_commands.load_voice_commands": "'wikiann/en'",
}
NAMES = ["", " ", "imdb", "Embedded", "embedded ", "imdb-reviews", "imdb_reviews/"]
NAMES += ["imdb_reviews/no_such_config", "imdb_reviews:9.9.9", "mnist/a=b", "a:b"]
NAMES += ["/home/me/mine.csv", "C:\\mine.csv", "../x", "huggingface:imdb", None]


@pytest.fixture
def loader(request):
    module, name = request.param.split(".")
    return getattr(importlib.import_module(f"rnn_utils.datasets.{module}"), name)


def refused(load, name):
    with pytest.raises(ValueError) as caught:
        load(name)
    assert caught.value.__suppress_context__ or caught.value.__context__ is None
    return str(caught.value)


@pytest.mark.parametrize("name", NAMES)
def test_a_name_that_is_none_is_told_in_one_line(name):
    def load(name):
        full_size(name, "'embedded' or 'that'", lambda info: True, ["train"])

    assert refused(load, name) == f"dataset is {name!r}; expected 'embedded' or 'that'"


@pytest.mark.parametrize("loader, fitting", LOADERS.items(), indirect=["loader"])
def test_every_loader_says_which_datasets_fit(loader, fitting):
    for name in ("", "imdb"):
        text = refused(loader, name)
        assert text.startswith(f"dataset is {name!r}; expected '")
        assert fitting in text
        # What a notebook calls its setting is no matter of the library.
        assert "RNN_DATASET" not in text


@pytest.mark.parametrize("loader, fitting", LOADERS.items(), indirect=["loader"])
def test_a_dataset_of_another_kind_is_refused_before_it_is_downloaded(
    loader, fitting, monkeypatch
):
    monkeypatch.setattr(
        preparation, "_require_network", lambda *_: pytest.fail("asked")
    )
    text = refused(loader, "mnist")
    assert text.startswith("dataset is 'mnist' with the features ['image', 'label']; ")
    assert fitting in text


def test_the_advice_without_a_network_is_what_the_loader_has(monkeypatch):
    def unreachable(url, timeout):
        raise preparation.requests.ConnectionError("no route")

    monkeypatch.setattr(preparation.requests, "head", unreachable)

    def sentence(expected):
        with pytest.raises(FetchError) as caught:
            full_size("mnist", expected, lambda info: True, ["train"])
        assert caught.value.__suppress_context__
        return str(caught.value)

    assert sentence("'embedded' or 'mnist'").endswith("dataset='embedded'.")
    assert "embedded" not in sentence("'mnist'")
