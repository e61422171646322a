"""Claims about kept networks: the same settings find them, others do not."""

import errno
import os
from pathlib import Path

import keras
import numpy as np
import pytest

from rnn_utils.datasets.building.fetch_error import FetchError
from rnn_utils.training.checkpoints import load_trained, save_trained


@pytest.fixture
def model(monkeypatch, tmp_path):
    monkeypatch.setenv("RNN_DATA_DIR", str(tmp_path))
    return keras.Sequential([keras.Input((3,)), keras.layers.Dense(2)])


def test_a_kept_network_comes_back(model):
    save_trained(model, "net", {"seed": 0, "epochs": 7})
    loaded = load_trained("net", {"epochs": 7, "seed": 0})
    x = np.ones((4, 3))
    np.testing.assert_array_equal(loaded.predict_on_batch(x), model.predict_on_batch(x))


def test_other_settings_find_nothing(model):
    save_trained(model, "net", {"seed": 0})
    assert load_trained("net", {"seed": 1}) is None
    assert load_trained("other", {"seed": 0}) is None


def test_a_new_version_of_keras_trains_anew(model, monkeypatch):
    save_trained(model, "net", {"seed": 0})
    monkeypatch.setattr(keras, "__version__", "99.0")
    assert load_trained("net", {"seed": 0}) is None


def test_an_interrupted_save_leaves_nothing(model, monkeypatch, tmp_path):
    def fail(path):
        Path(path).touch()
        raise OSError("disk full")

    monkeypatch.setattr(model, "save", fail, raising=False)
    with pytest.raises(OSError, match="disk full"):
        save_trained(model, "net", {"seed": 0})
    assert list((tmp_path / "trained").iterdir()) == []


def test_a_full_disk_is_told_and_nothing_half_written_stays(
    model, monkeypatch, tmp_path
):
    def fill(path):
        Path(path).touch()
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(model, "save", fill, raising=False)
    with pytest.raises(FetchError, match="network could not be kept.*full") as caught:
        save_trained(model, "net", {"seed": 0})
    assert caught.value.__suppress_context__
    assert list((tmp_path / "trained").iterdir()) == []


def test_a_file_in_the_place_of_the_folder_is_told(model, tmp_path):
    (tmp_path / "trained").write_text("not a folder")
    with pytest.raises(FetchError, match=f"cannot write to {tmp_path} .*RNN_DATA_DIR"):
        save_trained(model, "net", {"seed": 0})


@pytest.mark.parametrize("change", ["mkdir", "replace"])
def test_a_folder_that_takes_nothing_is_told(model, monkeypatch, tmp_path, change):
    # Root may write anywhere, so the refusal is made here.
    def refuse(path, *args, **options):
        raise OSError(errno.EROFS, os.strerror(errno.EROFS), str(path))

    monkeypatch.setenv("RNN_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.setattr(os, change, refuse)
    with pytest.raises(FetchError, match="Read-only file system.*RNN_DATA_DIR"):
        save_trained(model, "net", {"seed": 0})
