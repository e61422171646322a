"""The minimal long short-term memory of Feng et al. (2024), as a Keras 3 layer."""

from __future__ import annotations

from typing import Any

import keras
from keras import ops

from ._linear import GatedLinearCell, LinearLayer
from ._recurrent import passed_on
from ._types import Identifier, Tensor


def min_lstm_coefficients(
    from_input: Tensor, negative_decay: bool = False
) -> tuple[Tensor, Tensor, dict[str, Tensor]]:
    """What a minimal long short-term memory (minLSTM) keeps, and what it adds.

        i_t = sigmoid(x_t W_i + b_i)            input gate: what to write
        f_t = sigmoid(x_t W_f + b_f)            forget gate: what to keep
        n_t = x_t W_n + b_n                     candidate: the new content
        h_t = (f_t h_{t-1} + i_t n_t) / (f_t + i_t)       hidden state

    It is an LSTM whose gates do not see `h_{t-1}`, without an output gate, and with the
    gates scaled to add up to one, so that the size of the state does not depend on the
    length of the sequence. The hidden state is a linear recurrence,
    `h_t = a_t h_{t-1} + b_t` with `a_t = f_t / (f_t + i_t)`, and all `a_t` and `b_t`
    are known before the first step.

    With `negative_decay` it is `a_t = 2 f_t / (f_t + i_t) - 1`, in (-1, 1); see
    `min_gru_coefficients`.

    Args:
        from_input: `x_t W + b` for i, f, n side by side, shape `(..., 3 * units)`, of
            one step or of all.
        negative_decay: Whether the decay may be negative.

    Returns:
        `a_t`, `b_t` and a dict of the gates, the first two scaled; each of shape
        `(..., units)`.

    Source: Feng et al. (2024), "Were RNNs all we needed?", section 3.2,
    https://arxiv.org/abs/2410.01201; negative decays: Grazzi et al. (2024), "Unlocking
    state-tracking in linear RNNs through negative eigenvalues",
    https://arxiv.org/abs/2411.12537.
    """
    i, f, n = ops.split(from_input, 3, axis=-1)
    # f / (f + i), written so that two gates near zero do not make it 0 / 0.
    f = ops.sigmoid(ops.softplus(-i) - ops.softplus(-f))
    i = 1 - f
    decay = 2 * f - 1 if negative_decay else f
    return decay, i * n, {"input_gate": i, "forget_gate": f, "candidate": n}


@keras.saving.register_keras_serializable(package="rnn_utils")
class MinLSTMCell(GatedLinearCell):
    """One step of a minimal long short-term memory: see `min_lstm_coefficients`.

    Takes the arguments of `MinLSTM` that make the weights: `kernel` W
    `(features, 3 * units)` and `bias` b `(3 * units,)`, with the parts for i, f, n side
    by side in this order.

    Call arguments:
        inputs: `x_t`, shape `(batch, features)`.
        states: `[h_{t-1}]`, shape `(batch, units)`.

    Returns:
        `h_t` and the new states `[h_t]`; `step` can return the gates too:
        `input_gate`, `forget_gate` and `candidate`.

    Raises:
        ValueError: If `units` is not a positive integer.

    Source: Feng et al. (2024), https://arxiv.org/abs/2410.01201.
    """

    gate_names = ("input_gate", "forget_gate", "candidate")
    products = 3
    gated = staticmethod(min_lstm_coefficients)

    def __init__(
        self,
        units: int,
        negative_decay: bool = False,
        kernel_initializer: Identifier = "glorot_uniform",
        bias_initializer: Identifier = "zeros",
        kernel_regularizer: Identifier = None,
        bias_regularizer: Identifier = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(**passed_on(locals()))


@keras.saving.register_keras_serializable(package="rnn_utils")
class MinLSTM(LinearLayer):
    """A minimal long short-term memory over whole sequences: `min_lstm_coefficients`.

    All products are taken for the whole sequence at once, and `linear_scan` goes
    through time; gradients of gradients need `unroll=True`. The gates of a single layer
    see one input at a time, and nothing of those before it: stack two or more.

    Args:
        units: Size of the hidden state, a positive integer.
        negative_decay: Whether the decay lies in (-1, 1) and not in (0, 1).
        kernel_initializer: Draws W.
        bias_initializer: Draws b. `ChronoInitializer` is for long sequences.
        kernel_regularizer: Penalty on W that the loss takes in.
        bias_regularizer: The same on b.
        return_sequences: Whether to return all hidden states, not the last one only.
        return_state: Whether to return the final state too.
        go_backwards: Whether to read the sequences from their ends.
        stateful: Whether each batch goes on from the final states of the last one.
        unroll: Whether to write the steps out one after the other, without a scan.
        return_gates: Whether to return, as the last result, a dict with the activations
            over time: `input_gate` and `forget_gate`, scaled, and `candidate`, each of
            shape `(batch, time, units)`, in the order of processing, with zeros at
            masked steps. Not inside `Bidirectional`.
        **kwargs: What `keras.layers.RNN` and `keras.layers.Layer` take, such as `name`,
            `dtype` and `zero_output_for_mask`.

    Call arguments:
        sequences: Shape `(batch, time, features)`.
        initial_state: None, or `[h_0]` of shape `(batch, units)`.
        mask: None, or booleans `(batch, time)`; False skips a step.
        training: Without effect.

    Returns:
        The last hidden state `(batch, units)`, or all of them `(batch, time, units)`
        with `return_sequences`; then the final state `h_T` with `return_state`; then
        the dict with `return_gates`.

    Raises:
        ValueError: If an argument has the wrong rank, size, type or number.

    Source: Feng et al. (2024), "Were RNNs all we needed?",
    https://arxiv.org/abs/2410.01201.
    """

    cell_class = MinLSTMCell

    def __init__(
        self,
        units: int,
        negative_decay: bool = False,
        kernel_initializer: Identifier = "glorot_uniform",
        bias_initializer: Identifier = "zeros",
        kernel_regularizer: Identifier = None,
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
