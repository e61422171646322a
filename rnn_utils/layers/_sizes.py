"""Batches of any size for the loop over time: padded to few sizes, cut in halves."""

from __future__ import annotations

import math
import os
from collections.abc import Sequence
from typing import Any

import keras

from ._loop import Recurrence, has_gpu
from ._types import Tensor

if keras.backend.backend() == "tensorflow":
    import tensorflow as tf

# Every new shape costs a compilation, so sizes that vary are padded up to one of these.
LENGTHS = [2**power for power in range(4, 31)]
BATCHES = [1, 2, 3] + [m << power for power in range(28) for m in (4, 5, 6, 7)]
# The cores that this process may use.
CORES = (
    len(os.sched_getaffinity(0))
    if hasattr(os, "sched_getaffinity")  # Not on macOS and Windows.
    else os.cpu_count() or 1
)
# Two halves of a batch run side by side: cores need not meet at every time step. Both
# figures were found on a machine of two cores; no other has been measured.
HALVES = min(2, CORES)
# Below so many multiplications a time step, starting a second half costs more.
WORTH_SPLITTING = 300_000


def next_size(size: Any, sizes: list[int]) -> Any:
    """Return the smallest of `sizes` that is at least `size` (an int or a tensor)."""
    if isinstance(size, int):
        return next(candidate for candidate in sizes if candidate >= size)
    return tf.reduce_min(tf.where(sizes >= size, sizes, sizes[-1]))


def pad(tensor: Tensor | None, axis: int, size: Any) -> Tensor | None:
    """Append zeros (False to a mask) along `axis` until it has `size` entries."""
    if tensor is None or (isinstance(size, int) and tensor.shape[axis] == size):
        return tensor
    missing = tf.unstack(tf.shape(tensor))
    missing[axis] = size - missing[axis]
    return tf.concat([tensor, tf.zeros(tf.stack(missing), tensor.dtype)], axis)


def crop(tensor: Tensor, axis: int, size: Any) -> Tensor:
    """Undo `pad` along axis 0 or 1; what has the right size is not touched."""
    if isinstance(size, int) and tensor.shape[axis] == size:
        return tensor
    return tensor[:, :size] if axis else tensor[:size]


def span_of(mask: Tensor | None, steps: Any) -> tuple[Tensor, Tensor]:
    """Return the first time step that is valid in any row, and one after the last."""
    if mask is None:
        return tf.constant(0), tf.convert_to_tensor(steps)
    valid = tf.reduce_any(mask, 0)
    first, trailing = (
        tf.argmax(v, output_type=tf.int32) for v in (valid, tf.reverse(valid, [0]))
    )
    return first, tf.where(tf.reduce_any(valid), steps - trailing, first)


def with_rows(sequences: Tensor, rows: int, message: str) -> Tensor:
    """Return sequences as ones of so many rows; if they are not, `message` says it."""
    count = tf.shape(sequences)[0]
    check = tf.debugging.assert_equal(count, rows, message)
    with tf.control_dependencies([check]):
        count = tf.identity(count)
    # A slice waits for its bounds; TensorFlow may move a reshape before the check. The
    # second check is for XLA, which leaves out the first.
    return tf.ensure_shape(sequences[:count], (rows, *sequences.shape[1:]))


def run(
    recurrence: Recurrence,
    weights: Sequence[Tensor | None],
    sequences: Tensor,
    mask: Tensor | None,
    states: Sequence[Tensor],
    training: bool,
) -> list[Tensor]:
    """Run a recurrence over a batch of any size, in halves where that is faster.

    Args:
        recurrence: What to run.
        weights: `[W, b, U, d]`, with None for a bias that there is not, and after them
            what the step reads beside these.
        sequences: Shape `(batch, time, features)`.
        mask: None, or booleans of shape `(batch, time, 2)`, as for `Recurrence`.
        states: Initial states, each of shape `(batch, units)`.
        training: Whether a gradient will be asked for.

    Returns:
        Hidden states `(batch, time, units)` and the final states.
    """
    batch, steps = sequences.shape[:2]
    size = tf.shape(sequences)
    rows = size[0] if batch is None else batch
    length = size[1] if steps is None else steps
    span = span_of(None if mask is None else mask[:, :, 0], length)
    eager = tf.executing_eagerly()  # Nothing runs side by side; any size may come.
    work = (batch or 32) * sum(math.prod(weights[i].shape) for i in (0, 2))
    whole = eager or batch == 1 or work < WORTH_SPLITTING or has_gpu()
    halves = 1 if whole else HALVES
    share = -(-rows // halves)
    share = next_size(share, BATCHES) if eager or batch is None else share
    padded = next_size(length, LENGTHS) if eager or steps is None else length
    tensors = [*(pad(t, 1, padded) for t in (sequences, mask)), *states]
    tensors = [pad(t, 0, share * halves) for t in tensors]
    pieces = [[t] * halves if t is None else tf.split(t, halves) for t in tensors]
    weights = [  # A bias, which may be missing, comes after its kernel.
        tf.zeros(weights[i - 1].shape[1], sequences.dtype) if w is None else w
        for i, w in enumerate(weights)
    ]
    weights = [tf.convert_to_tensor(weight) for weight in weights]
    results = [
        recurrence(inputs, mask, span, weights, states, bool(training))
        for inputs, mask, *states in zip(*pieces, strict=True)
    ]
    hidden, *states = (tf.concat(parts, 0) for parts in zip(*results, strict=True))
    hidden = crop(crop(hidden, 0, rows), 1, length)
    hidden.set_shape((batch, steps, *hidden.shape[2:]))
    return [hidden, *(crop(state, 0, rows) for state in states)]
