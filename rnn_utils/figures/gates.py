"""Gates over a text: a picture that stays, and a page to explore every unit in."""

from __future__ import annotations

import base64
import dataclasses
import html
import json
import math
import re
from collections.abc import Mapping, Sequence
from importlib import resources
from typing import TYPE_CHECKING

import matplotlib
import matplotlib.pyplot as plt
import numpy as np
import numpy.typing as npt

from rnn_utils import _checks

if TYPE_CHECKING:
    from matplotlib.figure import Figure

# Perceptually even or diverging, and safe for colour-blind readers.
_SCALES = {"sequential": "cividis", "diverging": "PuOr_r", "influence": "Oranges"}
_STOPS = 33  # Colours that the page carries of each scale; it mixes those between.
_LEVELS = 254  # An even number, so that the middle of a scale is stored exactly.
_ROUND_NUMBERS = (1, 1.5, 2, 3, 4, 5, 6, 8, 10)
_MOST_LABELLED = 24  # Units whose numbers have room beside a picture.


@dataclasses.dataclass(frozen=True)
class _Scale:
    """The ends of a colour scale, and the kind of values between them."""

    low: float
    high: float

    @classmethod
    def of(cls, values):
        """From 0 to 1 for a gate; else to a round number, symmetric if negative."""
        size = np.abs(values).max()
        high = 1.0 if size <= 1 and values.min() >= 0 else _round_up(size)
        return cls(-high if values.min() < 0 else 0.0, high)

    @property
    def kind(self):
        return "diverging" if self.low < 0 else "sequential"

    @property
    def is_gate(self):
        return (self.low, self.high) == (0, 1)

    @property
    def half_a_level(self):
        return (self.high - self.low) / _LEVELS / 2

    @property
    def digits(self):
        """Decimals that do not add more error than a level does."""
        return max(0, math.ceil(-math.log10(2 * self.half_a_level)))

    @property
    def error(self):
        """The most by which a printed value is off, rounded up to its digits."""
        unit = 10.0**-self.digits
        return round(math.ceil(self.half_a_level / unit + 0.5) * unit, self.digits)


def gate_viewer(
    tokens: Sequence[str],
    gates: Mapping[str, npt.ArrayLike],
    influence: npt.ArrayLike | None = None,
) -> str:
    """Makes a page on which a reader explores the gates of every unit over a text.

    Choose a gate and a unit, hover over the text or use the arrow keys: the page shows
    every unit at that step, and how much each input so far influences it. It opens on
    the first gate, and on the unit that changes most over the text. It is one file: it
    loads nothing, and 300 characters with four gates of 48 units and their influence
    make a page of 160 kB.

    A layer with `return_gates=True` hands out tensors (batch, time, units); this takes
    one sequence of them: `{name: gate[0] for name, gate in gates.items()}`.

    Args:
        tokens: What was read at each step: a list of str, or a str of characters.
        gates: From name to an array of shape `(time, units)`. Values from 0 to 1 are
            shown as those of a gate; others, such as states, between 0 and a round
            number, or symmetrically around 0 where some are negative. The page keeps
            255 levels of each, and says how exact that is.
        influence: Array of shape `(time, time)`; `influence[t, s]` says how much input
            s influences step t, and is 0 for inputs that come later.

    Returns:
        The page, HTML. `show_viewer` shows it in a notebook.

    Raises:
        ValueError: There is no token or no gate, a token is not a str, there is not
            one value for each token and unit, a value is not finite, or a later input
            has an influence.
    """
    tokens = _tokens(tokens)
    gates = _gates(gates, tokens)
    scales = {name: _Scale.of(values) for name, values in gates.items()}
    stored = None if influence is None else _stored_influence(influence, len(tokens))
    data = {
        "tokens": tokens,
        "units": next(iter(gates.values())).shape[1],
        "gates": [_stored_gate(name, gates[name], scales[name]) for name in gates],
        "influence": stored,
        "start": _start(gates, scales),
        "scales": _colours(signed=bool(stored and stored["signed"])),
    }
    return _page(_inside_a_script(data))


