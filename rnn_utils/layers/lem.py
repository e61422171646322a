"""The long expressive memory of Rusch et al. (2022), as a Keras 3 layer."""

from __future__ import annotations

import numbers
from collections.abc import Sequence
from typing import Any

import keras
from keras import ops

from ._checks import require
from ._recurrent import passed_on
from ._types import Identifier, Tensor
from .own_cell import EquationCell, EquationLayer


def lem_step(
    from_input: Tensor,
    from_memory: Tensor,
    states: Sequence[Tensor],
    last_kernel: Tensor,
    step_size: Tensor | float,
) -> tuple[list[Tensor], dict[str, Tensor]]:
    """One time step of a long expressive memory (LEM).

        r_t = D sigmoid(x_t W_r + b_r + h_{t-1} U_r)    step of the memory
        s_t = D sigmoid(x_t W_s + b_s + h_{t-1} U_s)    step of the hidden state
        z_t = (1 - r_t) z_{t-1} + r_t tanh(x_t W_z + b_z + h_{t-1} U_z)     memory
        h_t = (1 - s_t) h_{t-1} + s_t tanh(x_t W_h + b_h + z_t U_h)         hidden state

    Two differential equations drive each other, `z' = tanh(.. h ..) - z` and
    `h' = tanh(.. z ..) - h`, each unit at a rate of its own, which the gates choose
    anew at every step. Each is solved by one Euler step of length `r_t` or `s_t`. `D`
    is the largest step: with a small one the states change slowly, and the paper bounds
    how far gradients over many steps can grow or vanish.

    Args:
        from_input: `x_t W + b` for r, s, z, h side by side, `(batch, 4 * units)`.
        from_memory: `h_{t-1} U` for r, s, z, shape `(batch, 3 * units)`.
        states: `[h_{t-1}, z_{t-1}]`, each of shape `(batch, units)`.
        last_kernel: `U_h`, shape `(units, units)`: it meets the new memory.
        step_size: `D`, a scalar.

    Returns:
        The list `h_t`, `z_t`, and a dict of `r_t`, `s_t`, the two values of tanh and
        `z_t`, each of shape `(batch, units)`.

    Source: Rusch et al. (2022), "Long expressive memory for sequence modeling", ICLR,
    equation 3, https://arxiv.org/abs/2110.04744. There `h` is y, `D` is delta t, and
    W_r, W_s are V_1, V_2.
    """
    h, z = states
    x_r, x_s, x_z, x_h = ops.split(from_input, 4, axis=-1)
    m_r, m_s, m_z = ops.split(from_memory, 3, axis=-1)
    r = step_size * ops.sigmoid(x_r + m_r)
    s = step_size * ops.sigmoid(x_s + m_s)
    for_memory = ops.tanh(x_z + m_z)
    z = (1 - r) * z + r * for_memory
    for_hidden = ops.tanh(x_h + ops.matmul(z, last_kernel))
    h = (1 - s) * h + s * for_hidden
    gates = {"memory_step": r, "hidden_step": s, "memory_candidate": for_memory}
    return [h, z], {**gates, "hidden_candidate": for_hidden, "memory_state": z}


