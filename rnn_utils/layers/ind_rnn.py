"""The independently recurrent network of Li et al. (2018), as a Keras 3 layer."""

from __future__ import annotations

import math
import numbers
from collections.abc import Callable, Sequence
from typing import Any

import keras
from keras import ops

from ._checks import require
from ._family import FamilyCell, FamilyLayer
from ._loop import Recurrence
from ._recurrent import passed_on
from ._types import Identifier, Shape, Tensor
from .simple_rnn import simple_rnn_step


def ind_rnn_step(
    from_input: Tensor,
    from_memory: Tensor,
    activation: Callable[[Tensor], Tensor] = ops.relu,
) -> tuple[Tensor, dict[str, Tensor]]:
    """One time step of an independently recurrent neural network (IndRNN).

        h_t = relu(a_t),    a_t = x_t W + b + u h_{t-1}

    `u` has one number for each unit, where other networks have a matrix: a unit sees
    nothing of the others' states, only of its own. While it is active, a gradient comes
    back over T steps multiplied by `u^T`, whatever the other units do; with
    `|u| <= 2^(1/T)` it at most doubles.

    Args:
        from_input: `x_t W + b`, shape `(batch, units)`.
        from_memory: `u h_{t-1}`, shape `(batch, units)`.
        activation: What stands in for relu.

    Returns:
        The hidden state `h_t`, and a dict with `a_t` as `pre_activation`; both of shape
        `(batch, units)`.

    Source: Li et al. (2018), "Independently recurrent neural network (IndRNN): building
    a longer and deeper RNN", CVPR, equation 2, https://arxiv.org/abs/1803.04831.
    """
    return simple_rnn_step(from_input, from_memory, activation)


def _step(from_input, from_memory, states):
    hidden_state, gates = ind_rnn_step(from_input, from_memory)
    return [hidden_state], [gates["pre_activation"]]


def _step_back(d_states, hidden_state, record):
    (pre_activation,) = record
    d_sum = ops.where(pre_activation > 0, d_states[0], ops.zeros_like(d_states[0]))
    return d_sum, d_sum, [0.0]


@keras.saving.register_keras_serializable(package="rnn_utils")
class Clip(keras.constraints.Constraint):
    """Keeps every weight between `-bound` and `bound`.

    Args:
        bound: A positive number, such as the `2^(1/T)` of `ind_rnn_step`.

    Call arguments:
        weights: A tensor of any shape.

    Returns:
        The weights, those beyond the bound moved to it.

    Raises:
        ValueError: If `bound` is not a positive, finite number.
    """

    def __init__(self, bound: float) -> None:
        right = isinstance(bound, numbers.Real) and 0 < bound < math.inf
        require(right, "bound", "a positive, finite number", repr(bound))
        self.bound = float(bound)

    def __call__(self, weights: Tensor) -> Tensor:
        """Return the clipped weights; see the class."""
        return ops.clip(weights, -self.bound, self.bound)

    def get_config(self) -> dict[str, Any]:
        """Return the constructor's argument."""
        return {"bound": self.bound}


