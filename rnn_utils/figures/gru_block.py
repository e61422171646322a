"""The block of a gated recurrent unit, gate by gate, with the numbers of a real one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np

from rnn_utils import _checks
from rnn_utils.figures import _block
from rnn_utils.figures._block import (
    ABOVE_BOX,
    BESIDE_CIRCLE,
    ENTRY,
    GATE,
    HIDDEN,
    INPUT,
    STATE,
)

if TYPE_CHECKING:
    from matplotlib.axes import Axes


_NAMES = {"z": "update_gate", "r": "reset_gate"}


_COLUMNS = {"z": 2.75, "r": 4.6, "reset": 6.4, "n": 8.1}


_RIGHT = 10.5


_WRITE = 2.7  # The height of what writes the candidate to the belt.


def plot_gru_block(
    gates: str = "zr",
    values: Mapping[str, float] | None = None,
    previous: float = 0.0,
    ax: Axes | None = None,
) -> Axes:
    """Draws one time step of a GRU, with both of its gates, one or none.

    Without the update gate the candidate is the new state, and without the reset gate
    the candidate sees all of the old one: with neither, `""`, the block is a vanilla
    recurrent layer. From there it grows over `"z"` to `"zr"`. The state runs along the
    top, from left to right. The reset gate acts after the product with the recurrent
    weights, as in Keras (`reset_after=True`). The equations leave biases out.

    Args:
        gates: Letters of the gates to draw: z and r, each at most once.
        values: What one unit computed at one step, by the names of `return_gates=True`:
            `candidate`, and `update_gate` and `reset_gate` as far as they are drawn. By
            default no numbers are written.
        previous: The unit's state before the step, where `values` are given; the new
            state follows from them.
        ax: Axes to draw into; a new figure by default.

    Returns:
        The axes.

    Raises:
        ValueError: `gates` has another letter, or one twice; `values` lacks a value or
            has one that no gate can have; or `previous` is not finite.
    """
    _block.drawn_gates(gates, "zr")
    numbers = {} if values is None else _numbers(gates, values, previous)
    block = _block.Block(ax, _RIGHT, numbers)
    _old_state(block, gates)
    _candidate(block, gates)
    _new_state(block, gates)
    recalled = r"r_t \odot (h_{t-1} U_n)" if "r" in gates else "h_{t-1} U_n"
    candidate = rf"$n_t = \tanh(x_t W_n + {recalled})$"
    mixed = r"z_t \odot h_{t-1} + (1 - z_t) \odot n_t" if "z" in gates else "n_t"
    text = f"{candidate}      $h_t = {mixed}$"
    block.text(6.85, _block.BOTTOM - 0.5, text, 0.29)
    return block.ax


def _numbers(gates, values, previous):
    names = {_NAMES[letter]: f"{letter}_t" for letter in gates}
    numbers = {"z_t": 0.0} | _block.numbers_at(values, {"candidate": "n_t"} | names)
    previous = _checks.number("previous", previous, np.isfinite, "a finite number")
    numbers["h_{t-1}"] = previous
    numbers["kept"] = numbers["z_t"] * numbers["h_{t-1}"]
    numbers["written"] = (1 - numbers["z_t"]) * numbers["n_t"]
    numbers["h_t"] = numbers["kept"] + numbers["written"]
    return numbers


def _old_state(block, gates):
    """Draws the state before the step, with what the update gate keeps of it."""
    block.end(STATE, "h_{t-1}", "h_t")
    left, right = _block.LEFT - 0.2, _RIGHT + 0.35
    if "z" in gates:
        block.line([(left, STATE), (right, STATE)], "state", width=0.15, gid="belt")
        block.dot(ENTRY, STATE)
        x = _COLUMNS["z"]
        _gate(block, "z")
        block.line([(x, GATE + ABOVE_BOX), (x, STATE - BESIDE_CIRCLE)], "gate")
        block.circle(x, STATE, "×", gid="keep")
        block.part(5.6, STATE + 0.36, "kept")
        left = ENTRY
    last = _COLUMNS["reset" if "r" in gates else "n"]
    way = [(left, STATE), (ENTRY, STATE), (ENTRY, HIDDEN), (last, HIDDEN)]
    block.line(way, "state", arrow=False)


def _gate(block, letter):
    x = _COLUMNS[letter]
    block.read(x, "state")
    block.squash(x, f"{letter}_t", r"$\sigma$", "gate", _NAMES[letter].split("_")[0])


def _candidate(block, gates):
    """Draws what the input and the recalled part of the state make."""
    x = _COLUMNS["n"]
    block.input(x)
    block.squash(x, "n_t", "tanh", "input", "candidate")
    if "r" not in gates:
        block.read(x, "state")
        return
    block.line([(x, INPUT), (x, GATE - ABOVE_BOX)], "input")
    reset = _COLUMNS["reset"]
    _gate(block, "r")
    start = _COLUMNS["r"] + 0.45
    block.line([(start, GATE), (reset - BESIDE_CIRCLE, GATE)], "gate")
    block.line([(reset, HIDDEN), (reset, GATE - BESIDE_CIRCLE)], "state")
    block.line([(reset, GATE), (x - 0.45, GATE)], "state")
    block.circle(reset, GATE, "×", gid="recall")
    block.text(reset + 0.14, 0.78, "$h_{t-1}U_n$", 0.28, ha="left")


def _new_state(block, gates):
    """Draws how the candidate becomes the new state, or a part of it."""
    x, top = _COLUMNS["n"], GATE + ABOVE_BOX
    if "z" not in gates:
        way = [(x, top), (x, STATE), (_RIGHT + 0.35, STATE)]
        block.line(way, "state")
        return
    block.line([(x, top), (x, STATE - BESIDE_CIRCLE)], "input")
    block.circle(x, STATE, "+", gid="sum")
    left = _COLUMNS["z"]
    block.dot(left, _WRITE, "gate")
    block.line([(left, _WRITE), (x - BESIDE_CIRCLE, _WRITE)], "gate")
    block.circle(x, _WRITE, "×", gid="write")
    block.box(6.1, _WRITE, "$1 - z_t$", "gate", width=1.2, height=0.48)
    block.part(x + 0.14, 3.22, "written", ha="left")
