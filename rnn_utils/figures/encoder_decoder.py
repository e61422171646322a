"""An encoder and a decoder, with or without attention, drawn from a real example."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from rnn_utils import _checks
from rnn_utils.figures._drawing import Drawing

if TYPE_CHECKING:
    from matplotlib.axes import Axes


_MOST = 12  # Tokens side by side that can be read.


_SPACE, _DECODER = 1.7, 3.0  # From step to step, and from row to row.


_HALF_WIDTH, _HALF_HEIGHT = 0.42, 0.34


_TOKEN = 1.3  # From a state to its token.


_HALF_PAGE = 5.0  # At least.


_SENTENCE = 7.6  # The width of what is said of the one vector.


_THICKEST = 0.26  # The line of a weight of one.


def plot_encoder_decoder(
    source: Sequence[str],
    target: Sequence[str],
    attention: npt.ArrayLike | None = None,
    step: int | None = None,
    start: str = "[start]",
    ax: Axes | None = None,
) -> Axes:
    """Draws how a sequence is read into states, and another one written from them.

    The encoder below reads the source; the decoder above starts from its last state and
    writes the target. Each token that it writes is what it reads next (dashed arrows).
    Without attention that one state is all that the decoder gets of the source. With
    attention a line leads from each state of the encoder to each of the decoder, as
    thick as the weight is large.

    Args:
        source: The tokens that are read, str.
        target: The tokens that are written, str; at most 12, as in the source.
        attention: The weights, shape `(len(target), len(source))`, where each row adds
            up to 1; none by default.
        step: The target token, counted from 0, whose weights alone are drawn, with
            their numbers below the source; all are drawn by default.
        start: What the decoder reads first.
        ax: Axes to draw into; a new figure by default.

    Returns:
        The axes.

    Raises:
        ValueError: There is no token or there are too many, the weights are not
            distributions over the source or not one for each target token, or `step` is
            none of them.
    """
    source, target = _checks.texts("source", source), _checks.texts("target", target)
    weights = _checked(source, target, attention, step)
    columns = max(len(source), len(target))
    below, above = (
        _SPACE * (np.arange(len(tokens)) - (len(tokens) - 1) / 2)
        for tokens in (source, target)
    )
    half = max(_SPACE * (columns - 1) / 2 + 2.6, _HALF_PAGE)
    bottom = -_TOKEN - (0.9 if step is not None else 0.35)
    drawing = Drawing(ax, (-half, half), (bottom, _DECODER + _TOKEN + 0.35))
    _encoder(drawing, below, source)
    draw_decoder(drawing, above, _DECODER, [start, *target], step)
    _handed_over(drawing, below[-1], above[0], only=weights is None)
    if weights is not None:
        _attention(drawing, below, above, weights, step)
    return drawing.ax


def _checked(source, target, attention, step):
    """Returns the weights, or None."""
    for name, tokens in (("source", source), ("target", target)):
        _checks.not_empty(name, tokens, "token")
        if len(tokens) > _MOST:
            raise ValueError(f"{name} has {len(tokens)} tokens; expected up to {_MOST}")
    if attention is None:
        if step is not None:
            raise ValueError(f"step is {step}, but there is no attention")
        return None
    weights = _checks.probabilities("attention", attention)
    if weights.shape != (len(target), len(source)):
        raise ValueError(
            f"attention has the shape {weights.shape}; expected "
            f"{(len(target), len(source))}, (target tokens, source tokens)"
        )
    if step is not None:
        _checks.whole_number("step", step, 0, len(target) - 1)
    return weights


def _encoder(drawing, places, source):
    _states(drawing, places, 0, "h", "encoder")
    drawing.text(places[0] - 0.8, 0, "encoder", 0.3, ha="right")
    drawing.tokens([(x, -_TOKEN) for x in places], source, _SPACE)
    for x in places:
        drawing.line([(x, 0.25 - _TOKEN), (x, -_HALF_HEIGHT)], "input")


def draw_decoder(
    drawing: Drawing,
    places: Sequence[float],
    y: float,
    tokens: Sequence[str],
    step: int | None = None,
) -> None:
    """Draws the states of a decoder, the tokens above, and what each of them reads.

    Args:
        drawing: Where to draw.
        places: The x of each state.
        y: The y of all states.
        tokens: What the decoder reads first, and then a token for each state.
        step: The state that stands out; none by default.
    """
    _states(drawing, places, y, "s", "decoder", step)
    drawing.text(places[-1] + 0.8, y, "decoder", 0.3, ha="left")
    high = y + _TOKEN
    columns = [places[0] - _SPACE, *places]
    drawing.tokens([(x, high) for x in columns], tokens, _SPACE)
    for x in places:
        drawing.line([(x, y + _HALF_HEIGHT), (x, high - 0.25)], "output")
        back = [(x - _SPACE + 0.2, high - 0.25), (x - 0.3, y + _HALF_HEIGHT)]
        _fed_back(drawing, *np.array(back))


def _fed_back(drawing, token, state):
    """Draws a dashed arrow; its head is a line of its own, or it would be dashed."""
    before = token + 0.75 * (state - token)
    drawing.line([token, before], "output", arrow=False, linestyle=(0, (3, 2)))
    drawing.line([before, state], "output", gid="fed back")


def _states(drawing, places, y, symbol, name, chosen=None):
    for number, x in enumerate(places):
        role = "gate" if number == chosen else "state"
        text = f"${symbol}_{{{number + 1}}}$"
        size = {"width": 2 * _HALF_WIDTH, "height": 2 * _HALF_HEIGHT}
        drawing.box(x, y, text, role, **size, gid=name)
        if number:
            before = places[number - 1] + _HALF_WIDTH
            drawing.line([(before, y), (x - _HALF_WIDTH, y)], "state")


def _handed_over(drawing, last, first, only):
    """Draws how the decoder starts from the last state of the encoder."""
    right, left, middle = last + 0.85, first - 0.85, _DECODER / 2
    way = [
        (last + _HALF_WIDTH, 0), (right, 0), (right, middle),
        (left, middle), (left, _DECODER), (first - _HALF_WIDTH, _DECODER),
    ]  # fmt: skip
    # Thin it lies below the lines of the attention.
    style = {"width": 0.12} if only else {"zorder": 1}
    drawing.line(way, "state", gid="handed over", **style)
    if only:
        text, size = "one vector: all that the decoder gets of the source", 0.28
        if right - left < _SENTENCE:
            text, size = "one vector", 0.25
        drawing.text((left + right) / 2, middle + 0.32, text, size)


def _attention(drawing, below, above, weights, step):
    """Draws the weights as lines between the rows."""
    rows = range(len(weights)) if step is None else [step]
    for row in rows:
        for x, weight in zip(below, weights[row], strict=True):
            ends = [(x, _HALF_HEIGHT), (above[row], _DECODER - _HALF_HEIGHT)]
            drawing.line(
                ends, "gate", _THICKEST * weight, arrow=False, gid="attention",
                alpha=0.75 if step is None else 1.0,
            )  # fmt: skip
    if step is None:
        x = max(below[-1], above[-1]) + 0.8
        drawing.text(x, 0.7 * _DECODER, "attention", 0.3, ha="left")
        return
    drawing.text(below[0] - 0.8, -_TOKEN - 0.6, "attention", 0.3, ha="right")
    for x, weight in zip(below, weights[step], strict=True):
        drawing.text(x, -_TOKEN - 0.6, f"{weight:.2f}", 0.3)
