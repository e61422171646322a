"""Truncated backpropagation through time: what crosses a boundary and what does not."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rnn_utils import _checks
from rnn_utils.figures._drawing import Drawing

if TYPE_CHECKING:
    from matplotlib.axes import Axes


_MOST = 16  # Steps side by side whose numbers can be read.


_SPACE = 1.15


_HALF_PAGE = 5.3  # At least: the key needs it.


_HALF = 0.33  # Of the box of a state.


_FORWARD, _BACK = 0.15, -0.15  # Heights of the arrows between two states.


_PATH = -1.15  # The height of the gradient's way from question to signal.


def plot_truncation(
    steps: int,
    window: int,
    signal: int | None = None,
    question: int | None = None,
    ax: Axes | None = None,
) -> Axes:
    """Draws windows over a sequence: the state goes on, the gradient stops.

    Dark arrows are the states that one step hands on to the next, from window to window
    too. Red arrows are the gradient, which never leaves a window.

    Args:
        steps: The length of the sequence, 2 to 16.
        window: How many steps are backpropagated through together; the last window is
            shorter where they do not divide the sequence.
        signal: The step that the answer depends on, counted from 0; none by default.
        question: The later step at which the answer is asked for; none by default. The
            gradient's way from there to the signal is drawn below, as far as it gets.
        ax: Axes to draw into; a new figure by default.

    Returns:
        The axes.

    Raises:
        ValueError: A number is not whole or out of range, or there is a signal without
            a question or the other way round.
    """
    _checks.whole_number("steps", steps, 2, _MOST)
    _checks.whole_number("window", window, 1, steps)
    asked = signal is not None or question is not None
    if asked:
        _checks.whole_number("question", question, 1, steps - 1)
        _checks.whole_number("signal", signal, 0, question - 1)
    middle = _SPACE * (steps - 1) / 2
    half = max(middle + 0.7, _HALF_PAGE)
    drawing = Drawing(
        ax, (middle - half, middle + half), ylim=(-2.1 if asked else -0.75, 1.85)
    )
    roles = {signal: "input", question: "output"}
    _windows(drawing, steps, window)
    _states(drawing, steps, window, roles)
    if asked:
        _dependency(drawing, window, signal, question, middle)
    _key(drawing, middle)
    return drawing.ax


def _windows(drawing, steps, window):
    for first in range(0, steps, window):
        last = min(first + window, steps) - 1
        left, right = _SPACE * (first - 0.5) + 0.1, _SPACE * (last + 0.5) - 0.1
        drawing.frame(left, right, -0.65, 0.65, gid="window")


def _states(drawing, steps, window, roles):
    """Draws the steps with their arrows forward, and back within a window."""
    size = {"width": 2 * _HALF, "height": 2 * _HALF}
    for step in range(steps):
        x = _SPACE * step
        role = roles.get(step, "state")
        drawing.box(x, 0, str(step), role, **size, gid="step")
        if step:
            left, right = x - _SPACE + _HALF, x - _HALF
            drawing.line([(left, _FORWARD), (right, _FORWARD)], gid="forward")
            if step % window:
                ends = [(right, _BACK), (left, _BACK)]
                drawing.line(ends, "gradient", gid="back")
            else:
                _cut(drawing, (left + right) / 2, _BACK)


def _cut(drawing, x, y):
    for way in (-0.1, 0.1):
        ends = [(x - 0.1, y - way), (x + 0.1, y + way)]
        drawing.line(ends, "gradient", 0.05, arrow=False, gid="cut")


def _dependency(drawing, window, signal, question, middle):
    """Draws the gradient's way from the question to the signal, as far as it gets."""
    start, stop = _SPACE * question, _SPACE * signal
    aside = 0.15 if question - signal == 1 else 0  # Or the words would meet.
    for x, text in ((start + aside, "question"), (stop - aside, "signal")):
        drawing.text(x, 0.95, text, 0.28, weight="bold")
    way = [(start, -_HALF), (start, _PATH)]
    rest = [(stop, _PATH), (stop, -_HALF - 0.03)]
    style = {"width": 0.07, "gid": "way"}
    if question // window == signal // window:
        drawing.line(way + rest, "gradient", **style)
        text = "one window: the gradient reaches the signal"
    else:
        boundary = (_SPACE * (question // window * window - 0.5), _PATH)
        drawing.line([*way, boundary], "gradient", arrow=False, **style)
        _cut(drawing, *boundary)
        lost = {"color": "0.6", "linestyle": ":", "gid": "lost"}
        drawing.line([boundary, *rest], arrow=False, **lost)
        text = "across a boundary: the gradient never reaches the signal"
    drawing.text(middle, _PATH - 0.6, text, 0.3)


def _key(drawing, middle):
    y, left = 1.55, middle - 5.15
    drawing.line([(left, y), (left + 0.7, y)])
    drawing.text(left + 0.85, y, "state, forward", 0.28, ha="left")
    drawing.line([(left + 4.3, y), (left + 3.6, y)], "gradient")
    drawing.text(left + 4.45, y, "gradient, back", 0.28, ha="left")
    _cut(drawing, left + 7.4, y)
    drawing.text(left + 7.65, y, "cut at a boundary", 0.28, ha="left")
