"""The LSTM with peephole connections of Gers and Schmidhuber (2000), for Keras 3."""

from __future__ import annotations

from collections.abc import Sequence

import keras
from keras import ops

from ._lstm_variant import VariantCell, VariantLayer
from ._types import Shape, Tensor


def peephole_lstm_step(
    from_input: Tensor,
    from_memory: Tensor,
    states: Sequence[Tensor],
    peephole: Tensor,
) -> tuple[list[Tensor], dict[str, Tensor]]:
    """One time step of an LSTM with peephole connections.

        i_t = sigmoid(x_t W_i + b_i + h_{t-1} U_i + p_i c_{t-1})    input gate
        f_t = sigmoid(x_t W_f + b_f + h_{t-1} U_f + p_f c_{t-1})    forget gate
        g_t = tanh   (x_t W_g + b_g + h_{t-1} U_g)                  candidate
        c_t = f_t c_{t-1} + i_t g_t                                 cell state
        o_t = sigmoid(x_t W_o + b_o + h_{t-1} U_o + p_o c_t)        output gate
        h_t = o_t tanh(c_t)                                         hidden state

    In an LSTM the gates see `h_{t-1}`, in which a closed output gate hides the cell
    state from them. A peephole shows it to them: `p` has one number for each unit and
    gate, so that a unit sees its own cell state and no other. The output gate sees the
    new one. So a unit can count steps in its cell state, and open its output gate when
    there are enough.

    Args:
        from_input: `x_t W + b` for i, f, g, o side by side, `(batch, 4 * units)`.
        from_memory: `h_{t-1} U` likewise, shape `(batch, 4 * units)`.
        states: `[h_{t-1}, c_{t-1}]`, each of shape `(batch, units)`.
        peephole: `p` for i, f, o side by side, shape `(3 * units,)`.

    Returns:
        The list `h_t`, `c_t`, and a dict of the gates and `c_t`, each of shape
        `(batch, units)`.

    Source: Gers and Schmidhuber (2000), "Recurrent nets that time and count", IJCNN,
    which lets no gradient back through the peepholes; here it is the full one. The
    equations are 7 to 11 of Graves (2013), "Generating sequences with recurrent neural
    networks", https://arxiv.org/abs/1308.0850.
    """
    _, c = states
    i, f, g, o = ops.split(from_input + from_memory, 4, axis=-1)
    p_i, p_f, p_o = ops.split(peephole, 3)
    i, f, g = ops.sigmoid(i + p_i * c), ops.sigmoid(f + p_f * c), ops.tanh(g)
    c = f * c + i * g
    o = ops.sigmoid(o + p_o * c)
    gates = {"input_gate": i, "forget_gate": f, "candidate": g, "output_gate": o}
    return [o * ops.tanh(c), c], {**gates, "cell_state": c}


@keras.saving.register_keras_serializable(package="rnn_utils")
class PeepholeLSTMCell(VariantCell):
    """One step of an LSTM with peephole connections: see `peephole_lstm_step`.

    Takes the arguments of `PeepholeLSTM` that make the weights: `kernel` W
    `(features, 4 * units)`, `recurrent_kernel` U `(units, 4 * units)` and `bias` b
    `(4 * units,)`, with the parts for i, f, g, o side by side in this order, and
    `peephole` p `(3 * units,)` for i, f, o. The peepholes begin at zero, where it is an
    LSTM.

    Call arguments:
        inputs: `x_t`, shape `(batch, features)`.
        states: `[h_{t-1}, c_{t-1}]`, each of shape `(batch, units)`.

    Returns:
        `h_t` and the new states `[h_t, c_t]`; `step` can return the gates too:
        `input_gate`, `forget_gate`, `candidate`, `output_gate` and `cell_state`.

    Raises:
        ValueError: If `units` is not a positive integer.

    Source: Gers and Schmidhuber (2000); see `peephole_lstm_step`.
    """

    equations = staticmethod(peephole_lstm_step)

    def build(self, input_shape: Shape) -> None:
        """Create the weights for inputs of shape `(batch, features)`."""
        super().build(input_shape)
        self.peephole = self.weight("peephole", (3 * self.units,), "zeros")

    def step_weights(self) -> list[Tensor]:
        """Return the peepholes."""
        return [self.peephole]


@keras.saving.register_keras_serializable(package="rnn_utils")
class PeepholeLSTM(VariantLayer):
    """An LSTM with peephole connections over whole sequences: see `peephole_lstm_step`.

    With TensorFlow it runs on a compiled loop, in which a tape derives the
    gradient; gradients of gradients need `unroll=True`.

    Args:
        units: Size of the hidden state and of the cell state, a positive integer.
        kernel_initializer: Draws W.
        recurrent_initializer: Draws U.
        bias_initializer: Draws b.
        unit_forget_bias: Whether the part of b for the forget gate begins at 1: open.
        kernel_regularizer: Penalty on W that the loss takes in.
        recurrent_regularizer: The same on U.
        bias_regularizer: The same on b.
        return_sequences: Whether to return all hidden states, not the last one only.
        return_state: Whether to return the final states too.
        go_backwards: Whether to read the sequences from their ends.
        stateful: Whether each batch goes on from the final states of the last one.
        unroll: Whether to write the steps out one after the other, without a loop.
        return_gates: Whether to return, as the last result, a dict with the activations
            over time: `input_gate`, `forget_gate`, `candidate`, `output_gate` and
            `cell_state`, each of shape `(batch, time, units)`, in the order of
            processing, with zeros at masked steps. Slower; not inside `Bidirectional`.
        **kwargs: What `keras.layers.RNN` and `keras.layers.Layer` take, such as `name`,
            `dtype` and `zero_output_for_mask`.

    Call arguments:
        sequences: Shape `(batch, time, features)`.
        initial_state: None, or `[h_0, c_0]`, each of shape `(batch, units)`.
        mask: None, or booleans `(batch, time)`; False skips a step.
        training: Without effect.

    Returns:
        The last hidden state `(batch, units)`, or all of them `(batch, time, units)`
        with `return_sequences`; then the final states `h_T` and `c_T` with
        `return_state`; then the dict with `return_gates`.

    Raises:
        ValueError: If an argument has the wrong rank, size, type or number.

    Source: Gers and Schmidhuber (2000); Graves (2013); see `peephole_lstm_step`.
    """

    cell_class = PeepholeLSTMCell
