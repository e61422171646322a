"""What the blocks of gated layers share: their parts, and the numbers at them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from rnn_utils import _checks
from rnn_utils.figures._drawing import Drawing

if TYPE_CHECKING:
    from matplotlib.axes import Axes

LEFT, BOTTOM, TOP = 1.25, -0.7, 4.5  # Of the frame.

# Heights, from the state that runs along the top down to the input.
STATE, PRODUCT, GATE, HIDDEN, INPUT = 3.8, 2.4, 1.4, 0.45, 0.0

ENTRY = 1.7  # Where the input comes in.

# Half the height of a box and of a circle, and as much as the line around them.
ABOVE_BOX, BESIDE_CIRCLE = 0.35, 0.26


class Block(Drawing):
    """The frame of a block, and what stands at its nodes.

    Args:
        ax: Axes to draw into, or None for a new figure.
        right: Where the frame ends.
        numbers: The numbers to write, by their symbols; none where it is empty.
    """

    def __init__(
        self, ax: Axes | None, right: float, numbers: Mapping[str, float]
    ) -> None:
        super().__init__(ax, xlim=(0, right + LEFT), ylim=(BOTTOM - 0.8, TOP + 0.05))
        self.frame(LEFT, right, BOTTOM, TOP)
        self.right = right
        self._numbers = numbers

    def input(self, last: float) -> None:
        """Draws the line along which the input reaches the boxes up to the last."""
        way = [(ENTRY, BOTTOM - 0.2), (ENTRY, INPUT), (last, INPUT)]
        self.line(way, "input", arrow=False)
        self.text(ENTRY, BOTTOM - 0.5, "$x_t$", 0.36)

    def squash(
        self, x: float, symbol: str, function: str, role: str, name: str
    ) -> None:
        """Draws what makes a number of input and hidden state."""
        self.box(x, GATE, function, role, gid=name)
        self.text(x, INPUT - 0.36, name, 0.3, color="0.35")
        self.symbol(x + 0.14, GATE + 0.58, symbol)

    def read(self, x: float, hidden_role: str) -> None:
        """Draws how a box reads input and hidden state."""
        self.dot(x, INPUT, "input")
        self.dot(x, HIDDEN, hidden_role)
        self.line([(x, INPUT), (x, GATE - ABOVE_BOX)])

    def multiply(self, x: float, left: float, name: str) -> None:
        """Draws a gate's way to the product beside it."""
        start = (left, GATE + ABOVE_BOX)
        corner = [start, (left, PRODUCT), (x - BESIDE_CIRCLE, PRODUCT)]
        self.line(corner, "gate")
        self.circle(x, PRODUCT, "×", gid=name)

    def symbol(self, x: float, y: float, symbol: str) -> None:
        """Writes a symbol, and its number where there is one."""
        number = f" = {written(self._numbers[symbol])}" if self._numbers else ""
        self.text(x, y, f"${symbol}${number}", ha="left")

    def end(self, y: float, old: str, new: str) -> None:
        """Writes what comes in on the left and what leaves on the right."""
        for x, symbol in ((0.6, old), (self.right + LEFT - 0.55, new)):
            self.text(x, y, f"${symbol}$", 0.36)
            if symbol in self._numbers:
                self.text(x, y - 0.42, written(self._numbers[symbol]))

    def part(self, x: float, y: float, name: str, **style: object) -> None:
        """Writes how much of the new state comes from where."""
        if self._numbers:
            text = f"{name} {written(self._numbers[name])}"
            self.text(x, y, text, 0.3, **style)


def drawn_gates(gates: str, known: str) -> None:
    """Requires letters of gates."""
    if not set(gates) <= set(known) or len(set(gates)) < len(gates):
        raise ValueError(
            f"gates is {gates!r}; expected letters of {known!r}, each at most once"
        )


def numbers_at(values: Mapping[str, float], names: Mapping[str, str]) -> dict:
    """Returns the values by their symbols, where `names` tells name and symbol.

    Raises:
        ValueError: One is lacking, or out of the range of what it is.
    """
    lacking = [name for name in names if name not in values]
    if lacking:
        raise ValueError(f"values lacks {lacking[0]!r}; expected {', '.join(names)}")
    numbers = {}
    for name, symbol in names.items():
        least = -1 if name == "candidate" else 0
        numbers[symbol] = _checks.number(
            f"values[{name!r}]",
            values[name],
            lambda value, least=least: least <= value <= 1,
            f"{least} to 1",
        )
    return numbers


def written(number: float) -> str:
    """Returns a number with two decimals, or three digits of a large one."""
    text = f"{number:.2f}" if abs(number) < 10 else f"{number:.3g}"
    return "0.00" if text == "-0.00" else text.replace("-", "−")
