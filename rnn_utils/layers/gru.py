"""The gated recurrent unit of Cho et al. (2014), as a drop-in Keras 3 layer."""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from typing import Any

import keras
from keras import ops

from ._loop import Recurrence, logistic
from ._recurrent import Cell, DropIn, passed_on
from ._types import Identifier, Tensor


def gru_step(
    from_input: Tensor,
    from_memory: Tensor,
    hidden_state: Tensor,
    activation: Callable[[Tensor], Tensor] = ops.tanh,
    gate: Callable[[Tensor], Tensor] = ops.sigmoid,
    recall: Callable[[Tensor], Tensor] | None = None,
) -> tuple[Tensor, dict[str, Tensor]]:
    """One time step of a gated recurrent unit (GRU).

        z_t = sigmoid(x_t W_z + b_z + h_{t-1} U_z + d_z)    update gate: what to keep
        r_t = sigmoid(x_t W_r + b_r + h_{t-1} U_r + d_r)    reset gate: what to recall
        m_t = h_{t-1} U_n + d_n                             memory, to be recalled
        n_t = tanh   (x_t W_n + b_n + r_t m_t)              candidate: the new content
        h_t = z_t h_{t-1} + (1 - z_t) n_t                   hidden state

    The paper resets before the product, `(r_t h_{t-1}) U_n`; resetting after it, as
    above, needs one product a step instead of two. Here, in Keras and in PyTorch `z_t`
    keeps the old state; elsewhere `1 - z_t` does. Keras orders the weights z, r, n.

    Args:
        from_input: `x_t W + b` for z, r, n side by side, `(batch, 3 * units)`.
        from_memory: `h_{t-1} U + d` likewise; its last third is not read if `recall`
            is given.
        hidden_state: `h_{t-1}`, shape `(batch, units)`.
        activation: What stands in for tanh.
        gate: What stands in for the sigmoid.
        recall: None, or what takes `r_t` to the product that resets before.

    Returns:
        `h_t` and a dict of the gates, each of shape `(batch, units)`.

    Source: Cho et al. (2014), "Learning phrase representations using RNN
    encoder-decoder", EMNLP, equations 5 to 8.
    """
    units = hidden_state.shape[-1]
    x_z, x_r, x_n = ops.split(from_input, 3, axis=-1)
    z = gate(x_z + from_memory[:, :units])
    r = gate(x_r + from_memory[:, units : 2 * units])
    recalled = r * from_memory[:, 2 * units :] if recall is None else recall(r)
    n = activation(x_n + recalled)
    h = z * hidden_state + (1 - z) * n
    return h, {"update_gate": z, "reset_gate": r, "candidate": n}


def gru_step_back(
    d_hidden: Tensor,
    hidden_state: Tensor,
    z: Tensor,
    r: Tensor,
    n: Tensor,
    memory: Tensor,
) -> tuple[Tensor, Tensor, Tensor]:
    """The same time step backwards, for backpropagation through time (BPTT).

    Write `dv` for the gradient dL/dv of the loss, and `a` for what goes into a gate,
    as in `z_t = sigmoid(az_t)`. By `h_t = z_t h_{t-1} + (1 - z_t) n_t`,

        dz_t = dh_t (h_{t-1} - n_t),      dn_t = dh_t (1 - z_t)

    and the derivatives of tanh, 1 - tanh^2, and of sigmoid, s (1 - s), give

        dan_t = dn_t (1 - n_t^2)
        daz_t = dz_t z_t (1 - z_t)
        dar_t = dr_t r_t (1 - r_t),       dr_t = dan_t m_t,      dm_t = dan_t r_t

    The loss sees `h_{t-1}` directly, through what the update gate keeps of it, and
    through the three products of step t:

        dh_{t-1} = (direct part) + dh_t z_t + [daz_t, dar_t, dm_t] U^T

    So an update gate near one carries a gradient over any number of steps. Every step
    uses the same weights, so their gradients are sums over time:

        dW = sum_t x_t^T [daz_t, dar_t, dan_t],     db = sum_t [daz_t, dar_t, dan_t]
        dU = sum_t h_{t-1}^T [daz_t, dar_t, dm_t],  dd = sum_t [daz_t, dar_t, dm_t]

    Args:
        d_hidden: `dh_t`, all parts, shape `(batch, units)`.
        hidden_state: `h_{t-1}`, shape `(batch, units)`.
        z, r, n, memory: The gates and `m_t` of step t, each `(batch, units)`.

    Returns:
        `[daz_t, dar_t, dan_t]` and `[daz_t, dar_t, dm_t]`, each of shape
        `(batch, 3 * units)`, and `dh_t z_t`, shape `(batch, units)`.

    Source: Werbos (1990), "Backpropagation through time", Proc. IEEE 78(10).
    """
    d_z = d_hidden * (hidden_state - n) * z * (1 - z)
    d_n = d_hidden * (1 - z) * (1 - n * n)
    d_r = d_n * memory * r * (1 - r)
    d_from_input = ops.concatenate([d_z, d_r, d_n], axis=-1)
    d_from_memory = ops.concatenate([d_z, d_r, d_n * r], axis=-1)
    return d_from_input, d_from_memory, d_hidden * z


def _step(from_input, from_memory, states):
    (before,) = states
    h, gates = gru_step(from_input, from_memory, before, gate=logistic)
    memory = from_memory[:, 2 * before.shape[-1] :]
    return [h], [before, *gates.values(), memory]


