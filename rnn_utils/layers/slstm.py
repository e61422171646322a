"""The sLSTM of Beck et al. (2024), an LSTM with exponential gates, for Keras 3."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import keras
from keras import ops

from ._checks import check_heads
from ._family import FamilyCell, FamilyLayer
from ._loop import Recurrence
from ._recurrent import passed_on
from ._types import Identifier, Shape, Tensor


def slstm_step(
    from_input: Tensor,
    from_memory: Tensor,
    cell_state: Tensor,
    normalizer: Tensor,
    stabilizer: Tensor,
) -> tuple[list[Tensor], dict[str, Tensor]]:
    """One time step of an LSTM with exponential gates and scalar memory (sLSTM).

        i_t = exp    (x_t W_i + b_i + h_{t-1} U_i)      input gate: what to write
        f_t = sigmoid(x_t W_f + b_f + h_{t-1} U_f)      forget gate: what to keep
        z_t = tanh   (x_t W_z + b_z + h_{t-1} U_z)      candidate: what could be written
        o_t = sigmoid(x_t W_o + b_o + h_{t-1} U_o)      output gate: what to show
        c_t = f_t c_{t-1} + i_t z_t                     cell state
        n_t = f_t n_{t-1} + i_t                         normalizer
        h_t = o_t c_t / n_t                             hidden state

    `c_t / n_t` is a weighted mean of all candidates. An input gate of any size, not
    only up to one, lets a late candidate outweigh all that came before. So that no
    `exp` overflows, `c_t` and `n_t` are kept as multiples of `exp(m_t)`, which cancels:

        m_t = max(log f_t + m_{t-1}, log i_t)           stabilizer
        i'_t = exp(log i_t - m_t)                       in place of i_t
        f'_t = exp(log f_t + m_{t-1} - m_t)             in place of f_t

    Since it cancels, no gradient goes through `m_t`. It begins very negative, so that
    the first step sets it and `n_1 = 1`; after that `n_t` is never below one.

    Args:
        from_input: `x_t W + b` for i, f, z, o side by side, `(batch, 4 * units)`.
        from_memory: `h_{t-1} U` likewise, shape `(batch, 4 * units)`.
        cell_state: `c_{t-1}`, as a multiple of `exp(m_{t-1})`, shape `(batch, units)`.
        normalizer: `n_{t-1}` likewise.
        stabilizer: `m_{t-1}`, shape `(batch, units)`.

    Returns:
        The list `h_t`, `c_t`, `n_t`, `m_t`, and a dict of `i'_t`, `f_t`, `z_t`, `o_t`;
        each of shape `(batch, units)`.

    Source: Beck et al. (2024), "xLSTM: extended long short-term memory", NeurIPS,
    section 2.2, https://arxiv.org/abs/2405.04517.
    """
    log_i, f, z, o = ops.split(from_input + from_memory, 4, axis=-1)
    log_f, z, o = ops.log_sigmoid(f), ops.tanh(z), ops.sigmoid(o)
    before = ops.stop_gradient(stabilizer)
    m = ops.stop_gradient(ops.maximum(log_f + before, log_i))
    i, kept = ops.exp(log_i - m), ops.exp(log_f + before - m)
    c = kept * cell_state + i * z
    n = kept * normalizer + i
    gates = {"input_gate": i, "forget_gate": ops.sigmoid(f)}
    return [o * c / n, c, n, m], {**gates, "candidate": z, "output_gate": o}


def _step(from_input, from_memory, states):
    states, _ = slstm_step(from_input, from_memory, *states[1:])
    return states, []


@keras.saving.register_keras_serializable(package="rnn_utils")
class SLSTMCell(FamilyCell):
    """One step of an sLSTM: see `slstm_step`.

    Takes the arguments of `SLSTM` that make the weights: `kernel` W
    `(features, 4 * units)`, `recurrent_kernel` U
    `(heads, units / heads, 4 * units / heads)` and `bias` b `(4 * units,)`. In W and b
    the parts for i, f, z, o lie side by side in this order, and so they do in U for
    each head.

    Call arguments:
        inputs: `x_t`, shape `(batch, features)`.
        states: `[h_{t-1}, c_{t-1}, n_{t-1}, m_{t-1}]`, each of shape `(batch, units)`.

    Returns:
        `h_t` and the new states; `step` can return the gates too: `input_gate`,
        `forget_gate`, `candidate` and `output_gate`.

    Raises:
        ValueError: If `units` is not a positive integer, or not a multiple of `heads`.

    Source: Beck et al. (2024), https://arxiv.org/abs/2405.04517.
    """

    stabilized = True
    gate_names = ("input_gate", "forget_gate", "candidate", "output_gate")

    def __init__(
        self,
        units: int,
        heads: int = 1,
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
        check_heads(heads, self.units)
        self.heads = int(heads)
        self.state_size = [self.units] * 4

    def build(self, input_shape: Shape) -> None:
        """Create the weights for inputs of shape `(batch, features)`."""
        units, width = self.units, self.units // self.heads
        self.kernel = self.weight("kernel", (input_shape[-1], 4 * units))
        self.recurrent_kernel = self.weight(
            "recurrent_kernel", (self.heads, width, 4 * width)
        )
        self.bias = self.weight("bias", (4 * units,), self._first_bias)

    def _first_bias(self, shape, dtype=None):
        bias = self.bias_initializer(shape, dtype)
        if not self.unit_forget_bias:
            return bias
        i, _, rest = ops.split(bias, [self.units, 2 * self.units])
        return ops.concatenate(
            [i, ops.linspace(3.0, 6.0, self.units, dtype=dtype), rest]
        )

    def advance(
        self, inputs: Tensor, states: Sequence[Tensor], training: bool
    ) -> tuple[list[Tensor], dict[str, Tensor]]:
        """Return the new states and the gates; see `slstm_step`."""
        from_input = self._project(inputs, self.kernel, None, self.bias)
        from_memory = self._project(states[0], self.recurrent_matrix(), None)
        return slstm_step(from_input, from_memory, *states[1:])

    def recurrent_matrix(self) -> Tensor:
        """Return U as one matrix, `(units, 4 * units)`, with zeros between heads."""
        kernel = ops.convert_to_tensor(self.recurrent_kernel)
        width = self.units // self.heads
        blocks = ops.reshape(kernel, (self.heads, width, 4, 1, width))
        own = ops.eye(self.heads, dtype=kernel.dtype)
        own = ops.reshape(own, (self.heads, 1, 1, self.heads, 1))
        return ops.reshape(blocks * own, (self.units, 4 * self.units))

    def _biases(self):
        return self.bias, None


@keras.saving.register_keras_serializable(package="rnn_utils")
class SLSTM(FamilyLayer):
    """An sLSTM over whole sequences: see `slstm_step`.

    Like an LSTM it mixes its units at every step and can keep track of a state; with
    `heads` they mix only with those of their own head. That is not cheaper: the product
    is with one matrix, with zeros between the heads. With TensorFlow it runs
    on a compiled loop, in which a tape derives the gradient; gradients of gradients
    need `unroll=True`. The paper puts it into a residual block: `ResidualRecurrent`.

    Args:
        units: Size of the hidden state, a positive integer.
        heads: Number of groups within which U mixes the units; it divides `units`.
        kernel_initializer: Draws W.
        recurrent_initializer: Draws U.
        bias_initializer: Draws b.
        unit_forget_bias: Whether the part of b for the forget gate begins evenly spaced
            from 3 to 6: open.
        kernel_regularizer: Penalty on W that the loss takes in.
        recurrent_regularizer: The same on U.
        bias_regularizer: The same on b.
        return_sequences: Whether to return all hidden states, not the last one only.
        return_state: Whether to return the final states too.
        go_backwards: Whether to read the sequences from their ends.
        stateful: Whether each batch goes on from the final states of the last one.
        unroll: Whether to write the steps out one after the other, without a loop.
        return_gates: Whether to return, as the last result, a dict with the activations
            over time: `input_gate`, as a share of the largest so far, `forget_gate`,
            `candidate` and `output_gate`, each of shape `(batch, time, units)`, in the
            order of processing, with zeros at masked steps. Slower; not inside
            `Bidirectional`.
        **kwargs: What `keras.layers.RNN` and `keras.layers.Layer` take, such as `name`,
            `dtype` and `zero_output_for_mask`.

    Call arguments:
        sequences: Shape `(batch, time, features)`.
        initial_state: None, or `[h_0, c_0, n_0, m_0]` as a layer returned them, each of
            shape `(batch, units)`.
        mask: None, or booleans `(batch, time)`; False skips a step.
        training: Without effect.

    Returns:
        The last hidden state `(batch, units)`, or all of them `(batch, time, units)`
        with `return_sequences`; then the final states `h_T`, `c_T`, `n_T`, `m_T` with
        `return_state`; then the dict with `return_gates`.

    Raises:
        ValueError: If an argument has the wrong rank, size, type or number.

    Source: Beck et al. (2024), "xLSTM: extended long short-term memory", NeurIPS,
    section 2.2, https://arxiv.org/abs/2405.04517.
    """

    cell_class = SLSTMCell
    recurrence = Recurrence(_step)

    def __init__(
        self,
        units: int,
        heads: int = 1,
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
