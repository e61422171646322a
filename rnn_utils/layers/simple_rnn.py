"""The simple recurrent network of Elman (1990), as a drop-in Keras 3 layer.

This file works alone: copy it into any project that has Keras. In a new process, import
it before you load a model that was saved with it:

    from simple_rnn import SimpleRNN
"""

from __future__ import annotations

import functools
import math
import numbers
import os
from collections.abc import Callable, Sequence
from typing import Any, TypeAlias

import keras
from keras import ops

if keras.backend.backend() == "tensorflow":
    import tensorflow as tf


def simple_rnn_step(
    from_input: Tensor,
    from_memory: Tensor,
    activation: Callable[[Tensor], Tensor] = ops.tanh,
) -> tuple[Tensor, dict[str, Tensor]]:
    """One time step of a simple recurrent network.

        h_t = tanh(a_t),    a_t = x_t W + b + h_{t-1} U

    Args:
        from_input: `x_t W + b`, shape `(batch, units)`.
        from_memory: `h_{t-1} U`, shape `(batch, units)`.
        activation: What stands in for tanh.

    Returns:
        The hidden state `h_t`, and a dict with `a_t` as `pre_activation`; both of shape
        `(batch, units)`.

    Source: Elman (1990), "Finding structure in time", Cognitive Science 14(2), whose
    context units hold `h_{t-1}`.
    """
    pre_activation = from_input + from_memory
    return activation(pre_activation), {"pre_activation": pre_activation}


def simple_rnn_step_back(d_hidden: Tensor, hidden_state: Tensor) -> Tensor:
    """The same time step backwards, for backpropagation through time (BPTT).

    Write `dv` for the gradient dL/dv of the loss. The loss sees `h_t` twice: directly,
    and through the next step's `a_{t+1} = ... + h_t U`. The chain rule adds the two:

        dh_t = (direct part) + da_{t+1} U^T

    tanh has the derivative 1 - tanh^2, and `h_t` is that tanh, so

        da_t = dh_t (1 - h_t^2)

    Every step uses the same weights, so their gradients are sums over time:

        dW = sum_t x_t^T da_t,    dU = sum_t h_{t-1}^T da_t,    db = sum_t da_t

    Args:
        d_hidden: `dh_t`, both parts, shape `(batch, units)`.
        hidden_state: `h_t`, shape `(batch, units)`.

    Returns:
        `da_t`, shape `(batch, units)`.

    Source: Werbos (1990), "Backpropagation through time", Proc. IEEE 78(10).
    """
    return d_hidden * (1 - hidden_state * hidden_state)


# ==== Shared by simple_rnn.py, lstm.py and gru.py, word for word: a test compares. ====

# Every new shape costs a compilation, so sizes that vary are padded up to one of these.
_LENGTHS = [2**power for power in range(4, 31)]
_BATCHES = [1, 2, 3] + [m << power for power in range(28) for m in (4, 5, 6, 7)]
# Two halves of a batch run side by side: cores need not meet at every time step.
_HALVES = min(2, os.cpu_count() or 1)
# Below so many multiplications a time step, starting a second half costs more.
_WORTH_SPLITTING = 300_000

# A tensor of the backend in use, an array, or a symbolic `keras.KerasTensor`.
Tensor: TypeAlias = Any
# What Keras finds a function or an object by: its name, its config, or itself.
Identifier: TypeAlias = str | dict[str, Any] | Callable[..., Any] | None
# Sizes of the axes of a tensor; None where one is open.
Shape: TypeAlias = tuple[int | None, ...]


def _passed_on(arguments):
    """Return a constructor's `locals()` as keywords for the constructor above it."""
    own = ("self", "kwargs", "__class__")
    given = {name: value for name, value in arguments.items() if name not in own}
    return {**given, **arguments["kwargs"]}


def _logistic(x):
    """Return `sigmoid(x)`, by way of `tanh`, which compiles to faster vector code."""
    return 0.5 + 0.5 * ops.tanh(0.5 * x)


def _choose(condition, values, otherwise):
    """Return `where(condition, value, other)` for each pair."""
    return [ops.where(condition, v, o) for v, o in zip(values, otherwise, strict=True)]


