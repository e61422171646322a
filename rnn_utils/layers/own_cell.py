"""A recurrent layer from its equations: what to write for a cell of your own.

Two classes make a layer: the cell has the equations of one time step, the layer names
the cell. This is the update gate RNN of Collins et al. (2016),
https://arxiv.org/abs/1611.09913:

    import keras
    from keras import ops
    from rnn_utils.layers.own_cell import EquationCell, EquationLayer

    @keras.saving.register_keras_serializable(package="own")
    class UpdateGateCell(EquationCell):
        products = 2
        gate_names = ("candidate", "update_gate")

        @staticmethod
        def equations(from_input, from_memory, states):
            (hidden_state,) = states
            candidate, gate = ops.split(from_input + from_memory, 2, axis=-1)
            candidate, gate = ops.tanh(candidate), ops.sigmoid(gate)
            new_state = gate * hidden_state + (1 - gate) * candidate
            return [new_state], {"candidate": candidate, "update_gate": gate}

    @keras.saving.register_keras_serializable(package="own")
    class UpdateGateRNN(EquationLayer):
        cell_class = UpdateGateCell

    layer = UpdateGateRNN(32, return_sequences=True, return_gates=True)

`from_input` is `x_t W + b` and `from_memory` is `h_{t-1} U`, both of shape
`(batch, products * units)`: the first state meets U. `states` are as many tensors of
shape `(batch, units)` as `state_count` says, one by default. Write the equations with
`keras.ops`, and let no row of the batch see another.

That is all. With TensorFlow the layer runs on the compiled loop, and a tape
derives the gradient inside it; elsewhere Keras's loop runs the cell. Masks, initial
states, `return_sequences`, `return_state`, `go_backwards`, `stateful`, `unroll`,
`Bidirectional`, saving and loading work as in all layers here. To see that your
equations are right, compare the layer with `keras.layers.RNN(UpdateGateCell(32))`,
which knows nothing of the compiled loop.

Weights beside W, U and b are created in `build`, after `super().build(input_shape)`.
The method `step_weights` returns them as a list, and `equations` takes them, one after
the other, after the states; `peephole_lstm.py` is such a cell. A setting that is a
number can go the same way, as in `lem.py`. Any other is an attribute of the class: make
`equations` a class method, and derive a cell and its layer for each value.

A cell whose state is a linear recurrence is a page more: `min_gru.py` shows how.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ._family import FamilyCell, FamilyLayer
from ._loop import Recurrence
from ._recurrent import passed_on
from ._types import Identifier, Shape, Tensor

__all__ = ["EquationCell", "EquationLayer"]


class EquationCell(FamilyCell):
    """A cell that is its equations; see the module for how to write one.

    Its weights are `kernel` W `(features, products * units)`, `recurrent_kernel` U
    `(units, products * units)` and `bias` b `(products * units,)`.

    Args:
        units: Size of each state, a positive integer.
        kernel_initializer: Draws W.
        recurrent_initializer: Draws U.
        bias_initializer: Draws b.
        kernel_regularizer: Penalty on W that the loss takes in.
        recurrent_regularizer: The same on U.
        bias_regularizer: The same on b.
        **kwargs: What `keras.layers.Layer` takes, such as `name` and `dtype`.
    """

    products = 1
    state_count = 1
    gate_names = ()

    def __init__(
        self,
        units: int,
        kernel_initializer: Identifier = "glorot_uniform",
        recurrent_initializer: Identifier = "orthogonal",
        bias_initializer: Identifier = "zeros",
        kernel_regularizer: Identifier = None,
        recurrent_regularizer: Identifier = None,
        bias_regularizer: Identifier = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(**passed_on(locals()))
        self.state_size = [self.units] * self.state_count

    @staticmethod
    def equations(
        from_input: Tensor,
        from_memory: Tensor,
        states: Sequence[Tensor],
        *step_weights: Tensor,
    ) -> tuple[list[Tensor], dict[str, Tensor]]:
        """Return the list of new states, and the gates by the names in `gate_names`."""
        raise NotImplementedError("A cell of your own says what `equations` returns.")

    def build(self, input_shape: Shape) -> None:
        """Create the weights for inputs of shape `(batch, features)`."""
        width = self.products * self.units
        self.kernel = self.weight("kernel", (input_shape[-1], width))
        self.recurrent_kernel = self.weight("recurrent_kernel", (self.units, width))
        self.bias = self.weight("bias", (width,), self._first_bias)

    def _first_bias(self, shape, dtype=None):
        return self.bias_initializer(shape, dtype)

    def advance(
        self, inputs: Tensor, states: Sequence[Tensor], training: bool
    ) -> tuple[list[Tensor], dict[str, Tensor]]:
        """Return what the equations return."""
        bias, recurrent_bias = self._biases()
        from_input = self._project(inputs, self.kernel, None, bias)
        from_memory = self._project(
            states[0], self.recurrent_matrix(), None, recurrent_bias
        )
        return self.equations(from_input, from_memory, states, *self.step_weights())

    def _biases(self):
        return self.bias, None


class EquationLayer(FamilyLayer):
    """A layer over whole sequences of an `EquationCell`; see the module.

    Args:
        units: Size of each state, a positive integer.
        **kwargs: What the cell takes, what `keras.layers.RNN` takes, such as
            `return_sequences`, and `return_gates`.
    """

    cell_class: type[EquationCell]

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        equations = cls.cell_class.equations

        def step(from_input, from_memory, states, *step_weights):
            return equations(from_input, from_memory, states, *step_weights)[0], []

        cls.recurrence = Recurrence(step)

    def __init__(self, units: int, **kwargs: Any) -> None:
        super().__init__(units=units, **kwargs)
