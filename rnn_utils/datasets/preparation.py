"""Prepares a dataset of tensorflow-datasets once, silently, and reads it fast."""

import contextlib
import io

import numpy as np
import requests
import tensorflow_datasets as tfds

from rnn_utils.datasets import data_dir
from rnn_utils.datasets.registry_package import FetchError

# The bucket that tensorflow-datasets itself asks first.
_FIRST_STOP = "https://storage.googleapis.com"
_PATIENCE_SECONDS = 5
# Reading an example has a price of its own, some 0.1 ms, whatever its size.
_BLOCK_ROWS = 1000


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


def blocks_info(builder, row, description, citation):
    """Returns the `tfds.core.DatasetInfo` of a builder that yields `blocks`.

    Args:
        builder: The builder.
        row: A dict from name to feature, for one row.
        description: What the dataset is.
        citation: Where it comes from.
    """
    return tfds.core.DatasetInfo(
        builder=builder,
        description=description,
        features=tfds.features.FeaturesDict({"rows": tfds.features.Sequence(row)}),
        disable_shuffling=True,
        citation=citation,
    )


def blocks(rows):
    """Yields rows as numbered examples of up to 1,000 rows each.

    For builders of many small rows: read one by one, 100,000 words would take as long
    as a small training. `blocks_info` describes such examples, `columns` reads them.

    Args:
        rows: List of dicts, one a row.
    """
    for start in range(0, len(rows), _BLOCK_ROWS):
        yield start, {"rows": rows[start : start + _BLOCK_ROWS]}


def columns(builder, split):
    """Returns what `blocks` wrote, column by column.

    Args:
        builder: A prepared builder.
        split: The split's name.

    Returns:
        A dict from feature name to a list of str, or to an array of shape `(rows,)`
        where the feature is a number.
    """
    examples = [row["rows"] for row in tfds.as_numpy(builder.as_dataset(split=split))]
    parts = {name: [each[name] for each in examples] for name in examples[0]}
    return {name: _joined(np.concatenate(part)) for name, part in parts.items()}


def _joined(column):
    if column.dtype == object:
        return [text.decode("utf-8") for text in column]
    return column
