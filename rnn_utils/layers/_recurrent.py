"""What recurrent cells and layers share: steps, gates, checks, and the way to the loop.

A family writes its equations, a cell that derives from `Cell` and a layer that derives
from `Recurrent`: by way of `DropIn` if it stands in for a layer of Keras, and of
`FamilyCell` and `FamilyLayer`, which keep its settings, if not.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import keras
from keras import ops

from ._checks import (
    check_mask,
    check_sequences,
    check_states,
    check_units,
    fits,
    require,
)
from ._loop import Recurrence, has_gpu, works_here
from ._sizes import run, with_rows
from ._types import Shape, Tensor


def passed_on(arguments: dict[str, Any]) -> dict[str, Any]:
    """Return a constructor's `locals()` as keywords for the constructor above it.

    Raises:
        ValueError: If `units` is not a positive integer.
    """
    check_units(arguments["units"])
    own = ("self", "kwargs", "__class__")
    given = {name: value for name, value in arguments.items() if name not in own}
    return {**given, "units": int(arguments["units"]), **arguments["kwargs"]}


class Cell:
    """Adds to a Keras cell: steps by hand, named gates, errors that say what is wrong.

    The equations are in `advance(inputs, states, training)`, which returns the list of
    new states and a dict of gate activations, named as in `gate_names`. `_biases`
    returns what is added to the products with the kernels, each an array or None, and
    `step_weights` what else the equations read. One that can drop inputs has the
    methods of Keras's cells, such as `get_dropout_mask`.
    """

    gate_names: tuple[str, ...]

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
        output = self.read_out(inputs, new_states)
        return output, new_states if nested else new_states[0]

    def recurrent_matrix(self) -> Tensor:
        """Return U, `(units, ...)`, of what the cell keeps of it."""
        return self.recurrent_kernel

    def step_weights(self) -> list[Tensor]:
        """Return the weights that the equations read beside W, U and the biases."""
        return []

    def read_out(self, inputs: Tensor, states: Sequence[Tensor]) -> Tensor:
        """Return the output of a step, or of all: the first of the new states."""
        return states[0]

    def step(
        self, inputs: Tensor, states: Sequence[Tensor], return_gates: bool = False
    ) -> tuple[Any, ...]:
        """Advance one time step, as the layer does at each step of a sequence.

        Args:
            inputs: `x_t`, shape `(batch, features)`.
            states: List of states, of the shapes in `state_size`; to begin with,
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
        require(fits(shape, (None, features)), "inputs", expected, inputs)
        check_states("states", states, self, shape[0])
        inputs, *states = (
            ops.cast(tensor, self.compute_dtype) for tensor in (inputs, *states)
        )
        if not self.built:
            self.build(inputs.shape)
        states, gates = self.advance(inputs, states, training=False)
        output = self.read_out(inputs, states)
        return (output, states, gates) if return_gates else (output, states)

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
        if not training or not hasattr(self, "get_dropout_mask"):
            return None, None
        from_memory = self.get_recurrent_dropout_mask(hidden_state)
        return self.get_dropout_mask(inputs), from_memory


class GateRecorder:
    """Stands in for a cell; its output is the hidden state and all gates in a row.

    Keras wants the first state to be the last output, so that comes before the cell's.
    """

    def __init__(self, cell: Cell, training: bool) -> None:
        self.cell = cell
        self.training = training
        self.output_size = (1 + len(cell.gate_names)) * cell.units
        self.state_size = [self.output_size, cell.units]

    def call(
        self, inputs: Tensor, states: Sequence[Tensor]
    ) -> tuple[Tensor, list[Tensor]]:
        """Advance one time step."""
        states, gates = self.cell.advance(inputs, list(states[1:]), self.training)
        output = self.cell.read_out(inputs, states)
        gates = [gates[name] for name in self.cell.gate_names]
        record = ops.concatenate([output, *gates], axis=-1)
        return record, [record, *states]

    __call__ = call


