"""Deals rows, or whole groups of rows, to training, validation and test."""

from collections.abc import Hashable, Iterable, Mapping, Sequence
from typing import TypeVar

import numpy as np

SPLITS = ("train", "validation", "test")

_Row = TypeVar("_Row")


def split_at_random(
    rows: Sequence[_Row],
    seed: int,
    test_share: float = 0.2,
    validation_share: float = 0.1,
) -> dict[str, list[_Row]]:
    """Deals rows to the splits in a random order that the seed fixes.

    Args:
        rows: List of anything. What must not be parted is one row: a group.
        seed: An int.
        test_share: Share of the rows that go to the test split.
        validation_share: Share of the rows that go to the validation split.

    Returns:
        A dict from split name to its rows; the rest is training data.
    """
    order = np.random.default_rng(seed).permutation(len(rows))
    tests = round(len(rows) * test_share)
    validations = round(len(rows) * validation_share)
    cuts = np.split(order, [tests, tests + validations])
    names = ("test", "validation", "train")
    return {name: [rows[i] for i in cut] for name, cut in zip(names, cuts, strict=True)}


def split_within_kinds(kinds: Mapping[str, str], seed: int) -> dict[str, list[str]]:
    """Deals documents to the splits so that each kind has its share in every split.

    Args:
        kinds: A dict from document to its kind, such as the genre; both are str.
        seed: An int.

    Returns:
        A dict from split name to its list of documents.
    """
    parts = {name: [] for name in SPLITS}
    for kind in sorted(set(kinds.values())):
        documents = sorted(name for name in kinds if kinds[name] == kind)
        for name, chosen in split_at_random(documents, seed).items():
            parts[name] += sorted(chosen)
    return parts


def groups_with_shared_keys(keys: Sequence[Iterable[Hashable]]) -> list[list[int]]:
    """Returns the groups of rows that are linked by keys, directly or through others.

    Near duplicates belong together: dealt group by group, they end in one split.

    Args:
        keys: For each row the keys (anything hashable) that it shares with its like.

    Returns:
        List of groups, in order of their first rows; a group is the list of its rows'
        indices.
    """
    leader = list(range(len(keys)))

    def lead(row):
        while leader[row] != row:
            # Halving the path on the way keeps paths short.
            leader[row] = leader[leader[row]]
            row = leader[row]
        return row

    first = {}
    for row, row_keys in enumerate(keys):
        for key in row_keys:
            leader[lead(row)] = lead(first.setdefault(key, row))
    groups = {}
    for row in range(len(keys)):
        groups.setdefault(lead(row), []).append(row)
    return sorted(groups.values())
