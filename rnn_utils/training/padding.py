"""Sequences of different lengths made into arrays, and dealt by length."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from rnn_utils._types import Ints

# Lengths are rounded up to a multiple of this, so that few shapes are compiled.
LENGTH_STEP = 32


def pad(
    sequences: Sequence[np.ndarray | Sequence],
    step: int = LENGTH_STEP,
    shortest: int = 0,
    dtype: str = "int32",
) -> np.ndarray:
    """Returns an array (batch, time, ...), padded at the end with 0.

    Args:
        sequences: At least one array or list of shape (time,) or (time, features), with
            equally many features each.
        step: The time dimension is the longest length, rounded up to a multiple of it.
        shortest: The least length before it is rounded up.
        dtype: Type of the result, which has to hold the numbers as they are.

    Raises:
        ValueError: No sequences, other features than those of the first sequence, or
            numbers that the type would change.
    """
    if len(sequences) == 0:
        raise ValueError("sequences is empty; expected at least one sequence")
    longest = max(shortest, *(len(sequence) for sequence in sequences))
    features = np.shape(sequences[0])[1:]
    length = max(1, -(-longest // step)) * step
    padded = np.zeros((len(sequences), length, *features), dtype)
    for row, sequence in zip(padded, sequences, strict=True):
        if len(sequence):
            row[: len(sequence)] = _unchanged(np.asarray(sequence), features, dtype)
    return padded


def _unchanged(sequence, features, dtype):
    """The sequence in another type, where that changes no number of it."""
    if sequence.shape[1:] != features:
        raise ValueError(
            f"sequences have the features {features} and {sequence.shape[1:]}; "
            "expected the same for all"
        )
    cast = sequence.astype(dtype)
    if np.issubdtype(cast.dtype, np.integer) and (cast != sequence).any():
        place = tuple(np.argwhere(cast != sequence)[0])
        raise ValueError(
            f"sequences hold {sequence[place]!r}; expected what {dtype} can hold as it "
            "is"
        )
    return cast


def chunks_by_length(lengths: Ints, size: int) -> list[np.ndarray]:
    """Deals rows into chunks of similar lengths, the shortest first.

    Args:
        lengths: Length of each row.
        size: Rows in a chunk; the last one may have fewer.

    Returns:
        List of 1-D int arrays of rows; empty where there are no rows.
    """
    order = np.argsort(np.asarray(lengths, int), kind="stable")
    return [order[start : start + size] for start in range(0, len(order), size)]


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
