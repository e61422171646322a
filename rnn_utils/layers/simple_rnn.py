"""The simple recurrent network of Elman (1990), as a drop-in Keras 3 layer."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import keras
from keras import ops

from ._loop import Recurrence
from ._recurrent import Cell, DropIn, passed_on
from ._types import Identifier, Tensor


def simple_rnn_step(
    from_input: Tensor,
    from_memory: Tensor,
    activation: Callable[[Tensor], Tensor] = ops.tanh,
) -> tuple[Tensor, dict[str, Tensor]]:
    """One time step of a simple recurrent network.

        h_t = tanh(a_t),    a_t = x_t W + b + h_{t-1} U

    Args:
        from_input: `x_t W + b`, shape `(batch, units)`.
        from_memory: `h_{t-1} U`, shape `(batch, units)`.
        activation: What stands in for tanh.

    Returns:
        The hidden state `h_t`, and a dict with `a_t` as `pre_activation`; both of shape
        `(batch, units)`.

    Source: Elman (1990), "Finding structure in time", Cognitive Science 14(2), whose
    context units hold `h_{t-1}`.
    """
    pre_activation = from_input + from_memory
    return activation(pre_activation), {"pre_activation": pre_activation}


def simple_rnn_step_back(d_hidden: Tensor, hidden_state: Tensor) -> Tensor:
    """The same time step backwards, for backpropagation through time (BPTT).

    Write `dv` for the gradient dL/dv of the loss. The loss sees `h_t` twice: directly,
    and through the next step's `a_{t+1} = ... + h_t U`. The chain rule adds the two:

        dh_t = (direct part) + da_{t+1} U^T

    tanh has the derivative 1 - tanh^2, and `h_t` is that tanh, so

        da_t = dh_t (1 - h_t^2)

    Every step uses the same weights, so their gradients are sums over time:

        dW = sum_t x_t^T da_t,    dU = sum_t h_{t-1}^T da_t,    db = sum_t da_t

    Args:
        d_hidden: `dh_t`, both parts, shape `(batch, units)`.
        hidden_state: `h_t`, shape `(batch, units)`.

    Returns:
        `da_t`, shape `(batch, units)`.

    Source: Werbos (1990), "Backpropagation through time", Proc. IEEE 78(10).
    """
    return d_hidden * (1 - hidden_state * hidden_state)


def _step(from_input, from_memory, states):
    hidden_state, _ = simple_rnn_step(from_input, from_memory)
    return [hidden_state], []


def _step_back(d_states, hidden_state, record):
    d_pre_activation = simple_rnn_step_back(d_states[0], hidden_state)
    return d_pre_activation, d_pre_activation, [0.0]


def _relu_step(from_input, from_memory, states):
    hidden_state, _ = simple_rnn_step(from_input, from_memory, ops.relu)
    return [hidden_state], []


def _relu_step_back(d_states, hidden_state, record):
    d_pre_activation = ops.where(hidden_state > 0, d_states[0], 0.0)
    return d_pre_activation, d_pre_activation, [0.0]


@keras.saving.register_keras_serializable(package="rnn_utils")
class SimpleRNNCell(Cell, keras.layers.SimpleRNNCell):
    """One step of a simple recurrent network: see `simple_rnn_step`.

    Takes the arguments of `keras.layers.SimpleRNNCell`, which `SimpleRNN` explains, and
    has the same weights: `kernel` W `(features, units)`, `recurrent_kernel` U
    `(units, units)` and `bias` b `(units,)`.

    Call arguments:
        inputs: `x_t`, shape `(batch, features)`.
        states: `[h_{t-1}]`, shape `(batch, units)`.
        training: Whether to apply dropout.

    Returns:
        `h_t` and the new states `[h_t]`; `step` can return `pre_activation` too.

    Raises:
        ValueError: If `units` is not a positive integer.

    Source: Elman (1990), "Finding structure in time", Cognitive Science 14(2).
    """

    gate_names = ("pre_activation",)

    def __init__(
        self,
        units: int,
        activation: Identifier = "tanh",
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
        seed: int | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(**passed_on(locals()))

    def advance(
        self, inputs: Tensor, states: Sequence[Tensor], training: bool
    ) -> tuple[list[Tensor], dict[str, Tensor]]:
        """Return the new states and the gates; see `simple_rnn_step`."""
        masks = self._dropout_masks(inputs, states[0], training)
        from_input = self._project(inputs, self.kernel, masks[0], self.bias)
        from_memory = self._project(states[0], self.recurrent_kernel, masks[1])
        hidden_state, gates = simple_rnn_step(from_input, from_memory, self.activation)
        return [hidden_state], gates

    def _biases(self):
        return self.bias, None


@keras.saving.register_keras_serializable(package="rnn_utils")
class SimpleRNN(DropIn, keras.layers.SimpleRNN):
    """A simple recurrent network over whole sequences: see `simple_rnn_step`.

    A drop-in for `keras.layers.SimpleRNN`: same arguments, weights and results, faster
    on a CPU. With TensorFlow and the default activation, without recurrent dropout and
    `unroll`, it runs on a compiled kernel whose gradient is `simple_rnn_step_back`;
    gradients of gradients need `unroll=True`.

    Args:
        units: Size of the hidden state, a positive integer.
        activation: What makes `h_t` of `a_t`.
        use_bias: Whether there is a bias b.
        kernel_initializer: Draws W.
        recurrent_initializer: Draws U.
        bias_initializer: Draws b.
        kernel_regularizer: Penalty on W that the loss takes in.
        recurrent_regularizer: The same on U.
        bias_regularizer: The same on the bias.
        activity_regularizer: The same on what the layer returns.
        kernel_constraint: What W must fulfil after every update.
        recurrent_constraint: The same of U.
        bias_constraint: The same of the bias.
        dropout: Share of `x_t` that is dropped in training, alike at all steps.
        recurrent_dropout: The same of `h_{t-1}`.
        return_sequences: Whether to return all hidden states, not the last one only.
        return_state: Whether to return the final states too.
        go_backwards: Whether to read the sequences from their ends.
        stateful: Whether each batch goes on from the final states of the last one.
        unroll: Whether to write the steps out one after the other, without a loop.
        seed: Seed of what is dropped.
        return_gates: Whether to return, as the last result, a dict with the activations
            over time: `pre_activation`, shape `(batch, time, units)`, in the order of
            processing, with zeros at masked steps. Slower; not inside `Bidirectional`.
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

    Source: Elman (1990), "Finding structure in time", Cognitive Science 14(2).
    """

    cell_class = SimpleRNNCell
    recurrence = Recurrence(_step, _step_back)
    kernel_activations = (keras.activations.tanh, keras.activations.relu)
    _with_relu = Recurrence(_relu_step, _relu_step_back)

    def __init__(
        self,
        units: int,
        activation: Identifier = "tanh",
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
        return_sequences: bool = False,
        return_state: bool = False,
        go_backwards: bool = False,
        stateful: bool = False,
        unroll: bool = False,
        seed: int | None = None,
        *,
        return_gates: bool = False,
        **kwargs: Any,
    ) -> None:
        super().__init__(**passed_on(locals()))
        # With relu, and an identity matrix for U, it is the IRNN of Le et al. (2015).
        if self.activation is keras.activations.relu:
            self.recurrence = self._with_relu
