"""Learning rates that rise for some updates and then fall."""

from __future__ import annotations

import keras

# Where a schedule begins and ends, as parts of its highest rate.
_FIRST, _LAST = 0.1, 0.002


def warmup_cosine(
    learning_rate: float, updates: int, warmup: int
) -> keras.optimizers.schedules.LearningRateSchedule:
    """Returns a rate that rises in a straight line and then falls along a cosine.

    Args:
        learning_rate: The highest rate.
        updates: All updates, those of the rise included.
        warmup: Updates of the rise, from a tenth of the highest rate.

    Raises:
        ValueError: `learning_rate` or `warmup` is not above 0.

    Source: Loshchilov and Hutter (2017), "SGDR: stochastic gradient descent with warm
    restarts", ICLR, equation 5, without the restarts.
    """
    for name, value in (("learning_rate", learning_rate), ("warmup", warmup)):
        if not value > 0:
            raise ValueError(f"{name} is {value!r}; expected a number above 0")
    return keras.optimizers.schedules.CosineDecay(
        _FIRST * learning_rate,
        max(1, updates - warmup),
        _LAST / _FIRST,
        warmup_target=learning_rate,
        warmup_steps=warmup,
    )
