"""The minimal gated recurrent unit of Feng et al. (2024), as a Keras 3 layer."""

from __future__ import annotations

from typing import Any

import keras
from keras import ops

from ._linear import GatedLinearCell, LinearLayer
from ._recurrent import passed_on
from ._types import Identifier, Tensor


def min_gru_coefficients(
    from_input: Tensor, negative_decay: bool = False
) -> tuple[Tensor, Tensor, dict[str, Tensor]]:
    """What a minimal gated recurrent unit (minGRU) keeps, and what it adds.

        z_t = sigmoid(x_t W_z + b_z)            update gate: what to write
        n_t = x_t W_n + b_n                     candidate: the new content
        h_t = (1 - z_t) h_{t-1} + z_t n_t       hidden state

    It is a GRU whose gates do not see `h_{t-1}`. So the hidden state is a linear
    recurrence, `h_t = a_t h_{t-1} + b_t`, and all `a_t = 1 - z_t` and `b_t = z_t n_t`
    are known before the first step. As in the paper `z_t` writes; in `gru_step` it
    keeps.

    A sum of inputs with positive weights cannot tell odd from even. With
    `negative_decay` it is `a_t = 1 - 2 z_t`, in (-1, 1), which can also turn the sign.

    Args:
        from_input: `x_t W + b` for z, n side by side, shape `(..., 2 * units)`, of one
            step or of all.
        negative_decay: Whether the decay may be negative.

    Returns:
        `a_t`, `b_t` and a dict of the gates, each of shape `(..., units)`.

    Source: Feng et al. (2024), "Were RNNs all we needed?", section 3.1,
    https://arxiv.org/abs/2410.01201; negative decays: Grazzi et al. (2024), "Unlocking
    state-tracking in linear RNNs through negative eigenvalues",
    https://arxiv.org/abs/2411.12537.
    """
    z, n = ops.split(from_input, 2, axis=-1)
    z = ops.sigmoid(z)
    decay = 1 - (2 * z if negative_decay else z)
    return decay, z * n, {"update_gate": z, "candidate": n}


@keras.saving.register_keras_serializable(package="rnn_utils")
class MinGRUCell(GatedLinearCell):
    """One step of a minimal gated recurrent unit: see `min_gru_coefficients`.

    Takes the arguments of `MinGRU` that make the weights: `kernel` W
    `(features, 2 * units)` and `bias` b `(2 * units,)`, with the parts for z, n side by
    side in this order.

    Call arguments:
        inputs: `x_t`, shape `(batch, features)`.
        states: `[h_{t-1}]`, shape `(batch, units)`.

    Returns:
        `h_t` and the new states `[h_t]`; `step` can return the gates too:
        `update_gate` and `candidate`.

    Raises:
        ValueError: If `units` is not a positive integer.

    Source: Feng et al. (2024), https://arxiv.org/abs/2410.01201.
    """

    gate_names = ("update_gate", "candidate")
    products = 2
    gated = staticmethod(min_gru_coefficients)

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
class MinGRU(LinearLayer):
    """A minimal gated recurrent unit over whole sequences: `min_gru_coefficients`.

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
            over time: `update_gate` and `candidate`, each of shape
            `(batch, time, units)`, in the order of processing, with zeros at masked
            steps. Not inside `Bidirectional`.
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

    cell_class = MinGRUCell

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
