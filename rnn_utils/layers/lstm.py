"""Long short-term memory, Hochreiter and Schmidhuber (1997), as a Keras 3 layer."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import keras
from keras import ops

from ._loop import Recurrence, logistic
from ._recurrent import Cell, DropIn, passed_on
from ._types import Identifier, Tensor


def lstm_step(
    from_input: Tensor,
    from_memory: Tensor,
    cell_state: Tensor,
    activation: Callable[[Tensor], Tensor] = ops.tanh,
    gate: Callable[[Tensor], Tensor] = ops.sigmoid,
) -> tuple[Tensor, Tensor, dict[str, Tensor]]:
    """One time step of long short-term memory (LSTM).

        i_t = sigmoid(x_t W_i + b_i + h_{t-1} U_i)      input gate: what to write
        f_t = sigmoid(x_t W_f + b_f + h_{t-1} U_f)      forget gate: what to keep
        g_t = tanh   (x_t W_g + b_g + h_{t-1} U_g)      candidate: what could be written
        o_t = sigmoid(x_t W_o + b_o + h_{t-1} U_o)      output gate: what to show
        c_t = f_t c_{t-1} + i_t g_t                     cell state
        h_t = o_t tanh(c_t)                             hidden state

    Args:
        from_input: `x_t W + b` for i, f, g, o side by side, `(batch, 4 * units)`.
        from_memory: `h_{t-1} U` likewise, shape `(batch, 4 * units)`.
        cell_state: `c_{t-1}`, shape `(batch, units)`.
        activation: What stands in for tanh.
        gate: What stands in for the sigmoid.

    Returns:
        `h_t`, `c_t` and a dict of the gates, each of shape `(batch, units)`.

    Source: Hochreiter and Schmidhuber (1997), "Long short-term memory", Neural
    Computation 9(8); the forget gate: Gers, Schmidhuber and Cummins (2000), "Learning
    to forget", Neural Computation 12(10).
    """
    i, f, g, o = ops.split(from_input + from_memory, 4, axis=-1)
    i, f, g, o = gate(i), gate(f), activation(g), gate(o)
    c = f * cell_state + i * g
    h = o * activation(c)
    gates = {"input_gate": i, "forget_gate": f, "candidate": g, "output_gate": o}
    return h, c, gates


def lstm_step_back(
    d_hidden: Tensor,
    d_cell: Tensor,
    cell_state: Tensor,
    i: Tensor,
    f: Tensor,
    g: Tensor,
    o: Tensor,
) -> tuple[Tensor, Tensor]:
    """The same time step backwards, for backpropagation through time (BPTT).

    Write `dv` for the gradient dL/dv of the loss, and `a` for what goes into a gate,
    as in `i_t = sigmoid(ai_t)`. The loss sees `h_t` directly and through the four sums
    of the next step; it sees `c_t` through `h_t` and through `c_{t+1}`:

        dh_t = (direct part) + da_{t+1} U^T
        dc_t = dh_t o_t (1 - tanh(c_t)^2) + dc_{t+1} f_{t+1}

    So along the cell states a gradient is multiplied by `f_t` alone, by no matrix: an
    open forget gate carries it over any number of steps. (More of it comes, or is taken
    away, through `h_{t-1}`; before training that is no small part.) The product rule
    gives

        do_t = dh_t tanh(c_t),   di_t = dc_t g_t,   dg_t = dc_t i_t,
        df_t = dc_t c_{t-1}

    and the derivatives of sigmoid, s (1 - s), and of tanh, 1 - tanh^2, give

        dai_t = di_t i_t (1 - i_t),      daf_t = df_t f_t (1 - f_t),
        dag_t = dg_t (1 - g_t^2),        dao_t = do_t o_t (1 - o_t)

    Every step uses the same weights, so their gradients are sums over time:

        dW = sum_t x_t^T da_t,    dU = sum_t h_{t-1}^T da_t,    db = sum_t da_t

    Args:
        d_hidden: `dh_t`, both parts, shape `(batch, units)`.
        d_cell: `dc_{t+1} f_{t+1}`, shape `(batch, units)`.
        cell_state: `c_{t-1}`, shape `(batch, units)`.
        i, f, g, o: The gates of step t, each of shape `(batch, units)`.

    Returns:
        `da_t`, shape `(batch, 4 * units)`, and `dc_t f_t`, shape `(batch, units)`.

    Source: Werbos (1990), "Backpropagation through time", Proc. IEEE 78(10). The paper
    of 1997 cuts the gradient off where it leaves a memory cell; this is the full one.
    """
    tanh_c = ops.tanh(f * cell_state + i * g)
    d_cell = d_cell + d_hidden * o * (1 - tanh_c * tanh_c)
    d_gates = [
        d_cell * g * i * (1 - i),
        d_cell * cell_state * f * (1 - f),
        d_cell * i * (1 - g * g),
        d_hidden * tanh_c * o * (1 - o),
    ]
    return ops.concatenate(d_gates, axis=-1), d_cell * f


def _step(from_input, from_memory, states):
    _, before = states
    h, c, gates = lstm_step(from_input, from_memory, before, gate=logistic)
    return [h, c], [before, *gates.values()]


def _step_back(d_states, hidden_state, record):
    d_gates, d_cell = lstm_step_back(*d_states, *record)
    return d_gates, d_gates, [0.0, d_cell]


@keras.saving.register_keras_serializable(package="rnn_utils")
class LSTMCell(Cell, keras.layers.LSTMCell):
    """One step of long short-term memory: see `lstm_step`.

    Takes the arguments of `keras.layers.LSTMCell`, which `LSTM` explains, and has the
    same weights: `kernel` W `(features, 4 * units)`, `recurrent_kernel` U
    `(units, 4 * units)` and `bias` b `(4 * units,)`, with the parts for i, f, g, o side
    by side in this order.

    Call arguments:
        inputs: `x_t`, shape `(batch, features)`.
        states: `[h_{t-1}, c_{t-1}]`, each of shape `(batch, units)`.
        training: Whether to apply dropout.

    Returns:
        `h_t` and the new states `[h_t, c_t]`; `step` can return the gates too:
        `input_gate`, `forget_gate`, `candidate`, `output_gate` and `cell_state`.

    Raises:
        ValueError: If `units` is not a positive integer.

    Source: Hochreiter and Schmidhuber (1997); Gers et al. (2000); see `lstm_step`.
    """

    gate_names = ("input_gate", "forget_gate", "candidate", "output_gate", "cell_state")

    def __init__(
        self,
        units: int,
        activation: Identifier = "tanh",
        recurrent_activation: Identifier = "sigmoid",
        use_bias: bool = True,
        kernel_initializer: Identifier = "glorot_uniform",
        recurrent_initializer: Identifier = "orthogonal",
        bias_initializer: Identifier = "zeros",
        unit_forget_bias: bool = True,
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
        super().__init__(**passed_on(locals()))

    def advance(
        self, inputs: Tensor, states: Sequence[Tensor], training: bool
    ) -> tuple[list[Tensor], dict[str, Tensor]]:
        """Return the new states and the gates; see `lstm_step`."""
        h, c = states
        masks = self._dropout_masks(inputs, h, training)
        from_input = self._project(inputs, self.kernel, masks[0], self.bias)
        from_memory = self._project(h, self.recurrent_kernel, masks[1])
        h, c, gates = lstm_step(
            from_input, from_memory, c, self.activation, self.recurrent_activation
        )
        return [h, c], {**gates, "cell_state": c}

    def _biases(self):
        return self.bias, None


@keras.saving.register_keras_serializable(package="rnn_utils")
class LSTM(DropIn, keras.layers.LSTM):
    """Long short-term memory over whole sequences: see `lstm_step`.

    A drop-in for `keras.layers.LSTM`: same arguments, weights and results, faster on a
    CPU. With TensorFlow and the default activations, without recurrent dropout and
    `unroll`, it runs on a compiled kernel whose gradient is `lstm_step_back`; gradients
    of gradients need `unroll=True`. On a GPU, sequences without a mask go to cuDNN, as
    in Keras; with one they stay in the compiled loop, which takes every mask.

    Args:
        units: Size of the hidden state and of the cell state, a positive integer.
        activation: What makes the candidate, and what `o_t` shows of `c_t`.
        recurrent_activation: What makes the gates.
        use_bias: Whether there is a bias b.
        kernel_initializer: Draws W.
        recurrent_initializer: Draws U.
        bias_initializer: Draws b.
        unit_forget_bias: Whether the part of b for the forget gate begins at 1: open.
        kernel_regularizer: Penalty on W that the loss takes in.
        recurrent_regularizer: The same on U.
        bias_regularizer: The same on the bias.
        activity_regularizer: The same on what the layer returns.
        kernel_constraint: What W must fulfil after every update.
        recurrent_constraint: The same of U.
        bias_constraint: The same of the bias.
        dropout: Share of `x_t` that is dropped in training, alike at all steps.
        recurrent_dropout: The same of `h_{t-1}`.
        seed: Seed of what is dropped.
        return_sequences: Whether to return all hidden states, not the last one only.
        return_state: Whether to return the final states too.
        go_backwards: Whether to read the sequences from their ends.
        stateful: Whether each batch goes on from the final states of the last one.
        unroll: Whether to write the steps out one after the other, without a loop.
        use_cudnn: Whether to use cuDNN on a GPU; with "auto", where it can.
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
        training: Whether to apply dropout.

    Returns:
        The last hidden state `(batch, units)`, or all of them `(batch, time, units)`
        with `return_sequences`; then the final states `h_T` and `c_T` with
        `return_state`; then the dict with `return_gates`.

    Raises:
        ValueError: If an argument has the wrong rank, size, type or number.

    Source: Hochreiter and Schmidhuber (1997); Gers et al. (2000); see `lstm_step`.
    """

    cell_class = LSTMCell
    recurrence = Recurrence(_step, _step_back)

    def __init__(
        self,
        units: int,
        activation: Identifier = "tanh",
        recurrent_activation: Identifier = "sigmoid",
        use_bias: bool = True,
        kernel_initializer: Identifier = "glorot_uniform",
        recurrent_initializer: Identifier = "orthogonal",
        bias_initializer: Identifier = "zeros",
        unit_forget_bias: bool = True,
        kernel_regularizer: Identifier = None,
        recurrent_regularizer: Identifier = None,
        bias_regularizer: Identifier = None,
        activity_regularizer: Identifier = None,
        kernel_constraint: Identifier = None,
        recurrent_constraint: Identifier = None,
        bias_constraint: Identifier = None,
        dropout: float = 0.0,
        recurrent_dropout: float = 0.0,
        seed: int | None = None,
        return_sequences: bool = False,
        return_state: bool = False,
        go_backwards: bool = False,
        stateful: bool = False,
        unroll: bool = False,
        use_cudnn: bool | str = "auto",
        *,
        return_gates: bool = False,
        **kwargs: Any,
    ) -> None:
        super().__init__(**passed_on(locals()))

    def _kernel_computes(self):
        return (
            super()._kernel_computes()
            and self.recurrent_activation is keras.activations.sigmoid
            and self.cell.implementation == 2
        )
