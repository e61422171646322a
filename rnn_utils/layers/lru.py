"""The linear recurrent unit of Orvieto et al. (2023), as a Keras 3 layer."""

from __future__ import annotations

import functools
import math
import numbers
from collections.abc import Sequence
from typing import Any

import keras
from keras import ops

from ._checks import require
from ._linear import LinearCell, LinearLayer
from ._recurrent import passed_on
from ._types import Identifier, Shape, Tensor


def lru_decay(log_rate: Tensor, log_phase: Tensor) -> list[Tensor]:
    """The complex number by which a linear recurrent unit (LRU) multiplies its state.

        s_t = lambda s_{t-1} + gamma (x_t B)    state, complex
        y_t = Re(s_t C) + x_t D                 output

        lambda = exp(-exp(nu) + i exp(theta))

    The exponentials of `nu` hold the radius |lambda| between 0 and 1 whatever training
    does to `nu`: the recurrence is stable. A radius near 1 remembers long; the phase,
    `exp(theta)`, turns the state at every step, so that a unit listens to a frequency.
    `gamma` begins at `sqrt(1 - |lambda|^2)`, which keeps both parts of a state that
    white noise drives at the variance of `x_t B`, and is trained, as `exp(log gamma)`.

    Args:
        log_rate: `nu`, shape `(units,)`.
        log_phase: `theta`, shape `(units,)`.

    Returns:
        `lambda` as a list of its real and its imaginary part, each `(units,)`.

    Source: Orvieto et al. (2023), "Resurrecting recurrent neural networks for long
    sequences", ICML, section 3, https://arxiv.org/abs/2303.06349; the paper's `x` is
    the state here, its `u` the input.
    """
    radius, phase = ops.exp(-ops.exp(log_rate)), ops.exp(log_phase)
    return [radius * ops.cos(phase), radius * ops.sin(phase)]


class _LogRates(keras.initializers.RandomUniform):
    """Draws `nu` so that lambda lies uniformly in a ring of the complex plane."""

    def __init__(self, min_radius, max_radius):
        super().__init__(min_radius**2, max_radius**2)

    def __call__(self, shape, dtype=None):
        # Not quite 0 or 1, of which the logarithms are not finite.
        squared = ops.clip(super().__call__(shape, dtype), 1e-6, 1 - 1e-6)
        return ops.log(-0.5 * ops.log(squared))


class _LogPhases(keras.initializers.RandomUniform):
    """Draws `theta` so that the phase is uniform between 0 and the largest."""

    def __init__(self, max_phase):
        super().__init__(1e-6 * max_phase, max_phase)

    def __call__(self, shape, dtype=None):
        return ops.log(super().__call__(shape, dtype))


def _log_scales(log_rates, shape, dtype=None):
    """Draw `log gamma` to go with the rates: an initializer repeats what it drew."""
    squared_radius = ops.exp(-2 * ops.exp(log_rates(shape, dtype)))
    return 0.5 * ops.log(1 - squared_radius)


