"""A linear rival of sequence labelling: what a word and its neighbours look like."""

from __future__ import annotations

import collections
import re
import zlib
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

import numpy as np

from rnn_utils import _checks
from rnn_utils.text.words import counted

if TYPE_CHECKING:
    from scipy import sparse

# What stands for a word that training does not know, or for no word at all.
_UNKNOWN, _OUTSIDE = "<unknown>", "<outside>"


class WindowFeatures:
    """Describes each word and its neighbours by hashed features, for a linear model.

    Of the word itself: the word, its form, its endings of one to four letters, its
    beginnings of two and three, and its shape (`Xx` for "Word", `d` for "1961"). Of the
    two words on either side: the word; of the nearer ones also ending and shape. And
    three pairs: with the word before, with the word after, and those two together.

    Each feature is one column of a sparse matrix, found by hashing: different features
    may meet in a column, which costs little (Weinberger et al. 2009, "Feature hashing
    for large scale multitask learning", ICML).

    Args:
        sentences: The training sentences. Words that occur once there, and words that
            do not occur, are described as unknown.
        columns: Number of columns, less than 2^31.

    Raises:
        ValueError: `columns` is out of range, or a sentence is a str.
    """

    def __init__(
        self, sentences: Iterable[Iterable[str]], columns: int = 2**19
    ) -> None:
        self.columns = _checks.whole_number("columns", columns, 1, 2**31 - 1)
        self._counts = collections.Counter()
        for form, count in counted(sentences).items():
            self._counts[form.lower()] += count
        self._rows = {_OUTSIDE: 0}
        self._hashes = [self._describe(_OUTSIDE)]

    def _describe(self, form):
        """Returns the hashes of the features that a form has wherever it stands."""
        word = form.lower()
        known = self._counts[word] > 1
        shape = re.sub(
            "[a-z]+", "x", re.sub("[A-Z]+", "X", re.sub("[0-9]+", "d", form))
        )
        parts = [word if known else _UNKNOWN, word[-3:], shape, form]
        parts += [word[-1:], word[-2:], word[-4:], word[:2], word[:3]]
        return [zlib.crc32(f"{i} {part}".encode()) for i, part in enumerate(parts)]

    def _row(self, form):
        if form not in self._rows:
            self._rows[form] = len(self._hashes)
            self._hashes.append(self._describe(form))
        return self._rows[form]

    def matrix(self, sentences: Iterable[Sequence[str]]) -> sparse.csr_matrix:
        """Returns a `scipy.sparse.csr_matrix` of shape (words, columns), float32.

        Args:
            sentences: List of lists of words. An empty one has no row.

        Raises:
            ValueError: A sentence is a str.
        """
        from scipy import sparse

        border = [0, 0]  # No word sees into another sentence.
        rows, real = list(border), [False, False]
        for words in _checks.lists_of_words("sentences", sentences):
            rows += [self._row(word) for word in words] + border
            real += [True] * len(words) + [False, False]
        places = np.flatnonzero(real)
        table = np.array(self._hashes, dtype=np.uint64)
        columns = self._columns(table[np.array(rows)], places)
        count, features = columns.shape
        ends = np.arange(count + 1) * features
        ones = np.ones(count * features, np.float32)
        shape = (count, self.columns)
        return sparse.csr_matrix((ones, columns.ravel(), ends), shape=shape)

    def _columns(self, hashes, places):
        """Returns the column of each feature, int32, shape (words, features)."""
        word, ending, shape = 0, 1, 2
        near = [(word, step) for step in (-2, -1, 1, 2)]
        near += [(part, step) for part in (ending, shape) for step in (-1, 1)]
        features = list(hashes[places].T)
        features += [hashes[places + step, part] for part, step in near]
        left, here, right = (hashes[places + step, word] for step in (-1, 0, 1))
        features += [left * 3 + here, here * 5 + right, left * 7 + right]
        # A large odd multiplier spreads the sums; its upper bits are mixed best.
        salts = np.arange(1, len(features) + 1, dtype=np.uint64) * np.uint64(0x9E3779B9)
        mixed = (np.stack(features, axis=1) + salts) * np.uint64(0x9E3779B97F4A7C15)
        return ((mixed >> np.uint64(32)) % np.uint64(self.columns)).astype(np.int32)
