"""Claims about kept networks: the same settings find them, others do not."""

from pathlib import Path

import keras
import numpy as np
import pytest

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
