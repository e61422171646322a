"""Search for the most probable output sequence, one token at a time.

Source: Graves (2012), "Sequence transduction with recurrent neural networks",
arXiv:1211.3711, section 2.5 (beam search); Wu et al. (2016), "Google's neural machine
translation system", arXiv:1609.08144, equation 14 (dividing by a power of the length).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import keras
import numpy as np
from keras import ops

from rnn_utils import _checks

if TYPE_CHECKING:
    from rnn_utils._types import Tensor

# Rounding of a softmax in a narrow type may lift a log probability above 0.
_MOST = 0.01


def beam_search(
    step: Callable[[np.ndarray, Any], tuple[Tensor, Any]],
    states: Any,
    start: int,
    end: int,
    max_steps: int,
    beam_width: int = 1,
    length_penalty: float = 0.0,
) -> tuple[list[np.ndarray], np.ndarray]:
    """Finds a probable sequence for every row of a batch.

    At every step the `beam_width` most probable beginnings of a row are kept. One that
    ends among them is complete; a row is finished when `beam_width` are. A width of 1
    is greedy decoding.

    Args:
        step: Function from `(tokens, states)` to `(log_probabilities, states)`: tokens
            is an int32 array of shape `(rows,)`, the log probabilities of the next
            token have the shape `(rows, vocabulary)`; -inf for what may not follow.
        states: Nested structure of tensors or arrays whose first dimension is the
            batch: whatever `step` needs. Its rows are repeated and moved with the
            beginnings that they belong to.
        start: Token that the first step is given.
        end: Token that completes a sequence.
        max_steps: Most tokens of a sequence, `end` included.
        beam_width: Number of beginnings that are kept.
        length_penalty: Complete sequences are compared by their log probability divided
            by their length, `end` included, to this power. With 0, short ones win.

    Returns:
        A pair: list of int arrays, one a row, without `start` and `end`; float array of
        shape `(batch,)` with the score by which each was chosen. A row of which nothing
        ended within `max_steps` gets its best beginning, with the score -inf if nothing
        was possible.

    Raises:
        ValueError: `beam_width` or `max_steps` is less than 1; `start` or `end` is no
            token; `states` is empty, or its parts have different numbers of rows; or
            `step` gives another shape, NaN, or what is no log probability.
    """
    for name, value in (("beam_width", beam_width), ("max_steps", max_steps)):
        _checks.whole_number(name, value)
    for name, value in (("start", start), ("end", end)):
        _checks.whole_number(name, value, 0)
    _checks.number("length_penalty", length_penalty, lambda _: True, "a finite number")
    rows = [tuple(np.shape(state))[:1] for state in keras.tree.flatten(states)]
    if not rows or len(set(rows)) > 1 or () in rows:
        raise ValueError(
            f"states have {rows} rows; expected at least one tensor, and the same "
            "number for all"
        )
    batch = rows[0][0]
    search = _Search(batch, beam_width, max_steps, end, length_penalty)
    states = _take(states, np.repeat(np.arange(batch), beam_width))
    tokens = np.full(batch * beam_width, start, np.int32)
    while search.steps < max_steps and search.is_open.any():
        log_probabilities, states = step(tokens, states)
        best = _best(log_probabilities, len(tokens), beam_width, end)
        rows, tokens = search.extend(
            *(part.reshape(batch, beam_width, -1) for part in best)
        )
        states = _take(states, rows)
    return search.results()


def _best(log_probabilities, rows, beam_width, end):
    """The best next tokens of each beginning: log probabilities and tokens, arrays."""
    shape = tuple(np.shape(log_probabilities))
    if len(shape) != 2 or shape[0] != rows or shape[1] <= end:
        raise ValueError(
            f"step gives log probabilities of the shape {shape}; expected ({rows}, "
            f"vocabulary), with a vocabulary that holds end, {end}"
        )
    # No beginning can have more than these among the best of its row.
    count = min(2 * beam_width, shape[1])
    best, tokens = map(np.asarray, ops.top_k(log_probabilities, count))
    most = np.nan if ops.any(ops.isnan(log_probabilities)) else best.max()
    if not most <= _MOST:
        raise ValueError(
            f"step gives the log probability {most}; expected up to 0, none NaN"
        )
    return best, tokens


def _take(states, rows):
    return keras.tree.map_structure(lambda state: ops.take(state, rows, axis=0), states)


class _Search:
    """The beginnings that are alive, and the best complete sequence of every row."""

    def __init__(self, batch, beam_width, max_steps, end, length_penalty):
        self.steps = 0
        self.is_open = np.ones(batch, bool)
        self._end, self._penalty = end, length_penalty
        self._tokens = np.zeros((batch, beam_width, max_steps), np.int32)
        # At first a row has one beginning, the empty one.
        self._scores = np.full((batch, beam_width), -np.inf)
        self._scores[:, 0] = 0.0
        self._completed = np.zeros(batch, int)
        self._best = [None] * batch
        self._best_scores = np.full(batch, -np.inf)

    def extend(self, log_probabilities, tokens):
        """Takes a step, with the best next tokens of each beginning.

        Args:
            log_probabilities: Array of shape `(batch, beam_width, 2 * beam_width)`, or
                all tokens where these are fewer.
            tokens: Int array of the same shape.

        Returns:
            For each beginning that goes on, the row of its state and its new token.
        """
        batch, beam_width, count = log_probabilities.shape
        scores = (self._scores[..., None] + log_probabilities).reshape(batch, -1)
        best = np.argsort(-scores, axis=1, kind="stable")[:, : 2 * beam_width]
        scores = np.take_along_axis(scores, best, axis=1)
        tokens = np.take_along_axis(tokens.reshape(batch, -1), best, axis=1)
        parents, ends = best // count, tokens == self._end
        self._complete(scores[:, :beam_width], parents, ends[:, :beam_width])
        # A beginning has one end, so at least half of these go on: the best of them.
        going_on = np.argsort(ends, axis=1, kind="stable")[:, :beam_width]
        self._scores, parents, tokens = (
            np.take_along_axis(part, going_on, axis=1)
            for part in (scores, parents, tokens)
        )
        self._tokens = np.take_along_axis(self._tokens, parents[..., None], axis=1)
        self._tokens[..., self.steps] = tokens
        self.steps += 1
        rows = parents + beam_width * np.arange(batch)[:, None]
        return rows.ravel(), tokens.ravel().astype(np.int32)

    def _complete(self, scores, parents, ends):
        """Notes the sequences that end here among the best of their row."""
        for row, place in np.argwhere(ends):
            score = scores[row, place]
            if not self.is_open[row] or score == -np.inf:
                continue
            score = score / (self.steps + 1) ** self._penalty
            self._completed[row] += 1
            if score > self._best_scores[row]:
                self._best_scores[row] = score
                beam = parents[row, place]
                self._best[row] = self._tokens[row, beam, : self.steps].copy()
        self.is_open &= self._completed < ends.shape[1]

    def results(self):
        for row, best in enumerate(self._best):
            if best is None:
                beam = self._scores[row].argmax()
                self._best[row] = self._tokens[row, beam]
                length = self.steps**self._penalty
                self._best_scores[row] = self._scores[row, beam] / length
        return self._best, self._best_scores
