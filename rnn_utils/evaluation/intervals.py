"""How sure a score is: intervals over held-out examples and over repeated runs."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt


def bootstrap_interval(
    score: Callable[..., float],
    *arrays: Sequence[Any] | np.ndarray,
    level: float = 0.95,
    resamples: int = 1000,
    seed: int = 0,
    block: int = 1,
) -> tuple[float, float]:
    """Returns a percentile bootstrap interval of a score (Efron 1979).

    Examples are drawn with replacement, all arrays alike, so the interval says how the
    score would move with another test set of the same size and kind. To compare two
    models, pass both predictions and a `score` that is the difference: the pairing
    removes what is common to both.

    Examples that follow each other in time are alike, and so one of them says less than
    an example of its own. Then draw blocks of neighbours, longer than the likeness
    lasts; the last example is followed by the first (Politis and Romano 1992).

    Args:
        score: Function of the arrays that returns a float, such as
            `sklearn.metrics.accuracy_score`.
        *arrays: Arrays whose first dimension is the example, all of one length.
        level: Coverage, between 0 and 1.
        resamples: Number of bootstrap samples.
        seed: Seed of the resampling.
        block: How many neighbours are drawn together, at most as many as there are.

    Returns:
        A tuple `(low, high)` of floats.

    Raises:
        ValueError: No arrays, arrays of different lengths, or `level` or `block` out of
            range.
    """
    lengths = [len(array) for array in arrays]
    if not lengths or len(set(lengths)) > 1 or lengths[0] == 0:
        raise ValueError(
            f"arrays have the lengths {lengths}; expected at least one array, and the "
            "same length of at least 1 for all"
        )
    if not 0 < level < 1:
        raise ValueError(f"level is {level!r}; expected a number between 0 and 1")
    if not 1 <= block <= lengths[0]:
        raise ValueError(
            f"block is {block!r}; expected 1 to {lengths[0]}, the number of examples"
        )
    arrays = [np.asarray(array) for array in arrays]
    rng = np.random.default_rng(seed)
    draws = (_draw(rng, lengths[0], block) for _ in range(resamples))
    scores = [score(*(array[draw] for array in arrays)) for draw in draws]
    tail = 50 * (1 - level)
    low, high = np.percentile(scores, [tail, 100 - tail])
    return float(low), float(high)


def _draw(rng, length, block):
    """The indices of one bootstrap sample."""
    starts = rng.integers(length, size=-(-length // block))
    return ((starts[:, None] + np.arange(block)) % length).ravel()[:length]


def mean_interval(values: npt.ArrayLike, level: float = 0.95) -> tuple[float, float]:
    """Returns Student's t interval of a mean over repeated runs (Student 1908).

    With one value a seed it says how the mean would move with other seeds on the same
    data. To compare two models trained with the same seeds, pass their differences.

    Args:
        values: At least two numbers, one for each run.
        level: Coverage, between 0 and 1.

    Returns:
        A tuple `(low, high)` of floats.

    Raises:
        ValueError: Fewer than two values, a value that is not finite, or `level` out of
            range.
    """
    from scipy import stats

    values = np.asarray(values, dtype=float)
    if values.ndim != 1 or len(values) < 2 or not np.isfinite(values).all():
        raise ValueError(
            f"values is {values.tolist()!r}; expected at least two finite numbers, one "
            "for each run"
        )
    if not 0 < level < 1:
        raise ValueError(f"level is {level!r}; expected a number between 0 and 1")
    mean, error = values.mean(), values.std(ddof=1) / np.sqrt(len(values))
    half = stats.t.ppf(0.5 + level / 2, len(values) - 1) * error
    return float(mean - half), float(mean + half)


def diebold_mariano(
    losses: npt.ArrayLike, other_losses: npt.ArrayLike, lags: int
) -> tuple[float, float]:
    """Tests whether two forecasters are equally good, origin by origin.

    The losses of neighbouring origins are alike, as their forecasts overlap. So the
    variance of the mean difference takes in the autocovariances of up to `lags` origins
    (Newey and West 1987, with Bartlett's weights).

    Args:
        losses: Array of shape `(origins,)`, such as the mean absolute error of each
            forecast, in order of time.
        other_losses: The same of the other forecaster.
        lags: How many origins apart two losses may still be correlated.

    Returns:
        A tuple of floats: the statistic, negative where the first is better, and the
        two-sided probability of one as large if both were equally good, by Student's t.

    Raises:
        ValueError: The losses differ in shape, are no longer than `lags`, or differ by
            the same amount everywhere.

    Source: Diebold and Mariano (1995), "Comparing predictive accuracy", Journal of
    Business and Economic Statistics 13(3).
    """
    from scipy import stats

    losses, other_losses = np.asarray(losses, float), np.asarray(other_losses, float)
    if losses.shape != other_losses.shape or losses.ndim != 1:
        raise ValueError(
            f"losses have the shapes {losses.shape} and {other_losses.shape}; expected "
            "one shape (origins,)"
        )
    count = len(losses)
    if not 0 <= lags < count - 1:
        raise ValueError(
            f"lags is {lags}; expected 0 to {count - 2} for {count} origins"
        )
    difference = losses - other_losses
    centred = difference - difference.mean()
    variance = centred @ centred
    for lag in range(1, lags + 1):
        variance += 2 * (1 - lag / (lags + 1)) * (centred[lag:] @ centred[:-lag])
    if not variance > 0:
        raise ValueError("losses differ by the same amount everywhere; expected others")
    statistic = difference.mean() * count / np.sqrt(variance)
    return float(statistic), float(2 * stats.t.sf(abs(statistic), count - 1))
