"""Prepares a dataset of tensorflow-datasets once, silently."""

import contextlib
import functools
import io
import re
from collections.abc import Callable, Iterator, Sequence

import requests
import tensorflow_datasets as tfds
from tensorflow_datasets.core.utils import tqdm_utils

from rnn_utils.datasets import data_dir
from rnn_utils.datasets.building.fetch_error import (
    FetchError,
    storage_advice,
    storage_failure,
)
from rnn_utils.datasets.building.status_line import status_line, watch_cells

# The bucket that tensorflow-datasets itself asks first.
_FIRST_STOP = "https://storage.googleapis.com"
_PATIENCE_SECONDS = 5
# A dataset, perhaps with a configuration and a version; no paths, no name spaces.
_NAME = re.compile(r"\w+(?:/[^/:]+)?(?::\d[\d.*]*)?")

watch_cells()


def prepared(
    make: Callable[..., tfds.core.DatasetBuilder], **options: object
) -> tfds.core.DatasetBuilder:
    """Returns a builder in the data folder, prepared now where it was not before.

    A preparation that fails or is interrupted leaves nothing that a later run takes
    for complete: tensorflow-datasets writes to a folder of its own and renames it at
    the end. Of two processes that prepare the same data at once, the second one's
    renaming fails, and it reads what the first has written: without a lock, none can
    be left behind.

    Args:
        make: A class of builders, or a function that makes one.
        **options: What it takes beside the data folder, such as `config`.

    Raises:
        FetchError: The source cannot be had, or the data folder has no space or cannot
            be written to.
    """
    builder = _made(make, **options)
    if builder.info.splits:
        return builder
    failure = None
    try:
        with status_line(f"Preparing {builder.name}, once ..."), _silence():
            builder.download_and_prepare()
    except Exception as error:
        failure = error
    # Built anew, it knows what is there now, whoever has written it.
    again = _made(make, **options)
    if failure is not None and not again.info.splits:
        subject = f"{builder.name} could not be prepared"
        found = storage_failure(failure, subject, data_dir())
        if found is not None:
            raise found from None
        raise failure
    return again


def _made(
    make: Callable[..., tfds.core.DatasetBuilder], **options: object
) -> tfds.core.DatasetBuilder:
    """Returns a builder in the data folder; it looks there what is prepared."""
    folder = data_dir()
    with storage_advice("the data could not be read", folder):
        return make(data_dir=folder, **options)


@contextlib.contextmanager
def _silence() -> Iterator[None]:
    """Keeps the log back.

    It names the reader's folders. And it would make the outputs of the first run differ
    from those of all later ones, as would the progress bars, which are no text where
    there are widgets.
    """
    log = io.StringIO()
    bars = getattr(tqdm_utils, "_active", True)
    tfds.disable_progress_bar()
    try:
        with contextlib.redirect_stdout(log), contextlib.redirect_stderr(log):
            yield
    finally:
        tfds.display_progress_bar(bars)


def full_size(
    dataset: str,
    expected: str,
    fits: Callable[[tfds.core.DatasetInfo], bool],
    splits: Sequence[str],
) -> tfds.core.DatasetBuilder:
    """Returns the prepared builder of a public dataset of tensorflow-datasets.

    Args:
        dataset: Its name there, such as `"imdb_reviews"`.
        expected: What the caller takes for `dataset`, in words, for the errors.
        fits: Tells from a dataset's info whether the caller can read its examples.
        splits: Names of the splits that the caller reads.

    Raises:
        FetchError: It is not prepared yet and there is no network; or see `prepared`.
        ValueError: There is no dataset of that name, or it does not fit.
    """
    make = functools.partial(tfds.builder, dataset)
    try:
        if not _NAME.fullmatch(dataset):
            raise ValueError
        builder = _made(make)
    except (ValueError, TypeError, AssertionError):
        # In its own words tensorflow-datasets lists all that it has, or how it parses.
        raise ValueError(f"dataset is {dataset!r}; expected {expected}") from None
    # Before a download that may take hours.
    features = builder.info.features
    if not isinstance(features, tfds.features.FeaturesDict) or not fits(builder.info):
        raise ValueError(
            f"dataset is {dataset!r} with the features {list(features or [])}; "
            f"expected {expected}"
        )
    if not builder.info.splits:
        _require_network(dataset, expected)
    builder = prepared(make)
    if not set(splits) <= set(builder.info.splits):
        raise ValueError(
            f"dataset is {dataset!r} with the splits {sorted(builder.info.splits)}; "
            f"expected {list(splits)} among them"
        )
    return builder


def _require_network(dataset: str, expected: str) -> None:
    """Fails within seconds where tensorflow-datasets would try for minutes."""
    try:
        requests.head(_FIRST_STOP, timeout=_PATIENCE_SECONDS)
    except requests.RequestException:
        other = "or use the embedded data, dataset='embedded'"
        raise FetchError(
            f"{dataset} is not prepared on this machine and the public data servers do "
            "not answer: connect to the internet and run this again"
            + (f", {other}." if "'embedded'" in expected else ".")
        ) from None
