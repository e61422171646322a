"""Batches of sequences of different lengths, padded at the end, with little padding.

What is padding, a model's mask has to say. `PaddedBatches` is what all kinds share.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import keras
import numpy as np

from rnn_utils import _checks
from rnn_utils.text.subwords import END, START
from rnn_utils.training.padding import LENGTH_STEP, pad, similar_lengths

if TYPE_CHECKING:
    from rnn_utils._types import Ints


class PaddedBatches(keras.utils.PyDataset):
    """What all batches of rows of different lengths share; a kind fills in two methods.

    `deal` returns the batches of a pass, lists of rows; `padded` makes the arrays of
    one of them. `lengths` holds the length of each row's sequences, shape `(sequences,
    rows)`; `steps`, for each sequence, of what its padded length is a multiple.
    """

    steps: tuple[int, ...] = (1, 1)

    def __init__(self) -> None:
        super().__init__()
        self.on_epoch_end()

    def deal(self) -> list[np.ndarray]:
        """Returns the rows of each batch of the next pass, each a 1-D int array."""
        raise NotImplementedError

    def padded(self, rows: np.ndarray, shortest: np.ndarray) -> Any:
        """Returns a batch: the sequences of some rows, each at least so long."""
        raise NotImplementedError

    def on_epoch_end(self) -> None:
        """Deals the rows into new batches."""
        self._batches = self.deal()
        # Keras takes the sizes that the first two batches share for those of all, and
        # refuses every other later on. So the second is one of other lengths,
        for place, batch in enumerate(self._batches):
            if (self._sizes(batch) != self._sizes(self._batches[0])).all():
                self._batches[1], self._batches[place] = batch, self._batches[1]
                break

    def __len__(self) -> int:
        """Returns the number of batches in an epoch."""
        return len(self._batches)

    def __getitem__(self, index: int) -> Any:
        """Returns a batch: `(inputs, targets)`."""
        shortest = np.zeros(len(self.lengths), int)
        if index == 0 and len(self) > 1:
            # or, where there is none, the first gets a step of padding more.
            first, second = map(self._sizes, self._batches[:2])
            shortest = np.where(first == second, second + 1, 0)
        return self.padded(self._batches[index], shortest)

    def _sizes(self, rows):
        """The padded lengths of the sequences of a batch, shape `(sequences,)`."""
        longest = self.lengths[:, rows].max(axis=1)
        steps = np.array(self.steps[: len(longest)])
        return np.maximum(1, -(-longest // steps)) * steps


# So many batches' worth of examples are sorted by length together.
_POOL_BATCHES = 20


class LengthBatches(PaddedBatches):
    """Batches of sequences of similar length, padded at the end with 0.

    Every epoch shuffles the examples, sorts them by length within pools of twenty
    batches and shuffles the batches: little padding, and still chance.

    Args:
        sequences: List of int arrays of shape (time,) or (time, features); 0 is the
            padding.
        targets: Array whose first dimension is the example, or a list of 1-D int
            arrays with one target for each time step, padded with 0 like the sequences:
            what is padding, the model's mask must say. Several targets of an example
            that are no such ints, such as shares, are an array and not a list.
        batch_size: Examples in a batch.
        seed: Seed of the shuffling.
        rounds: Keras's epochs in one pass over the examples. With 4, an epoch is a
            quarter of them: large data then has a learning curve too. Keras wants
            epochs of one length, so a pass leaves out up to `rounds - 1` batches.
        longest: Longer sequences are left out: a few of them would cost the compilation
            of their lengths. None keeps all.

    Raises:
        ValueError: `sequences` is empty, has none that short, or holds what is no whole
            number; or `targets` has another length, or one of them has not one whole
            target for each time step; or `batch_size` or `rounds` is less than 1, or
            there are fewer batches than rounds.
    """

    steps = (LENGTH_STEP,)

    def __init__(
        self,
        sequences: Sequence[Ints],
        targets: Sequence[Any] | np.ndarray,
        batch_size: int = 32,
        seed: int = 0,
        rounds: int = 1,
        longest: int | None = None,
    ) -> None:
        _checks.not_empty("sequences", sequences, "sequence")
        _checks.one_each("targets", targets, sequences, "sequences")
        _checks.whole_sequences("sequences", sequences, (1, 2))
        self._each_step = _is_ragged(targets) and np.ndim(targets[0]) == 1
        if self._each_step:
            _checks.whole_sequences("targets", targets, (1,))
            _require_aligned(sequences, targets)
        self.sequences = sequences
        self.targets = targets if self._each_step else np.asarray(targets)
        self.lengths = np.array([[len(sequence) for sequence in sequences]])
        self._chosen = _short_enough(self.lengths, longest)
        self._batch_size = _checks.whole_number("batch_size", batch_size)
        most = -(-len(self._chosen) // batch_size)
        self._rounds = _checks.whole_number("rounds", rounds, 1, most)
        self._rng, self._round = np.random.default_rng(seed), -1
        super().__init__()

    def deal(self) -> list[np.ndarray]:
        """Shuffles the examples into batches of similar lengths."""
        return similar_lengths(
            self._chosen, self.lengths, self._batch_size, _POOL_BATCHES, self._rng
        )

    def on_epoch_begin(self) -> None:
        """Goes on to the batches of the next round."""
        self._round += 1
        start = self._round * len(self)
        self._batches = self._pass[start : start + len(self)]

    def on_epoch_end(self) -> None:
        """Deals the examples into new batches, unless a pass is under way."""
        if self._round in (-1, self._rounds - 1):
            super().on_epoch_end()
            self._pass, self._round = self._batches, -1
            self._batches = self._pass[: len(self._pass) // self._rounds]

    def padded(
        self, rows: np.ndarray, shortest: np.ndarray
    ) -> tuple[np.ndarray, np.ndarray]:
        """Returns `(ids, targets)`: ids of shape (batch, time, ...), int32."""
        ids = pad([self.sequences[i] for i in rows], shortest=shortest[0])
        if not self._each_step:
            return ids, self.targets[rows]
        return ids, pad([self.targets[i] for i in rows], shortest=shortest[0])


def _is_ragged(targets):
    """Whether targets are given one by one, and not as one array."""
    return isinstance(targets, (list, tuple)) or (
        isinstance(targets, np.ndarray) and targets.dtype == object
    )


def _short_enough(lengths, longest):
    """The rows of which no sequence is longer."""
    fits = lengths.max(axis=0) <= (np.inf if longest is None else longest)
    if not fits.any():
        shortest = lengths.max(axis=0).min(initial=np.iinfo(int).max)
        raise ValueError(
            f"longest is {longest!r} for {lengths.shape[1]} rows; expected at least "
            f"the length of the shortest, {shortest}"
        )
    return np.flatnonzero(fits)


def _require_aligned(sequences, targets):
    for i, pair in enumerate(zip(sequences, targets, strict=True)):
        steps, wanted = map(len, pair)
        if steps != wanted:
            raise ValueError(
                f"targets[{i}] has {wanted} entries; expected one for each of the "
                f"{steps} time steps of its sequence"
            )


# The same for pairs and captions, whose batches are larger.
_POOL_PAIRS = 30


class PairBatches(PaddedBatches):
    """Batches of pairs of sequences of similar lengths, for teacher forcing.

    A batch is `([source, target_in], target_out)`: the decoder is given `START` and the
    target, and is to guess the target and `END`, at every step the next token.

    Args:
        sources: List of 1-D int arrays.
        targets: List of 1-D int arrays, without `START` and `END`.
        batch_size: Pairs in a batch.
        longest: Pairs with a longer sequence are left out; None keeps all.
        seed: Seed of the order of the pairs.

    Raises:
        ValueError: Sources and targets are not equally many, there are none, or none is
            short enough; a source is empty; an id is negative, or that of a target is
            `START`, `END` or padding; or `batch_size` is less than 1.
    """

    def __init__(
        self,
        sources: Sequence[Ints],
        targets: Sequence[Ints],
        batch_size: int = 64,
        longest: int | None = None,
        seed: int = 0,
    ) -> None:
        _checks.one_each("targets", targets, sources, "sources")
        _checks.not_empty("sources", sources, "pair")
        _checks.token_ids("sources", sources, shortest=1)
        _checks.token_ids("targets", targets, END + 1)
        self._sources, self._targets = sources, targets
        pairs = zip(sources, targets, strict=True)
        lengths = np.array([[len(part) for part in pair] for pair in pairs], int)
        self.lengths = lengths.reshape(-1, 2).T
        self._chosen = _short_enough(self.lengths, longest)
        self.batch_size = _checks.whole_number("batch_size", batch_size)
        self._rng = np.random.default_rng(seed)
        super().__init__()

    def deal(self) -> list[np.ndarray]:
        """Shuffles the pairs into batches of similar lengths."""
        return similar_lengths(
            self._chosen, self.lengths, self.batch_size, _POOL_PAIRS, self._rng
        )

    def padded(
        self, rows: np.ndarray, shortest: np.ndarray
    ) -> tuple[tuple[np.ndarray, np.ndarray], np.ndarray]:
        """Returns `([source, target_in], target_out)`, int32, padded with 0."""
        source = pad([self._sources[i] for i in rows], 1, shortest[0])
        target = _framed([self._targets[i] for i in rows], shortest[1])
        return (source, target[:, :-1]), target[:, 1:]


def _framed(sequences, shortest):
    """Sequences between `START` and `END`, padded with 0."""
    return pad([[START, *sequence, END] for sequence in sequences], 1, shortest + 2)
