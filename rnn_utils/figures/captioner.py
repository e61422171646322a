"""A picture, its grid and the decoder that looks at it, drawn from a real example."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from rnn_utils import _checks
from rnn_utils.figures._drawing import ROLES, Drawing
from rnn_utils.figures.encoder_decoder import draw_decoder

if TYPE_CHECKING:
    from matplotlib.axes import Axes


_MOST = 12  # Words side by side that can be read.
_SPACE, _SIDE = 1.7, 4.6  # From state to state, and of the picture.
_DECODER, _WORDS = 6.1, 1.3  # The states above the picture, the words above these.
_HALF_PAGE = 6.4  # At least.
_THICKEST = 0.3  # The line of a weight of one.
_SEEN = 0.02  # Thinner lines are left out.


def plot_captioner(
    picture: np.ndarray,
    words: Sequence[str],
    attention: npt.ArrayLike | None = None,
    step: int | None = None,
    start: str = "[start]",
    ax: Axes | None = None,
) -> Axes:
    """Draws how a decoder writes a caption for a picture.

    The picture with its grid lies below. The decoder above starts from a vector that
    has something of every place; each word that it writes is what it reads next (dashed
    arrows). With attention, a line leads from each place to the state that looks at it,
    as thick as the weight is large.

    Args:
        picture: Array of shape `(height, width, 3)`, as `imshow` takes it.
        words: What is written, str; at most 12.
        attention: The weights, shape `(len(words), rows, columns)`, where those of each
            word add up to 1; none by default.
        step: The word, counted from 0, whose weights alone are drawn; all are drawn by
            default.
        start: What the decoder reads first.
        ax: Axes to draw into; a new figure by default.

    Returns:
        The axes.

    Raises:
        ValueError: There is no word or there are too many, the picture has another
            shape, the weights are not distributions over places or not one for each
            word, or `step` is none of them.
    """
    words = _checks.texts("words", words)
    picture = np.asarray(picture)
    weights = _checked(picture, words, attention, step)
    places = _SPACE * (np.arange(len(words)) - (len(words) - 1) / 2)
    half = max(places[-1] + 2.6, _HALF_PAGE)
    drawing = Drawing(ax, (-half, half), (-0.2, _DECODER + _WORDS + 0.35))
    left = -_SIDE / 2
    box = left, left + _SIDE, 0, _SIDE
    drawing.ax.imshow(picture, extent=box, zorder=1)
    drawing.ax.set(xlim=(-half, half), ylim=(-0.2, _DECODER + _WORDS + 0.35))
    drawing.frame(*box, facecolor="none", zorder=3)
    draw_decoder(drawing, places, _DECODER, [start, *words], step)
    way = [(left, 0.6), (left - 0.9, 0.6), (left - 0.9, _DECODER - 1.1),
           (places[0], _DECODER - 1.1), (places[0], _DECODER - 0.34)]  # fmt: skip
    drawing.line(way, "state", 0.12 if weights is None else 0.04, gid="handed over")
    drawing.text(left - 1.15, 0.6, "one vector", 0.3, ha="right")
    if weights is not None:
        _attention(drawing, places, weights, step)
    return drawing.ax


def _checked(picture, words, attention, step):
    """Returns the weights, or None."""
    _checks.not_empty("words", words, "word")
    if len(words) > _MOST:
        raise ValueError(f"words has {len(words)} words; expected up to {_MOST}")
    if picture.ndim != 3 or picture.shape[2] != 3:
        raise ValueError(
            f"picture has the shape {picture.shape}; expected (height, width, 3)"
        )
    if attention is None:
        if step is not None:
            raise ValueError(f"step is {step}, but there is no attention")
        return None
    weights = _checks.finite("attention", attention)
    if weights.ndim != 3 or len(weights) != len(words):
        raise ValueError(
            f"attention has the shape {weights.shape}; expected ({len(words)}, rows, "
            "columns), weights for each word"
        )
    _checks.probabilities("attention", weights.reshape(len(words), -1))
    if step is not None:
        _checks.whole_number("step", step, 0, len(words) - 1)
    return weights


def _attention(drawing, places, weights, step):
    """Draws the grid, the weights as lines, and those of one step on their places."""
    rows, columns = weights.shape[1:]
    xs = _SIDE * ((np.arange(columns) + 0.5) / columns - 0.5)
    ys = _SIDE * (1 - (np.arange(rows) + 0.5) / rows)
    for k in range(1, columns):
        x = _SIDE * (k / columns - 0.5)
        drawing.line([(x, 0), (x, _SIDE)], width=0.015, arrow=False, alpha=0.25)
    for k in range(1, rows):
        y, right = _SIDE * k / rows, _SIDE / 2
        drawing.line([(-right, y), (right, y)], width=0.015, arrow=False, alpha=0.25)
    for number in range(len(weights)) if step is None else [step]:
        for row, column in np.argwhere(weights[number] >= _SEEN):
            weight = weights[number, row, column]
            ends = [(xs[column], ys[row]), (places[number], _DECODER - 0.34)]
            drawing.line(
                ends, "gate", _THICKEST * weight, arrow=False, gid="attention",
                alpha=0.75,
            )  # fmt: skip
            x, y = xs[column], ys[row]
            width, height = _SIDE / columns, _SIDE / rows
            corners = np.array([(-1, -1), (1, -1), (1, 1), (-1, 1)]) / 2
            drawing.ax.fill(
                *(corners * (width, height) + (x, y)).T, color=ROLES["gate"],
                alpha=0.6 * weight, linewidth=0, zorder=2,
            )  # fmt: skip
    drawing.text(_SIDE / 2 + 0.3, 0.6, "attention", 0.3, ha="left")