def _fits(shape, expected):
    """Return whether a shape is as expected; None stands for any size in either."""
    return len(shape) == len(expected) and all(
        None in pair or pair[0] == pair[1] for pair in zip(shape, expected, strict=True)
    )


def _require(condition, argument, expected, received):
    """Raise a ValueError that names the argument unless `condition` holds."""
    if not condition:
        if hasattr(received, "dtype"):
            dtype = keras.backend.standardize_dtype(received.dtype)
            received = f"shape {tuple(received.shape)} and dtype {dtype}"
        raise ValueError(f"`{argument}` must be {expected}. Received: {received}")


def _check_units(units):
    whole = isinstance(units, numbers.Integral) and not isinstance(units, bool)
    _require(whole and units > 0, "units", "a positive integer", repr(units))


def _check_sequences(shape, cell):
    features = cell.kernel.shape[0] if cell.built else None
    expected = f"of shape (batch, at least 1 time step, {features or 'features'})"
    fits = _fits(shape, (None, None, features)) and shape[1] != 0
    _require(fits, "sequences", expected, f"shape {tuple(shape)}")


def _check_mask(mask, shape):
    dtype = keras.backend.standardize_dtype(getattr(mask, "dtype", "string"))
    fits = dtype not in ("string", "complex64", "complex128") and _fits(
        mask.shape, shape
    )
    _require(fits, "mask", f"booleans of shape {shape}", mask)


def _check_states(argument, states, cell, batch):
    shapes = [tuple(getattr(state, "shape", ())) for state in states]
    count = len(cell.get_initial_state(batch_size=1))
    fits = len(shapes) == count and all(_fits(s, (batch, cell.units)) for s in shapes)
    expected = f"{count} array(s) of shape ({batch or 'batch'}, {cell.units})"
    _require(fits, argument, expected, f"{len(shapes)} of shapes {shapes}")


def _next_size(size, sizes):
    """Return the smallest of `sizes` that is at least `size` (an int or a tensor)."""
    if isinstance(size, int):
        return next(candidate for candidate in sizes if candidate >= size)
    return tf.reduce_min(tf.where(sizes >= size, sizes, sizes[-1]))


def _pad(tensor, axis, size):
    """Append zeros (False to a mask) along `axis` until it has `size` entries."""
    if tensor is None or (isinstance(size, int) and tensor.shape[axis] == size):
        return tensor
    missing = tf.unstack(tf.shape(tensor))
    missing[axis] = size - missing[axis]
    return tf.concat([tensor, tf.zeros(tf.stack(missing), tensor.dtype)], axis)


def _crop(tensor, axis, size):
    """Undo `_pad` along axis 0 or 1; what has the right size is not touched."""
    if isinstance(size, int) and tensor.shape[axis] == size:
        return tensor
    return tensor[:, :size] if axis else tensor[:size]


def _span(mask, steps):
    """Return the first time step that is valid in any row, and one after the last."""
    if mask is None:
        return tf.constant(0), tf.convert_to_tensor(steps)
    valid = tf.reduce_any(mask, 0)
    first, trailing = (
        tf.argmax(v, output_type=tf.int32) for v in (valid, tf.reverse(valid, [0]))
    )
    return first, tf.where(tf.reduce_any(valid), steps - trailing, first)


def _valid_in_time(mask):
    """Return, in a list, which steps count, `(time, batch, 1)`; none without a mask."""
    return [] if mask is None else [ops.transpose(mask[:, :, :1], [1, 0, 2])]


def _time_loop(body, sequences, states, length, span, reverse=False):
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
        records, states = body(time, slices, states)
        stacks = [s.write(time, r) for s, r in zip(stacks, records, strict=True)]
        # Slicing one step ahead keeps the slice out of the loop nest that does the
        # arithmetic; with it, the compiler would not vectorise that loop nest.
        return count + 1, slices_at(count + 1), list(states), stacks

    first = slices_at(start)
    stacks = [
        tf.TensorArray(record.dtype, length, element_shape=record.shape)
        for record in body(start, first, states)[0]
    ]
    _, _, states, stacks = tf.while_loop(
        lambda count, *_: count < stop, step, (start, first, list(states), stacks)
    )
    return [stack.stack() for stack in stacks], states