def show_viewer(page: str, height: int = 880) -> None:
    """Shows the page of `gate_viewer` in a notebook, in a frame that is shut off.

    The frame may run the page's script and nothing else. GitHub shows no frames, and
    Jupyter none in a notebook that is not trusted: draw a picture before it
    (`plot_gates`).

    Args:
        page: HTML.
        height: Of the frame, in pixels.

    Raises:
        ValueError: `height` is less than 1.
    """
    from IPython.display import display

    _checks.whole_number("height", height)
    frame = (
        f'<iframe srcdoc="{html.escape(page, quote=True)}" sandbox="allow-scripts" '
        f'title="Gate viewer: every unit at every step" '
        f'style="width: 100%; height: {height}px; border: 1px solid #bbb"></iframe>'
    )
    text = "A gate viewer, for notebooks that run scripts"
    # Raw: `IPython.display.HTML` warns of every frame.
    display({"text/html": frame, "text/plain": text}, raw=True)


def plot_gates(
    tokens: Sequence[str],
    gates: Mapping[str, npt.ArrayLike],
    order: Sequence[int] | None = None,
    columns: int = 80,
) -> Figure:
    """Draws gates over a text: steps to the right, a row for each unit.

    Args:
        tokens: What was read at each step, written below: a list of str, or a str of
            characters.
        gates: From name to an array of shape `(time, units)`; one picture for each,
            with colour scales as in `gate_viewer`.
        order: The units from top to bottom; by number by default.
        columns: Steps in a line; longer texts go on below.

    Returns:
        The figure.

    Raises:
        ValueError: As for `gate_viewer`; `order` does not name each unit once, or
            `columns` is less than 1.
    """
    _checks.whole_number("columns", columns)
    tokens = _tokens(tokens)
    gates = _gates(gates, tokens)
    units = next(iter(gates.values())).shape[1]
    order = _order(order, units)
    columns = min(columns, len(tokens))
    lines = [slice(i, i + columns) for i in range(0, len(tokens), columns)]
    height = 0.5 + 0.1 * min(max(units, 10), 30)
    figure, axes = plt.subplots(
        len(lines) * len(gates), 1, squeeze=False,
        figsize=(8, len(lines) * (len(gates) * height + 0.3)),
    )  # fmt: skip
    panels = iter(axes[:, 0])
    for line in lines:
        for name, values in gates.items():
            ax = next(panels)
            _heat_map(ax, values[line][:, order], _Scale.of(values))
            ax.set(title=_label(name), ylabel="unit", xlim=(-0.5, columns - 0.5))
            _number_units(ax, order)
        _write_tokens(ax, tokens[line])
    ax.set_xlabel("token read")
    return figure


def _tokens(tokens):
    given = list(tokens)
    _checks.not_empty("tokens", given, "token")
    for token in given:
        if not isinstance(token, str):
            raise ValueError(f"tokens holds {token!r}; expected str")
    return given


def _gates(gates, tokens):
    """The gates as arrays (time, units) that fit the tokens and each other."""
    _checks.not_empty("gates", gates, "gate")
    arrays = {}
    for name, given in gates.items():
        called = f"gates[{name!r}]"
        values = arrays[name] = _checks.finite(called, given)
        _checks.shaped(called, values, "(time, units)")
        _checks.one_each(called, values, tokens, "tokens")
        units = next(iter(arrays.values())).shape[1]
        if values.shape[1] != units:
            raise ValueError(
                f"{called} has {values.shape[1]} units; expected {units}, as the first "
                "gate has"
            )
    return arrays


def _order(order, units):
    if order is None:
        return np.arange(units)
    given = _checks.whole_numbers("order", order, 0, units - 1)
    if sorted(given) != list(range(units)):
        raise ValueError(
            f"order is {given.tolist()}; expected each unit from 0 to {units - 1} once"
        )
    return given


def _label(name):
    return name.replace("_", " ")


def _round_up(size):
    """A round number that is a little larger, for the end of a scale."""
    power = 10.0 ** math.floor(math.log10(size))
    step = next(step for step in _ROUND_NUMBERS if size <= step * power)
    return float(f"{step * power:.2g}")


