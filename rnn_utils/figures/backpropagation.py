"""A recurrent network unrolled, with the gradient that flows back through it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from rnn_utils import _checks
from rnn_utils.figures._drawing import Drawing

if TYPE_CHECKING:
    from matplotlib.axes import Axes


_MOST, _MOST_WRITTEN = 12, 9  # Steps that are drawn, and those with their numbers.


_HALF_PAGE = 5.1  # At least: the key needs it.


_HALF_WIDTH, _HALF_HEIGHT = 0.45, 0.4


_FORWARD, _BACK = 0.2, -0.16  # Heights of the arrows between two states.


_LOSS = 1.7


_THINNEST, _THICKEST = 0.02, 0.28


def plot_backpropagation(
    norms: npt.ArrayLike,
    tokens: Sequence[str] = (),
    ax: Axes | None = None,
) -> Axes:
    """Draws the steps of a recurrent layer, and the gradient on its way back.

    Forward arrows are dark and thin. Backward arrows are red and as thick as the
    gradient that they bring to a state is large, on a logarithmic scale that the key
    explains: from one power of ten to another, all norms in between. A gradient of zero
    is a dotted line.

    Args:
        norms: The norm of the gradient of the loss with respect to the hidden state of
            each step, shape `(time,)`, as of `rnn_utils.layers.hidden_gradient_norms`
            for one sequence; the loss is that of the last step.
        tokens: What is read at each step, short str; none is drawn by default.
        ax: Axes to draw into; a new figure by default.

    Returns:
        The axes.

    Raises:
        ValueError: `norms` has not one axis of 1 to 12 steps, or is negative or not
            finite; or there is not one token for each step.
    """
    norms = _checks.finite("norms", norms)
    _check(norms, tokens)
    space = 1.75 if len(norms) <= _MOST_WRITTEN else 1.4
    places = space * np.arange(len(norms))
    low, high = _decades(norms)
    lowest = -2.0 if len(tokens) else -1.0
    ylim = (lowest - 0.75, _LOSS + 0.5)
    middle = places[-1] / 2
    left = min(-0.7, middle - _HALF_PAGE)
    right = max(places[-1] + 1.9, middle + _HALF_PAGE)
    drawing = Drawing(ax, (left, right), ylim)
    _forward(drawing, places, tokens)
    for step, norm in enumerate(norms):
        x = places[step]
        if x == places[-1]:
            ends = [(x + 0.18, _LOSS - 0.3), (x + 0.18, _HALF_HEIGHT)]
            number = (x + 0.45, 0.95)
        else:
            ends = [(x + space - _HALF_WIDTH, _BACK), (x + _HALF_WIDTH, _BACK)]
            number = (x + space / 2, -0.66)
        _backward(drawing, ends, norm, low, high)
        if len(norms) <= _MOST_WRITTEN or x == places[-1]:
            style = {"ha": "left"} if x == places[-1] else {}
            drawing.text(*number, _written(norm), 0.28, **style)
    _key(drawing, middle, lowest - 0.3, low, high)
    return drawing.ax


def _check(norms, tokens):
    _checks.shaped("norms", norms, "(time,)")
    if len(norms) > _MOST:
        raise ValueError(f"norms has {len(norms)} steps; expected at most {_MOST}")
    if norms.min() < 0:
        raise ValueError(f"norms holds {norms.min()}; expected 0 or more")
    if len(tokens):
        _checks.one_each("tokens", tokens, norms, "steps")


def _decades(norms):
    """Returns the powers of ten between which all norms lie, zeros left out."""
    exponents = np.log10(norms[norms > 0]) if norms.any() else np.zeros(1)
    low, high = np.floor(exponents.min()), np.ceil(exponents.max())
    return int(low), int(max(high, low + 1))


def _thickness(exponent, low, high):
    return _THINNEST + (_THICKEST - _THINNEST) * (exponent - low) / (high - low)


def _forward(drawing, places, tokens):
    """Draws the states, what they read, and the loss at the last of them."""
    for step, x in enumerate(places):
        name = f"$h_{{{step + 1}}}$"
        size_of_box = {"width": 2 * _HALF_WIDTH, "height": 2 * _HALF_HEIGHT}
        drawing.box(x, 0, name, "state", **size_of_box, gid="state")
        if step:
            before = places[step - 1] + _HALF_WIDTH
            drawing.line([(before, _FORWARD), (x - _HALF_WIDTH, _FORWARD)])
        if len(tokens):
            drawing.line([(x, -1.35), (x, -_HALF_HEIGHT)], "input")
    if len(tokens):
        space = places[1] if len(places) > 1 else 2.0
        drawing.tokens([(x, -1.65) for x in places], tokens, space)
    last = places[-1]
    drawing.line([(last - 0.18, _HALF_HEIGHT), (last - 0.18, _LOSS - 0.27)])
    drawing.circle(last, _LOSS, "$L$", radius=0.34, gid="loss")


def _backward(drawing, ends, norm, low, high):
    if norm == 0:
        drawing.line(ends, "gradient", arrow=False, linestyle=":", gid="gradient")
    else:
        width = _thickness(np.log10(norm), low, high)
        drawing.broad_arrow(*ends, "gradient", width, gid="gradient")


def _key(drawing, middle, y, low, high):
    """Draws how thick the gradients of some powers of ten are."""
    exponents = np.linspace(low, high, min(3, high - low) + 1).round()
    left = middle - (2.6 + 1.8 * len(exponents)) / 2
    drawing.text(left, y, "gradient norm", 0.28, ha="left")
    for place, exponent in enumerate(exponents):
        x = left + 2.6 + 1.8 * place
        width = _thickness(exponent, low, high)
        drawing.broad_arrow((x + 0.7, y), (x, y), "gradient", width, gid="key")
        drawing.text(x + 0.8, y, f"$10^{{{int(exponent)}}}$", 0.28, ha="left")


def _written(norm):
    """Returns a norm with one or two digits."""
    if norm == 0 or 0.01 <= norm < 100:
        return f"{norm:.2g}"
    digit, exponent = f"{norm:.0e}".split("e")
    return rf"${digit}\cdot 10^{{{int(exponent)}}}$"
