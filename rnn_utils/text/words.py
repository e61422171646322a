"""Words and tags of sentences turned into numbers.

Sentences are lists of words (str), tags are lists of one str a word.
"""

from __future__ import annotations

import collections
from collections.abc import Iterable, Sequence

import numpy as np

from rnn_utils import _checks

# A word that is too long keeps this many of its first letters, and its last letters:
# endings tell more.
_FIRST_LETTERS = 4


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
        ValueError: `longest` is smaller than 5, or a sentence is a str.
    """

    def __init__(
        self,
        sentences: Iterable[Iterable[str]],
        min_count: int = 2,
        min_letter_count: int = 20,
        longest: int = 12,
    ) -> None:
        _checks.whole_number("longest", longest, _FIRST_LETTERS + 1)
        words, letters = collections.Counter(), collections.Counter()
        for form, count in counted(sentences).items():
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

        Args:
            sentences: List of lists of words. An empty one gets no row.

        Raises:
            ValueError: A sentence is a str.
        """
        return [
            np.array([self._row(word) for word in words], np.int32).reshape(
                -1, 1 + self._longest
            )
            for words in _checks.lists_of_words("sentences", sentences)
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


def counted(sentences: Iterable[Iterable[str]]) -> collections.Counter[str]:
    """Returns how often each word occurs.

    Args:
        sentences: List of lists of words.

    Raises:
        ValueError: A sentence is a str.
    """
    lists = _checks.lists_of_words("sentences", sentences)
    return collections.Counter(word for words in lists for word in words)


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
        names: The tags there are, each once.

    Raises:
        ValueError: A tag is not among the names, a name stands there twice, or the tags
            of a sentence are a str.
    """
    tags = _checks.lists_of_words("tags", tags)
    numbers = {name: number for number, name in enumerate(names)}
    if len(numbers) < len(names):
        raise ValueError(f"names is {list(names)}; expected each name once")
    unknown = {tag for sentence in tags for tag in sentence} - set(numbers)
    if unknown:
        raise ValueError(
            f"tags holds {sorted(unknown, key=str)}; expected only {list(names)}"
        )
    return [np.array([numbers[tag] for tag in row], int) for row in tags]
