"""Tagging words in sentences: numbers in, a linear rival, and counting without padding.

Sentences are lists of words (str), tags are lists of one str a word.
"""

from __future__ import annotations

import collections
import re
import zlib
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from scipy import sparse

# A word that is too long keeps this many of its first letters, and its last letters:
# endings tell more.
_FIRST_LETTERS = 4
# What stands for a word that training does not know, or for no word at all.
_UNKNOWN, _OUTSIDE = "<unknown>", "<outside>"


class WordEncoder:
    """Turns each word into numbers: which word it is, and how it is spelled.

    Words are told apart without regard to case; letters keep it. The id 0 is padding, 1
    stands for every word, or letter, that training does not have often enough.

    Args:
        sentences: The training sentences.
        min_count: A word of the vocabulary occurs so often.
        min_letter_count: A letter of the alphabet occurs so often.
        longest: Letters kept of a word, at least 5: of a longer one the first four and
            the last ones.

    Attributes:
        vocabulary_size: Number of word ids.
        alphabet_size: Number of letter ids.

    Raises:
        ValueError: `longest` is smaller than 5.
    """

    def __init__(
        self,
        sentences: Iterable[Iterable[str]],
        min_count: int = 2,
        min_letter_count: int = 20,
        longest: int = 12,
    ) -> None:
        if longest <= _FIRST_LETTERS:
            raise ValueError(f"longest is {longest!r}; expected at least 5")
        words, letters = collections.Counter(), collections.Counter()
        for form, count in _counted(sentences).items():
            words[form.lower()] += count
            for letter in form:
                letters[letter] += count
        self._word_ids = _ids(words, min_count)
        self._letter_ids = _ids(letters, min_letter_count)
        self._longest = longest
        self._rows = {}
        self.vocabulary_size = len(self._word_ids) + 2
        self.alphabet_size = len(self._letter_ids) + 2

    def encode(self, sentences: Iterable[Iterable[str]]) -> list[np.ndarray]:
        """Returns an int32 array of shape (words, 1 + longest) for each sentence.

        The first column holds the words' ids, the others those of their letters.
        """
        return [
            np.array([self._row(word) for word in words], np.int32)
            for words in sentences
        ]

    def _row(self, word):
        if word not in self._rows:
            letters = word
            if len(word) > self._longest:
                letters = word[:_FIRST_LETTERS] + word[_FIRST_LETTERS - self._longest :]
            row = [self._word_ids.get(word.lower(), 1)]
            row += [self._letter_ids.get(letter, 1) for letter in letters]
            self._rows[word] = row + [0] * (1 + self._longest - len(row))
        return self._rows[word]


def _counted(sentences):
    return collections.Counter(word for words in sentences for word in words)


def _ids(counts, min_count):
    """Numbers what occurs often enough from 2 on, the most frequent first."""
    often = (name for name, count in counts.most_common() if count >= min_count)
    return {name: number for number, name in enumerate(often, start=2)}


def encode_tags(
    tags: Sequence[Sequence[str]], names: Sequence[str]
) -> list[np.ndarray]:
    """Returns an int array for each sentence: the places of its tags in `names`.

    Args:
        tags: The sentences' tags.
        names: The tags there are.

    Raises:
        ValueError: A tag is not among the names.
    """
    numbers = {name: number for number, name in enumerate(names)}
    unknown = sorted({tag for sentence in tags for tag in sentence} - set(numbers))
    if unknown:
        raise ValueError(f"tags holds {unknown}; expected only {list(names)}")
    return [np.array([numbers[tag] for tag in sentence]) for sentence in tags]


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
        columns: Number of columns.
    """

    def __init__(
        self, sentences: Iterable[Iterable[str]], columns: int = 2**19
    ) -> None:
        self.columns = columns
        self._counts = collections.Counter()
        for form, count in _counted(sentences).items():
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
        """Returns a `scipy.sparse.csr_matrix` of shape (words, columns), float32."""
        from scipy import sparse

        border = [0, 0]  # No word sees into another sentence.
        rows, real = list(border), [False, False]
        for words in sentences:
            rows += [self._row(word) for word in words] + border
            real += [True] * len(words) + [False, False]
        places = np.flatnonzero(real)
        table = np.array(self._hashes, dtype=np.uint64)
        columns = self._columns(table[np.array(rows)], places)
        count, features = columns.shape
        ends = np.arange(count + 1, dtype=np.int32) * features
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
