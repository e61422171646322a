"""Whole-word hidden Markov models: which words an utterance holds, by Gaussians."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from rnn_utils import _checks
from rnn_utils.baselines.connected_words import traced

_ROUNDS = 5
# Keeps variances from vanishing, as a share of the variance of all steps.
_FLOOR = 0.05
# Fewer steps a component than this cannot tell its variance.
_STEPS_A_COMPONENT = 20


class WordModels:
    """One hidden Markov model a word, and connected words by Viterbi's algorithm.

    A word is a chain of states, each a mixture of Gaussians with diagonal covariances.
    From one step to the next a recording stays in a state, moves on by one or by two;
    all moves are equally probable. Training is segmental k-means: every recording is
    cut into equal parts, one a state; from then on Gaussians are estimated from the
    parts and the recordings cut anew along their best path, in turns. Recordings with
    fewer steps than a path needs are left out. To read an utterance, the chains are
    joined: from the last state of any word the path may go on to the first of any.

    Args:
        recordings: Recordings of one word each, arrays of shape `(time, features)`.
        words: The word of each.
        states: States of a word.
        components: Gaussians of a state, fewer where little was laid on it.

    Raises:
        ValueError: There is no recording, or one has other features than the first or
            what is not finite; there are not as many words; a word has no recording
            that is long enough; or a setting is below 1.

    Sources: Rabiner (1989), "A tutorial on hidden Markov models and selected
    applications in speech recognition", Proceedings of the IEEE 77(2). Juang and
    Rabiner (1990), "The segmental k-means algorithm for estimating parameters of hidden
    Markov models", IEEE Transactions on Acoustics 38(9).
    """

    def __init__(
        self,
        recordings: Sequence[npt.ArrayLike],
        words: Sequence[Hashable],
        states: int = 12,
        components: int = 4,
    ) -> None:
        _checks.not_empty("recordings", recordings, "recording")
        _checks.one_each("words", words, recordings, "recordings")
        self._states = _checks.whole_number("states", states)
        _checks.whole_number("components", components)
        arrays = _checks.recordings("recordings", recordings)
        self._words = list(dict.fromkeys(words))
        fewest = 1 + states // 2
        long = [i for i, array in enumerate(arrays) if len(array) >= fewest]
        for word in self._words:
            if not any(words[i] == word for i in long):
                raise ValueError(
                    f"recordings of {word!r} have fewer than {fewest} steps; expected "
                    f"one of {fewest} or more for {states} states"
                )
        arrays = [arrays[i] for i in long]
        _checks.finite("recordings", np.concatenate(arrays))
        self._train(arrays, [self._words.index(words[i]) for i in long], components)

    def _train(self, arrays, kinds, components):
        count, kinds = self._states, np.array(kinds)
        steps = np.concatenate(arrays)
        floor = _FLOOR * steps.var(0)
        lengths = np.array([len(array) for array in arrays])
        time = np.arange(lengths.max())
        real = time < lengths[:, None]
        padded = np.zeros((*real.shape, steps.shape[1]))
        padded[real] = steps
        paths = np.minimum(time * count // lengths[:, None], count - 1)
        for _ in range(_ROUNDS):
            self._estimate(steps, (kinds[:, None] * count + paths)[real], 1, floor)
            for kind in range(len(self._words)):
                own = kinds == kind
                densities = self._log_densities(np.concatenate(padded[own]), kind)
                densities = densities.reshape(own.sum(), len(time), count)
                paths[own] = _best_paths(densities, lengths[own])
        owners = (kinds[:, None] * count + paths)[real]
        self._estimate(steps, owners, components, floor)

    def _estimate(self, steps, owners, components, floor):
        """Fits the Gaussians of every state to the steps that it owns."""
        from sklearn.mixture import GaussianMixture

        shape = (len(self._words) * self._states, components, steps.shape[1])
        means, variances = np.zeros(shape), np.ones(shape)
        weights = np.full(shape[:2], -np.inf)
        for state in range(shape[0]):
            own = steps[owners == state]
            # Paths may pass over a state; it then stands for any step at all.
            own = own if len(own) else steps
            k = max(1, min(components, len(own) // _STEPS_A_COMPONENT))
            if k == 1:
                means[state, 0], variances[state, 0] = own.mean(0), own.var(0)
                weights[state, 0] = 0
                continue
            mixture = GaussianMixture(
                k, covariance_type="diag", tol=0.01, reg_covar=1e-3, random_state=0
            ).fit(own)
            means[state, :k], variances[state, :k] = (
                mixture.means_,
                mixture.covariances_,
            )
            weights[state, :k] = np.log(mixture.weights_)
        self._means = means
        precisions = 1 / (variances + floor)
        scaled = means * precisions
        # Of the square (x - mean)^2 * precision: its parts in x^2, in x, and the rest.
        self._square, self._linear = precisions, -2 * scaled
        self._rest = (means * scaled - np.log(precisions)).sum(2) - 2 * weights

    def _log_densities(self, steps, word=None):
        """How well each step fits each state, up to a constant: `(time, states)`.

        Those of all words in a row, or of one.
        """
        own = slice(None)
        if word is not None:
            own = slice(word * self._states, (word + 1) * self._states)
        rest = self._rest[own]
        square, linear = (
            part[own].reshape(-1, steps.shape[1])
            for part in (self._square, self._linear)
        )
        each = steps**2 @ square.T + steps @ linear.T
        each = -0.5 * (each.reshape(len(steps), *rest.shape) + rest)
        return np.logaddexp.reduce(each, axis=2)

    def read(
        self, utterances: Sequence[npt.ArrayLike], penalty: float
    ) -> list[list[Any]]:
        """Returns the words of each utterance.

        Args:
            utterances: Arrays of shape `(time, features)`, of at least one step.
            penalty: Cost of each word, 0 or more, in nats: the larger, the fewer words.
                To be chosen on validation data.

        Raises:
            ValueError: An utterance has too few steps for any word, other features, or
                what is not finite; or `penalty` is negative.
        """
        _checks.number("penalty", penalty, lambda p: p >= 0, "a number of 0 or more")
        found = []
        for i, utterance in enumerate(utterances):
            steps = _checks.finite(f"utterances[{i}]", utterance)
            features = self._means.shape[2]
            _checks.steps(f"utterances[{i}]", steps, features, "the recordings")
            if len(steps) < 1 + self._states // 2:
                raise ValueError(
                    f"utterances[{i}] has {len(steps)} steps; expected at least "
                    f"{1 + self._states // 2}, as many as a word needs"
                )
            found.append(self._read(self._log_densities(steps), penalty))
        return found

    def _read(self, densities, penalty):
        first = np.arange(0, densities.shape[1], self._states)
        last = first + self._states - 1
        second = np.minimum(first + 1, last)
        scores = np.full(densities.shape[1], -np.inf)
        begins = np.zeros(densities.shape[1], int)
        arrived, endings = 0.0, []
        for time, densities_now in enumerate(densities):
            low = np.pad(scores, (2, 0), constant_values=-np.inf)
            origins = np.pad(begins, (2, 0))
            options = np.stack([scores, low[1:-1], low[:-2]])
            origins = np.stack([begins, origins[1:-1], origins[:-2]])
            options[1, first], origins[1, first] = arrived - penalty, time
            options[2, first] = options[2, second] = -np.inf
            best = options.argmax(0)[None]
            scores = np.take_along_axis(options, best, 0)[0] + densities_now
            begins = np.take_along_axis(origins, best, 0)[0]
            word = int(scores[last].argmax())
            arrived = scores[last[word]]
            endings.append((self._words[word], begins[last[word]]))
        return traced(endings)[0]


def _best_paths(densities, lengths):
    """The best path through one word for each recording, first state to last.

    Takes `(recordings, time, states)`, padded; returns states `(recordings, time)`.
    """
    rows, time, states = densities.shape
    scores = np.where(np.arange(states) == 0, densities[:, 0], -np.inf)
    moves = np.zeros(densities.shape, int)
    for t in range(1, time):
        low = np.pad(scores, ((0, 0), (2, 0)), constant_values=-np.inf)
        options = np.stack([scores, low[:, 1:-1], low[:, :-2]])
        real = (t < lengths)[:, None]
        moves[:, t] = np.where(real, options.argmax(0), 0)
        scores = np.where(real, options.max(0) + densities[:, t], scores)
    paths, state = np.zeros((rows, time), int), np.full(rows, states - 1)
    for t in reversed(range(time)):
        paths[:, t] = state
        state = state - moves[np.arange(rows), t, state]
    return paths
