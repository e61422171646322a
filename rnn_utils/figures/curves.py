"""Curves of a training, and estimates with their intervals."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

import matplotlib.pyplot as plt
import numpy as np

from rnn_utils import _checks

if TYPE_CHECKING:
    from matplotlib.axes import Axes


def plot_learning_curves(
    history: Mapping[str, Sequence[float]],
    metric: str = "accuracy",
    ax: Axes | None = None,
) -> Axes:
    """Draws a metric on training and validation data for every epoch.

    Args:
        history: Dict from metric name to a list of values, as in
            `keras.callbacks.History.history`.
        metric: Name of the metric; `val_<metric>` must be there too.
        ax: Axes to draw into; a new figure by default.

    Returns:
        The axes.

    Raises:
        ValueError: The history does not hold the metric, or no epoch, or not equally
            many of both.
    """
    if metric not in history or f"val_{metric}" not in history:
        raise ValueError(
            f"metric is {metric!r}; expected one whose training and validation values "
            f"are both in the history, which holds {sorted(history)}"
        )
    _checks.not_empty(f"history[{metric!r}]", history[metric], "epoch")
    _checks.one_each(
        f"history['val_{metric}']", history[f"val_{metric}"], history[metric], "epochs"
    )
    ax = plt.subplots()[1] if ax is None else ax
    epochs = np.arange(1, len(history[metric]) + 1)
    ax.plot(epochs, history[metric], marker="o", label="training")
    ax.plot(epochs, history[f"val_{metric}"], marker="s", label="validation")
    ax.set(xlabel="epoch", ylabel=metric, xticks=epochs)
    ax.legend()
    return ax


def plot_estimates(
    names: Sequence[str],
    values: Iterable[float],
    intervals: Iterable[Sequence[float] | np.ndarray | None],
    reference: float | None = None,
    ax: Axes | None = None,
    digits: int = 3,
) -> Axes:
    """Draws scores with their intervals, one row each, the first on top.

    Args:
        names: Labels of the rows.
        values: The scores.
        intervals: A `(low, high)` for each score, or None for a score without one.
        reference: A score to compare with, drawn as a vertical line.
        ax: Axes to draw into; a new figure by default.
        digits: Decimals of the scores.

    Returns:
        The axes.

    Raises:
        ValueError: There is no name, or not one value and one interval for each; a
            score is not finite, or an interval is not two numbers that ascend.
    """
    values, intervals = list(values), list(intervals)
    _checks.not_empty("names", names, "row")
    _checks.one_each("values", values, names, "names")
    _checks.one_each("intervals", intervals, names, "names")
    _checks.finite("values", values)
    for i, interval in enumerate(intervals):
        if interval is not None and not _ascends(interval):
            raise ValueError(
                f"intervals[{i}] is {interval!r}; expected None, or (low, high) of "
                "finite numbers"
            )
    if ax is None:
        ax = plt.subplots(figsize=(8, 0.6 + 0.42 * len(names)))[1]
    rows = np.arange(len(names))[::-1]
    for row, value, interval in zip(rows, values, intervals, strict=True):
        if interval is not None:
            ax.plot(interval, [row, row], color="#0072B2", linestyle="-", linewidth=3)
        ax.plot(value, row, "o", color="black")
        ax.annotate(
            f"{value:.{digits}f}", (value, row), xytext=(0, 7), ha="center",
            textcoords="offset points", fontsize=9,
        )  # fmt: skip
    if reference is not None:
        ax.axvline(reference, color="#D55E00", linestyle="--", linewidth=1.2)
    ax.set(yticks=rows, yticklabels=names, ylim=(-0.6, len(names) - 0.2))
    return ax


def _ascends(interval):
    bounds = np.asarray(interval, float)
    return bounds.shape == (2,) and np.isfinite(bounds).all() and bounds[0] <= bounds[1]
