"""The LSTM with coupled input and forget gates (CIFG), as a Keras 3 layer."""

from __future__ import annotations

from collections.abc import Sequence

import keras
from keras import ops

from ._lstm_variant import VariantCell, VariantLayer
from ._types import Tensor


def coupled_lstm_step(
    from_input: Tensor, from_memory: Tensor, states: Sequence[Tensor]
) -> tuple[list[Tensor], dict[str, Tensor]]:
    """One time step of an LSTM with coupled input and forget gates (CIFG).

        i_t = sigmoid(x_t W_i + b_i + h_{t-1} U_i)      input gate: what to write
        f_t = 1 - i_t                                   forget gate: what to keep
        g_t = tanh   (x_t W_g + b_g + h_{t-1} U_g)      candidate: what could be written
        o_t = sigmoid(x_t W_o + b_o + h_{t-1} U_o)      output gate: what to show
        c_t = f_t c_{t-1} + i_t g_t                     cell state
        h_t = o_t tanh(c_t)                             hidden state

    What is written takes the place of what is forgotten, as in a GRU. The cell state is
    then a weighted mean of the candidates and stays between -1 and 1: it cannot count
    steps as that of an LSTM can. A quarter of the weights is saved. It is an LSTM whose
    forget gate has the weights of the input gate with the opposite sign, since
    `1 - sigmoid(a) = sigmoid(-a)`.

    Args:
        from_input: `x_t W + b` for i, g, o side by side, `(batch, 3 * units)`.
        from_memory: `h_{t-1} U` likewise, shape `(batch, 3 * units)`.
        states: `[h_{t-1}, c_{t-1}]`, each of shape `(batch, units)`.

    Returns:
        The list `h_t`, `c_t`, and a dict of the gates and `c_t`, each of shape
        `(batch, units)`.

    Source: Greff et al. (2017), "LSTM: a search space odyssey", IEEE Trans. Neural
    Networks and Learning Systems 28(10), https://arxiv.org/abs/1503.04069, where it is
    not significantly worse than an LSTM; both have peepholes there.
    """
    _, c = states
    i, g, o = ops.split(from_input + from_memory, 3, axis=-1)
    i, g, o = ops.sigmoid(i), ops.tanh(g), ops.sigmoid(o)
    f = 1 - i
    c = f * c + i * g
    gates = {"input_gate": i, "forget_gate": f, "candidate": g, "output_gate": o}
    return [o * ops.tanh(c), c], {**gates, "cell_state": c}


@keras.saving.register_keras_serializable(package="rnn_utils")
class CoupledLSTMCell(VariantCell):
    """One step of an LSTM with coupled gates: see `coupled_lstm_step`.

    Takes the arguments of `CoupledLSTM` that make the weights: `kernel` W
    `(features, 3 * units)`, `recurrent_kernel` U `(units, 3 * units)` and `bias` b
    `(3 * units,)`, with the parts for i, g, o side by side in this order.

    Call arguments:
        inputs: `x_t`, shape `(batch, features)`.
        states: `[h_{t-1}, c_{t-1}]`, each of shape `(batch, units)`.

    Returns:
        `h_t` and the new states `[h_t, c_t]`; `step` can return the gates too:
        `input_gate`, `forget_gate`, `candidate`, `output_gate` and `cell_state`.

    Raises:
        ValueError: If `units` is not a positive integer.

    Source: Greff et al. (2017); see `coupled_lstm_step`.
    """

    products = 3
    open_part, open_bias = 0, -1.0
    equations = staticmethod(coupled_lstm_step)


@keras.saving.register_keras_serializable(package="rnn_utils")
class CoupledLSTM(VariantLayer):
    """An LSTM with coupled gates over whole sequences: see `coupled_lstm_step`.

    With TensorFlow it runs on a compiled loop, in which a tape derives the
    gradient; gradients of gradients need `unroll=True`.

    Args:
        units: Size of the hidden state and of the cell state, a positive integer.
        kernel_initializer: Draws W.
        recurrent_initializer: Draws U.
        bias_initializer: Draws b.
        unit_forget_bias: Whether the part of b for the input gate begins at -1, so that
            the forget gate is open.
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

    Source: Greff et al. (2017); see `coupled_lstm_step`.
    """

    cell_class = CoupledLSTMCell