def _stored_gate(name, values, scale):
    return {
        "label": _label(name),
        "low": scale.low,
        "high": scale.high,
        "scale": scale.kind,
        "digits": scale.digits,
        "error": scale.error,
        "levels": _levels(values, scale.low, scale.high),
    }


def _stored_influence(influence, steps):
    """The lower triangle row by row, each row as shares of its largest value."""
    values = _checks.finite("influence", influence)
    if values.shape != (steps, steps):
        raise ValueError(
            f"influence has the shape {values.shape}; expected (time, time), that is "
            f"{(steps, steps)}"
        )
    later = np.argwhere(np.triu(values, 1))
    if len(later):
        step, source = later[0].tolist()
        raise ValueError(
            f"influence[{step}, {source}] is {values[step, source]}; expected 0, as "
            "that input comes after the step"
        )
    largest = [float(f"{row.max():.4g}") for row in np.abs(values)]
    shares = values / np.where(largest, largest, 1)[:, None]
    signed = bool(values.min() < 0)
    packed = shares[np.tril_indices(steps)]
    levels = _levels(packed, -1 if signed else 0, 1)
    return {"signed": signed, "largest": largest, "levels": levels}


def _start(gates, scales):
    """Opens on the first gate, its liveliest unit, and the last step."""
    names = list(gates)
    name = next((name for name in names if scales[name].is_gate), names[0])
    unit = gates[name].std(axis=0).argmax()
    return {"gate": names.index(name), "unit": int(unit), "step": len(gates[name]) - 1}


def _colours(signed):
    """Hex colours from low to high, for each kind of scale."""
    maps = _SCALES | ({"influence": _SCALES["diverging"]} if signed else {})
    places = np.linspace(0, 1, _STOPS)
    return {
        kind: [matplotlib.colors.to_hex(c) for c in plt.get_cmap(name)(places)]
        for kind, name in maps.items()
    }


def _levels(values, low, high):
    """A byte for each value, 0 to 254, in letters, digits, - and _.

    The usual alphabet has a slash, with which chance writes what looks like a path or
    a speed of download in a notebook's output.
    """
    shares = np.clip((values - low) / (high - low), 0, 1)
    levels = np.rint(shares * _LEVELS).astype(np.uint8)
    return base64.urlsafe_b64encode(levels.tobytes()).decode("ascii")


def _inside_a_script(data):
    """JSON that cannot end the script element that it stands in."""
    text = json.dumps(data, separators=(",", ":"))
    for character in "<>&":
        text = text.replace(character, f"\\u{ord(character):04x}")
    return text


def _page(data):
    """The page with style, data and script in their places."""
    folder = resources.files("rnn_utils.figures") / "_viewer"
    page, style, script = (
        (folder / name).read_text(encoding="utf-8")
        for name in ("page.html", "style.css", "viewer.js")
    )
    parts = {"style": style, "data": data, "script": script}
    # In one pass: a token that looks like a place to fill stays as it is.
    return re.sub(r"{{(\w+)}}", lambda place: parts[place[1]], page)


def _heat_map(ax, values, scale):
    image = ax.imshow(
        values.T, cmap=_SCALES[scale.kind], vmin=scale.low, vmax=scale.high,
        aspect="auto", interpolation="nearest",
    )  # fmt: skip
    ax.grid(visible=False)
    ax.spines[:].set_visible(False)
    ax.set_xticks([])
    ax.figure.colorbar(image, ax=ax, ticks=sorted({scale.low, 0, scale.high}))


def _number_units(ax, order):
    """Writes the numbers of the units beside their rows, or what fits of them."""
    rows = range(0, len(order), -(-len(order) // _MOST_LABELLED))
    ax.set_yticks(rows, order[rows], fontsize=6)


def _write_tokens(ax, tokens):
    """Writes the tokens below: upright if they are characters, else turned."""
    shown = [token.replace("\n", "¶").replace(" ", "·") for token in tokens]
    turned = 90 if max(map(len, shown)) > 1 else 0
    ax.set_xticks(
        range(len(shown)), shown, rotation=turned, fontsize=8, family="monospace"
    )
    ax.tick_params(axis="x", length=0)
