"""The neurons of a recurrent network and their weights, drawn from real ones."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from rnn_utils import _checks
from rnn_utils.figures._drawing import Drawing

if TYPE_CHECKING:
    from matplotlib.axes import Axes


_MOST = 16  # Neurons side by side whose names can be read.


_SPACE, _GAP, _RADIUS = 1.15, 1.0, 0.36


_HALF_WIDTH = 5.7  # At least: the names of the layers need it.


_THICKEST = 0.16


# Colour and style of lines for weights from zero on, and for those below; the colours
# are those in which `plot_unrolled` draws states.
_SIGNS = (("#E08214", "-"), ("#542788", (0, (2, 0.6))))


def plot_layers(
    w_xh: npt.ArrayLike,
    w_hh: npt.ArrayLike,
    w_hy: npt.ArrayLike,
    inputs: Sequence[str] = (),
    outputs: Sequence[str] = (),
    ax: Axes | None = None,
) -> Axes:
    """Draws a recurrent network neuron by neuron, one line for each weight.

    Input below, output above. The hidden neurons are there twice: what they computed is
    copied, and one step later it is read beside the input (the context units of Elman,
    1990). The thicker a line, the further its weight is from zero; orange and solid if
    it is positive, purple and dashed if it is negative.

    Args:
        w_xh: Weights from the input to the hidden state, `(features, units)`.
        w_hh: Weights from the hidden state to the next one, `(units, units)`.
        w_hy: Weights from the hidden state to the output, `(units, outputs)`.
        inputs: A short str for each feature; $x_1$, $x_2$ … by default.
        outputs: A short str for each output; $y_1$, $y_2$ … by default.
        ax: Axes to draw into; a new figure by default.

    Returns:
        The axes.

    Raises:
        ValueError: The shapes do not agree, a weight is not finite, there is not one
            str for each neuron, or there are more than 16 neurons side by side.
    """
    w_xh, w_hh, w_hy = _checked(w_xh, w_hh, w_hy)
    for name, given, count in (
        ("inputs", inputs, len(w_xh)),
        ("outputs", outputs, w_hy.shape[1]),
    ):
        if len(given):
            _checks.one_each(name, given, range(count), "neurons")
    x, previous, h, y = _places(*w_xh.shape, w_hy.shape[1])
    middle, top = y.mean(axis=0)
    # Beside the rows stand the arrow back, the names of the layers and the key.
    rows = ((previous, 1.8), (previous[:1], 4.4), (h, 3.8), (y, 4.9))
    half = max(_HALF_WIDTH, *(row[-1, 0] - middle + space for row, space in rows))
    xlim = (middle - half, middle + half)
    drawing = Drawing(ax, xlim, ylim=(-1.25, top + 0.65))
    _neurons(drawing, x, "x", "input", inputs)
    _neurons(drawing, previous, "h", "state", linestyle="--")
    _neurons(drawing, h, "h", "state")
    _neurons(drawing, y, "y", "output", outputs)
    largest = max(np.abs(weights).max() for weights in (w_xh, w_hh, w_hy))
    for name, start, stop, weights in (
        ("xh", x, h, w_xh),
        ("hh", previous, h, w_hh),
        ("hy", h, y, w_hy),
    ):
        _weights(drawing, name, start, stop, weights / (largest or 1))
    _copy(drawing, h, previous)
    _labels(drawing, x, previous, h, y)
    _key(drawing, xlim[0], top, largest)
    return drawing.ax


def _checked(*weights):
    names = ("w_xh", "w_hh", "w_hy")
    arrays = [
        _checks.finite(name, array) for name, array in zip(names, weights, strict=True)
    ]
    axes = ("(features, units)", "(units, units)", "(units, outputs)")
    for name, array, expected in zip(names, arrays, axes, strict=True):
        _checks.shaped(name, array, expected)
    w_xh, w_hh, w_hy = arrays
    units = w_xh.shape[1]
    for name, shape, expected in (
        ("w_hh", w_hh.shape, (units, units)),
        ("w_hy", w_hy.shape, (units, w_hy.shape[1])),
    ):
        if shape != expected:
            raise ValueError(
                f"{name} has the shape {shape}; expected {expected}, as w_xh has "
                f"{units} units"
            )
    widest = max(sum(w_xh.shape), w_hy.shape[1])
    if widest > _MOST:
        raise ValueError(
            f"There would be {widest} neurons side by side; expected at most {_MOST}"
        )
    return arrays


def _places(features, units, outputs):
    """Returns where the neurons stand, (neurons, 2): x, previous h, h and y."""
    layers = [np.zeros((count, 2)) for count in (features, units, units, outputs)]
    for layer in layers:
        layer[:, 0] = _SPACE * np.arange(len(layer))
    x, previous, h, y = layers
    previous[:, 0] += x[-1, 0] + _SPACE + _GAP
    # Wide layers stand further apart, or their lines would lie almost flat.
    apart = max(2.4, 0.25 * previous[-1, 0])
    for layer, height in ((h, apart), (y, 2 * apart)):
        layer += [(previous[-1, 0] - layer[-1, 0]) / 2, height]
    return layers


def _neurons(drawing, places, symbol, role, names=(), **style):
    for number, (x, y) in enumerate(places, start=1):
        text = "" if len(names) else f"${symbol}_{{{number}}}$"
        drawing.circle(x, y, text, role, _RADIUS, gid=role, **style)
    if len(names):
        drawing.tokens(places, names, space=0.8)


def _weights(drawing, name, starts, stops, weights):
    """Draws a line from each neuron to each other, weights from -1 to 1."""
    for start, row in zip(starts, weights, strict=True):
        for stop, weight in zip(stops, row, strict=True):
            _weight(drawing, [start, stop], weight, f"w_{name}")


def _weight(drawing, points, weight, name):
    colour, style = _SIGNS[bool(weight < 0)]
    drawing.line(
        points, width=_THICKEST * abs(weight), arrow=False, color=colour,
        linestyle=style, zorder=1, gid=name,
    )  # fmt: skip


def _copy(drawing, hidden, previous):
    """Draws how the hidden state becomes the previous one of the next step."""
    edge = _RADIUS + 0.12
    for layer in (hidden, previous):
        (left, y), right = layer[0], layer[-1, 0]
        drawing.frame(left - edge, right + edge, y - edge, y + edge)
    (x, high), (stop, low) = hidden[-1], previous[-1]
    right = stop + 1.0
    way = [(x + edge, high), (right, high), (right, low), (stop + edge + 0.03, low)]
    drawing.line(way, "state", width=0.06, gid="copy")
    text = "one step later"
    drawing.text(right + 0.3, (high + low) / 2, text, 0.28, rotation=90)


def _labels(drawing, x, previous, h, y):
    """Names the layers below or beside them, and the weights beside their lines."""
    below = -_RADIUS - 0.5
    drawing.text(x[:, 0].mean(), below, "input $x_t$")
    drawing.text(
        previous[0, 0] - _RADIUS, below, "previous hidden state $h_{t-1}$", ha="left"
    )
    drawing.text(h[0, 0] - 0.7, h[0, 1], "hidden state $h_t$", ha="right")
    drawing.text(y[0, 0] - 0.7, y[0, 1], "output $y_t$", ha="right")
    for symbol, start, stop, side in (
        ("$W_{xh}$", x[0], h[0], -1),
        ("$W_{hh}$", previous[-1], h[-1], 1),
        ("$W_{hy}$", h[-1], y[-1], 1),
    ):
        place = (start + stop) / 2 + [0.3 * side, 0]
        drawing.text(*place, symbol, 0.36, ha="right" if side < 0 else "left")


def _key(drawing, left, top, largest):
    """Draws the thickest line there is, positive and negative."""
    for row, (sign, weight) in enumerate((("+", 1), ("−", -1))):
        y = top + 0.35 - 0.5 * row
        _weight(drawing, [(left + 0.1, y), (left + 1.0, y)], weight, "key")
        drawing.text(left + 1.2, y, f"{sign}{largest:.3g}", 0.28, ha="left")
