"""Batches of sequences of different lengths, padded at the end, with little padding.

What is padding, a model's mask has to say. `PaddedBatches` is what all kinds share.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import keras
import numpy as np

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
            what is padding, the model's mask must say.
        batch_size: Examples in a batch.
        seed: Seed of the shuffling.
        rounds: Keras's epochs in one pass over the examples. With 4, an epoch is a
            quarter of them: large data then has a learning curve too. Keras wants
            epochs of one length, so a pass leaves out up to `rounds - 1` batches.
        longest: Longer sequences are left out: a few of them would cost the compilation
            of their lengths. None keeps all.

    Raises:
        ValueError: `sequences` is empty, or has none that short; or `targets` has
            another length, or one of them has not one target for each time step.
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
        if len(sequences) == 0 or len(sequences) != len(targets):
            raise ValueError(
                f"targets has {len(targets)} entries; expected one for each of the "
                f"{len(sequences)} sequences, and at least one"
            )
        self._each_step = isinstance(targets, list) and np.ndim(targets[0]) == 1
        if self._each_step:
            _require_aligned(sequences, targets)
        self.sequences = sequences
        self.targets = targets if self._each_step else np.asarray(targets)
        self.lengths = np.array([[len(sequence) for sequence in sequences]])
        self._chosen = _short_enough(self.lengths, longest)
        self._batch_size, self._rounds = batch_size, rounds
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
        ValueError: Sources and targets are not equally many, or none is short enough.
    """

    def __init__(
        self,
        sources: Sequence[Ints],
        targets: Sequence[Ints],
        batch_size: int = 64,
        longest: int | None = None,
        seed: int = 0,
    ) -> None:
        if len(sources) != len(targets):
            raise ValueError(
                f"targets has {len(targets)} entries; expected one for each of the "
                f"{len(sources)} sources"
            )
        self._sources, self._targets = sources, targets
        pairs = zip(sources, targets, strict=True)
        lengths = np.array([[len(part) for part in pair] for pair in pairs], int)
        self.lengths = lengths.reshape(-1, 2).T
        self._chosen = _short_enough(self.lengths, longest)
        self.batch_size, self._rng = batch_size, np.random.default_rng(seed)
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


class CaptionBatches(PaddedBatches):
    """Batches of captions of similar lengths with their pictures, for teacher forcing.

    A batch is `((grid, words), next_words)`: float32 `(batch, places, features)`,
    int32 `(batch, time)` that begins with `START`, and the same one word later.

    Args:
        grids: Array of shape `(rows, places, features)`.
        captions: List of 1-D int arrays, without `START` and `END`, one a row.
        batch_size: Rows in a batch.
        seed: Seed of the order.

    Raises:
        ValueError: There is not one caption for each row.
    """

    def __init__(
        self,
        grids: np.ndarray,
        captions: Sequence[Ints],
        batch_size: int = 64,
        seed: int = 0,
    ) -> None:
        if len(grids) != len(captions):
            raise ValueError(
                f"captions has {len(captions)} entries; expected one for each of the "
                f"{len(grids)} grids"
            )
        self._grids, self._captions = grids, captions
        self.lengths = np.array([[len(caption) for caption in captions]])
        self._batch_size, self._rng = batch_size, np.random.default_rng(seed)
        super().__init__()

    def deal(self) -> list[np.ndarray]:
        """Shuffles the rows into batches of similar captions."""
        rows = np.arange(len(self._captions))
        return similar_lengths(
            rows, self.lengths, self._batch_size, _POOL_PAIRS, self._rng
        )

    def padded(
        self, rows: np.ndarray, shortest: np.ndarray
    ) -> tuple[tuple[np.ndarray, np.ndarray], np.ndarray]:
        """Returns `((grid, words), next_words)`; see the class."""
        words = _framed([self._captions[row] for row in rows], shortest[0])
        grid = np.asarray(self._grids[rows], np.float32)
        return (grid, words[:, :-1]), words[:, 1:]
