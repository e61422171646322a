"""Tells texts of which much was read before, by their runs of six words."""

import sys
from collections.abc import Sequence

_RUN_WORDS = 6
_NEAR_DUPLICATE = 0.3


def word_runs(words: Sequence[str]) -> set[tuple[str, ...]]:
    """Returns the runs of six words that a text has; one of fewer words has none.

    Args:
        words: List of str, the text's words, without case and punctuation.
    """
    # Interned: millions of runs then share one copy of each word.
    words = [sys.intern(word) for word in words]
    starts = range(len(words) - _RUN_WORDS + 1)
    return {tuple(words[i : i + _RUN_WORDS]) for i in starts}


def is_near_duplicate(runs: set[tuple[str, ...]], seen: set[tuple[str, ...]]) -> bool:
    """Returns whether more than 30 % of a text's runs were read before.

    Args:
        runs: What `word_runs` returns for the text.
        seen: The runs of all that was read before.
    """
    return len(runs & seen) > _NEAR_DUPLICATE * len(runs)
