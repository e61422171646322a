"""Token sequences of different lengths: shortened, and batched with little padding."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import keras
import numpy as np

if TYPE_CHECKING:
    from rnn_utils._types import Ints

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


def predict_by_length(
    model: keras.Model, sequences: Sequence[Ints], batch_size: int = 256
) -> np.ndarray:
    """Returns the model's predictions for padded sequences, in the order given.

    Args:
        model: Keras model from (batch, time) ids to (batch, ...) predictions.
        sequences: List of 1-D int arrays.
        batch_size: Sequences of similar length that are predicted together.

    Returns:
        Array of shape `(len(sequences), ...)`.
    """
    batches = _SortedBatches(sequences, batch_size)
    predictions = model.predict(batches, verbose=0)
    restored = np.empty_like(predictions)
    restored[batches.order] = predictions
    return restored


def predict_each_step(
    model: keras.Model, sequences: Sequence[Ints], batch_size: int = 256
) -> list[np.ndarray]:
    """Returns the model's predictions for each time step, without the padding.

    Args:
        model: Keras model from (batch, time, ...) ids to the like predictions.
        sequences: List of int arrays of shape (time,) or (time, features).
        batch_size: Sequences of similar length that are predicted together.

    Returns:
        List of arrays of shape `(time, ...)`, in the order given.
    """
    lengths = np.array([len(sequence) for sequence in sequences])
    order = np.argsort(lengths, kind="stable")
    predictions = [None] * len(sequences)
    for chosen in np.split(order, range(batch_size, len(order), batch_size)):
        predicted = model.predict_on_batch(pad([sequences[i] for i in chosen]))
        for i, rows in zip(chosen, predicted, strict=True):
            predictions[i] = rows[: lengths[i]]
    return predictions


class _SortedBatches(keras.utils.PyDataset):
    """Batches of padded sequences by length; `order` says which row is which."""

    def __init__(self, sequences, batch_size):
        super().__init__()
        lengths = np.array([len(sequence) for sequence in sequences])
        order = np.argsort(lengths, kind="stable")
        batches = np.split(order, range(batch_size, len(order), batch_size))
        self._batches = _of_two_lengths_first(batches, lengths)
        self._sequences = sequences
        self.order = np.concatenate(self._batches)

    def __len__(self):
        return len(self._batches)

    def __getitem__(self, index):
        return (pad([self._sequences[i] for i in self._batches[index]]),)
