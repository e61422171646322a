"""Token sequences of different lengths: shortened, and batched with little padding."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import keras
import numpy as np

if TYPE_CHECKING:
    from rnn_utils._types import Ints
from typing import TYPE_CHECKING

from rnn_utils.text.subwords import END, START
from rnn_utils.training.batches import pad, similar_lengths

if TYPE_CHECKING:
    from rnn_utils._types import Ints
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rnn_utils._types import Ints
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rnn_utils._types import Ints
from rnn_utils.decoding.ctc import _pad, targets
from rnn_utils.models.captioning import _BATCH_SIZE, _POOL_BATCHES
from rnn_utils.models.translation import _BATCH_SIZE, _POOL_BATCHES


class CTCBatches(keras.utils.PyDataset):
    """Batches of sequences of similar length and their labels, drawn anew every epoch.

    Args:
        draw: Function from the number of the epoch, 0 for the first, to a pair: list of
            float arrays of shape `(time, features)`, and list of label sequences. It
            must give equally many each time.
        batch_size: Sequences in a batch.
        seed: Seed of the order of the batches.
    """

    def __init__(
        self,
        draw: Callable[[int], tuple[Sequence[np.ndarray], Sequence[Ints]]],
        batch_size: int = 32,
        seed: int = 0,
    ) -> None:
        super().__init__()
        self._draw, self._batch_size = draw, batch_size
        self._rng = np.random.default_rng(seed)
        self._epoch = -1
        self.on_epoch_end()

    def on_epoch_end(self) -> None:
        """Draws the sequences of the next epoch."""
        self._epoch += 1
        self._sequences, self._labels = self._draw(self._epoch)
        lengths = [len(sequence) for sequence in self._sequences]
        order = np.argsort(lengths, kind="stable")
        starts = range(self._batch_size, len(order), self._batch_size)
        batches = np.split(order, starts)
        self._batches = [batches[i] for i in self._rng.permutation(len(batches))]

    def __len__(self) -> int:
        """Returns the number of batches in an epoch."""
        return len(self._batches)

    def __getitem__(self, index: int) -> tuple[np.ndarray, np.ndarray]:
        """Returns `(sequences, targets)`, the sequences padded at the end with 0."""
        chosen = self._batches[index]
        sequences = [self._sequences[i] for i in chosen]
        labels = [self._labels[i] for i in chosen]
        batch = _pad(sequences), targets([len(rows) for rows in sequences], labels)
        if index == 0 and len(self) > 1:
            # Keras takes the sizes that the first two batches share for those of all.
            batch = tuple(map(_unlike, batch, self[1]))
        return batch


def _unlike(part, other):
    """Adds a column of padding where the second axes are equally long."""
    more = int(part.shape[1] == other.shape[1])
    return np.pad(part, [(0, 0), (0, more)] + [(0, 0)] * (part.ndim - 2))


class CaptionBatches(keras.utils.PyDataset):
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
        batch_size: int = _BATCH_SIZE,
        seed: int = 0,
    ) -> None:
        super().__init__()
        if len(grids) != len(captions):
            raise ValueError(
                f"captions has {len(captions)} entries; expected one for each of the "
                f"{len(grids)} grids"
            )
        self._grids, self._captions = grids, captions
        self._lengths = np.array([[len(caption) for caption in captions]])
        self._batch_size, self._rng = batch_size, np.random.default_rng(seed)
        self.on_epoch_end()

    def on_epoch_end(self) -> None:
        """Deals the rows into new batches."""
        rows = np.arange(len(self._captions))
        self._batches = similar_lengths(
            rows, self._lengths, self._batch_size, _POOL_BATCHES, self._rng
        )

    def __len__(self) -> int:
        """Returns the number of batches."""
        return len(self._batches)

    def __getitem__(
        self, index: int
    ) -> tuple[tuple[np.ndarray, np.ndarray], np.ndarray]:
        """Returns `((grid, words), next_words)`; see the class."""
        rows, longer_than = self._batches[index], 0
        if index == 0 and len(self) > 1:
            # Keras takes the shapes of the first two batches for those of all others,
            # unless they differ.
            longer_than = self._lengths[0, self._batches[1]].max() + 3
        words = [[START, *self._captions[row], END] for row in rows]
        words = pad(words, 1, longer_than)
        grid = np.asarray(self._grids[rows], np.float32)
        return (grid, words[:, :-1]), words[:, 1:]


class PairBatches(keras.utils.PyDataset):
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
        batch_size: int = _BATCH_SIZE,
        longest: int | None = None,
        seed: int = 0,
    ) -> None:
        super().__init__()
        if len(sources) != len(targets):
            raise ValueError(
                f"targets has {len(targets)} entries; expected one for each of the "
                f"{len(sources)} sources"
            )
        pairs = zip(sources, targets, strict=True)
        lengths = np.array([[len(part) for part in pair] for pair in pairs])
        lengths = lengths.reshape(-1, 2).T
        fits = np.ones(len(sources), bool)
        if longest is not None:
            fits = lengths.max(axis=0) <= longest
        if not fits.any():
            raise ValueError(
                f"longest is {longest!r} for {len(sources)} pairs; "
                "expected a length that at least one pair does not exceed"
            )
        self._sources, self._targets = sources, targets
        self._lengths, self._chosen = lengths, np.flatnonzero(fits)
        self.batch_size = batch_size
        self._rng = np.random.default_rng(seed)
        self._deal()

    def on_epoch_end(self) -> None:
        """Deals the pairs into new batches."""
        self._deal()

    def _deal(self):
        self._batches = similar_lengths(
            self._chosen, self._lengths, self.batch_size, _POOL_BATCHES, self._rng
        )

    def __len__(self) -> int:
        """Returns the number of batches."""
        return len(self._batches)

    def __getitem__(
        self, index: int
    ) -> tuple[tuple[np.ndarray, np.ndarray], np.ndarray]:
        """Returns `([source, target_in], target_out)`, int32, padded with 0."""
        longer_than = (0, 0)
        if index == 0 and len(self) > 1:
            # Keras takes the shapes of the first two batches for those of all others,
            # unless they differ.
            longer_than = self._lengths[:, self._batches[1]].max(axis=1)
        chosen = self._batches[index]
        targets = [[START, *self._targets[i], END] for i in chosen]
        source = pad([self._sources[i] for i in chosen], 1, 1 + longer_than[0])
        target = pad(targets, 1, 3 + longer_than[1])
        return (source, target[:, :-1]), target[:, 1:]


# Lengths are rounded up to a multiple of this, so that few shapes are compiled.
_LENGTH_STEP = 32


# So many batches' worth of examples are sorted by length together.
_POOL_BATCHES = 20


def head_and_tail(sequence: Ints, length: int) -> Ints:
    """Shortens a sequence to its first and last elements.

    A review's verdict tends to stand at its beginning or its end.

    Args:
        sequence: 1-D array or list.
        length: Largest length wanted.

    Returns:
        The sequence where it fits, else its first `ceil(length / 2)` and its last
        `floor(length / 2)` elements.
    """
    if len(sequence) <= length:
        return sequence
    tail = length // 2
    return np.concatenate([sequence[: length - tail], sequence[len(sequence) - tail :]])


class LengthBatches(keras.utils.PyDataset):
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

    def __init__(
        self,
        sequences: Sequence[Ints],
        targets: Sequence[Any] | np.ndarray,
        batch_size: int = 32,
        seed: int = 0,
        rounds: int = 1,
        longest: int | None = None,
    ) -> None:
        super().__init__()
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
        self.batch_size = batch_size
        self.rounds = rounds
        self._short = [
            i
            for i, sequence in enumerate(sequences)
            if longest is None or len(sequence) <= longest
        ]
        if not self._short:
            raise ValueError(
                f"longest is {longest!r}; expected at least the length of the shortest "
                f"sequence, {min(map(len, sequences))}"
            )
        self._rng = np.random.default_rng(seed)
        self._deal()

    def on_epoch_begin(self) -> None:
        """Goes on to the batches of the next round."""
        self._round += 1
        start = self._round * len(self)
        self._batches = self._pass[start : start + len(self)]

    def on_epoch_end(self) -> None:
        """Deals the examples into new batches, unless a pass is under way."""
        if self._round in (-1, self.rounds - 1):
            self._deal()

    def _deal(self):
        lengths = np.array([len(sequence) for sequence in self.sequences])
        batches = similar_lengths(
            self._short, lengths[None], self.batch_size, _POOL_BATCHES, self._rng
        )
        self._pass = _of_two_lengths_first(batches, lengths)
        self._batches = self._pass[: len(self)]
        self._round = -1

    def __len__(self) -> int:
        """Returns the number of batches in an epoch."""
        return len(self._pass) // self.rounds

    def __getitem__(self, index: int) -> tuple[np.ndarray, np.ndarray]:
        """Returns `(ids, targets)`: ids of shape (batch, time, ...), int32."""
        chosen = self._batches[index]
        ids = pad([self.sequences[i] for i in chosen])
        if self._each_step:
            return ids, pad([self.targets[i] for i in chosen])
        return ids, self.targets[chosen]


def _require_aligned(sequences, targets):
    for i, pair in enumerate(zip(sequences, targets, strict=True)):
        steps, wanted = map(len, pair)
        if steps != wanted:
            raise ValueError(
                f"targets[{i}] has {wanted} entries; expected one for each of the "
                f"{steps} time steps of its sequence"
            )


def similar_lengths(
    rows: Ints,
    lengths: np.ndarray,
    batch_size: int,
    pool_batches: int,
    rng: np.random.Generator,
) -> list[np.ndarray]:
    """Deals rows into batches of similar lengths: little padding, and still chance.

    The rows are shuffled, and sorted within pools of batches; the batches are shuffled.

    Args:
        rows: 1-D int array or list of the rows that are dealt.
        lengths: Int array of shape `(sequences, all rows)`: the lengths of each row's
            sequences. The last sequence is sorted by first.
        batch_size: Rows in a batch.
        pool_batches: Batches in a pool.
        rng: A `numpy.random.Generator`.

    Returns:
        List of 1-D int arrays of rows.
    """
    order = rng.permutation(rows)
    pool = batch_size * pool_batches
    batches = []
    for start in range(0, len(order), pool):
        part = order[start : start + pool]
        part = part[np.lexsort(lengths[:, part])]
        batches += np.split(part, range(batch_size, len(part), batch_size))
    return [batches[i] for i in rng.permutation(len(batches))]


def _of_two_lengths_first(batches, lengths):
    """Moves a batch of another padded length to the second place, if there is one.

    Keras takes the shapes of the first two batches for those of all others: where the
    two agree, it would refuse every other length later on.
    """
    padded = [_padded_length(lengths[batch].max()) for batch in batches]
    for other, length in enumerate(padded):
        if length != padded[0]:
            batches[1], batches[other] = batches[other], batches[1]
            break
    return batches


def _padded_length(longest, step=_LENGTH_STEP):
    return max(1, -(-longest // step)) * step


def pad(
    sequences: Sequence[Ints], step: int = _LENGTH_STEP, shortest: int = 0
) -> np.ndarray:
    """Returns an int32 array (batch, time, ...), padded at the end with 0.

    Args:
        sequences: List of int arrays or lists of shape (time,) or (time, features).
        step: The time dimension is the longest length, rounded up to a multiple of it.
        shortest: The least length before it is rounded up.
    """
    longest = max(shortest, *(len(sequence) for sequence in sequences))
    features = np.shape(sequences[0])[1:]
    length = _padded_length(longest, step)
    padded = np.zeros((len(sequences), length, *features), np.int32)
    for row, sequence in zip(padded, sequences, strict=True):
        row[: len(sequence)] = sequence
    return padded
