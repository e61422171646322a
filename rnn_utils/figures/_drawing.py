"""What the diagrams share: colours by role, nodes, arrows and text of fitting size."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.artist import Artist
from matplotlib.colors import to_rgb
from matplotlib.patches import (
    Circle,
    FancyArrow,
    FancyArrowPatch,
    FancyBboxPatch,
    Patch,
    RegularPolygon,
)
from matplotlib.path import Path

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.backend_bases import RendererBase

# Colours of Okabe and Ito (2008), as in `rnn_utils.notebook`.
ROLES = {
    "input": "#0072B2",
    "state": "#E69F00",
    "output": "#009E73",
    "gate": "#CC79A7",
    "gradient": "#D55E00",
    "plain": "#404040",
}

_FILL = 0.25  # Of its role's colour in the fill of a node; the rest is white.


class Drawing:
    """Axes without a frame, for a diagram that looks the same at every size.

    One unit is as high as it is wide, and letters, lines and arrowheads are measured in
    it too.

    Args:
        ax: Axes to draw into, or None for a new figure as wide as a notebook.
        xlim, ylim: What they show, in units.
    """

    def __init__(
        self, ax: Axes | None, xlim: tuple[float, float], ylim: tuple[float, float]
    ) -> None:
        if ax is None:
            height = 8 * (ylim[1] - ylim[0]) / (xlim[1] - xlim[0])
            ax = plt.subplots(figsize=(8, height), layout="constrained")[1]
        ax.set(xlim=xlim, ylim=ylim, aspect="equal")
        ax.axis("off")
        self.ax = ax
        self._sizes = ax.add_artist(_Sizes())

    def text(
        self, x: float, y: float, text: str, size: float = 0.32, **style: object
    ) -> None:
        """Writes a text, centred unless `style` says otherwise."""
        style = {"ha": "center", "va": "center", "color": "0.15", "zorder": 6} | style
        self._sizes.keep(self.ax.text(x, y, text, **style), fontsize=size)

    def tokens(
        self,
        places: Sequence[tuple[float, float]],
        tokens: Sequence[str],
        space: float,
    ) -> None:
        """Writes tokens as they are, small enough for the longest to fit the space."""
        longest = max((len(token) for token in tokens), default=1)
        size = min(0.34, 1.5 * space / max(1, longest))
        for (x, y), token in zip(places, tokens, strict=True):
            self.text(x, y, str(token).replace("$", r"\$"), size)  # Not as formulas.

    def line(
        self,
        points: Sequence[tuple[float, float]],
        role: str = "plain",
        width: float = 0.04,
        arrow: bool = True,
        **style: object,
    ) -> None:
        """Draws a line through points, with an arrowhead that ends in the last one."""
        patch = FancyArrowPatch(
            path=Path(points),
            arrowstyle="-|>,head_length=0.6,head_width=0.3" if arrow else "-",
            joinstyle="miter",
            capstyle="butt",
            **{"color": ROLES[role], "zorder": 2} | style,
        )
        self.ax.add_patch(patch)
        head = max(0.26, 2.4 * width)
        self._sizes.keep(patch, linewidth=width, mutation_scale=head)

    def broad_arrow(
        self,
        start: tuple[float, float],
        stop: tuple[float, float],
        role: str,
        width: float,
        **style: object,
    ) -> None:
        """Draws an arrow whose shaft is exactly that wide."""
        patch = FancyArrow(
            *start,
            *np.subtract(stop, start),
            width=width,
            head_width=width + 0.18,
            head_length=0.5 * width + 0.16,
            length_includes_head=True,
            **{"color": ROLES[role], "linewidth": 0, "zorder": 2} | style,
        )
        patch.set_in_layout(False)
        self.ax.add_patch(patch)

    def dot(self, x: float, y: float, role: str = "plain") -> None:
        """Marks where a line branches off."""
        self.ax.add_patch(Circle((x, y), 0.07, color=ROLES[role], zorder=3))

    def frame(
        self,
        left: float,
        right: float,
        bottom: float,
        top: float,
        **style: object,
    ) -> None:
        """Draws what encloses the parts of a block."""
        patch = _rounded(left, right, bottom, top, 0.3)
        patch.set(**{"facecolor": "0.96", "edgecolor": "0.75", "zorder": 0} | style)
        self._add(patch, 0.03)

    def box(
        self,
        x: float,
        y: float,
        text: str,
        role: str,
        width: float = 0.9,
        height: float = 0.66,
        **style: object,
    ) -> None:
        """Draws a box with round corners around a text."""
        right, top = x + width / 2, y + height / 2
        patch = _rounded(2 * x - right, right, 2 * y - top, top, 0.12)
        self._node(patch, x, y, text, role, style)

    def circle(
        self,
        x: float,
        y: float,
        text: str,
        role: str = "plain",
        radius: float = 0.24,
        **style: object,
    ) -> None:
        """Draws a circle around a text."""
        self._node(Circle((x, y), radius), x, y, text, role, style)

    def diamond(
        self, x: float, y: float, text: str, role: str, radius: float, **style: object
    ) -> None:
        """Draws a square that stands on a corner, around a text."""
        patch = RegularPolygon((x, y), 4, radius=radius)
        self._node(patch, x, y, text, role, style)

    def _node(self, patch, x, y, text, role, style):
        fill = "white" if role == "plain" else tint(role)
        defaults = {"facecolor": fill, "edgecolor": ROLES[role], "zorder": 4}
        patch.set(**defaults | style)
        self._add(patch, 0.035)
        self.text(x, y, text)

    def _add(self, patch: Patch, width: float) -> None:
        self.ax.add_patch(patch)
        self._sizes.keep(patch, linewidth=width)


class _Sizes(Artist):
    """Sets sizes in units when the size of a unit is known, before others are drawn."""

    def __init__(self) -> None:
        super().__init__()
        self.set(zorder=-1, in_layout=False)
        self._kept: list[tuple[Artist, dict[str, float]]] = []

    def keep(self, artist: Artist, **sizes: float) -> None:
        """Sizes an artist whenever it is drawn; the layout does not wait for it."""
        artist.set_in_layout(False)
        self._kept.append((artist, sizes))

    def draw(self, renderer: RendererBase) -> None:
        """Draws nothing itself."""
        (left, _), (right, _) = self.axes.transData.transform([(0, 0), (1, 0)])
        points = 72 * (right - left) / self.get_figure(root=True).dpi
        for artist, sizes in self._kept:
            artist.set(**{name: size * points for name, size in sizes.items()})


def tint(role: str) -> tuple[float, ...]:
    """Returns the light colour that a node of this role is filled with."""
    return tuple(1 - _FILL * (1 - np.array(to_rgb(ROLES[role]))))


def _rounded(left, right, bottom, top, radius):
    style = f"round,pad=0,rounding_size={radius}"
    return FancyBboxPatch((left, bottom), right - left, top - bottom, boxstyle=style)
