"""How sure a score is: intervals over held-out examples and over repeated runs."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from rnn_utils import _checks


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
        *arrays: Arrays whose first dimension is the example, all of one length. Floats
            are passed on as float64.
        level: Coverage, between 0 and 1.
        resamples: Number of bootstrap samples, 1 or more.
        seed: Seed of the resampling.
        block: How many neighbours are drawn together, at most as many as there are.

    Returns:
        A tuple `(low, high)` of floats.

    Raises:
        ValueError: No arrays, arrays of different lengths; `level`, `block` or
            `resamples` out of range; or `score` is no number, or not finite, for some
            of the samples.
    """
    lengths = [len(array) for array in arrays]
    if not lengths or len(set(lengths)) > 1 or lengths[0] == 0:
        raise ValueError(
            f"arrays have the lengths {lengths}; expected at least one array, and the "
            "same length of at least 1 for all"
        )
    _check_level(level)
    _checks.whole_number("resamples", resamples)
    _checks.whole_number("block", block, 1, lengths[0])
    arrays = [_widened(np.asarray(array)) for array in arrays]
    rng = np.random.default_rng(seed)
    draws = (_draw(rng, lengths[0], block) for _ in range(resamples))
    scores = [score(*(array[draw] for array in arrays)) for draw in draws]
    scores = _finite_scores(scores)
    tail = 50 * (1 - level)
    low, high = np.percentile(scores, [tail, 100 - tail])
    return float(low), float(high)


def _check_level(level):
    _checks.number("level", level, lambda c: 0 < c < 1, "a number between 0 and 1")


def _widened(array):
    """Floats in float64, so that a score adds them up without loss."""
    narrow = array.dtype.kind == "f" and array.dtype.itemsize < 8
    return array.astype(np.float64) if narrow else array


def _finite_scores(scores):
    shape = np.shape(scores)
    if len(shape) != 1:
        raise ValueError(
            f"score gives the shape {shape[1:]}; expected one number for a sample"
        )
    scores = np.asarray(scores, np.float64)
    undefined = ~np.isfinite(scores)
    if undefined.any():
        raise ValueError(
            f"score is {scores[undefined][0]} for {undefined.sum()} of {len(scores)} "
            "resamples; expected a finite number for each, also for those that a rare "
            "kind of example is missing from"
        )
    return scores


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

    _check_level(level)
    values = np.asarray(values, dtype=float)
    if values.ndim != 1 or len(values) < 2 or not np.isfinite(values).all():
        raise ValueError(
            f"values is {values.tolist()!r}; expected at least two finite numbers, one "
            "for each run"
        )
    mean, error = values.mean(), values.std(ddof=1) / np.sqrt(len(values))
    half = stats.t.ppf(0.5 + level / 2, len(values) - 1) * error
    return float(mean - half), float(mean + half)


def share_interval(hits: npt.ArrayLike, level: float = 0.95) -> tuple[float, float]:
    """Returns Wilson's interval of a share of repeated trials (Wilson 1927).

    For a few trials, such as trainings that succeed or fail: it has a width also where
    all of them do the same, which a bootstrap interval has not. Where the trials differ
    in how likely a hit is, such as trainings at several learning rates, it is if
    anything too wide.

    Args:
        hits: Booleans, at least one, one for each trial.
        level: Coverage, between 0 and 1.

    Returns:
        A tuple `(low, high)` of floats, with the share between them.

    Raises:
        ValueError: There is no trial, `hits` are not one row of booleans, or `level` is
            out of range.
    """
    from scipy import stats

    _check_level(level)
    hits = np.asarray(hits)
    if hits.ndim != 1 or not len(hits) or hits.dtype != bool:
        raise ValueError(
            f"hits is {hits.tolist()!r}; expected at least one boolean, one for each "
            "trial"
        )
    result = stats.binomtest(int(hits.sum()), len(hits))
    low, high = result.proportion_ci(level, method="wilson")
    return float(low), float(high)


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
        ValueError: The losses differ in shape, are not finite, are no longer than
            `lags`, or differ by the same amount everywhere.

    Source: Diebold and Mariano (1995), "Comparing predictive accuracy", Journal of
    Business and Economic Statistics 13(3).
    """
    from scipy import stats

    losses = _checks.finite("losses", losses)
    other_losses = _checks.finite("other_losses", other_losses)
    if losses.shape != other_losses.shape or losses.ndim != 1:
        raise ValueError(
            f"losses have the shapes {losses.shape} and {other_losses.shape}; expected "
            "one shape (origins,)"
        )
    count = len(losses)
    if not 0 <= _checks.whole_number("lags", lags, 0) < count - 1:
        raise ValueError(
            f"lags is {lags}; expected 0 to {count - 2} for {count} origins"
        )
    difference = losses - other_losses
    centred = difference - difference.mean()
    variance = centred @ centred
    for lag in range(1, lags + 1):
        variance += 2 * (1 - lag / (lags + 1)) * (centred[lag:] @ centred[:-lag])
    # What is left by rounding is no difference.
    largest = max(np.abs(losses).max(), np.abs(other_losses).max())
    rounding = 8 * np.finfo(float).eps * largest
    if np.abs(centred).max() <= rounding or not variance > 0:
        raise ValueError("losses differ by the same amount everywhere; expected others")
    statistic = difference.mean() * count / np.sqrt(variance)
    return float(statistic), float(2 * stats.t.sf(abs(statistic), count - 1))