@keras.saving.register_keras_serializable(package="rnn_utils")
class IndRNNCell(FamilyCell):
    """One step of an independently recurrent network: see `ind_rnn_step`.

    Takes the arguments of `IndRNN` that make the weights: `kernel` W
    `(features, units)`, `recurrent_kernel` u `(units,)` and `bias` b `(units,)`.

    Call arguments:
        inputs: `x_t`, shape `(batch, features)`.
        states: `[h_{t-1}]`, shape `(batch, units)`.

    Returns:
        `h_t` and the new states `[h_t]`; `step` can return `pre_activation` too.

    Raises:
        ValueError: If `units` is not a positive integer.

    Source: Li et al. (2018), https://arxiv.org/abs/1803.04831.
    """

    gate_names = ("pre_activation",)

    def __init__(
        self,
        units: int,
        activation: Identifier = "relu",
        kernel_initializer: Identifier = "glorot_uniform",
        recurrent_initializer: Identifier = None,
        bias_initializer: Identifier = "zeros",
        kernel_regularizer: Identifier = None,
        recurrent_regularizer: Identifier = None,
        bias_regularizer: Identifier = None,
        recurrent_constraint: Identifier = None,
        **kwargs: Any,
    ) -> None:
        if recurrent_initializer is None:
            recurrent_initializer = keras.initializers.RandomUniform(0.0, 1.0)
        super().__init__(**passed_on(locals()))

    def build(self, input_shape: Shape) -> None:
        """Create the weights for inputs of shape `(batch, features)`."""
        self.kernel = self.weight("kernel", (input_shape[-1], self.units))
        self.recurrent_kernel = self.weight("recurrent_kernel", (self.units,))
        self.bias = self.weight("bias", (self.units,))

    def advance(
        self, inputs: Tensor, states: Sequence[Tensor], training: bool
    ) -> tuple[list[Tensor], dict[str, Tensor]]:
        """Return the new states and the gates; see `ind_rnn_step`."""
        from_input = self._project(inputs, self.kernel, None, self.bias)
        from_memory = states[0] * ops.cast(self.recurrent_kernel, states[0].dtype)
        hidden_state, gates = ind_rnn_step(from_input, from_memory, self.activation)
        return [hidden_state], gates

    def recurrent_matrix(self) -> Tensor:
        """Return `u` on the diagonal of a matrix, as the compiled loop wants it."""
        return ops.diag(ops.convert_to_tensor(self.recurrent_kernel))

    def _biases(self):
        return self.bias, None


@keras.saving.register_keras_serializable(package="rnn_utils")
class IndRNN(FamilyLayer):
    """An independently recurrent network over whole sequences: see `ind_rnn_step`.

    With TensorFlow and relu it runs on a compiled loop, which is not cheaper
    than that of a SimpleRNN: it multiplies with the zeros beside the diagonal too.
    Gradients of gradients need `unroll=True`. Units meet only in the layer above: stack
    two or more. For long sequences keep u within the bound of `ind_rnn_step`; for 784
    steps with `recurrent_constraint=Clip(2 ** (1 / 784))`.

    Args:
        units: Size of the hidden state, a positive integer.
        activation: What makes `h_t` of `a_t`.
        kernel_initializer: Draws W.
        recurrent_initializer: Draws u; None for uniformly between 0 and 1.
        bias_initializer: Draws b.
        kernel_regularizer: Penalty on W that the loss takes in.
        recurrent_regularizer: The same on u.
        bias_regularizer: The same on b.
        recurrent_constraint: What u must fulfil after every update.
        return_sequences: Whether to return all hidden states, not the last one only.
        return_state: Whether to return the final state too.
        go_backwards: Whether to read the sequences from their ends.
        stateful: Whether each batch goes on from the final states of the last one.
        unroll: Whether to write the steps out one after the other, without a loop.
        return_gates: Whether to return, as the last result, a dict with the activations
            over time: `pre_activation`, shape `(batch, time, units)`, in the order of
            processing, with zeros at masked steps. Slower; not inside `Bidirectional`.
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

    Source: Li et al. (2018), "Independently recurrent neural network (IndRNN): building
    a longer and deeper RNN", CVPR, https://arxiv.org/abs/1803.04831.
    """

    cell_class = IndRNNCell
    recurrence = Recurrence(_step, _step_back)

    def __init__(
        self,
        units: int,
        activation: Identifier = "relu",
        kernel_initializer: Identifier = "glorot_uniform",
        recurrent_initializer: Identifier = None,
        bias_initializer: Identifier = "zeros",
        kernel_regularizer: Identifier = None,
        recurrent_regularizer: Identifier = None,
        bias_regularizer: Identifier = None,
        recurrent_constraint: Identifier = None,
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

    def _kernel_computes(self):
        return self.cell.activation is keras.activations.relu
