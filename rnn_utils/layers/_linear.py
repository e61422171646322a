"""Layers whose state is a linear recurrence: all time steps at once, and one scan."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from keras import ops

from ._family import FamilyCell, FamilyLayer
from ._recurrent import Cell
from ._scan import linear_scan, plus, times
from ._types import Shape, Tensor


class LinearCell(FamilyCell):
    """A cell whose gates see the inputs and not the state.

    `coefficients(inputs)` returns `a_t`, `b_t`, each a list with as many tensors as
    there are states, two for complex numbers, and a dict of gates. It takes the inputs
    of one step, `(batch, features)`, or of all, `(batch, time, features)`.
    """

    def advance(
        self, inputs: Tensor, states: Sequence[Tensor], training: bool
    ) -> tuple[list[Tensor], dict[str, Tensor]]:
        """Return the new states, `a_t h_{t-1} + b_t`, and the gates."""
        decay, added, gates = self.coefficients(inputs)
        return plus(times(decay, states), added), gates


class GatedLinearCell(LinearCell):
    """A linear cell with all gates made of one product, `x_t W + b`, side by side.

    A class names in `products` how many gates that are, and in `gated` the function
    from the product, and `negative_decay`, to `a_t`, `b_t` and the dict of gates.
    """

    products: int
    gated: Callable[[Tensor, bool], tuple[Tensor, Tensor, dict[str, Tensor]]]

    def build(self, input_shape: Shape) -> None:
        """Create the weights for inputs of shape `(batch, features)`."""
        width = self.products * self.units
        self.kernel = self.weight("kernel", (input_shape[-1], width))
        self.bias = self.weight("bias", (width,))

    def coefficients(
        self, inputs: Tensor
    ) -> tuple[list[Tensor], list[Tensor], dict[str, Tensor]]:
        """Return `[a_t]`, `[b_t]` and the gates."""
        from_input = self._project(inputs, self.kernel, None, self.bias)
        decay, added, gates = self.gated(from_input, self.negative_decay)
        return [decay], [added], gates


class LinearLayer(FamilyLayer):
    """A layer with a `LinearCell`: `linear_scan` runs it, with every backend."""

    cell: LinearCell

    def inner_loop(
        self,
        sequences: Tensor,
        initial_state: Sequence[Tensor],
        mask: Tensor | None,
        training: bool = False,
    ) -> tuple[Tensor, Tensor, list[Tensor]]:
        """Go through time in one scan, or as Keras does with `unroll`."""
        if not self._kernel_fits():
            return super().inner_loop(sequences, initial_state, mask, training)
        sequences = ops.cast(sequences, self.cell.compute_dtype)
        mask = None if mask is None else ops.cast(mask, "bool")
        if self.go_backwards:
            sequences = ops.flip(sequences, 1)
            mask = None if mask is None else ops.flip(mask, 1)
        outputs, states, gates = self.over_time(sequences, initial_state, mask)
        if mask is not None:
            valid = ops.expand_dims(mask, -1)
            outputs = self._shown(outputs, valid)
            gates = {name: ops.where(valid, gate, 0.0) for name, gate in gates.items()}
        if self.return_gates:
            ordered = [gates[name] for name in self.cell.gate_names]
            self._gates = tuple(ops.cast(gate, self.compute_dtype) for gate in ordered)
        last = outputs[:, -1]
        return last, outputs if self.return_sequences else last[:, None], states

    def over_time(
        self, sequences: Tensor, initial_state: Sequence[Tensor], mask: Tensor | None
    ) -> tuple[Tensor, list[Tensor], dict[str, Tensor]]:
        """Return outputs at all steps, final states and gates at all steps.

        At masked steps states stay as they are; outputs and gates are left open.
        """
        decay, added, gates = self.cell.coefficients(sequences)
        numbers = [decay, added, list(initial_state)]
        if len(added) == 1:
            states = [linear_scan(*(number[0] for number in numbers), mask=mask)]
        else:
            states = linear_scan(*numbers, mask=mask)
        outputs = self.cell.read_out(sequences, states)
        return outputs, [state[:, -1] for state in states], gates

    def _shown(self, outputs, valid):
        """Return zeros at masked steps, or the output of the last valid one."""
        if self.zero_output_for_mask:
            return ops.where(valid, outputs, 0.0)
        if type(self.cell).read_out is Cell.read_out:
            # As the state does by itself; but zeros come before the first valid step.
            seen = ops.cumsum(ops.cast(valid, "int32"), 1) > 0
            return ops.where(seen, outputs, 0.0)
        repeated = ops.cast(ops.logical_not(valid), outputs.dtype)
        return linear_scan(repeated, ops.where(valid, outputs, 0.0))

    def _kernel_fits(self, mask=None):
        return not self.unroll
