"""Sequences of different lengths made into arrays, and dealt by length."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from rnn_utils import _checks

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
            equally many features each. An empty one is all padding.
        step: The time dimension is the longest length, rounded up to a multiple of it.
        shortest: The least length before it is rounded up.
        dtype: Type of the result, which has to hold the numbers as they are.

    Raises:
        ValueError: No sequences, different features, numbers that the type would change
            by more than rounding, or `step` or `shortest` out of range.
    """
    _checks.not_empty("sequences", sequences, "sequence")
    _checks.whole_number("step", step)
    lengths = [len(sequence) for sequence in sequences]
    longest = max(_checks.whole_number("shortest", shortest, 0), *lengths)
    # An empty list does not know its features.
    first = next((i for i, length in enumerate(lengths) if length), 0)
    features = np.shape(sequences[first])[1:]
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
    if sequence.dtype == dtype:
        return sequence
    with np.errstate(invalid="ignore", over="ignore"):
        cast = sequence.astype(dtype)
    if cast.dtype.kind in "iu" or sequence.dtype.kind in "iu":
        changed = cast != sequence
    else:  # Rounding is what a narrower type is chosen for; infinity is not.
        changed = np.isinf(cast) & ~np.isinf(sequence)
    if changed.any():
        value = sequence[changed][0].item()
        raise ValueError(
            f"sequences hold {value!r}; expected what {dtype} can hold as it is"
        )
    return cast


def chunks_by_length(lengths: Ints, size: int) -> list[np.ndarray]:
    """Deals rows into chunks of similar lengths, the shortest first.

    Args:
        lengths: Length of each row.
        size: Rows in a chunk; the last one may have fewer.

    Returns:
        List of 1-D int arrays of rows; empty where there are no rows.

    Raises:
        ValueError: `size` is less than 1, or a length is not a whole number from 0 on.
    """
    _checks.whole_number("size", size)
    order = np.argsort(_checks.whole_numbers("lengths", lengths, 0), kind="stable")
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

    Raises:
        ValueError: `batch_size` or `pool_batches` is less than 1, `lengths` has not two
            dimensions, or there is no such row.
    """
    for name, value in (("batch_size", batch_size), ("pool_batches", pool_batches)):
        _checks.whole_number(name, value)
    lengths = _checks.whole_numbers("lengths", lengths, 0, ndim=2)
    rows = _checks.whole_numbers("rows", rows, 0, lengths.shape[1] - 1)
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

    Raises:
        ValueError: `length` is negative.
    """
    _checks.whole_number("length", length, 0)
    if len(sequence) <= length:
        return sequence
    tail, sequence = length // 2, np.asarray(sequence)
    return np.concatenate([sequence[: length - tail], sequence[len(sequence) - tail :]])