class _Recurrence:
    """A recurrent network over time, compiled, with its gradient by BPTT.

    Forward, `h_t = step(x_t W + b, h_{t-1} U + d)` for t = 1 .. T. Backward, for
    t = T .. 1, `step_back` turns dL/dh_t into the gradients of the two sums; that of
    `h_{t-1} U` is carried on to `h_{t-1}`, where the loss may also arrive directly.
    The gradients of the weights, sums over time, are one large product each, after.

    Args:
        step: `(from_input, from_memory, states) -> (states, record)`.
        step_back: `(d_states, hidden_state, record) -> (d_from_input, d_from_memory,
            d_states)`, where the last leaves out what flows through `h_{t-1} U`.

    Source: Werbos (1990), "Backpropagation through time", Proc. IEEE 78(10).
    """

    def __init__(self, step, step_back):
        self.step = step
        self.step_back = step_back

    @functools.cached_property
    def forward(self) -> Callable[..., Any]:
        """The loop over time, compiled."""
        return tf.function(self._forward, jit_compile=True, autograph=False)

    @functools.cached_property
    def backward(self) -> Callable[..., Any]:
        """The loop back through time, compiled."""
        return tf.function(self._backward, jit_compile=True, autograph=False)

    def _forward(self, inputs, mask, span, weights, states, remember):
        kernel, bias, recurrent_kernel, recurrent_bias = weights
        sequences = _valid_in_time(mask)
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
            new_states, record = self.step(from_input, from_memory, states)
            if mask is not None:
                new_states = _choose(slices[0], new_states, states)
            return [new_states[0], *record] if remember else new_states[:1], new_states

        length = inputs.shape[1] or tf.shape(inputs)[1]
        records, states = _time_loop(body, sequences, states, length, span)
        # What is done here and not by the caller is compiled, and much faster.
        hidden = ops.transpose(records[0], [1, 0, 2])
        if mask is not None:
            after = (tf.range(length) >= span[1])[:, None]
            hidden = ops.where(after, states[0][:, None], hidden)
            hidden = ops.where(mask[:, :, 1:], hidden, ops.zeros_like(hidden))
        return hidden, states, records if remember else []

    def _backward(self, d_hidden, d_states, history, mask, span, recurrent_kernel):
        length = d_hidden.shape[1] or tf.shape(d_hidden)[1]
        if mask is not None:
            d_hidden = ops.where(mask[:, :, 1:], d_hidden, ops.zeros_like(d_hidden))
            after = ops.cast(tf.range(length) >= span[1], d_hidden.dtype)[:, None]
            d_states = [d_states[0] + ops.sum(d_hidden * after, 1), *d_states[1:]]
        d_hidden = ops.transpose(d_hidden, [1, 0, 2])
        transposed = ops.transpose(recurrent_kernel)

        def body(time, slices, d_states):
            d_hidden, hidden, *record = slices[: 1 + len(history)]
            d_states = [d_states[0] + d_hidden, *d_states[1:]]
            d_input, d_memory, d_before = self.step_back(d_states, hidden, record)
            d_before = [d_before[0] + ops.matmul(d_memory, transposed), *d_before[1:]]
            d_sums = [d_input] if d_memory is d_input else [d_input, d_memory]
            if mask is not None:
                zeros = [ops.zeros_like(d_sum) for d_sum in d_sums]
                d_sums = _choose(slices[-1], d_sums, zeros)
                d_before = _choose(slices[-1], d_before, d_states)
            return d_sums, d_before

        sequences = [d_hidden, *history, *_valid_in_time(mask)]
        return _time_loop(body, sequences, d_states, length, span, reverse=True)

    def __call__(self, inputs, mask, span, weights, states, training):
        """Return hidden states `(batch, time, units)` and the final states.

        Args:
            inputs: Shape `(batch, time, features)`.
            mask: None, or booleans of shape `(batch, time, 2)`: where first False, the
                states stay as they were; where second False, the output is zero.
            span: The first time step with a valid row, and the one after the last.
            weights: `[W, b, U, d]`.
            states: Initial states, each of shape `(batch, units)`.
            training: Whether to remember what BPTT needs. Without it, a gradient is
                still right, but repeats the forward pass.
        """

        @tf.custom_gradient
        def run(*tensors):
            # No tape may look inside: the gradient below is all it needs.
            inputs, *tensors = (tf.stop_gradient(tensor) for tensor in tensors)
            weights, states = tensors[:4], tensors[4:]
            arguments = (inputs, mask, span, weights, states)
            hidden, final_states, past = self.forward(*arguments, remember=training)

            def gradient(d_hidden, *d_states):
                history = past if training else self.forward(*arguments, True)[2]
                (d_input, *d_memory), d_initial = self.backward(
                    d_hidden, d_states, history, mask, span, weights[2]
                )
                (d_memory,) = d_memory or [d_input]
                d_inputs = tf.tensordot(d_input, weights[0], [[2], [1]])
                d_kernel = _sum_over_time(tf.transpose(inputs, [1, 0, 2]), d_input)
                # No step has seen the last state; the first has seen the initial one.
                d_recurrent = _sum_over_time(history[0][:-1], d_memory[1:])
                d_recurrent += _sum_over_time(states[0], tf.gather(d_memory, span[0]))
                return (
                    tf.transpose(d_inputs, [1, 0, 2]),
                    *(d_kernel, tf.reduce_sum(d_input, [0, 1])),
                    *(d_recurrent, tf.reduce_sum(d_memory, [0, 1])),
                    *d_initial,
                )

            return (hidden, *final_states), gradient

        return run(inputs, *weights, *states)


