"""What the variants of the LSTM share: states, arguments, and a forget gate left open.

A variant writes its equations, a cell that derives from `VariantCell` and a layer that
derives from `VariantLayer`.
"""

from __future__ import annotations

from typing import Any

from keras import ops

from ._recurrent import passed_on
from ._types import Identifier
from .own_cell import EquationCell, EquationLayer


class VariantCell(EquationCell):
    """A cell with the states of an LSTM, `[h, c]`, and equations of its own.

    Args:
        units: Size of the hidden state and of the cell state, a positive integer.
        kernel_initializer: Draws W.
        recurrent_initializer: Draws U.
        bias_initializer: Draws b.
        unit_forget_bias: Whether the forget gate begins open, by a bias of 1.
        kernel_regularizer: Penalty on W that the loss takes in.
        recurrent_regularizer: The same on U.
        bias_regularizer: The same on b.
        **kwargs: What `keras.layers.Layer` takes, such as `name` and `dtype`.
    """

    products = 4
    state_count = 2
    gate_names = ("input_gate", "forget_gate", "candidate", "output_gate", "cell_state")
    # Which part of b opens the forget gate, and where it begins.
    open_part, open_bias = 1, 1.0

    def __init__(
        self,
        units: int,
        kernel_initializer: Identifier = "glorot_uniform",
        recurrent_initializer: Identifier = "orthogonal",
        bias_initializer: Identifier = "zeros",
        unit_forget_bias: bool = True,
        kernel_regularizer: Identifier = None,
        recurrent_regularizer: Identifier = None,
        bias_regularizer: Identifier = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(**passed_on(locals()))

    def _first_bias(self, shape, dtype=None):
        if not self.unit_forget_bias:
            return super()._first_bias(shape, dtype)
        # Part by part, as Keras does: an initializer of whole biases must complain.
        part = (self.units,)
        parts = [self.bias_initializer(part, dtype) for _ in range(self.products)]
        parts[self.open_part] = ops.full(part, self.open_bias, dtype)
        return ops.concatenate(parts)


class VariantLayer(EquationLayer):
    """A layer over whole sequences of a `VariantCell`.

    Args:
        units: Size of the hidden state and of the cell state, a positive integer.
        **kwargs: What the cell takes, what `keras.layers.RNN` takes, and
            `return_gates`.
    """

    cell_class = VariantCell

    def __init__(
        self,
        units: int,
        kernel_initializer: Identifier = "glorot_uniform",
        recurrent_initializer: Identifier = "orthogonal",
        bias_initializer: Identifier = "zeros",
        unit_forget_bias: bool = True,
        kernel_regularizer: Identifier = None,
        recurrent_regularizer: Identifier = None,
        bias_regularizer: Identifier = None,
        return_sequences: bool = False,
        return_state: bool = False,
        go_backwards: bool = False,
        stateful: bool = False,
        unroll: bool = False,
        *,
        return_gates: bool = False,
        **kwargs: Any,
    ) -> None:
        super().__init__(**passed_on(locals()))
