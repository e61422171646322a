"""Biases for long memories: the initialization of Tallec and Ollivier (2018)."""

from __future__ import annotations

import math
import numbers
from typing import Any

import keras
from keras import ops

from ._checks import check_units, require
from ._types import Shape, Tensor

# The sign of `log(delay)` in the bias of each gate, in the order of the weights.
SIGNS = {
    "LSTM": (-1, 1, 0, 0),
    "GRU": (1, 0, 0),
    "MinGRU": (-1, 0),
    "MinLSTM": (-1, 1, 0),
}


@keras.saving.register_keras_serializable(package="rnn_utils")
class ChronoInitializer(keras.initializers.Initializer):
    """Draws biases with which the units begin to remember for 2 to `longest` steps.

    A unit that keeps the share f of its state at each step forgets as `f^t` does: over
    about `1 / (1 - f)` steps. Keras's own start, biases of 0 and 1, is one of 2 to 4
    steps. Here each unit draws a delay of its own,

        delay ~ Uniform(1, longest - 1),    b = log(delay)
        f = sigmoid(b) = 1 - 1 / (delay + 1)

    and writes as much as it forgets, `sigmoid(-b) = 1 - f`. Gates that neither keep nor
    write have a bias of zero. With the `negative_decay` of a MinGRU or MinLSTM memories
    are half as long.

    For 64 units and dependencies of up to 784 steps, with `Chrono` for this class:

        LSTM(64, unit_forget_bias=False, bias_initializer=Chrono("LSTM", 64, 784))
            b for the forget gate, -b for the input gate
        GRU(64, bias_initializer=Chrono("GRU", 64, 784))
            b for the update gate, which keeps
        MinGRU(64, bias_initializer=Chrono("MinGRU", 64, 784))
            -b for the update gate, which writes
        MinLSTM(64, bias_initializer=Chrono("MinLSTM", 64, 784))
            b for the forget gate, -b for the input gate

    Args:
        family: Name of the layer: LSTM, GRU, MinGRU or MinLSTM.
        units: The layer's `units`.
        longest: Length of the longest dependency to begin with, in time steps; more
            than 2, and finite.
        seed: None, or an integer that makes the draw repeatable.

    Call arguments:
        shape: Shape of the bias.
        dtype: Its type; None for Keras's default.

    Returns:
        The bias, of that shape and type.

    Raises:
        ValueError: If an argument is not as above, or the shape is not that of the
            layer's bias.

    Source: Tallec and Ollivier (2018), "Can recurrent neural networks warp time?",
    ICLR, https://arxiv.org/abs/1804.11188, where the GRU's update gate writes.
    """

    def __init__(
        self, family: str, units: int, longest: float, seed: int | None = None
    ) -> None:
        require(family in SIGNS, "family", f"one of {list(SIGNS)}", repr(family))
        check_units(units)
        right = isinstance(longest, numbers.Real) and 2 < longest < math.inf
        expected = "a finite number of time steps, more than 2"
        require(right, "longest", expected, repr(longest))
        self.family, self.units, self.longest = family, int(units), longest
        self.seed = seed
        self._delays = keras.initializers.RandomUniform(1.0, longest - 1.0, seed)

    def __call__(self, shape: Shape, dtype: Any = None) -> Tensor:
        """Return a bias; see the class."""
        signs = SIGNS[self.family]
        size = len(signs) * self.units
        shapes = [(size,), (2, size)] if self.family == "GRU" else [(size,)]
        hint = ", with `unit_forget_bias=False`" if self.family == "LSTM" else ""
        expected = f"{' or '.join(map(str, shapes))}, of a {self.family} of "
        expected += f"{self.units} units{hint}"
        require(tuple(shape) in shapes, "shape", expected, tuple(shape))
        bias = ops.log(self._delays((self.units,), dtype))
        bias = ops.concatenate([sign * bias for sign in signs])
        # A GRU's second row is the bias of the product with the state.
        return bias if len(shape) == 1 else ops.stack([bias, ops.zeros_like(bias)])

    def get_config(self) -> dict[str, Any]:
        """Return the constructor's arguments."""
        names = ("family", "units", "longest", "seed")
        return {name: getattr(self, name) for name in names}