@keras.saving.register_keras_serializable(package="rnn_utils")
class LRUCell(LinearCell):
    """One step of a linear recurrent unit: see `lru_decay`.

    Takes the arguments of `LRU` that make the weights: `log_rate` nu, `log_phase`
    theta and `log_scale` log gamma, each `(units,)`; `kernel` B
    `(features, 2 * units)`, `output_kernel` C `(2 * units, units)` and `skip_kernel` D
    `(features, units)`. Of B the real and the imaginary part lie side by side; of C the
    real part lies over the negative imaginary one, so that a product gives `Re(s_t C)`.

    Call arguments:
        inputs: `x_t`, shape `(batch, features)`.
        states: Real and imaginary part of `s_{t-1}`, each of shape `(batch, units)`.

    Returns:
        `y_t`, shape `(batch, units)`, and the new states.

    Raises:
        ValueError: If `units` is not a positive integer, or the radii or the phase are
            out of range.

    Source: Orvieto et al. (2023), https://arxiv.org/abs/2303.06349.
    """

    gate_names = ()

    def __init__(
        self,
        units: int,
        min_radius: float = 0.0,
        max_radius: float = 1.0,
        max_phase: float = 2 * math.pi,
        kernel_initializer: Identifier = "lecun_normal",
        kernel_regularizer: Identifier = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(**passed_on(locals()))
        radii = min_radius, max_radius
        right = all(isinstance(r, numbers.Real) for r in radii)
        expected = "numbers with 0 <= `min_radius` < `max_radius` <= 1"
        right = right and 0 <= min_radius < max_radius <= 1
        require(right, "min_radius, max_radius", expected, radii)
        right = isinstance(max_phase, numbers.Real) and 0 < max_phase <= 2 * math.pi
        require(right, "max_phase", "a number in (0, 2 pi]", max_phase)
        self.state_size, self.output_size = [self.units, self.units], self.units

    def build(self, input_shape: Shape) -> None:
        """Create the weights for inputs of shape `(batch, features)`."""
        features, units = input_shape[-1], self.units
        rates = _LogRates(self.min_radius, self.max_radius)
        start = {
            "log_rate": rates,
            "log_phase": _LogPhases(self.max_phase),
            "log_scale": functools.partial(_log_scales, rates),
        }
        for name, initializer in start.items():
            weight = self.add_weight(shape=(units,), name=name, initializer=initializer)
            setattr(self, name, weight)
        self.kernel = self.weight("kernel", (features, 2 * units))
        for name, rows in (("output_kernel", 2 * units), ("skip_kernel", features)):
            weight = self.add_weight(
                shape=(rows, units), name=name, initializer="lecun_normal"
            )
            setattr(self, name, weight)

    def coefficients(
        self, inputs: Tensor
    ) -> tuple[list[Tensor], list[Tensor], dict[str, Tensor]]:
        """Return `lambda` and `gamma (x_t B)`, complex, and no gates."""
        names = ("log_rate", "log_phase", "log_scale")
        weights = (ops.cast(getattr(self, name), inputs.dtype) for name in names)
        log_rate, log_phase, log_scale = weights
        added = ops.split(self._project(inputs, self.kernel, None), 2, axis=-1)
        scale = ops.exp(log_scale)
        return lru_decay(log_rate, log_phase), [scale * part for part in added], {}

    def read_out(self, inputs: Tensor, states: Sequence[Tensor]) -> Tensor:
        """Return `y_t`, of one step or of all; see `lru_decay`."""
        both = ops.concatenate(states, axis=-1)
        skipped = self._project(inputs, self.skip_kernel, None)
        return self._project(both, self.output_kernel, None) + skipped


@keras.saving.register_keras_serializable(package="rnn_utils")
class LRU(LinearLayer):
    """A linear recurrent unit over whole sequences: see `lru_decay`.

    All products are taken for the whole sequence at once, and `linear_scan` goes
    through time, with complex numbers as pairs of real ones; gradients of gradients
    need `unroll=True`. The layer is linear in its inputs: put a nonlinear one, such as
    `Dense(units, activation="gelu")`, between two of them. For long sequences begin
    with radii from 0.9 to 0.999, which remember 10 to 1,000 steps, and a small
    `max_phase`.

    Args:
        units: Number of complex states, and size of the output, a positive integer.
        min_radius: The smallest |lambda| to begin with.
        max_radius: The largest.
        max_phase: The largest angle, in radians, by which a state turns at a step, to
            begin with.
        kernel_initializer: Draws B.
        kernel_regularizer: Penalty on B that the loss takes in.
        return_sequences: Whether to return all outputs, not the last one only.
        return_state: Whether to return the final states too.
        go_backwards: Whether to read the sequences from their ends.
        stateful: Whether each batch goes on from the final states of the last one.
        unroll: Whether to write the steps out one after the other, without a scan.
        **kwargs: What `keras.layers.RNN` and `keras.layers.Layer` take, such as `name`,
            `dtype` and `zero_output_for_mask`.

    Call arguments:
        sequences: Shape `(batch, time, features)`.
        initial_state: None, or real and imaginary part of `s_0`, each of shape
            `(batch, units)`.
        mask: None, or booleans `(batch, time)`; False skips a step.
        training: Without effect.

    Returns:
        The last output `(batch, units)`, or all of them `(batch, time, units)` with
        `return_sequences`; then real and imaginary part of the final state with
        `return_state`.

    Raises:
        ValueError: If an argument has the wrong rank, size, type or number.

    Source: Orvieto et al. (2023), "Resurrecting recurrent neural networks for long
    sequences", ICML, https://arxiv.org/abs/2303.06349.
    """

    cell_class = LRUCell

    def __init__(
        self,
        units: int,
        min_radius: float = 0.0,
        max_radius: float = 1.0,
        max_phase: float = 2 * math.pi,
        kernel_initializer: Identifier = "lecun_normal",
        kernel_regularizer: Identifier = None,
        return_sequences: bool = False,
        return_state: bool = False,
        go_backwards: bool = False,
        stateful: bool = False,
        unroll: bool = False,
        **kwargs: Any,
    ) -> None:
        super().__init__(**passed_on(locals()))
