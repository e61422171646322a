"""N-grams: the next symbol guessed by counting what followed the last few symbols."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from rnn_utils import _checks


class Ngrams:
    """Counts of what follows each context, from none to `order - 1` symbols long.

    A long context is telling but rare, a short one the other way round. So the
    estimate after a context c mixes its counts n with the estimate after the context c'
    that is one symbol shorter:

        P(x | c) = (n(c, x) + w P(x | c')) / (n(c) + w),    w = strength * d(c)

    where d(c) is the number of different symbols seen after c; strength 1 is the
    weighting of Witten and Bell. Below the empty context all symbols are equally
    probable.

    Short sequences, such as names, look different near their start and end. There a
    context can be counted once more, at each position separately: that estimate stands
    between the one after c and those after longer contexts.

    Args:
        sequences: Int array `(sequences, time)`. Symbols are 1 to `symbols`; 0 is the
            padding at the end. The first symbol starts a sequence and is never guessed.
        order: Symbols in the longest pattern, 1 for counts without context.
        symbols: Number of different symbols.
        positions: Contexts of fewer symbols than this are counted at each position as
            well; none by default, all if it is `order`.

    Raises:
        ValueError: `order` is not positive or too long to number all patterns,
            `symbols` is not positive, `positions` is not from 0 to `order`, or
            `sequences` is not as described or has nothing to count.

    Source: Witten and Bell (1991), "The zero-frequency problem", IEEE Transactions on
    Information Theory 37(4), method C; as an interpolation: Chen and Goodman (1999),
    "An empirical study of smoothing techniques for language modeling", Computer Speech
    and Language 13(4), section 2.6.
    """

    def __init__(
        self, sequences: npt.ArrayLike, order: int, symbols: int, positions: int = 0
    ) -> None:
        order = _checks.whole_number("order", order)
        symbols = _checks.whole_number("symbols", symbols)
        positions = _checks.whole_number("positions", positions, 0, order)
        if (symbols + 1) ** order > np.iinfo(np.int64).max:
            raise ValueError(
                f"order is {order}; expected fewer than 2^63 patterns of that length, "
                f"with {symbols} symbols"
            )
        self.order = order
        self.symbols = symbols
        sequences = self._checked(sequences)
        guessed = sequences[:, 1:] > 0
        following = sequences[:, 1:][guessed]
        if not len(following):
            raise ValueError(
                f"sequences has the shape {sequences.shape} and no symbol after a "
                "first; expected at least one to count"
            )
        self._tables = {}
        for length in range(order):
            # From the vaguest context to the closest, as `surprisal` mixes them.
            for placed in (False, True) if length < positions else (False,):
                contexts = self._contexts(sequences, length, placed)[guessed]
                table = _Table(contexts, following, symbols + 1)
                self._tables[length, placed] = table

    @property
    def contexts(self) -> int:
        """Number of different contexts that have been counted."""
        return sum(len(table.contexts) for table in self._tables.values())

    def surprisal(
        self,
        sequences: npt.ArrayLike,
        order: int | None = None,
        strength: float = 1.0,
        recent: float = 0.0,
    ) -> np.ndarray:
        """Returns -log2 P of every symbol after the first.

        Args:
            sequences: As for the class.
            order: Longest pattern to use; all that were counted by default.
            strength: Weight of the shorter context, 0 or more.
            recent: How many times the patterns count that the same sequence has
                brought before, 0 or more. Where it is 0, the counts stay as they are;
                else they go on with each sequence, and d(c) grows with them.

        Returns:
            Float array `(sequences, time - 1)` in bits; 0 at padding, and infinity for
            what strength 0 leaves impossible.

        Raises:
            ValueError: `sequences` is not as described, `order` was not counted, or
                `strength` or `recent` is negative.

        Source of `recent`: Kuhn and De Mori (1990), "A cache-based natural language
        model for speech recognition", IEEE Transactions on Pattern Analysis and Machine
        Intelligence 12(6).
        """
        order = self._settings(order, strength)
        _checks.number("recent", recent, lambda r: r >= 0, "a number of 0 or more")
        sequences = self._checked(sequences)
        following = sequences[:, 1:]
        probability = np.full(following.shape, 1 / self.symbols)
        for (length, placed), table in self._used(order):
            contexts = self._contexts(sequences, length, placed)
            probability = table.mixed(
                contexts, following, probability, strength, recent
            )
        with np.errstate(divide="ignore"):
            return np.where(following > 0, -np.log2(probability), 0.0)

    def distribution(
        self, context: npt.ArrayLike, order: int | None = None, strength: float = 1.0
    ) -> np.ndarray:
        """Returns the probabilities of all symbols after a context.

        Args:
            context: The symbols so far, from the start and without padding; a list or
                1-D array, or an array `(rows, time)` of contexts that are equally long.
            order: Longest pattern to use; all that were counted by default.
            strength: Weight of the shorter context, 0 or more.

        Returns:
            Float array of shape `(symbols,)`, or `(rows, symbols)`; entry i is that of
            symbol i + 1.

        Raises:
            ValueError: `context` holds what is no symbol, padding included, or has more
                than two dimensions; `order` was not counted, or `strength` is negative.
        """
        order = self._settings(order, strength)
        context = _checks.whole_numbers("context", context, 1, self.symbols, ndim=None)
        if context.ndim not in (1, 2):
            raise ValueError(
                f"context has the shape {context.shape}; expected (time,) or (rows, "
                "time)"
            )
        contexts = np.atleast_2d(context)
        following = np.arange(1, self.symbols + 1)
        probability = np.full((len(contexts), self.symbols), 1 / self.symbols)
        for (length, placed), table in self._used(order):
            recent = contexts[:, ::-1][:, :length]
            codes = recent @ (self.symbols + 1) ** np.arange(recent.shape[1])
            if placed:
                codes += contexts.shape[1] * (self.symbols + 1) ** length
            probability = table.mixed(codes[:, None], following, probability, strength)
        return probability.reshape(*context.shape[:-1], self.symbols)

    def _settings(self, order, strength):
        _checks.number("strength", strength, lambda s: s >= 0, "a number of 0 or more")
        if order is None:
            return self.order
        return _checks.whole_number("order", order, 1, self.order)

    def _used(self, order):
        """The tables of the contexts in patterns of up to `order`, shortest first."""
        return [item for item in self._tables.items() if item[0][0] < order]

    def _checked(self, sequences):
        sequences = np.asarray(sequences)
        whole = np.issubdtype(sequences.dtype, np.integer)
        if not whole or sequences.ndim != 2 or sequences.shape[1] < 2:
            raise ValueError(
                f"sequences has the shape {sequences.shape} and dtype "
                f"{sequences.dtype}; expected integers (sequences, time), time > 1"
            )
        if sequences.size and (sequences.min() < 0 or sequences.max() > self.symbols):
            raise ValueError(
                f"sequences holds {sequences.min()} to {sequences.max()}; expected 0 "
                f"for padding and symbols from 1 to {self.symbols}"
            )
        holes = (sequences[:, :-1] == 0) & (sequences[:, 1:] > 0)
        if holes.any():
            row = np.flatnonzero(holes.any(axis=1))[0]
            raise ValueError(
                f"sequences[{row}] holds a symbol after a 0; expected padding at the "
                "end only"
            )
        return sequences.astype(np.int64)

    def _contexts(self, sequences, length, placed):
        """Returns a number for the last `length` symbols before each guessed one.

        Where it is `placed`, also for how many symbols there are before it.
        """
        codes = np.zeros(sequences[:, 1:].shape, np.int64)
        for back in range(min(length, codes.shape[1])):
            earlier = sequences[:, : codes.shape[1] - back]
            codes[:, back:] += earlier * (self.symbols + 1) ** back
        if placed:
            before = np.arange(1, codes.shape[1] + 1)
            codes += before * (self.symbols + 1) ** length
        return codes


class _Table:
    """What was counted after the contexts of one length."""

    def __init__(self, contexts, following, base):
        self.base = base
        self.patterns, self.counts = np.unique(
            contexts * base + following, return_counts=True
        )
        self.contexts, places = np.unique(self.patterns // base, return_inverse=True)
        self.totals = np.bincount(places, self.counts)
        self.kinds = np.bincount(places)

    def mixed(self, contexts, following, shorter, strength, recent=0.0):
        """Returns the probabilities, given those after the shorter contexts."""
        patterns = contexts * self.base + following
        counts = _look_up(self.patterns, self.counts, patterns)
        totals = _look_up(self.contexts, self.totals, contexts)
        kinds = _look_up(self.contexts, self.kinds, contexts)
        if recent:
            before = _counted_before(patterns)
            new = (counts == 0) & (before == 0)
            kinds = kinds + _summed_before(contexts, new)
            counts = counts + recent * before
            totals = totals + recent * _counted_before(contexts)
        weight = strength * kinds
        known = totals > 0
        mixture = (counts + weight * shorter) / np.where(known, totals + weight, 1)
        return np.where(known, mixture, shorter)


def _look_up(keys, values, wanted):
    """Returns the value of each wanted key, 0 where there is none; `keys` ascend."""
    places = np.minimum(np.searchsorted(keys, wanted), len(keys) - 1)
    return np.where(keys[places] == wanted, values[places], 0)


def _counted_before(codes):
    """How many times each code stands in its row before its place."""
    return _summed_before(codes, np.ones(codes.shape, int))


def _summed_before(codes, values):
    """At each place, the sum of the values before it at its code, in the same row."""
    rows, time = codes.shape
    _, groups = np.unique(codes, return_inverse=True)
    groups = groups.reshape(rows, time) * rows + np.arange(rows)[:, None]
    places = np.argsort(groups, axis=None, kind="stable")
    groups, values = groups.ravel()[places], values.ravel()[places]
    sums = np.cumsum(values) - values
    starts = np.flatnonzero(np.diff(groups, prepend=-1))
    sums -= np.repeat(sums[starts], np.diff(starts, append=len(groups)))
    result = np.empty(rows * time, int)
    result[places] = sums
    return result.reshape(rows, time)
