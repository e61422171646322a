"""Nonlinear recurrences, one step after another, compiled by TensorFlow.

Here and in `_sizes.py`, and nowhere else, the engine speaks of TensorFlow. With another
backend the layers leave the loop to Keras.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from typing import Any

import keras
from keras import ops

from ._types import Tensor

if keras.backend.backend() == "tensorflow":
    import tensorflow as tf

# Both may take weights of their own, one after the other, as their last arguments.
Step = Callable[..., tuple[list[Tensor], list[Tensor]]]
StepBack = Callable[..., tuple[Any, ...]]


def works_here() -> bool:
    """Return whether this loop can run."""
    return keras.backend.backend() == "tensorflow"


def has_gpu() -> bool:
    """Return whether TensorFlow has a GPU, wherever a layer is placed."""
    return works_here() and bool(tf.config.list_logical_devices("GPU"))


def logistic(x: Tensor) -> Tensor:
    """Return `sigmoid(x)`, by way of `tanh`, which compiles to faster vector code."""
    return 0.5 + 0.5 * ops.tanh(0.5 * x)


def choose(
    condition: Tensor, values: Sequence[Tensor], otherwise: Sequence[Tensor]
) -> list[Tensor]:
    """Return `where(condition, value, other)` for each pair."""
    return [ops.where(condition, v, o) for v, o in zip(values, otherwise, strict=True)]


def valid_in_time(mask: Tensor | None) -> list[Tensor]:
    """Return, in a list, which steps count, `(time, batch, 1)`; none without a mask."""
    return [] if mask is None else [ops.transpose(mask[:, :, :1], [1, 0, 2])]


def sum_over_time(values: Tensor, d_sums: Tensor) -> Tensor:
    """Return the gradient of a kernel: the sum of `value^T d_sum` over all steps."""
    rows, d_rows = (tf.reshape(t, [-1, t.shape[-1]]) for t in (values, d_sums))
    return tf.matmul(rows, d_rows, transpose_a=True)


def time_loop(
    body: Callable[..., tuple[Sequence[Tensor], Sequence[Tensor]]],
    sequences: Sequence[Tensor],
    states: Sequence[Tensor],
    length: Any,
    span: tuple[Tensor, Tensor],
    reverse: bool = False,
) -> tuple[list[Tensor], list[Tensor]]:
    """Call `body` for every time step of `span` and stack what it records.

    Args:
        body: `(time, slices, states) -> (records, states)`, for one time step.
        sequences: Tensors of shape `(time, batch, ...)`, to be sliced for `body`.
        states: Tensors of shape `(batch, units)`.
        length: Number of time steps, of which `span` may leave out some.
        span: The first time step and the one after the last. Outside of it records
            are zeros and states stay as they are.
        reverse: Whether to run from the last step to the first.

    Returns:
        The records, each stacked to `(time, batch, ...)`, and the final states.
    """
    start, stop = span

    def time_at(count):
        return start + stop - 1 - count if reverse else count

    def slices_at(count):
        time = tf.clip_by_value(time_at(count), 0, length - 1)
        # Not `sequence[time]`: XLA would compile anew for every value of `span`.
        return [tf.gather(sequence, time) for sequence in sequences]

    def step(count, slices, states, stacks):
        time = time_at(count)
        # Forward, slicing one step ahead keeps the slice out of the loop nest that
        # does the arithmetic; with it, the compiler would not vectorise that loop
        # nest. Backward it does, and what need not be carried along is cheaper.
        here = slices_at(count) if reverse else slices
        records, states = body(time, here, states)
        stacks = [s.write(time, r) for s, r in zip(stacks, records, strict=True)]
        ahead = slices if reverse else slices_at(count + 1)
        return count + 1, ahead, list(states), stacks

    first = slices_at(start)
    stacks = [
        tf.TensorArray(record.dtype, length, element_shape=record.shape)
        for record in body(start, first, states)[0]
    ]
    carried = [] if reverse else first
    _, _, states, stacks = tf.while_loop(
        lambda count, *_: count < stop, step, (start, carried, list(states), stacks)
    )
    return [stack.stack() for stack in stacks], states


def derived(step: Step) -> tuple[Step, StepBack]:
    """Return a step that remembers its arguments, and its gradient by a tape."""

    def remembering(from_input, from_memory, states, *own):
        new_states, _ = step(from_input, from_memory, states, *own)
        return new_states, [from_input, from_memory, *states]

    def step_back(d_states, hidden_state, record, *own):
        # In the graph of the loop's body: a tape may miss what comes from outside.
        own = [tf.identity(weight) for weight in own]
        sources = [*record, *own]
        with tf.GradientTape() as tape:
            tape.watch(sources)
            new_states, _ = step(record[0], record[1], record[2:], *own)
        d_input, d_memory, *others = tape.gradient(
            new_states, sources, d_states, unconnected_gradients="zero"
        )
        count = len(d_states)
        return d_input, d_memory, others[:count], *others[count:]

    return remembering, step_back


def refuse(*_: Tensor) -> None:
    """Raise what a derivative of the gradient meets."""
    raise NotImplementedError(
        "The compiled loop over time has a gradient, but no derivative of that. Build "
        "the layer with `unroll=True` for gradients of gradients and for forward-mode "
        "derivatives."
    )


class Recurrence:
    """A recurrent network over time, compiled, with its gradient by BPTT.

    Forward, `h_t = step(x_t W + b, h_{t-1} U + d)` for t = 1 .. T. Backward, for
    t = T .. 1, `step_back` turns dL/dh_t into the gradients of the two sums; that of
    `h_{t-1} U` is carried on to `h_{t-1}`, where the loss may also arrive directly.
    The gradients of the weights, sums over time, are one large product each, after.
    A step may read weights of its own too; their gradients are added up on the way.

    One of them serves all layers of a family: TensorFlow keeps what XLA has compiled as
    long as the process lives (its `device_compilation_cache.h` says so), some 10 MB for
    each size. So a second layer of a size should find it, not add to it.

    Args:
        step: `(from_input, from_memory, states, *own) -> (states, record)`, where `own`
            are the step's own weights.
        step_back: `(d_states, hidden_state, record, *own) -> (d_from_input,
            d_from_memory, d_states, *d_own)`, where `d_states` leaves out what flows
            through `h_{t-1} U`. By default a tape finds it, at every step of the
            compiled loop.

    Source: Werbos (1990), "Backpropagation through time", Proc. IEEE 78(10).
    """

    def __init__(self, step: Step, step_back: StepBack | None = None) -> None:
        both = (step, step_back) if step_back else derived(step)
        self.step, self.step_back = both

    @functools.cached_property
    def forward(self) -> Callable[..., Any]:
        """The loop over time, compiled."""
        return tf.function(self._forward, jit_compile=True, autograph=False)

    @functools.cached_property
    def backward(self) -> Callable[..., Any]:
        """The loop back through time, compiled."""
        return tf.function(self._backward, jit_compile=True, autograph=False)

    @functools.cached_property
    def traced(self) -> Callable[..., Any]:
        """Both loops, for use in a graph.

        TensorFlow keeps every graph in which a custom gradient was defined, and with it
        the variables of the model (issue 27492). So it is defined in a graph of its
        own, one for each size.
        """
        return tf.function(self._differentiable, autograph=False)

    def __call__(
        self,
        inputs: Tensor,
        mask: Tensor | None,
        span: tuple[Tensor, Tensor],
        weights: Sequence[Tensor],
        states: Sequence[Tensor],
        training: bool,
    ) -> list[Tensor]:
        """Return hidden states `(batch, time, units)` and the final states.

        Args:
            inputs: Shape `(batch, time, features)`.
            mask: None, or booleans of shape `(batch, time, 2)`: where first False, the
                states stay as they were; where second False, the output is zero.
            span: The first time step with a valid row, and the one after the last.
            weights: `[W, b, U, d]`, and after them the step's own.
            states: Initial states, each of shape `(batch, units)`.
            training: Whether to remember what BPTT needs. Without it, a gradient is
                still right, but repeats the forward pass.
        """
        run = self._differentiable if tf.executing_eagerly() else self.traced
        return run(inputs, mask, span, weights, states, training)

    def _differentiable(self, inputs, mask, span, weights, states, training):
        def stopped(tensors):
            # No tape may look inside: the gradients below are all it needs.
            inputs, *rest = (tf.stop_gradient(tensor) for tensor in tensors)
            return inputs, mask, span, rest[: len(weights)], rest[len(weights) :]

        @tf.custom_gradient
        def run(*tensors):
            arguments = stopped(tensors)
            hidden, final_states, past = self.forward(*arguments, training)
            results = hidden, *final_states
            past = [tf.stop_gradient(record) for record in past]

            # They depend on the sources too; a second derivative must meet `refuse`.
            @tf.custom_gradient
            def gradients(*all_tensors):
                d_results = map(tf.stop_gradient, all_tensors[: len(results)])
                history = past if training else self.forward(*arguments, True)[2]
                return self._gradients(d_results, history, arguments), refuse

            return results, lambda *d_results: gradients(*d_results, *tensors)

        return run(inputs, *weights, *states)

    def _forward(self, inputs, mask, span, weights, states, remember):
        kernel, bias, recurrent_kernel, recurrent_bias, *own = weights
        sequences = valid_in_time(mask)
        # For a single row, one large product reads the kernel once, not at each step.
        single = inputs.shape[0] == 1
        if single:
            from_inputs = ops.transpose(ops.matmul(inputs, kernel) + bias, [1, 0, 2])
            sequences = [*sequences, from_inputs]

        def body(time, slices, states):
            if single:
                from_input = slices[-1]
            else:
                from_input = ops.matmul(tf.gather(inputs, time, axis=1), kernel) + bias
            from_memory = ops.matmul(states[0], recurrent_kernel) + recurrent_bias
            new_states, record = self.step(from_input, from_memory, states, *own)
            if mask is not None:
                new_states = choose(slices[0], new_states, states)
            return [new_states[0], *record] if remember else new_states[:1], new_states

        length = inputs.shape[1] or tf.shape(inputs)[1]
        records, states = time_loop(body, sequences, states, length, span)
        # What is done here and not by the caller is compiled, and much faster.
        hidden = ops.transpose(records[0], [1, 0, 2])
        if mask is not None:
            after = (tf.range(length) >= span[1])[:, None]
            hidden = ops.where(after, states[0][:, None], hidden)
            hidden = ops.where(mask[:, :, 1:], hidden, ops.zeros_like(hidden))
        return hidden, states, records if remember else []

    def _backward(self, d_hidden, d_states, history, mask, span, recurrent_kernel, own):
        length = d_hidden.shape[1] or tf.shape(d_hidden)[1]
        if mask is not None:
            d_hidden = ops.where(mask[:, :, 1:], d_hidden, ops.zeros_like(d_hidden))
            after = ops.cast(tf.range(length) >= span[1], d_hidden.dtype)[:, None]
            d_states = [d_states[0] + ops.sum(d_hidden * after, 1), *d_states[1:]]
        d_hidden = ops.transpose(d_hidden, [1, 0, 2])
        transposed = ops.transpose(recurrent_kernel)

        count = len(d_states)

        def body(time, slices, carried):
            d_states, d_own = carried[:count], carried[count:]
            d_hidden, hidden, *record = slices[: 1 + len(history)]
            d_states = [d_states[0] + d_hidden, *d_states[1:]]
            arriving = d_states
            if own and mask is not None:  # A masked row adds nothing to `d_own`.
                arriving = choose(slices[-1], d_states, map(ops.zeros_like, d_states))
            d_input, d_memory, d_before, *added = self.step_back(
                arriving, hidden, record, *own
            )
            d_own = [d + more for d, more in zip(d_own, added, strict=True)]
            d_before = [d_before[0] + ops.matmul(d_memory, transposed), *d_before[1:]]
            d_sums = [d_input] if d_memory is d_input else [d_input, d_memory]
            if mask is not None:
                zeros = [ops.zeros_like(d_sum) for d_sum in d_sums]
                d_sums = choose(slices[-1], d_sums, zeros)
                d_before = choose(slices[-1], d_before, d_states)
            return d_sums, [*d_before, *d_own]

        sequences = [d_hidden, *history, *valid_in_time(mask)]
        carried = [*d_states, *map(tf.zeros_like, own)]
        d_sums, carried = time_loop(
            body, sequences, carried, length, span, reverse=True
        )
        return d_sums, carried[:count], carried[count:]

    def _gradients(self, d_results, history, arguments):
        """Return the gradients of inputs, weights and initial states."""
        d_hidden, *d_states = d_results
        inputs, mask, span, weights, states = arguments
        (d_input, *d_memory), d_initial, d_own = self.backward(
            d_hidden, d_states, history, mask, span, weights[2], weights[4:]
        )
        (d_memory,) = d_memory or [d_input]
        d_inputs = tf.tensordot(d_input, weights[0], [[2], [1]])
        d_kernel = sum_over_time(tf.transpose(inputs, [1, 0, 2]), d_input)
        # No step has seen the last state; the first has seen the initial one.
        d_recurrent = sum_over_time(history[0][:-1], d_memory[1:])
        d_recurrent += sum_over_time(states[0], tf.gather(d_memory, span[0]))
        return (
            tf.transpose(d_inputs, [1, 0, 2]),
            *(d_kernel, tf.reduce_sum(d_input, [0, 1])),
            *(d_recurrent, tf.reduce_sum(d_memory, [0, 1])),
            *(*d_own, *d_initial),
        )
