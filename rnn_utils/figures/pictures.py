"""Where attention looks, and captions under their pictures."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from typing import TYPE_CHECKING

import matplotlib.pyplot as plt
import numpy as np
import numpy.typing as npt

from rnn_utils import _checks

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure


_ROUNDING = 0.01


def plot_alignment(
    weights: npt.ArrayLike,
    source: Sequence[str],
    target: Sequence[str],
    ax: Axes | None = None,
) -> Axes:
    """Draws where a decoder looked: a row for each target token.

    Args:
        weights: Array of shape `(len(target), len(source))`, from 0 to 1.
        source: The source tokens, str, along the top.
        target: The target tokens, str, from top to bottom.
        ax: Axes to draw into; a new figure of fitting size by default.

    Returns:
        The axes.

    Raises:
        ValueError: There is not one row for each target and one column for each source
            token, or a weight is not from 0 to 1, but for rounding.
    """
    weights = _checks.finite("weights", weights)
    if weights.shape != (len(target), len(source)):
        raise ValueError(
            f"weights has the shape {weights.shape}; expected a row for each of the "
            f"{len(target)} target tokens, a column for each of the {len(source)} "
            "source tokens"
        )
    _checks.shaped("weights", weights, "(target, source)")
    if weights.min() < -_ROUNDING or weights.max() > 1 + _ROUNDING:
        raise ValueError(
            f"weights holds {weights.min()} to {weights.max()}; expected 0 to 1"
        )
    if ax is None:
        size = 1.2 + 0.4 * len(source), 1 + 0.3 * len(target)
        ax = plt.subplots(figsize=(min(8, size[0]), size[1]))[1]
    ax.imshow(weights, cmap="cividis", vmin=0, vmax=1, aspect="auto")
    ax.set_xticks(range(len(source)), source, rotation=60, ha="left")
    ax.set_yticks(range(len(target)), target)
    ax.tick_params(top=True, labeltop=True, bottom=False, labelbottom=False)
    ax.grid(visible=False)
    return ax


def plot_captions(
    pictures: np.ndarray,
    captions: Sequence[str],
    references: Sequence[str],
    columns: int = 4,
) -> Figure:
    """Draws pictures, each with its reference above and a caption beside it.

    A word of the caption is blue where the reference has it, and orange with a cross
    before it where not.

    Args:
        pictures: Array of shape `(pictures, side, side, 3)`.
        captions: List of str, one for each picture.
        references: List of str, one for each picture.
        columns: Pictures in a row.

    Returns:
        The figure.

    Raises:
        ValueError: There is no picture, or not one caption and one reference for each;
            one of them is a str, or `columns` is less than 1.
    """
    _checks.whole_number("columns", columns)
    _checks.not_empty("pictures", pictures, "picture")
    for name, given in (("captions", captions), ("references", references)):
        _checks.one_each(name, _checks.texts(name, given), pictures, "pictures")
    rows = -(-len(pictures) // columns)
    figure, axes = plt.subplots(rows, columns, figsize=(8, 1.45 * rows), squeeze=False)
    for ax in axes.flat:
        ax.axis("off")
    shown = zip(axes.flat, pictures, captions, references, strict=False)
    for ax, picture, caption, reference in shown:
        ax.imshow(picture, extent=(0, 1, 0, 1))
        ax.set(xlim=(0, 2.1), ylim=(0, 1))
        ax.set_title(textwrap.fill(reference, 27), fontsize=7, color="0.3", loc="left")
        right = reference.split()
        for line, word in enumerate(caption.split()):
            known = word in right
            text = word if known else f"✗ {word}"
            colour = "#0072B2" if known else "#D55E00"
            ax.text(1.06, 0.9 - 0.15 * line, text, color=colour, fontsize=8)
    return figure
