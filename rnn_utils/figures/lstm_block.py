"""The block of long short-term memory, gate by gate, with the numbers of a real one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np

from rnn_utils import _checks
from rnn_utils.figures import _block
from rnn_utils.figures._block import ABOVE_BOX, BESIDE_CIRCLE, GATE, HIDDEN, STATE

if TYPE_CHECKING:
    from matplotlib.axes import Axes


_NAMES = {"f": "forget", "i": "input", "o": "output"}


_COLUMNS = {"f": 2.45, "i": 4.05, "g": 5.85, "o": 7.85, "h": 9.6}


_RIGHT = 10.4


_TANH = 3.05  # The height of what squashes the cell state.


def plot_lstm_block(
    gates: str = "ifo",
    values: Mapping[str, float] | None = None,
    previous: float = 0.0,
    ax: Axes | None = None,
) -> Axes:
    """Draws one time step of an LSTM, with all of its gates or some of them.

    A gate that is left out stands open: it is 1, and the block has no product there. So
    the block grows from a sum, `""`, over `"i"` and `"if"` to today's `"ifo"`; `"io"`
    is close to the one of 1997. The cell state runs along the top, to the right.

    Args:
        gates: Letters of the gates to draw: i, f and o, each at most once.
        values: What one unit computed at one step, by the names of `return_gates=True`:
            `candidate`, and `input_gate`, `forget_gate` and `output_gate` as far as
            they are drawn. By default no numbers are written.
        previous: The unit's cell state before the step, where `values` are given; the
            new states follow from them.
        ax: Axes to draw into; a new figure by default.

    Returns:
        The axes.

    Raises:
        ValueError: `gates` has another letter, or one twice; `values` lacks a value or
            has one that no gate can have; or `previous` is not finite.
    """
    _block.drawn_gates(gates, "ifo")
    numbers = {} if values is None else _numbers(gates, values, previous)
    block = _block.Block(ax, _RIGHT, numbers)
    _rails(block, gates)
    _cell_state(block, gates)
    _candidate(block, gates)
    _hidden_state(block, gates)
    kept, written, shown = (
        rf"{letter}_t \odot " if letter in gates else "" for letter in "fio"
    )
    cell = rf"$c_t = {kept}c_{{t-1}} + {written}g_t$"
    hidden = rf"$h_t = {shown}\tanh(c_t)$"
    block.text(6.5, _block.BOTTOM - 0.5, f"{cell}        {hidden}")
    return block.ax


def _numbers(gates, values, previous):
    names = {f"{_NAMES[letter]}_gate": f"{letter}_t" for letter in gates}
    numbers = dict.fromkeys(("i_t", "f_t", "o_t"), 1.0)
    numbers |= _block.numbers_at(values, {"candidate": "g_t"} | names)
    previous = _checks.number("previous", previous, np.isfinite, "a finite number")
    numbers["c_{t-1}"] = previous
    numbers["kept"] = numbers["f_t"] * numbers["c_{t-1}"]
    numbers["written"] = numbers["i_t"] * numbers["g_t"]
    numbers["c_t"] = numbers["kept"] + numbers["written"]
    numbers["h_t"] = numbers["o_t"] * np.tanh(numbers["c_t"])
    return numbers


def _rails(block, gates):
    """Draws the two lines that every gate reads, as far as the last of them."""
    last = _COLUMNS["o" if "o" in gates else "g"]
    block.line([(_block.LEFT - 0.2, HIDDEN), (last, HIDDEN)], "output", arrow=False)
    block.input(last)


def _gate(block, letter):
    x = _COLUMNS[letter]
    block.read(x, "output")
    block.squash(x, f"{letter}_t", r"$\sigma$", "gate", _NAMES[letter])


def _cell_state(block, gates):
    """Draws the conveyor belt: what is kept of the cell state, and the sum."""
    belt = [(_block.LEFT - 0.2, STATE), (_RIGHT + 0.35, STATE)]
    block.line(belt, "state", width=0.15, gid="belt")
    block.end(STATE, "c_{t-1}", "c_t")
    block.circle(_COLUMNS["g"], STATE, "+", gid="sum")
    if "f" in gates:
        x = _COLUMNS["f"]
        _gate(block, "f")
        block.line([(x, GATE + ABOVE_BOX), (x, STATE - BESIDE_CIRCLE)], "gate")
        block.circle(x, STATE, "×", gid="keep")
        block.part(4.15, STATE + 0.36, "kept")


def _candidate(block, gates):
    """Draws what is written to the belt."""
    x = _COLUMNS["g"]
    block.read(x, "output")
    block.squash(x, "g_t", "tanh", "input", "candidate")
    block.line([(x, GATE + ABOVE_BOX), (x, STATE - BESIDE_CIRCLE)], "input")
    if "i" in gates:
        _gate(block, "i")
        block.multiply(x, _COLUMNS["i"], "write")
        block.part(x + 0.14, _TANH, "written", ha="left")


def _hidden_state(block, gates):
    """Draws what is shown of the cell state."""
    x = _COLUMNS["h"]
    block.dot(x, STATE)
    block.line([(x, STATE), (x, _TANH + 0.3)], "state")
    way = [(x, _TANH), (x, HIDDEN), (_RIGHT + 0.35, HIDDEN)]
    block.line(way, "output")
    block.box(x, _TANH, "tanh", "output", height=0.56)
    block.end(HIDDEN, "h_{t-1}", "h_t")
    if "o" in gates:
        _gate(block, "o")
        block.multiply(x, _COLUMNS["o"], "show")
