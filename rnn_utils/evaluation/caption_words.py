"""Which words of a caption are right, kind by kind."""

from __future__ import annotations

import collections
from collections.abc import Hashable, Sequence
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from rnn_utils.datasets.caption_words import CLASSES, word_classes

if TYPE_CHECKING:
    pass


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
        ValueError: The lists have different lengths.
    """
    if len(captions) != len(references):
        raise ValueError(
            f"references has {len(references)} entries; expected one for each of the "
            f"{len(captions)} captions"
        )
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
        Array of shape `(groups, ...)`, in the order of first appearance.
    """
    names = list(dict.fromkeys(groups))
    place = {name: i for i, name in enumerate(names)}
    total = np.zeros((len(names), *np.shape(counts)[1:]), np.asarray(counts).dtype)
    np.add.at(total, [place[group] for group in groups], counts)
    return total
