"""Accuracy of labels, as counts for each sentence and a ratio of their sums."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from rnn_utils import _checks


def count_right(
    truth: Sequence[Sequence[Any] | np.ndarray],
    predicted: Sequence[Sequence[Any] | np.ndarray],
    where: Sequence[Sequence[bool] | np.ndarray] | None = None,
) -> tuple[np.ndarray, np.ndarray]:
    """Counts the tags that are right in each sentence.

    Args:
        truth: List of arrays or lists, the right tags of each sentence.
        predicted: The same for the tags given, without padding.
        where: None to count every word, or a list of boolean arrays that say which.

    Returns:
        Int arrays `right` and `total` of shape `(sentences,)`. `share(right, total)` is
        the accuracy; resampling the sentences gives its interval.

    Raises:
        ValueError: The three do not have one entry for each word, as truth values in
            `where`.
    """
    lengths = [len(tags) for tags in truth]
    for name, given in (("predicted", predicted), ("where", where)):
        if given is not None and [len(entries) for entries in given] != lengths:
            raise ValueError(
                f"{name} does not fit to truth; expected one entry for each word of "
                f"each of the {len(lengths)} sentences"
            )
    hits = [
        _equal(i, *map(np.asarray, pair))
        for i, pair in enumerate(zip(truth, predicted, strict=True))
    ]
    if where is not None:
        hits = [
            hit[_checks.booleans(f"where[{i}]", chosen, hit.shape)]
            for i, (hit, chosen) in enumerate(zip(hits, where, strict=True))
        ]
    return np.array([hit.sum() for hit in hits], int), np.array([*map(len, hits)], int)


def _equal(place, truth, predicted):
    """Where the tags of one sentence are right: one dimension each, no broadcasting."""
    if truth.ndim != 1 or predicted.ndim != 1:
        raise ValueError(
            f"predicted[{place}] has the shape {predicted.shape} and truth "
            f"{truth.shape}; expected one tag for each word"
        )
    if not len(truth):  # Of no type that could be compared.
        return np.zeros(0, bool)
    try:
        return np.equal(truth, predicted)
    except TypeError as error:
        raise ValueError(
            f"predicted[{place}] has the dtype {predicted.dtype}; expected what can be "
            f"compared with truth, {truth.dtype}"
        ) from error


def share(right: npt.ArrayLike, total: npt.ArrayLike) -> float:
    """Returns the sum of one array as a share of the sum of the other.

    Args:
        right: Array of numbers.
        total: Array of numbers whose sum is not 0.

    Raises:
        ValueError: A number is not finite, or the sum of `total` is 0.
    """
    right, total = _checks.finite("right", right), _checks.finite("total", total)
    if total.sum() == 0:
        raise ValueError(
            f"total adds up to 0 in {total.size} entries; expected something to take "
            "a share of"
        )
    return right.sum() / total.sum()