@keras.saving.register_keras_serializable(package="rnn_utils")
class LEMCell(EquationCell):
    """One step of a long expressive memory: see `lem_step`.

    Takes the arguments of `LEM` that make the weights: `kernel` W
    `(features, 4 * units)`, `recurrent_kernel` U `(units, 4 * units)` and `bias` b
    `(4 * units,)`, with the parts for r, s, z, h side by side in this order.

    Call arguments:
        inputs: `x_t`, shape `(batch, features)`.
        states: `[h_{t-1}, z_{t-1}]`, each of shape `(batch, units)`.

    Returns:
        `h_t` and the new states `[h_t, z_t]`; `step` can return the gates too:
        `memory_step`, `hidden_step`, `memory_candidate`, `hidden_candidate` and
        `memory_state`.

    Raises:
        ValueError: If `units` is not a positive integer, or `step_size` is not in
            (0, 1].

    Source: Rusch et al. (2022), https://arxiv.org/abs/2110.04744.
    """

    products = 4
    state_count = 2
    gate_names = (
        "memory_step",
        "hidden_step",
        "memory_candidate",
        "hidden_candidate",
        "memory_state",
    )
    equations = staticmethod(lem_step)

    def __init__(
        self,
        units: int,
        step_size: float = 1.0,
        kernel_initializer: Identifier = "glorot_uniform",
        recurrent_initializer: Identifier = "orthogonal",
        bias_initializer: Identifier = "zeros",
        kernel_regularizer: Identifier = None,
        recurrent_regularizer: Identifier = None,
        bias_regularizer: Identifier = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(**passed_on(locals()))
        right = isinstance(step_size, numbers.Real) and 0 < step_size <= 1
        require(right, "step_size", "a number in (0, 1]", repr(step_size))
        self.step_size = float(step_size)

    def recurrent_matrix(self) -> Tensor:
        """Return the parts of U that meet the hidden state, `(units, 3 * units)`."""
        kernel = ops.convert_to_tensor(self.recurrent_kernel)
        return kernel[:, : 3 * self.units]

    def step_weights(self) -> list[Tensor]:
        """Return the part of U that meets the new memory, and the largest step."""
        kernel = ops.convert_to_tensor(self.recurrent_kernel)
        step_size = ops.convert_to_tensor(self.step_size, self.compute_dtype)
        return [kernel[:, 3 * self.units :], step_size]


@keras.saving.register_keras_serializable(package="rnn_utils")
class LEM(EquationLayer):
    """A long expressive memory over whole sequences: see `lem_step`.

    With TensorFlow it runs on a compiled loop, in which a tape derives the
    gradient; gradients of gradients need `unroll=True`. A step has two products with
    states, one after the other, where an LSTM has one.

    Args:
        units: Size of the hidden state and of the memory, a positive integer.
        step_size: The largest step D, in (0, 1]. Smaller for longer memories; the paper
            chooses it on validation data.
        kernel_initializer: Draws W.
        recurrent_initializer: Draws U.
        bias_initializer: Draws b.
        kernel_regularizer: Penalty on W that the loss takes in.
        recurrent_regularizer: The same on U.
        bias_regularizer: The same on b.
        return_sequences: Whether to return all hidden states, not the last one only.
        return_state: Whether to return the final states too.
        go_backwards: Whether to read the sequences from their ends.
        stateful: Whether each batch goes on from the final states of the last one.
        unroll: Whether to write the steps out one after the other, without a loop.
        return_gates: Whether to return, as the last result, a dict with the activations
            over time: `memory_step`, `hidden_step`, `memory_candidate`,
            `hidden_candidate` and `memory_state`, each of shape
            `(batch, time, units)`, in the order of processing, with zeros at masked
            steps. Slower; not inside `Bidirectional`.
        **kwargs: What `keras.layers.RNN` and `keras.layers.Layer` take, such as `name`,
            `dtype` and `zero_output_for_mask`.

    Call arguments:
        sequences: Shape `(batch, time, features)`.
        initial_state: None, or `[h_0, z_0]`, each of shape `(batch, units)`.
        mask: None, or booleans `(batch, time)`; False skips a step.
        training: Without effect.

    Returns:
        The last hidden state `(batch, units)`, or all of them `(batch, time, units)`
        with `return_sequences`; then the final states `h_T` and `z_T` with
        `return_state`; then the dict with `return_gates`.

    Raises:
        ValueError: If an argument has the wrong rank, size, type or number.

    Source: Rusch et al. (2022), "Long expressive memory for sequence modeling", ICLR,
    https://arxiv.org/abs/2110.04744.
    """

    cell_class = LEMCell

    def __init__(
        self,
        units: int,
        step_size: float = 1.0,
        kernel_initializer: Identifier = "glorot_uniform",
        recurrent_initializer: Identifier = "orthogonal",
        bias_initializer: Identifier = "zeros",
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