class Recurrent:
    """Adds to a Keras layer: gate activations, a fast loop, errors that say more.

    It goes before `keras.layers.RNN`, whose argument `cell` is a `Cell`. A layer names
    its `recurrence`, and says in `_kernel_computes` whether that computes what the cell
    is configured for.
    """

    recurrence: Recurrence

    def __init__(self, *, return_gates: bool = False, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.input_spec = None  # Our own checks say more.
        self.return_gates = return_gates
        self._gates = None

    def build(self, sequences_shape: Shape, initial_state_shape: Any = None) -> None:
        """Create the weights for sequences of shape `(batch, time, features)`."""
        check_sequences(sequences_shape, self.cell)
        super().build(sequences_shape, initial_state_shape)

    def call(
        self,
        sequences: Tensor,
        initial_state: Tensor | Sequence[Tensor] | None = None,
        mask: Tensor | None = None,
        training: bool = False,
    ) -> Any:
        """Run over whole sequences; the class documents arguments and results."""
        check_sequences(sequences.shape, self.cell)
        if self.stateful:
            sequences = self._of_fixed_size(sequences)
        mask = mask[0] if isinstance(mask, (list, tuple)) and mask else mask
        if mask is not None:
            if len(getattr(mask, "shape", ())) == 3 and mask.shape[2] == 1:
                mask = ops.squeeze(mask, 2)
            check_mask(mask, tuple(sequences.shape[:2]))
            mask = _for_every_row(mask, sequences)
        if initial_state is not None:
            states = keras.tree.flatten(initial_state)
            rows = (sequences.shape[0], 1)
            check_states("initial_state", states, self.cell, *rows)
            initial_state = [_for_every_row(state, sequences) for state in states]
        outputs = super().call(sequences, initial_state, mask=mask, training=training)
        if not self.return_gates:
            return outputs
        gates, self._gates = self._gates, None
        outputs = outputs if self.return_state else (outputs,)
        return *outputs, dict(zip(self.cell.gate_names, gates, strict=True))

    def _of_fixed_size(self, sequences):
        rows = self.states[0].shape[0]
        batch = sequences.shape[0]
        expected = f"a batch of {rows} rows, as the states of this stateful layer are"
        if batch is None:
            # `fit` leaves the batch's size open; Keras before 3.14 needs a number.
            return with_rows(sequences, rows, f"`sequences` must be {expected}.")
        require(batch == rows, "sequences", expected, f"{batch} rows")
        return sequences

    def compute_output_shape(
        self, sequences_shape: Shape, initial_state_shape: Any = None
    ) -> Any:
        """Return the shapes of what `call` returns."""
        shapes = super().compute_output_shape(sequences_shape)
        if not self.return_gates:
            return shapes
        gate = (*sequences_shape[:2], self.cell.units)
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
        if self._kernel_fits(mask):
            return self._compiled_loop(sequences, initial_state, mask, training)
        return super().inner_loop(sequences, initial_state, mask, training=training)

    def _recording_loop(self, sequences, initial_state, mask, training):
        options = ("go_backwards", "stateful", "unroll", "zero_output_for_mask", "name")
        loop = keras.layers.RNN(
            GateRecorder(self.cell, training),
            return_sequences=True,
            **{option: getattr(self, option) for option in options},
        )
        sequences = ops.cast(sequences, self.cell.compute_dtype)
        empty = ops.zeros((ops.shape(sequences)[0], loop.cell.output_size))
        states = [ops.cast(empty, self.cell.compute_dtype), *initial_state]
        _, records, (_, *states) = loop.inner_loop(sequences, states, mask)
        outputs, *gates = ops.split(records, 1 + len(self.cell.gate_names), axis=-1)
        if mask is not None:
            valid = ops.expand_dims(ops.cast(mask, "bool"), -1)
            valid = ops.flip(valid, 1) if self.go_backwards else valid
            gates = [ops.where(valid, gate, ops.zeros_like(gate)) for gate in gates]
        # The gates wait here: Keras's `call` hands on an output and states, no more.
        self._gates = tuple(ops.cast(gate, self.compute_dtype) for gate in gates)
        return outputs[:, -1], outputs, states

    def _kernel_fits(self, mask=None):
        """Return whether the compiled loop can and should do this layer's work."""
        return (
            works_here()
            and self.cell.compute_dtype in ("float32", "float64")
            and not self.unroll
            and self._kernel_computes()
        )

    def _compiled_loop(self, sequences, states, mask, training):
        """Do the work of `inner_loop` with the compiled loop."""
        cell = self.cell
        sequences = ops.cast(sequences, cell.compute_dtype)
        dropout_mask, _ = cell._dropout_masks(sequences[:, 0], states[0], training)
        if dropout_mask is not None:
            sequences = sequences * dropout_mask[:, None]
        mask = None if mask is None else ops.cast(mask, "bool")
        if self.go_backwards:
            sequences = ops.flip(sequences, 1)
            mask = None if mask is None else ops.flip(mask, 1)
        shown = mask
        if mask is not None:
            if not self.zero_output_for_mask:  # Masked steps repeat the last valid one.
                shown = ops.cumsum(ops.cast(mask, "int32"), 1) > 0
            mask = ops.stack([mask, shown], -1)
        bias, recurrent_bias = cell._biases()
        weights = cell.kernel, bias, cell.recurrent_matrix(), recurrent_bias
        weights = *weights, *cell.step_weights()
        hidden, *states = run(
            self.recurrence, weights, sequences, mask, states, training
        )
        last = states[0]
        if mask is not None:
            last = ops.where(shown[:, -1:], last, ops.zeros_like(last))
        return last, hidden if self.return_sequences else last[:, None], states


def _for_every_row(tensor, sequences):
    """Return a mask or a state of one row as one of as many rows as the sequences."""
    if tensor.shape[0] == sequences.shape[0]:
        return tensor
    shape = ops.shape(sequences)[0], *ops.shape(tensor)[1:]
    return ops.broadcast_to(tensor, shape)


class DropIn(Recurrent):
    """A layer that stands in for one of Keras, and names its `cell_class`."""

    cell_class: type[Cell]
    # With another one the layer runs in Keras's own loop.
    kernel_activations: tuple[Callable[[Tensor], Tensor], ...] = (
        keras.activations.tanh,
    )

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        # Keras built its own cell from the arguments. Ours has the same attributes and
        # random seeds, so that only the class has to change. A trap: neither `__init__`
        # nor `build` of `cell_class` runs then; Keras's `Layer.__new__` has already
        # bound the `build` of Keras's class to the object.
        self.cell.__class__ = self.cell_class

    def _kernel_fits(self, mask=None):
        return super()._kernel_fits(mask) and not self._cudnn_fits(mask)

    def _cudnn_fits(self, mask):
        """Return whether Keras has cuDNN for this layer, which is faster on a GPU.

        Not with a mask: cuDNN takes no row that begins with a masked step, and what it
        puts out at masked steps is not what other machines do.
        """
        wanted = getattr(self, "use_cudnn", False) is not False
        return wanted and mask is None and self.use_bias and has_gpu()

    def _kernel_computes(self):
        """Return whether the cell is configured as the equations have it by default."""
        return (
            not self.recurrent_dropout
            and getattr(self, "use_cudnn", "auto") is not True
            and self.activation in self.kernel_activations
        )
