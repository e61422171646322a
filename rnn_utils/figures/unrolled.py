"""The unrolled graph of a recurrent network, drawn from what a real one computed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import matplotlib.pyplot as plt
import numpy as np
import numpy.typing as npt

from rnn_utils import _checks

if TYPE_CHECKING:
    from matplotlib.axes import Axes


_HALF_HEIGHT = 0.4  # Of a state's box, where one time step is one unit wide.


_HALF_WIDTH = 0.2


_ROWS = {"input": -1.0, "output": 1.0}


_STATE_MAP = "PuOr_r"


_FOLDED_AT = -1.7


_ARROW = {"arrowstyle": "-|>", "color": "0.25", "shrinkA": 0, "shrinkB": 0}


def plot_unrolled(
    tokens: Sequence[str | None],
    states: npt.ArrayLike,
    outputs: Sequence[str | None] | None = None,
    labels: Sequence[str] = (),
    folded: bool = False,
    ax: Axes | None = None,
) -> Axes:
    """Draws one column for each time step: input below, state, output above.

    Every cell of a state's box is one unit, row by row; its colour is the unit's value,
    from purple at -1 over white to orange at 1.

    Args:
        tokens: A short str for each time step, or None where nothing is read.
        states: The hidden states, shape `(time, units)`.
        outputs: A short str for each time step, or None where nothing is put out; by
            default nothing is.
        labels: Names of the weights on the arrows from input to state, from state to
            state and from state to output; none by default.
        folded: Whether to draw the same network folded, with a loop, on the left.
        ax: Axes to draw into; a new figure by default.

    Returns:
        The axes.

    Raises:
        ValueError: The lengths do not agree, `states` has not two axes with something
            in them, or is not finite, or there are not three labels.
    """
    states = _checks.finite("states", states)
    outputs = [None] * len(tokens) if outputs is None else outputs
    _check(tokens, states, outputs, labels)
    labels = labels if len(labels) else ("", "", "")
    left = _FOLDED_AT if folded else 0
    ax = plt.subplots(figsize=(8, 2.9))[1] if ax is None else ax
    for time, (token, output) in enumerate(zip(tokens, outputs, strict=True)):
        _column(ax, time, token, output, labels)
        _state(ax, time, states[time])
        if time:
            start, stop = time - 1 + _HALF_WIDTH, time - _HALF_WIDTH
            ax.annotate("", (stop, 0), (start, 0), arrowprops=_ARROW)
            _label(ax, (start + stop) / 2, 0.12, labels[1])
    if folded:
        _folded(ax, labels)
    ax.set(xlim=(left - 0.5, len(tokens) - 0.5), ylim=(-1.2, 1.2))
    ax.axis("off")
    return ax


def _check(tokens, states, outputs, labels):
    if states.ndim != 2:
        raise ValueError(
            f"states has the shape {states.shape}; expected two axes, (time, units)"
        )
    _checks.shaped("states", states, "(time, units)")
    for name, sequence in (("tokens", tokens), ("outputs", outputs)):
        _checks.one_each(name, sequence, states, "states")
    if len(labels) not in (0, 3):
        raise ValueError(f"labels is {labels!r}; expected three names of weights")


def _column(ax, x, token, output, labels):
    """Draws input and output of one step, with their arrows."""
    if token is not None:
        ax.text(x, _ROWS["input"], token, ha="center", va="center", fontsize=13)
        stop, start = -_HALF_HEIGHT, _ROWS["input"] + 0.16
        ax.annotate("", (x, stop), (x, start), arrowprops=_ARROW)
        _label(ax, x + 0.05, (start + stop) / 2, labels[0], ha="left")
    if output is not None:
        ax.text(x, _ROWS["output"], output, ha="center", va="center", fontsize=11)
        start, stop = _HALF_HEIGHT, _ROWS["output"] - 0.16
        ax.annotate("", (x, stop), (x, start), arrowprops=_ARROW)
        _label(ax, x + 0.05, (start + stop) / 2, labels[2], ha="left")


def _state(ax, x, state):
    """Draws a state as a box of coloured cells, twice as high as it is wide."""
    columns = max(1, int(np.sqrt(len(state) / 2)))
    rows = -(-len(state) // columns)
    cells = np.full(rows * columns, np.nan)
    cells[: len(state)] = state
    ax.pcolormesh(
        np.linspace(x - _HALF_WIDTH, x + _HALF_WIDTH, columns + 1),
        np.linspace(_HALF_HEIGHT, -_HALF_HEIGHT, rows + 1),
        cells.reshape(rows, columns),
        cmap=_STATE_MAP, vmin=-1, vmax=1,
    )  # fmt: skip
    _frame(ax, x, facecolor="none")


def _folded(ax, labels):
    """Draws the network once, with a loop from its state to itself."""
    x, top = _FOLDED_AT, _HALF_HEIGHT * 0.5
    _frame(ax, x, facecolor="0.92")
    ax.text(x, 0, "$h$", ha="center", va="center", fontsize=14)
    _column(ax, x, "$x$", "$y$", labels)
    loop = {**_ARROW, "connectionstyle": "arc3,rad=-1.7"}
    right = x + _HALF_WIDTH
    ax.annotate("", (right, -top), (right, top), arrowprops=loop)
    _label(ax, right + 0.47, 0, labels[1], ha="left")
    ax.text(x + 1.15, 0, "=", ha="center", va="center", fontsize=18)


def _frame(ax, x, facecolor):
    corner, size = (x - _HALF_WIDTH, -_HALF_HEIGHT), (2 * _HALF_WIDTH, 2 * _HALF_HEIGHT)
    ax.add_patch(plt.Rectangle(corner, *size, facecolor=facecolor, edgecolor="0.3"))


def _label(ax, x, y, text, ha="center"):
    ax.text(x, y, text, ha=ha, va="center", fontsize=10, color="0.25")
