"""Learning rates that rise for some updates and then fall."""

from __future__ import annotations

import keras

from rnn_utils import _checks

# Where a schedule begins and ends, as parts of its highest rate.
_FIRST, _LAST = 0.1, 0.02


def warmup_cosine(
    learning_rate: float, updates: int, warmup: int
) -> keras.optimizers.schedules.LearningRateSchedule:
    """Returns a rate that rises in a straight line and then falls along a cosine.

    It ends at a fiftieth of the highest rate.

    Args:
        learning_rate: The highest rate.
        updates: All updates, those of the rise included.
        warmup: Updates of the rise, from a tenth of the highest rate.

    Raises:
        ValueError: `learning_rate` is not a number above 0, or `updates` or `warmup` is
            less than 1.

    Source: Loshchilov and Hutter (2017), "SGDR: stochastic gradient descent with warm
    restarts", ICLR, equation 5, without the restarts.
    """
    _checks.number("learning_rate", learning_rate, lambda r: r > 0, "a number above 0")
    for name, value in (("updates", updates), ("warmup", warmup)):
        _checks.whole_number(name, value)
    return keras.optimizers.schedules.CosineDecay(
        _FIRST * learning_rate,
        max(1, updates - warmup),
        _LAST,  # Of the highest rate as well: Keras multiplies it by warmup_target.
        warmup_target=learning_rate,
        warmup_steps=warmup,
    )