def _sum_over_time(values, d_sums):
    """Return the gradient of a kernel: the sum of `value^T d_sum` over all steps."""
    rows, d_rows = (tf.reshape(t, [-1, t.shape[-1]]) for t in (values, d_sums))
    return tf.matmul(rows, d_rows, transpose_a=True)


class _SteppableCell:
    """Adds to a Keras cell: steps by hand, named gates, errors that say what is wrong.

    The equations are in `advance(inputs, states, training)`, which returns the list of
    new states and a dict of gate activations, named as in `gate_names`.
    """

    def __init__(self, units: int, **kwargs: Any) -> None:
        _check_units(units)
        super().__init__(int(units), **kwargs)

    def call(
        self,
        inputs: Tensor,
        states: Tensor | Sequence[Tensor],
        training: bool = False,
    ) -> tuple[Tensor, Tensor | list[Tensor]]:
        """Advance one time step; `states` is a list, or one tensor if there is one."""
        nested = isinstance(states, (list, tuple))
        old_states = list(states) if nested else [states]
        new_states, _ = self.advance(inputs, old_states, training)
        return new_states[0], new_states if nested else new_states[0]

    def step(
        self, inputs: Tensor, states: Sequence[Tensor], return_gates: bool = False
    ) -> tuple[Any, ...]:
        """Advance one time step, as the layer does at each step of a sequence.

        Args:
            inputs: `x_t`, shape `(batch, features)`.
            states: List of states, each of shape `(batch, units)`; to begin with,
                `cell.get_initial_state(batch_size)`.
            return_gates: Whether to return the gate activations too.

        Returns:
            The output `(batch, units)`, the list of new states, and, if asked for, a
            dict of gate activations, each `(batch, units)`.

        Raises:
            ValueError: If `inputs` or `states` have the wrong shape or number.
        """
        features = self.kernel.shape[0] if self.built else None
        shape = getattr(inputs, "shape", ())
        expected = f"of shape (batch, {features or 'features'})"
        _require(_fits(shape, (None, features)), "inputs", expected, inputs)
        _check_states("states", states, self, shape[0])
        inputs, *states = (
            ops.cast(tensor, self.compute_dtype) for tensor in (inputs, *states)
        )
        if not self.built:
            self.build(inputs.shape)
        states, gates = self.advance(inputs, states, training=False)
        return (states[0], states, gates) if return_gates else (states[0], states)

    def _project(self, values, kernel, masks, bias=None):
        """Return `values @ kernel + bias`, with no dropout mask, one, or one a gate."""
        kernel = ops.cast(kernel, values.dtype)
        if masks is None:
            product = ops.matmul(values, kernel)
        elif not isinstance(masks, (list, tuple)):
            product = ops.matmul(values * masks, kernel)
        else:
            parts = ops.split(kernel, kernel.shape[-1] // self.units, axis=-1)
            pairs = zip(masks, parts, strict=False)  # The third may act after a reset.
            product = [ops.matmul(values * mask, part) for mask, part in pairs]
            product = ops.concatenate(product, axis=-1)
        return product if bias is None else product + ops.cast(bias, values.dtype)

    def _dropout_masks(self, inputs, hidden_state, training):
        """Return the masks for input and memory: drawn once, used at all time steps."""
        if not training:
            return None, None
        from_memory = self.get_recurrent_dropout_mask(hidden_state)
        return self.get_dropout_mask(inputs), from_memory


class _GateRecorder:
    """Stands in for a cell; its output is the hidden state and all gates in a row.

    Keras wants the first state to be the last output, so that comes before the cell's.
    """

    def __init__(self, cell, training):
        self.cell = cell
        self.training = training
        self.output_size = (1 + len(cell.gate_names)) * cell.units
        self.state_size = [self.output_size, cell.units]

    def call(self, inputs, states):
        """Advance one time step."""
        states, gates = self.cell.advance(inputs, list(states[1:]), self.training)
        record = ops.concatenate([states[0], *gates.values()], axis=-1)
        return record, [record, *states]

    __call__ = call


class _FastRecurrent:
    """Adds to a Keras layer: gate activations, a fast kernel, errors that say more.

    A layer names its `cell_class` and its `recurrence`, and says in `_kernel_computes`
    whether that computes what the cell is configured for.
    """

    def __init__(
        self, units: int, *, return_gates: bool = False, **kwargs: Any
    ) -> None:
        _check_units(units)
        super().__init__(int(units), **kwargs)
        # Keras built its own cell from the arguments. Ours has the same attributes and
        # random seeds, so that only the class has to change.
        self.cell.__class__ = self.cell_class
        self.input_spec = None  # Our own checks say more.
        self.return_gates = return_gates
        self._gates = None

    def build(self, sequences_shape: Shape, initial_state_shape: Any = None) -> None:
        """Create the weights for sequences of shape `(batch, time, features)`."""
        _check_sequences(sequences_shape, self.cell)
        super().build(sequences_shape, initial_state_shape)

    def call(
        self,
        sequences: Tensor,
        initial_state: Tensor | Sequence[Tensor] | None = None,
        mask: Tensor | None = None,
        training: bool = False,
    ) -> Any:
        """Run over whole sequences; the class documents arguments and results."""
        _check_sequences(sequences.shape, self.cell)
        batch, steps = sequences.shape[:2]
        mask = mask[0] if isinstance(mask, (list, tuple)) and mask else mask
        if mask is not None:
            _check_mask(mask, (batch, steps))
        if self.stateful and batch is None:
            # `fit` leaves the batch's size open; Keras before 3.14 needs a number.
            batch = self.states[0].shape[0]
            sequences = ops.reshape(sequences, (batch, *ops.shape(sequences)[1:]))
        if initial_state is not None:
            initial_state = keras.tree.flatten(initial_state)
            _check_states("initial_state", initial_state, self.cell, batch)
        outputs = super().call(sequences, initial_state, mask=mask, training=training)
        if not self.return_gates:
            return outputs
        gates, self._gates = self._gates, None
        outputs = outputs if self.return_state else (outputs,)
        return *outputs, dict(zip(self.cell.gate_names, gates, strict=True))

    def compute_output_shape(
        self, sequences_shape: Shape, initial_state_shape: Any = None
    ) -> Any:
        """Return the shapes of what `call` returns."""
        shapes = super().compute_output_shape(sequences_shape)
        if not self.return_gates:
            return shapes
        gate = (*sequences_shape[:2], self.units)
        shapes = shapes if self.return_state else (shapes,)
        return *shapes, dict.fromkeys(self.cell.gate_names, gate)

    def compute_mask(self, sequences: Tensor, previous_mask: Tensor | None) -> Any:
        """Return a mask for whole output sequences, None for all other results."""
        masks = super().compute_mask(sequences, previous_mask)
        if not self.return_gates:
            return masks
        masks = masks if self.return_state else [masks]
        return [*masks, dict.fromkeys(self.cell.gate_names)]

    def get_config(self) -> dict[str, Any]:
        """Return the constructor's arguments."""
        return {**super().get_config(), "return_gates": self.return_gates}

    def inner_loop(
        self,
        sequences: Tensor,
        initial_state: Sequence[Tensor],
        mask: Tensor | None,
        training: bool = False,
    ) -> tuple[Tensor, Tensor, list[Tensor]]:
        """Go through time: recording the gates, compiled, or as Keras does."""
        if self.return_gates:
            return self._recording_loop(sequences, initial_state, mask, training)
        if self._kernel_fits():
            return self._compiled_loop(sequences, initial_state, mask, training)
        return super().inner_loop(sequences, initial_state, mask, training=training)

    def _recording_loop(self, sequences, initial_state, mask, training):
        options = ("go_backwards", "stateful", "unroll", "zero_output_for_mask", "name")
        loop = keras.layers.RNN(
            _GateRecorder(self.cell, training),
            return_sequences=True,
            **{option: getattr(self, option) for option in options},
        )
        empty = ops.zeros((ops.shape(sequences)[0], loop.cell.output_size))
        states = [ops.cast(empty, self.compute_dtype), *initial_state]
        _, records, (_, *states) = loop.inner_loop(sequences, states, mask)
        outputs, *gates = ops.split(records, 1 + len(self.cell.gate_names), axis=-1)
        if mask is not None:
            valid = ops.expand_dims(ops.cast(mask, "bool"), -1)
            valid = ops.flip(valid, 1) if self.go_backwards else valid
            gates = [ops.where(valid, gate, ops.zeros_like(gate)) for gate in gates]
        self._gates = tuple(ops.cast(gate, self.compute_dtype) for gate in gates)
        return outputs[:, -1], outputs, states

    def _kernel_fits(self):
        """Return whether the compiled kernel can and should do this layer's work."""
        return (
            keras.backend.backend() == "tensorflow"
            and not tf.config.list_logical_devices("GPU")  # Keras has a kernel there.
            and self.compute_dtype in ("float32", "float64")
            and not self.unroll
            and not self.recurrent_dropout
            and getattr(self, "use_cudnn", "auto") is not True
            and self.activation is keras.activations.tanh
            and self._kernel_computes()
        )

    def _compiled_loop(self, sequences, states, mask, training):
        """Do the work of `inner_loop` with the compiled kernel, half by half."""
        sequences = ops.cast(sequences, self.compute_dtype)
        dropout_mask, _ = self.cell._dropout_masks(sequences[:, 0], states[0], training)
        if dropout_mask is not None:
            sequences = sequences * dropout_mask[:, None]
        mask = None if mask is None else tf.cast(mask, tf.bool)
        if self.go_backwards:
            sequences = tf.reverse(sequences, [1])
            mask = None if mask is None else tf.reverse(mask, [1])
        batch, steps = sequences.shape[:2]
        span = _span(mask, tf.shape(sequences)[1] if steps is None else steps)
        shown = mask
        if mask is not None:
            if not self.zero_output_for_mask:  # Masked steps repeat the last valid one.
                shown = tf.cumsum(tf.cast(mask, tf.int32), 1) > 0
            mask = tf.stack([mask, shown], -1)
        eager = tf.executing_eagerly()  # Nothing runs side by side; any size may come.
        kernels = self.cell.kernel, self.cell.recurrent_kernel
        work = (batch or 32) * sum(math.prod(kernel.shape) for kernel in kernels)
        halves = 1 if eager or batch == 1 or work < _WORTH_SPLITTING else _HALVES
        rows = -(-(tf.shape(sequences)[0] if batch is None else batch) // halves)
        rows = _next_size(rows, _BATCHES) if eager or batch is None else rows
        arguments = [_pad(a, 0, rows * halves) for a in (sequences, mask, *states)]
        pieces = [[a] * halves if a is None else tf.split(a, halves) for a in arguments]
        results = [
            self._run_kernel(*piece, span=span, training=training)
            for piece in zip(*pieces, strict=True)
        ]
        count = tf.shape(sequences)[0] if batch is None else batch
        joined = (tf.concat(pieces, 0) for pieces in zip(*results, strict=True))
        hidden, *states = (_crop(tensor, 0, count) for tensor in joined)
        hidden.set_shape((batch, steps, self.units))
        last = states[0]
        if mask is not None:
            last = tf.where(shown[:, -1:], last, tf.zeros_like(last))
        return last, hidden if self.return_sequences else last[:, None], states

    def _run_kernel(self, sequences, mask, *states, span, training):
        """Return all hidden states `(batch, time, units)` and the final states."""
        steps = sequences.shape[1]
        length = steps
        if steps is None or tf.executing_eagerly():
            steps = tf.shape(sequences)[1] if steps is None else steps
            length = _next_size(steps, _LENGTHS)
        cell, width = self.cell, self.cell.kernel.shape[1]
        biases = (
            tf.zeros(width, sequences.dtype) if b is None else b for b in cell._biases()
        )
        kernels = cell.kernel, cell.recurrent_kernel
        weights = [
            tf.convert_to_tensor(w)
            for pair in zip(kernels, biases, strict=True)
            for w in pair
        ]
        sequences, mask = _pad(sequences, 1, length), _pad(mask, 1, length)
        hidden, *states = self.recurrence(
            sequences, mask, span, weights, states, bool(training)
        )
        return _crop(hidden, 1, steps), *states


# ==== End of the shared part. ====


def _step(from_input, from_memory, states):
    hidden_state, _ = simple_rnn_step(from_input, from_memory)
    return [hidden_state], []


def _step_back(d_states, hidden_state, record):
    d_pre_activation = simple_rnn_step_back(d_states[0], hidden_state)
    return d_pre_activation, d_pre_activation, [0.0]


@keras.saving.register_keras_serializable(package="rnn_utils")
class SimpleRNNCell(_SteppableCell, keras.layers.SimpleRNNCell):
    """One step of a simple recurrent network: see `simple_rnn_step`.

    Takes the arguments of `keras.layers.SimpleRNNCell`, which `SimpleRNN` explains, and
    has the same weights: `kernel` W `(features, units)`, `recurrent_kernel` U
    `(units, units)` and `bias` b `(units,)`.

    Call arguments:
        inputs: `x_t`, shape `(batch, features)`.
        states: `[h_{t-1}]`, shape `(batch, units)`.
        training: Whether to apply dropout.

    Returns:
        `h_t` and the new states `[h_t]`; `step` can return `pre_activation` too.

    Raises:
        ValueError: If `units` is not a positive integer.

    Source: Elman (1990), "Finding structure in time", Cognitive Science 14(2).
    """

    gate_names = ("pre_activation",)

    def __init__(
        self,
        units: int,
        activation: Identifier = "tanh",
        use_bias: bool = True,
        kernel_initializer: Identifier = "glorot_uniform",
        recurrent_initializer: Identifier = "orthogonal",
        bias_initializer: Identifier = "zeros",
        kernel_regularizer: Identifier = None,
        recurrent_regularizer: Identifier = None,
        bias_regularizer: Identifier = None,
        kernel_constraint: Identifier = None,
        recurrent_constraint: Identifier = None,
        bias_constraint: Identifier = None,
        dropout: float = 0.0,
        recurrent_dropout: float = 0.0,
        seed: int | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(**_passed_on(locals()))

    def advance(
        self, inputs: Tensor, states: Sequence[Tensor], training: bool
    ) -> tuple[list[Tensor], dict[str, Tensor]]:
        """Return the new states and the gates; see `simple_rnn_step`."""
        masks = self._dropout_masks(inputs, states[0], training)
        from_input = self._project(inputs, self.kernel, masks[0], self.bias)
        from_memory = self._project(states[0], self.recurrent_kernel, masks[1])
        hidden_state, gates = simple_rnn_step(from_input, from_memory, self.activation)
        return [hidden_state], gates

    def _biases(self):
        return self.bias, None


@keras.saving.register_keras_serializable(package="rnn_utils")
class SimpleRNN(_FastRecurrent, keras.layers.SimpleRNN):
    """A simple recurrent network over whole sequences: see `simple_rnn_step`.

    A drop-in for `keras.layers.SimpleRNN`: same arguments, weights and results, faster
    on a CPU. With TensorFlow and the default activation, without recurrent dropout and
    `unroll`, it runs on a compiled kernel whose gradient is `simple_rnn_step_back`;
    gradients of gradients need `unroll=True`.

    Args:
        units: Size of the hidden state, a positive integer.
        activation: What makes `h_t` of `a_t`.
        use_bias: Whether there is a bias b.
        kernel_initializer: Draws W.
        recurrent_initializer: Draws U.
        bias_initializer: Draws b.
        kernel_regularizer: Penalty on W that the loss takes in.
        recurrent_regularizer: The same on U.
        bias_regularizer: The same on the bias.
        activity_regularizer: The same on what the layer returns.
        kernel_constraint: What W must fulfil after every update.
        recurrent_constraint: The same of U.
        bias_constraint: The same of the bias.
        dropout: Share of `x_t` that is dropped in training, alike at all steps.
        recurrent_dropout: The same of `h_{t-1}`.
        return_sequences: Whether to return all hidden states, not the last one only.
        return_state: Whether to return the final states too.
        go_backwards: Whether to read the sequences from their ends.
        stateful: Whether each batch goes on from the final states of the last one.
        unroll: Whether to write the steps out one after the other, without a loop.
        seed: Seed of what is dropped.
        return_gates: Whether to return, as the last result, a dict with the activations
            over time: `pre_activation`, shape `(batch, time, units)`, in the order of
            processing, with zeros at masked steps. Slower; not inside `Bidirectional`.
        **kwargs: What `keras.layers.RNN` and `keras.layers.Layer` take, such as `name`,
            `dtype` and `zero_output_for_mask`.

    Call arguments:
        sequences: Shape `(batch, time, features)`.
        initial_state: None, or `[h_0]` of shape `(batch, units)`.
        mask: None, or booleans `(batch, time)`; False skips a step.
        training: Whether to apply dropout.

    Returns:
        The last hidden state `(batch, units)`, or all of them `(batch, time, units)`
        with `return_sequences`; then the final state `h_T` with `return_state`; then
        the dict with `return_gates`.

    Raises:
        ValueError: If an argument has the wrong rank, size, type or number.

    Source: Elman (1990), "Finding structure in time", Cognitive Science 14(2).
    """

    cell_class = SimpleRNNCell
    recurrence = _Recurrence(_step, _step_back)

    def __init__(
        self,
        units: int,
        activation: Identifier = "tanh",
        use_bias: bool = True,
        kernel_initializer: Identifier = "glorot_uniform",
        recurrent_initializer: Identifier = "orthogonal",
        bias_initializer: Identifier = "zeros",
        kernel_regularizer: Identifier = None,
        recurrent_regularizer: Identifier = None,
        bias_regularizer: Identifier = None,
        activity_regularizer: Identifier = None,
        kernel_constraint: Identifier = None,
        recurrent_constraint: Identifier = None,
        bias_constraint: Identifier = None,
        dropout: float = 0.0,
        recurrent_dropout: float = 0.0,
        return_sequences: bool = False,
        return_state: bool = False,
        go_backwards: bool = False,
        stateful: bool = False,
        unroll: bool = False,
        seed: int | None = None,
        *,
        return_gates: bool = False,
        **kwargs: Any,
    ) -> None:
        super().__init__(**_passed_on(locals()))

    def _kernel_computes(self):
        return True
