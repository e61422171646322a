"""Accuracy of labels, as counts for each sentence and a ratio of their sums."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    pass


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
        ValueError: The three do not have one entry for each word.
    """
    lengths = [len(tags) for tags in truth]
    for name, given in (("predicted", predicted), ("where", where)):
        if given is not None and [len(entries) for entries in given] != lengths:
            raise ValueError(
                f"{name} does not fit to truth; expected one entry for each word of "
                f"each of the {len(lengths)} sentences"
            )
    hits = [np.equal(t, p) for t, p in zip(truth, predicted, strict=True)]
    if where is None:
        total = np.array(lengths)
    else:
        hits = [hit[chosen] for hit, chosen in zip(hits, where, strict=True)]
        total = np.array([len(hit) for hit in hits])
    return np.array([hit.sum() for hit in hits]), total


def share(right: npt.ArrayLike, total: npt.ArrayLike) -> float:
    """Returns the sum of one array as a share of the sum of the other."""
    return np.sum(right) / np.sum(total)
