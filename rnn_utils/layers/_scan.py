"""Linear recurrences over time, their gradient by hand: h_t = a_t h_{t-1} + b_t.

Neither `a_t` nor `b_t` depends on `h_{t-1}`: a layer computes them for all time steps
at once, in large products, and leaves to the loop what is here.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from typing import TypeAlias

import keras
from keras import ops

from ._checks import check_mask, fits, require
from ._loop import has_gpu, refuse, time_loop, works_here
from ._sizes import BATCHES, LENGTHS, crop, next_size, pad
from ._types import Tensor

if keras.backend.backend() == "tensorflow":
    import tensorflow as tf

# A real number is a list of one tensor, a complex one of two: real, imaginary part.
Number: TypeAlias = list[Tensor]
# Time steps that the two-level form takes one after another in all chunks at once.
CHUNK = 64


def linear_scan(
    decay: Tensor | Sequence[Tensor],
    inputs: Tensor | Sequence[Tensor],
    initial_state: Tensor | Sequence[Tensor] | None = None,
    reverse: bool = False,
    mask: Tensor | None = None,
) -> Tensor | Number:
    """Run a linear recurrence, unit by unit, over whole sequences.

        h_t = a_t h_{t-1} + b_t,    t = 1 .. T

    A decay of zero forgets all that was before: it begins a new sequence. Where the
    mask is False, `a_t = 1` and `b_t = 0`, which keeps the state as it is.

    Backwards it is a linear recurrence too. Write `dv` for the gradient dL/dv of the
    loss L, and `g_t` for that of `h_t` with all that comes after it:

        g_t = dh_t + a_{t+1} g_{t+1}
        da_t = g_t h_{t-1},    db_t = g_t,    dh_0 = a_1 g_1

    For complex numbers give pairs of tensors, real and imaginary parts; in the gradient
    the conjugates of `a` and `h` take their places.

    With TensorFlow it is compiled, forward and backward apart: on a CPU as a loop over
    all steps, elsewhere, and with JAX and torch, in two levels. Sequences are cut into
    chunks, which run side by side, each from zero; then the state runs on from chunk to
    chunk, and what is left of it at every step is added. No logarithms are taken: they
    would need positive numbers, and lose digits over long sequences.

    Args:
        decay: `a_t`, of a shape that broadcasts to that of `inputs`.
        inputs: `b_t`, shape `(batch, time, units)`; its type is that of the result, and
            half precision is computed in float32.
        initial_state: `h_0`, shape `(batch, units)`; None for zeros.
        reverse: Whether to run from the last step to the first,
            `h_t = a_t h_{t+1} + b_t`, where `h_{T+1}` is the initial state.
        mask: None, or booleans of shape `(batch, time)`; False skips a step.

    Returns:
        `h_t` at all steps, shape `(batch, time, units)`; a pair if given pairs.

    Raises:
        ValueError: If an argument has the wrong number of parts, shape or type.

    Source: Martin and Cundy (2018), "Parallelizing linear recurrent neural nets over
    sequence length", ICLR, https://arxiv.org/abs/1709.04057.
    """
    pairs = isinstance(inputs, (list, tuple))
    inputs = _parts("inputs", inputs, pairs)
    batch, steps, units = _check_inputs(inputs)
    dtype = keras.backend.standardize_dtype(inputs[0].dtype)
    working = dtype if dtype == "float64" else "float32"
    inputs = [ops.cast(part, working) for part in inputs]
    decay = [ops.cast(part, working) for part in _parts("decay", decay, pairs)]
    decay = [_broadcast(part, inputs[0]) for part in decay]
    if initial_state is None:
        initial = [ops.zeros_like(part[:, 0]) for part in inputs]
    else:
        initial = _parts("initial_state", initial_state, pairs)
        expected = f"of shape {(batch, units)}"
        for part in initial:
            require(fits(part.shape, (batch, units)), "initial_state", expected, part)
        initial = [ops.cast(part, working) for part in initial]
    if mask is not None:
        mask = ops.convert_to_tensor(mask)
        check_mask(mask, (batch, steps))
        valid = ops.expand_dims(ops.cast(mask, "bool"), -1)
        kept = zip(decay, (1.0, 0.0), strict=False)  # One, as a real or complex number.
        decay = [ops.where(valid, part, one) for part, one in kept]
        inputs = [ops.where(valid, part, 0.0) for part in inputs]
    if reverse:
        decay, inputs = ([ops.flip(p, 1) for p in parts] for parts in (decay, inputs))
    on_tensorflow = keras.backend.backend() == "tensorflow"
    scan = scan_compiled if on_tensorflow else scan_parts
    states = scan(decay, inputs, initial)
    states = [ops.flip(part, 1) for part in states] if reverse else states
    states = [ops.cast(part, dtype) for part in states]
    return states if pairs else states[0]


def _parts(argument, value, pairs):
    """Return one tensor, or the two of a pair, in a list."""
    parts = list(value) if isinstance(value, (list, tuple)) else [value]
    expected = "a pair of tensors, as `inputs` is" if pairs else "one tensor"
    right = len(parts) == (2 if pairs else 1)
    require(right, argument, expected, f"{len(parts)} tensor(s)")
    return [ops.convert_to_tensor(part) for part in parts]


def _check_inputs(inputs):
    shapes = [tuple(part.shape) for part in inputs]
    shape, expected = shapes[0], "of shape (batch, at least 1 time step, units)"
    right = shapes[-1] == shape and len(shape) == 3 and shape[1] != 0
    require(right, "inputs", expected, f"shape {' and '.join(map(str, shapes))}")
    dtype = keras.backend.standardize_dtype(inputs[0].dtype)
    require("float" in dtype, "inputs", "of a float type", dtype)
    return shape


def _broadcast(decay, inputs):
    """Return the decay at every step of every row."""
    shape = (1, 1, 1, *decay.shape)[-3:]
    right = len(decay.shape) <= 3 and all(
        None in pair or pair[0] in (1, pair[1])
        for pair in zip(shape, inputs.shape, strict=True)
    )
    expected = f"of a shape that broadcasts to {tuple(inputs.shape)}"
    require(right, "decay", expected, decay)
    if tuple(decay.shape) == tuple(inputs.shape):
        return decay
    return ops.broadcast_to(decay, ops.shape(inputs))


def times(left: Number, right: Number) -> Number:
    """Return the product of two numbers, real or complex."""
    if len(left) == 1:
        return [left[0] * right[0]]
    (a, b), (c, d) = left, right
    return [a * c - b * d, a * d + b * c]


def plus(left: Number, right: Number) -> Number:
    """Return the sum of two numbers, real or complex."""
    return [a + b for a, b in zip(left, right, strict=True)]


def _conjugate(number):
    return [number[0], *(-part for part in number[1:])]


def _loop(
    step: Callable[[Sequence[Tensor], Sequence[Tensor]], list[Tensor]],
    sequences: Sequence[Tensor],
    states: Sequence[Tensor],
    reverse: bool = False,
) -> list[Tensor]:
    """Return the states of `step(slices, states)` at all steps; axis 0 is time."""
    if keras.backend.backend() == "tensorflow":
        length = sequences[0].shape[0] or tf.shape(sequences[0])[0]

        def body(_, slices, states):
            states = step(slices, states)
            return states, states

        span = tf.constant(0), tf.convert_to_tensor(length)
        return time_loop(body, sequences, states, length, span, reverse)[0]

    def carry(states, slices):
        states = step(slices, states)
        return states, states

    return ops.scan(carry, list(states), list(sequences))[1]


def in_one_level(
    decay: Number, inputs: Number, initial: Number, reverse: bool = False
) -> Number:
    """Scan step by step; `(time, batch, units)` to the same, initial `(batch, units)`.

    The shapes of `decay` and `inputs` are equal.
    """
    count = len(decay)
    if count == 1:
        # Side by side in one array, they are one slice a step: 1.5 to 2.2 times as fast
        # for few rows, and level for many. For complex numbers it does not pay.
        both = ops.stack([*decay, *inputs], 1)
        return _loop(
            lambda ab, h: [ab[0][0] * h[0] + ab[0][1]], [both], initial, reverse
        )

    def step(slices, states):
        return plus(times(slices[:count], states), slices[count:])

    return _loop(step, [*decay, *inputs], initial, reverse)


def in_two_levels(
    decay: Number, inputs: Number, initial: Number, reverse: bool = False
) -> Number:
    """Scan chunks side by side, then from chunk to chunk; as `in_one_level`.

    p_i = a_i p_{i-1},    l_i = a_i l_{i-1} + b_i    in each chunk; p_0 = 1, l_0 = 0
    s_k = p_end s_{k-1} + l_end                      from chunk to chunk
    h   = l + p s_{k-1}                              at each step of chunk k
    """
    if reverse:
        decay, inputs = ([ops.flip(p, 0) for p in parts] for parts in (decay, inputs))
    count, (length, *size) = len(decay), ops.shape(inputs[0])
    missing = -length % CHUNK
    chunks = (length + missing) // CHUNK

    def cut(part):  # What is appended comes after all that counts.
        part = ops.concatenate([part, ops.zeros((missing, *size), part.dtype)], 0)
        part = ops.reshape(part, (chunks, CHUNK, *size))
        return ops.transpose(part, [1, 0, 2, 3])

    def step(slices, states):
        decay, products, sums = slices[:count], states[:count], states[count:]
        sums = plus(times(decay, sums), slices[count:])
        return [*times(decay, products), *sums]

    sequences = [cut(part) for part in (*decay, *inputs)]
    zero = [ops.zeros_like(part[0]) for part in sequences[:count]]
    one = [ops.ones_like(zero[0]), *zero[1:]]
    results = _loop(step, sequences, [*one, *zero])
    products, sums = results[:count], results[count:]
    ends = ([part[-1] for part in parts] for parts in (products, sums))
    after = in_one_level(*ends, initial)
    before = [
        ops.concatenate([start[None], part[:-1]], 0)[None]
        for start, part in zip(initial, after, strict=True)
    ]
    states = plus(sums, times(products, before))
    states = [ops.transpose(part, [1, 0, 2, 3]) for part in states]
    shape = (chunks * CHUNK, *size)
    states = [ops.reshape(part, shape)[:length] for part in states]
    return [ops.flip(part, 0) for part in states] if reverse else states


def scan_parts(
    decay: Number, inputs: Number, initial: Number, reverse: bool = False
) -> Number:
    """Scan in one level or in two; `(batch, time, units)` to the same."""
    scan = in_one_level if works_here() and not has_gpu() else in_two_levels
    turned = (
        [ops.transpose(part, [1, 0, 2]) for part in parts] for parts in (decay, inputs)
    )
    states = scan(*turned, initial, reverse)
    return [ops.transpose(part, [1, 0, 2]) for part in states]


def gradient_of_scan(
    d_states: Number, decay: Number, states: Number, initial: Number
) -> tuple[Tensor, ...]:
    """Return the gradients of `decay`, `inputs` and `initial`; see `linear_scan`."""
    after = [ops.concatenate([a[:, 1:], ops.zeros_like(a[:, :1])], 1) for a in decay]
    nothing = [ops.zeros_like(part) for part in initial]
    d_inputs = scan_parts(_conjugate(after), d_states, nothing, reverse=True)
    before = [
        ops.concatenate([start[:, None], part[:, :-1]], 1)
        for start, part in zip(initial, states, strict=True)
    ]
    d_decay = times(d_inputs, _conjugate(before))
    first_decay, first = ([part[:, 0] for part in n] for n in (decay, d_inputs))
    return *d_decay, *d_inputs, *times(_conjugate(first_decay), first)


@functools.cache
def _compiled():
    """Return the scan and its gradient, each compiled."""
    compiled = functools.partial(tf.function, jit_compile=True, autograph=False)
    return compiled(scan_parts), compiled(gradient_of_scan)


def _differentiable(decay, inputs, initial):
    forward, backward = _compiled()
    count = len(decay)

    @tf.custom_gradient
    def run(*parts):
        # No tape may look inside: the gradient below is all it needs.
        stopped = [tf.stop_gradient(part) for part in parts]
        decay, initial = stopped[:count], stopped[2 * count :]
        states = forward(decay, stopped[count : 2 * count], initial)
        kept = [tf.stop_gradient(part) for part in states]

        # It depends on all parts too; a second derivative must meet `refuse`.
        @tf.custom_gradient
        def gradient(*d_states_and_parts):
            d_states = [tf.stop_gradient(d) for d in d_states_and_parts[:count]]
            return backward(d_states, decay, kept, initial), refuse

        return states, lambda *d_states: gradient(*d_states, *parts)

    return run(*decay, *inputs, *initial)


@functools.cache
def _traced():
    """Return the same for use in a graph: see `Recurrence.traced`."""
    return tf.function(_differentiable, autograph=False)


def scan_compiled(decay: Number, inputs: Number, initial: Number) -> Number:
    """Scan with TensorFlow, compiled; `(batch, time, units)` to the same."""
    batch, steps, units = inputs[0].shape
    size = tf.shape(inputs[0])
    rows = size[0] if batch is None else batch
    length = size[1] if steps is None else steps
    eager = tf.executing_eagerly()  # Any size may come; see `_sizes.py`.
    share = next_size(rows, BATCHES) if eager or batch is None else rows
    padded = next_size(length, LENGTHS) if eager or steps is None else length
    decay, inputs = (
        [pad(pad(part, 1, padded), 0, share) for part in parts]
        for parts in (decay, inputs)
    )
    initial = [pad(part, 0, share) for part in initial]
    states = (_differentiable if eager else _traced())(decay, inputs, initial)
    states = [crop(crop(part, 0, rows), 1, length) for part in states]
    for part in states:
        part.set_shape((batch, steps, units))
    return states
