"""Connected words by time warping: which words an utterance holds, and where."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from rnn_utils import _checks


class ConnectedWords:
    """Lays recordings of single words end to end over an utterance, for the best fit.

    Every step of the utterance is laid on a step of some recording. From one step to
    the next the recording stands still, moves on by one step or by two, or, at its last
    step, makes room for the first step of any other. The cost is the Euclidean distance
    of the steps laid on each other, and a penalty for each word. One pass through the
    utterance finds the cheapest way of all, over all numbers of words and all borders.
    Nothing is trained.

    Args:
        references: Recordings of one word each, arrays of shape `(time, features)`.
        words: The word of each.

    Raises:
        ValueError: There is no reference, or one has no step, other features than the
            first, or what is not finite; or there are not as many words.

    Source: Ney (1984), "The use of a one-stage dynamic programming algorithm for
    connected word recognition", IEEE Transactions on Acoustics 32(2).
    """

    def __init__(
        self, references: Sequence[npt.ArrayLike], words: Sequence[Hashable]
    ) -> None:
        _checks.not_empty("references", references, "reference")
        _checks.one_each("words", words, references, "references")
        arrays = _checks.recordings("references", references)
        self._steps = _checks.finite("references", np.concatenate(arrays))
        self._words = list(words)
        lengths = np.array([len(array) for array in arrays])
        self._last = np.cumsum(lengths) - 1
        self._first = self._last - lengths + 1
        # Which steps a move by one, and by two, does not lead to.
        self._second = np.minimum(self._first + 1, self._last)

    def read(
        self, utterance: npt.ArrayLike, penalty: float
    ) -> tuple[list[Any], list[int]]:
        """Returns the words of an utterance, and the step at which each begins.

        Args:
            utterance: Array of shape `(time, features)`, of at least one step.
            penalty: Cost of each word, 0 or more, in units of the distance: the larger,
                the fewer words. To be chosen on validation data.

        Raises:
            ValueError: `utterance` has no step, other features, or what is not finite;
                or `penalty` is negative.
        """
        from scipy.spatial.distance import cdist

        utterance = _checks.finite("utterance", utterance)
        features = self._steps.shape[1]
        _checks.steps("utterance", utterance, features, "the references")
        _checks.number("penalty", penalty, lambda p: p >= 0, "a number of 0 or more")
        costs = np.full(len(self._steps), np.inf)
        begins = np.zeros(len(self._steps), int)
        arrived, endings = 0.0, []
        for time, step in enumerate(utterance):
            costs, begins = self._moved(costs, begins, time, arrived + penalty)
            costs += cdist(step[None], self._steps)[0]
            best = np.argmin(costs[self._last])
            arrived = costs[self._last[best]]
            endings.append((self._words[best], begins[self._last[best]]))
        return traced(endings)

    def _moved(self, costs, begins, time, entering):
        """Returns the cheapest way to each step of the references, and its beginning.

        A beginning is the time at which the word that is being read began.
        """
        by_one = np.concatenate([[np.inf], costs[:-1]])
        from_one = np.concatenate([[0], begins[:-1]])
        by_one[self._first], from_one[self._first] = entering, time
        by_two = np.concatenate([[np.inf, np.inf], costs[:-2]])[: len(costs)]
        from_two = np.concatenate([[0, 0], begins[:-2]])[: len(costs)]
        by_two[self._first] = by_two[self._second] = np.inf
        cheapest = np.minimum(np.minimum(by_one, by_two), costs)
        begins = np.where(cheapest == costs, begins, from_two)
        return cheapest, np.where(cheapest == by_one, from_one, begins)


def traced(endings: Sequence[tuple[Any, int]]) -> tuple[list[Any], list[int]]:
    """Goes back from the end: the best word that ends there, then what comes before.

    Takes, for each step, the best word that ends there and the step at which it begins;
    returns the words, and the step at which each begins.
    """
    words, starts, time = [], [], len(endings) - 1
    while time >= 0:
        word, start = endings[time]
        words.append(word)
        starts.append(int(start))
        time = start - 1
    return words[::-1], starts[::-1]
