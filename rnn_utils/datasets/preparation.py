"""Prepares a dataset of tensorflow-datasets once, without its log."""

import contextlib
import io

import requests
import tensorflow_datasets as tfds

from rnn_utils.datasets import data_dir
from rnn_utils.datasets.registry_package import FetchError

# The bucket that tensorflow-datasets itself asks first.
_FIRST_STOP = "https://storage.googleapis.com"
_PATIENCE_SECONDS = 5


def prepared(builder):
    """Prepares what the builder has not prepared yet, and returns the builder.

    A preparation that fails or is interrupted leaves nothing that a later run takes
    for complete: tensorflow-datasets writes to a folder of its own and renames it at
    the end.

    Args:
        builder: A `tfds.core.DatasetBuilder`.

    Raises:
        FetchError: The source cannot be had.
    """
    if builder.info.splits:
        return builder
    # The log names the reader's folders. And it would make the outputs of the first
    # run differ from those of all later ones, so nothing is printed instead of it.
    log = io.StringIO()
    with contextlib.redirect_stdout(log), contextlib.redirect_stderr(log):
        builder.download_and_prepare()
    return builder


def full_size(name):
    """Returns the prepared builder of a public dataset of tensorflow-datasets.

    Args:
        name: Its name there, such as `"imdb_reviews"`.

    Raises:
        FetchError: It is not prepared yet and there is no network.
        ValueError: tensorflow-datasets knows no dataset of that name.
    """
    try:
        builder = tfds.builder(name, data_dir=data_dir())
    except tfds.core.registered.DatasetNotFoundError as error:
        raise ValueError(
            f"RNN_DATASET is {name!r}; expected 'embedded' or the name of a dataset of "
            "tensorflow-datasets"
        ) from error
    if not builder.info.splits:
        _require_network(name)
    return prepared(builder)


def _require_network(name):
    """Fails within seconds where tensorflow-datasets would try for minutes."""
    try:
        requests.head(_FIRST_STOP, timeout=_PATIENCE_SECONDS)
    except requests.RequestException as error:
        raise FetchError(
            f"{name} is not prepared on this machine and the public data servers do "
            "not answer. Connect to the internet, or use the embedded data: "
            "RNN_DATASET=embedded."
        ) from error
