"""The base of builders that read pinned packages: a dataset adds what is its own."""

import abc
import sys
from collections.abc import Iterator, Sequence

import numpy as np
import tensorflow_datasets as tfds

_BLOCK_ROWS = 1000


class PackageBuilder(tfds.core.GeneratorBasedBuilder):
    """Builder of a dataset that is made from pinned packages.

    The class of a dataset has a `VERSION`, `RELEASE_NOTES`, the attributes below,
    perhaps `BUILDER_CONFIGS`, and two methods:

    - `_features()` returns a dict from name to feature, for one row.
    - `_splits()` reads the package with `registry_package.read_members`, and returns a
      dict from split name to its rows: dicts with those names, in any iterable.

    The docstring of the class's module describes the dataset. Its name, as
    words_with_underscores, is the folder of the prepared data.

    Attributes:
        CITATION: Who made the data.
        SUPERVISED_KEYS: Names of input and label, None where there are no such two.
        SHUFFLED: Whether rows are kept in a random order; else they stay in theirs.
        IN_BLOCKS: Whether an example holds up to 1,000 rows; `columns` reads them, and
            rows must be a list. For many small rows: reading an example has a price of
            its own, some 0.1 ms whatever its size, so that 100,000 words would take as
            long as a small training.
    """

    CITATION: str
    SUPERVISED_KEYS: tuple[str, str] | None = None
    SHUFFLED = False
    IN_BLOCKS = False

    @abc.abstractmethod
    def _features(self):
        """Returns a dict from name to feature, for one row."""

    @abc.abstractmethod
    def _splits(self):
        """Returns a dict from split name to its rows."""

    def _info(self):
        features = self._features()
        if self.IN_BLOCKS:
            features = {"rows": tfds.features.Sequence(features)}
        return tfds.core.DatasetInfo(
            builder=self,
            description=sys.modules[type(self).__module__].__doc__,
            features=tfds.features.FeaturesDict(features),
            supervised_keys=self.SUPERVISED_KEYS,
            disable_shuffling=not self.SHUFFLED,
            citation=self.CITATION,
        )

    def _split_generators(self, dl_manager):
        del dl_manager  # Packages are fetched and checked by a module of their own.
        return {
            name: self._generate_examples(rows) for name, rows in self._splits().items()
        }

    def _generate_examples(self, rows):
        yield from _blocks(rows) if self.IN_BLOCKS else enumerate(rows)


def _blocks(rows: Sequence[dict]) -> Iterator[tuple[int, dict]]:
    for start in range(0, len(rows), _BLOCK_ROWS):
        yield start, {"rows": rows[start : start + _BLOCK_ROWS]}


def columns(
    builder: tfds.core.DatasetBuilder, split: str
) -> dict[str, list[str] | np.ndarray]:
    """Returns the rows of a builder with `IN_BLOCKS`, column by column.

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
