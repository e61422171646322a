"""The mappings between sequences, coloured by role."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from rnn_utils.figures._drawing import Drawing

if TYPE_CHECKING:
    from matplotlib.axes import Axes


class _Mapping(NamedTuple):
    name: str
    example: str
    left: float
    top: float
    inputs: range  # Steps at which something is read,
    outputs: range  # and at which something is put out.


_MAPPINGS = (
    _Mapping("one to one", "an image gets a class", 0, 0, range(1), range(1)),
    _Mapping("one to many", "captioning: words for an image", 5, 0, range(1), range(3)),
    _Mapping(
        "many to one", "sentiment: one label for a text", 10, 0, range(3), range(2, 3)
    ),
    _Mapping(
        "many to many, synchronous",
        "tagging: a label for every word",
        0,
        -4.6,
        range(3),
        range(3),
    ),
    _Mapping(
        "many to many, asynchronous",
        "translation: first reads, then writes",
        6,
        -4.6,
        range(3),
        range(3, 6),
    ),
)


_INPUT, _STATE, _OUTPUT = -3.45, -2.3, -1.15  # Heights of the rows below the title.


_SPACE = 1.15


_HALF, _DIAMOND = (
    0.31,
    0.4,
)  # Of circles and boxes, and of diamonds, which look smaller.


def plot_mappings(ax: Axes | None = None) -> Axes:
    """Draws which sequences a recurrent network can map to which, with examples.

    What is read is a blue circle, a state an orange box, what is put out a green
    diamond; time runs to the right.

    Args:
        ax: Axes to draw into; a new figure by default.

    Returns:
        The axes.
    """
    drawing = Drawing(ax, xlim=(-0.1, 15.0), ylim=(-8.5, 0.3))
    for mapping in _MAPPINGS:
        _mapping(drawing, mapping)
    left, top = 13.4, _MAPPINGS[-1].top
    for y, role in ((_INPUT, "input"), (_STATE, "state"), (_OUTPUT, "output")):
        _node(drawing, left, top + y, "", role, gid="key")
        drawing.text(left + 0.6, top + y, role, 0.28, ha="left")
    return drawing.ax


def _mapping(drawing, mapping):
    left, top = mapping.left, mapping.top
    drawing.text(left, top, mapping.name, 0.32, ha="left", weight="bold")
    drawing.text(left, top - 0.42, mapping.example, 0.28, ha="left", color="0.35")
    steps = mapping.outputs.stop
    for step in range(steps):
        x = left + 0.4 + _SPACE * step
        _node(drawing, x, top + _STATE, f"$h_{step + 1}$", "state")
        if step:
            ends = [(x - _SPACE + _HALF, top + _STATE), (x - _HALF, top + _STATE)]
            drawing.line(ends, gid="forward")
        if step in mapping.inputs:
            _node(drawing, x, top + _INPUT, f"$x_{step + 1}$", "input")
            ends = [(x, top + _INPUT + _HALF), (x, top + _STATE - _HALF)]
            drawing.line(ends, gid="read")
        if step in mapping.outputs:
            number = step - mapping.outputs.start + 1
            _node(drawing, x, top + _OUTPUT, f"$y_{number}$", "output")
            ends = [(x, top + _STATE + _HALF), (x, top + _OUTPUT - _DIAMOND)]
            drawing.line(ends, gid="put out")


def _node(drawing, x, y, text, role, gid=None):
    gid = gid or role
    if role == "input":
        drawing.circle(x, y, text, role, _HALF, gid=gid)
    elif role == "state":
        drawing.box(x, y, text, role, 2 * _HALF, 2 * _HALF, gid=gid)
    else:
        drawing.diamond(x, y, text, role, _DIAMOND, gid=gid)
