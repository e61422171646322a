"""The LSTM with layer normalization of Ba, Kiros and Hinton (2016), for Keras 3."""

from __future__ import annotations

from collections.abc import Sequence

import keras
from keras import ops

from ._lstm_variant import VariantCell, VariantLayer
from ._types import Shape, Tensor

# So that nothing is divided by zero where all values are the same.
EPSILON = 1e-5


def normalized(values: Tensor) -> Tensor:
    """Return values with mean 0 and variance 1 over the last axis, as `N` below."""
    values = values - ops.mean(values, axis=-1, keepdims=True)
    variance = ops.mean(values * values, axis=-1, keepdims=True)
    return values * ops.rsqrt(variance + EPSILON)


def layer_norm_lstm_step(
    from_input: Tensor,
    from_memory: Tensor,
    states: Sequence[Tensor],
    bias: Tensor,
    input_gain: Tensor,
    recurrent_gain: Tensor,
    cell_gain: Tensor,
    cell_offset: Tensor,
) -> tuple[list[Tensor], dict[str, Tensor]]:
    """One time step of an LSTM with layer normalization.

        a_t = u N(x_t W) + v N(h_{t-1} U) + b           sums for i, f, g, o
        i_t = sigmoid(ai_t),    f_t = sigmoid(af_t)     input gate, forget gate
        g_t = tanh(ag_t),       o_t = sigmoid(ao_t)     candidate, output gate
        c_t = f_t c_{t-1} + i_t g_t                     cell state
        h_t = o_t tanh(w N(c_t) + e)                    hidden state

    `N` subtracts the mean of a vector and divides by its standard deviation: over all
    four parts of a product at once, and over the units of a cell state; each row of the
    batch and each time step by itself, the same in training and after. So no size of W,
    U or `x_t` can saturate the gates; the gains u, v and w say how large what arrives
    is. Only what is shown of `c_t` is normalized, not what is handed on: along the cell
    states nothing but `f_t` multiplies a gradient, as in an LSTM.

    Args:
        from_input: `x_t W` for i, f, g, o side by side, `(batch, 4 * units)`.
        from_memory: `h_{t-1} U` likewise, shape `(batch, 4 * units)`.
        states: `[h_{t-1}, c_{t-1}]`, each of shape `(batch, units)`.
        bias: `b`, shape `(4 * units,)`.
        input_gain: `u`, shape `(4 * units,)`.
        recurrent_gain: `v`, shape `(4 * units,)`.
        cell_gain: `w`, shape `(units,)`.
        cell_offset: `e`, shape `(units,)`.

    Returns:
        The list `h_t`, `c_t`, and a dict of the gates and `c_t`, each of shape
        `(batch, units)`.

    Source: Ba, Kiros and Hinton (2016), "Layer normalization", equations 20 to 22,
    https://arxiv.org/abs/1607.06450. There both products have an offset beside b; here
    b is the sum of the three.
    """
    _, c = states
    from_input = input_gain * normalized(from_input)
    sums = from_input + recurrent_gain * normalized(from_memory) + bias
    i, f, g, o = ops.split(sums, 4, axis=-1)
    i, f, g, o = ops.sigmoid(i), ops.sigmoid(f), ops.tanh(g), ops.sigmoid(o)
    c = f * c + i * g
    h = o * ops.tanh(cell_gain * normalized(c) + cell_offset)
    gates = {"input_gate": i, "forget_gate": f, "candidate": g, "output_gate": o}
    return [h, c], {**gates, "cell_state": c}


@keras.saving.register_keras_serializable(package="rnn_utils")
class LayerNormLSTMCell(VariantCell):
    """One step of an LSTM with layer normalization: see `layer_norm_lstm_step`.

    Takes the arguments of `LayerNormLSTM` that make the weights: `kernel` W
    `(features, 4 * units)`, `recurrent_kernel` U `(units, 4 * units)` and `bias` b
    `(4 * units,)`, with the parts for i, f, g, o side by side in this order, the gains
    `input_gain` u and `recurrent_gain` v `(4 * units,)` and `cell_gain` w `(units,)`,
    which begin at one, and `cell_offset` e `(units,)`, which begins at zero.

    Call arguments:
        inputs: `x_t`, shape `(batch, features)`.
        states: `[h_{t-1}, c_{t-1}]`, each of shape `(batch, units)`.

    Returns:
        `h_t` and the new states `[h_t, c_t]`; `step` can return the gates too:
        `input_gate`, `forget_gate`, `candidate`, `output_gate` and `cell_state`.

    Raises:
        ValueError: If `units` is not a positive integer.

    Source: Ba, Kiros and Hinton (2016), https://arxiv.org/abs/1607.06450.
    """

    equations = staticmethod(layer_norm_lstm_step)

    def build(self, input_shape: Shape) -> None:
        """Create the weights for inputs of shape `(batch, features)`."""
        super().build(input_shape)
        width = 4 * self.units
        self.input_gain = self.weight("input_gain", (width,), "ones")
        self.recurrent_gain = self.weight("recurrent_gain", (width,), "ones")
        self.cell_gain = self.weight("cell_gain", (self.units,), "ones")
        self.cell_offset = self.weight("cell_offset", (self.units,), "zeros")

    def step_weights(self) -> list[Tensor]:
        """Return the bias, which follows the normalization, the gains, the offset."""
        gains = self.input_gain, self.recurrent_gain, self.cell_gain
        return [self.bias, *gains, self.cell_offset]

    def _biases(self):
        return None, None


@keras.saving.register_keras_serializable(package="rnn_utils")
class LayerNormLSTM(VariantLayer):
    """A layer-normalized LSTM over whole sequences: see `layer_norm_lstm_step`.

    With TensorFlow it runs on a compiled loop, in which a tape derives the
    gradient; gradients of gradients need `unroll=True`.

    Args:
        units: Size of the hidden state and of the cell state, a positive integer. The
            cell state of one unit alone is its own mean, of which nothing is left.
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
            `cell_state`, before its normalization, each of shape
            `(batch, time, units)`, in the order of processing, with zeros at masked
            steps. Slower; not inside `Bidirectional`.
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

    Source: Ba, Kiros and Hinton (2016), https://arxiv.org/abs/1607.06450.
    """

    cell_class = LayerNormLSTMCell
