"""Which words of a caption are right, kind by kind."""

from __future__ import annotations

import collections
from collections.abc import Hashable, Sequence

import numpy as np
import numpy.typing as npt

from rnn_utils import _checks
from rnn_utils.datasets.caption_words import CLASSES, word_classes


def class_counts(captions: Sequence[str], references: Sequence[str]) -> np.ndarray:
    """Counts by word class how many of a reference's words stand in a caption.

    A word that the reference has twice must stand there twice.

    Args:
        captions: List of str.
        references: List of str, one for each caption.

    Returns:
        Int array of shape `(captions, classes, 2)`: words found and words in all, for
        each of `rnn_utils.datasets.caption_words.CLASSES`.

    Raises:
        ValueError: The lists have different lengths, or one is a str.
    """
    captions = _checks.texts("captions", captions)
    references = _checks.texts("references", references)
    _checks.one_each("references", references, captions, "captions")
    counts = np.zeros((len(captions), len(CLASSES), 2), int)
    for row, caption, reference in zip(counts, captions, references, strict=True):
        left = collections.Counter(caption.split())
        for word, kind in zip(reference.split(), word_classes(reference), strict=True):
            row[CLASSES.index(kind)] += left[word] > 0, 1
            left[word] -= 1
    return counts


def summed_by_group(counts: npt.ArrayLike, groups: Sequence[Hashable]) -> np.ndarray:
    """Adds up the counts of rows that succeed or fail together, to resample groups.

    Args:
        counts: Array of shape `(rows, ...)`.
        groups: List of what each row belongs to.

    Returns:
        Array of shape `(groups, ...)`, in the order of first appearance: int64, or
            float64 where the counts are floats.

    Raises:
        ValueError: There is not one group for each row, or a count is not finite.
    """
    counts = np.asarray(counts)
    _checks.finite("counts", counts)
    _checks.one_each("groups", groups, np.atleast_1d(counts), "rows")
    names = list(dict.fromkeys(groups))
    place = {name: i for i, name in enumerate(names)}
    # The sums of a narrower type would run over.
    dtype = np.float64 if counts.dtype.kind == "f" else np.int64
    total = np.zeros((len(names), *counts.shape[1:]), dtype)
    np.add.at(total, [place[group] for group in groups], counts.astype(dtype))
    return total
