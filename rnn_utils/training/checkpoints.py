"""Keeps trained networks beside the data, for a later notebook to go on with."""

from __future__ import annotations

import hashlib
import json
import os
import tempfile
from typing import Any

import keras

import rnn_utils
from rnn_utils.datasets import data_dir
from rnn_utils.datasets.building.fetch_error import storage_advice


def save_trained(model: keras.Model, name: str, settings: dict[str, Any]) -> None:
    """Keeps a trained network.

    Args:
        model: A `keras.Model`.
        name: What it is, as the beginning of a file name.
        settings: Whatever its training depended on, such as seed and epochs, as a dict
            that JSON can hold.

    Raises:
        FetchError: The data folder has no space or cannot be written to.
    """
    path = _path(name, settings)
    with storage_advice("the trained network could not be kept", data_dir()):
        path.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=path.parent, prefix="incomplete-") as new:
            scratch = os.path.join(new, path.name)
            model.save(scratch)
            os.replace(scratch, path)


def load_trained(name: str, settings: dict[str, Any]) -> keras.Model | None:
    """Returns the network kept under this name with the same settings, or None.

    One that another version of Keras or of this library trained does not count.
    """
    path = _path(name, settings)
    return keras.saving.load_model(path, compile=False) if path.is_file() else None


def _path(name, settings):
    versions = [keras.__version__, rnn_utils.__version__]
    text = json.dumps([versions, settings], sort_keys=True)
    digest = hashlib.sha256(text.encode()).hexdigest()[:12]
    return data_dir() / "trained" / f"{name}-{digest}.keras"