def _step_back(d_states, hidden_state, record):
    *d_sums, d_kept = gru_step_back(*d_states, *record)
    return *d_sums, [d_kept]


@keras.saving.register_keras_serializable(package="rnn_utils")
class GRUCell(Cell, keras.layers.GRUCell):
    """One step of a gated recurrent unit: see `gru_step`.

    Takes the arguments of `keras.layers.GRUCell`, which `GRU` explains, and has the
    same weights: `kernel` W `(features, 3 * units)`, `recurrent_kernel` U
    `(units, 3 * units)` and `bias`, with the parts for z, r, n side by side in this
    order. The bias holds b and d in two rows `(2, 3 * units)`, or b alone
    `(3 * units,)` with `reset_after=False`.

    Call arguments:
        inputs: `x_t`, shape `(batch, features)`.
        states: `[h_{t-1}]`, shape `(batch, units)`.
        training: Whether to apply dropout.

    Returns:
        `h_t` and the new states `[h_t]`; `step` can return the gates too:
        `update_gate`, `reset_gate` and `candidate`.

    Raises:
        ValueError: If `units` is not a positive integer.

    Source: Cho et al. (2014), "Learning phrase representations using RNN
    encoder-decoder", EMNLP.
    """

    gate_names = ("update_gate", "reset_gate", "candidate")

    def __init__(
        self,
        units: int,
        activation: Identifier = "tanh",
        recurrent_activation: Identifier = "sigmoid",
        use_bias: bool = True,
        kernel_initializer: Identifier = "glorot_uniform",
        recurrent_initializer: Identifier = "orthogonal",
        bias_initializer: Identifier = "zeros",
        kernel_regularizer: Identifier = None,
        recurrent_regularizer: Identifier = None,
        bias_regularizer: Identifier = None,
        kernel_constraint: Identifier = None,
        recurrent_constraint: Identifier = None,
        bias_constraint: Identifier = None,
        dropout: float = 0.0,
        recurrent_dropout: float = 0.0,
        reset_after: bool = True,
        seed: int | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(**passed_on(locals()))

    def advance(
        self, inputs: Tensor, states: Sequence[Tensor], training: bool
    ) -> tuple[list[Tensor], dict[str, Tensor]]:
        """Return the new states and the gates; see `gru_step`."""
        (h,) = states
        input_mask, memory_mask = self._dropout_masks(inputs, h, training)
        bias, recurrent_bias = self._biases()
        from_input = self._project(inputs, self.kernel, input_mask, bias)
        kernel, recall = self.recurrent_kernel, None
        if not self.reset_after:
            kernel, reset_kernel = ops.split(kernel, [2 * self.units], axis=-1)
            masked = h if memory_mask is None else h * memory_mask[2]
            recall = functools.partial(_recall, masked, reset_kernel)
        from_memory = self._project(h, kernel, memory_mask, recurrent_bias)
        activations = self.activation, self.recurrent_activation
        h, gates = gru_step(from_input, from_memory, h, *activations, recall)
        return [h], gates

    def _biases(self):
        if self.bias is None or not self.reset_after:
            return self.bias, None
        return ops.unstack(ops.convert_to_tensor(self.bias))


def _recall(hidden_state, kernel, reset_gate):
    recalled = reset_gate * hidden_state
    return ops.matmul(recalled, ops.cast(kernel, recalled.dtype))


@keras.saving.register_keras_serializable(package="rnn_utils")
class GRU(DropIn, keras.layers.GRU):
    """A gated recurrent unit over whole sequences: see `gru_step`.

    A drop-in for `keras.layers.GRU`: same arguments, weights and results, faster on a
    CPU. With TensorFlow and the default activations, `reset_after`, without recurrent
    dropout and `unroll`, it runs on a compiled kernel whose gradient is
    `gru_step_back`; gradients of gradients need `unroll=True`. On a GPU, sequences
    without a mask go to cuDNN, as in Keras; with one they stay in the compiled loop,
    which takes every mask.

    Args:
        units: Size of the hidden state, a positive integer.
        activation: What makes the candidate.
        recurrent_activation: What makes the gates.
        use_bias: Whether there are the biases b and d.
        kernel_initializer: Draws W.
        recurrent_initializer: Draws U.
        bias_initializer: Draws b and d.
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
        reset_after: Whether to reset after the product, as in `gru_step`.
        use_cudnn: Whether to use cuDNN on a GPU; with "auto", where it can.
        return_gates: Whether to return, as the last result, a dict with the activations
            over time: `update_gate`, `reset_gate` and `candidate`, each of shape
            `(batch, time, units)`, in the order of processing, with zeros at masked
            steps. Slower; not inside `Bidirectional`.
        **kwargs: What `keras.layers.RNN` and `keras.layers.Layer` take, such as `name`,
            `dtype` and `zero_output_for_mask`.

    Call arguments:
        sequences: Shape `(batch, time, features)`.
        initial_state: None, or `[h_0]` of shape `(batch, units)`.
        mask: None, or booleans `(batch, time)`; False skips a step.
        training: Whether to apply dropout.

    Returns:
        The last hidden state `(batch, units)`, or all of them `(batch, time, units)`
        with `return_sequences`; then the final state `h_T` with `return_state`; then
        the dict with `return_gates`.

    Raises:
        ValueError: If an argument has the wrong rank, size, type or number.

    Source: Cho et al. (2014), "Learning phrase representations using RNN
    encoder-decoder", EMNLP.
    """

    cell_class = GRUCell
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
        reset_after: bool = True,
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
            and self.reset_after
        )
