"""Texts in colour: with values, tags or spans of their words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import matplotlib.pyplot as plt
import numpy as np

from rnn_utils import _checks

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from rnn_utils.text.spans import Span


_WORD_MAP = "PuOr_r"  # Diverging, and safe for colour-blind readers.


def plot_words(
    words: Sequence[str],
    values: Sequence[float] | np.ndarray,
    ax: Axes | None = None,
    limits: tuple[float, float] = (0, 1),
    columns: int = 76,
) -> Axes:
    """Writes a text with a colour behind each word, wrapped like a paragraph.

    Args:
        words: The words in order.
        values: A number for each word, coloured from purple (low) to orange (high).
        ax: Axes to draw into; a new figure of fitting height by default.
        limits: The values at the two ends of the colour scale.
        columns: Characters in a line.

    Returns:
        The axes.

    Raises:
        ValueError: There is not one value for each word, a value is not finite,
            `limits` are equal, or `columns` is less than 1.
    """
    _checks.whole_number("columns", columns)
    _checks.one_each("values", values, words, "words")
    scaled = _scaled(values, limits)
    places = _wrap([len(word) for word in words], columns)
    lines = places[-1][0] + 1 if places else 1
    ax = plt.subplots(figsize=(8, 0.3 * lines + 0.2))[1] if ax is None else ax
    colours = plt.get_cmap(_WORD_MAP)
    for word, value, (line, column) in zip(words, scaled, places, strict=True):
        ax.add_patch(
            plt.Rectangle(
                (column - 0.4, -line - 0.42), len(word) + 0.8, 0.84,
                color=colours(value), linewidth=0,
            )
        )  # fmt: skip
        dark = abs(value - 0.5) > 0.36
        ax.text(
            column + len(word) / 2, -line, word, ha="center", va="center",
            family="monospace", fontsize=9, color="white" if dark else "black",
        )  # fmt: skip
    ax.set(xlim=(-1, columns + 1), ylim=(-lines + 0.4, 0.6))
    ax.axis("off")
    return ax


def plot_characters(
    text: str,
    values: Sequence[float] | np.ndarray,
    ax: Axes | None = None,
    limits: tuple[float, float] = (0, 1),
) -> Axes:
    """Writes a text with a colour behind each character, in its own lines.

    Args:
        text: A str. A line end is shown as ¶ and ends the line.
        values: A number for each character, coloured from purple (low) to orange
            (high).
        ax: Axes to draw into; a new figure of fitting height by default.
        limits: The values at the two ends of the colour scale.

    Returns:
        The axes.

    Raises:
        ValueError: There is not one value for each character, a value is not finite, or
            `limits` are equal.
    """
    _checks.one_each("values", values, text, "characters")
    scaled = _scaled(values, limits)
    places, line, column = [], 0, 0
    for character in text:
        places.append((line, column))
        line, column = (line + 1, 0) if character == "\n" else (line, column + 1)
    lines = places[-1][0] + 1 if places else 1
    columns = max((column for _, column in places), default=0) + 1
    ax = plt.subplots(figsize=(8, 0.24 * lines + 0.3))[1] if ax is None else ax
    colours = plt.get_cmap(_WORD_MAP)
    for character, value, (line, column) in zip(text, scaled, places, strict=True):
        corner = column - 0.5, -line - 0.5
        ax.add_patch(plt.Rectangle(corner, 1, 1, color=colours(value), linewidth=0))
        shown = "¶" if character == "\n" else character
        dark = abs(value - 0.5) > 0.36
        ax.text(
            column, -line, shown, ha="center", va="center_baseline",
            family="monospace", fontsize=9, color="white" if dark else "black",
        )  # fmt: skip
    ax.set(xlim=(-0.5, columns - 0.5), ylim=(-lines + 0.5, 0.5))
    ax.axis("off")
    return ax


def plot_tags(
    words: Sequence[str],
    tags: Sequence[str],
    truth: Sequence[str] | None = None,
    colours: Mapping[str, str] | None = None,
    ax: Axes | None = None,
    columns: int = 76,
) -> Axes:
    """Writes a text with a tag under each word, wrapped like a paragraph.

    Args:
        words: The words in order.
        tags: A tag for each word; an empty one is not written.
        truth: The right tags, if words with a wrong one shall be framed, and the right
            one written after a slash.
        colours: Dict from tag to the colour behind its words; others stay grey.
        ax: Axes to draw into; a new figure of fitting height by default.
        columns: Characters in a line.

    Returns:
        The axes.

    Raises:
        ValueError: There is not one tag for each word, or `columns` is less than 1.
    """
    _checks.whole_number("columns", columns)
    truth = tags if truth is None else truth
    for name, given in (("tags", tags), ("truth", truth)):
        _checks.one_each(name, given, words, "words")
    labels = [
        tag if tag == right else f"{tag}/{right}"
        for tag, right in zip(tags, truth, strict=True)
    ]
    # A small letter of a tag takes two thirds of a column.
    widths = [max(len(w), 2 * len(t) / 3) for w, t in zip(words, labels, strict=True)]
    places = _wrap(widths, columns)
    lines = places[-1][0] + 1 if places else 1
    ax = plt.subplots(figsize=(8, 0.46 * lines + 0.2))[1] if ax is None else ax
    for i, (line, column) in enumerate(places):
        wrong = tags[i] != truth[i]
        ax.add_patch(
            plt.Rectangle(
                (column - 0.3, -line - 0.46), widths[i] + 0.6, 0.86,
                facecolor=(colours or {}).get(tags[i], "0.93" if tags[i] else "1"),
                edgecolor="black", linewidth=1.6 if wrong else 0,
            )
        )  # fmt: skip
        middle = column + widths[i] / 2
        ax.text(
            middle, -line + 0.14, words[i], ha="center", va="center",
            family="monospace", fontsize=9,
        )  # fmt: skip
        ax.text(
            middle, -line - 0.27, labels[i], ha="center", va="center",
            family="monospace", fontsize=6.5,
        )  # fmt: skip
    ax.set(xlim=(-1, columns + 1), ylim=(-lines + 0.4, 0.6))
    ax.axis("off")
    return ax


def plot_spans(
    words: Sequence[str],
    gold: Sequence[Span],
    predicted: Sequence[Span],
    ax: Axes | None = None,
    columns: int = 76,
) -> Axes:
    """Writes a text with gold spans above the words and predicted ones below.

    Args:
        words: The words in order.
        gold: List of `(start, stop, kind)`, drawn in blue.
        predicted: The same, drawn in red; below words where both are the same, in grey.
        ax: Axes to draw into; a new figure of fitting height by default.
        columns: Characters in a line.

    Returns:
        The axes.

    Raises:
        ValueError: A span does not lie within the words, or `columns` is less than 1.
    """
    _checks.whole_number("columns", columns)
    for span in (*gold, *predicted):
        if not 0 <= span[0] < span[1] <= len(words):
            raise ValueError(
                f"a span is {span!r}; expected 0 <= start < stop <= {len(words)}"
            )
    places = _wrap([len(word) for word in words], columns)
    lines = places[-1][0] + 1 if places else 1
    ax = plt.subplots(figsize=(8, 0.58 * lines + 0.1))[1] if ax is None else ax
    for word, (line, column) in zip(words, places, strict=True):
        ax.text(
            column + len(word) / 2, -line, word, ha="center", va="center",
            family="monospace", fontsize=9,
        )  # fmt: skip
    for span in gold:
        _bracket(ax, words, places, span, 0.24, "#0072B2")
    for span in predicted:
        colour = "0.45" if tuple(span) in set(map(tuple, gold)) else "#D55E00"
        _bracket(ax, words, places, span, -0.24, colour)
    ax.set(xlim=(-1, columns + 1), ylim=(-lines + 0.4, 0.6))
    ax.axis("off")
    return ax


def _bracket(ax, words, places, span, height, colour):
    """Draws a line along the words of a span, and its kind in the middle of it."""
    start, stop, kind = span
    for line in sorted({line for line, _ in places[start:stop]}):
        within = [i for i in range(start, stop) if places[i][0] == line]
        left = places[within[0]][1]
        right = places[within[-1]][1] + len(words[within[-1]])
        y = height - line
        x, tip = [left, left, right, right], y - 0.3 * height
        ax.plot(x, [tip, y, y, tip], color=colour, linestyle="-", linewidth=1.4)
        ax.text(
            (left + right) / 2, 1.25 * height - line, kind, ha="center", color=colour,
            va="bottom" if height > 0 else "top", family="monospace", fontsize=6.5,
        )  # fmt: skip


def _scaled(values, limits):
    """The values with 0 and 1 at the ends of the colour scale."""
    low, high = _checks.finite("limits", limits)
    if low == high:
        raise ValueError(f"limits is {limits!r}; expected two different numbers")
    values = _checks.finite("values", values)
    if values.ndim != 1:
        raise ValueError(
            f"values has the shape {values.shape}; expected one number each"
        )
    return (values - low) / (high - low)


def _wrap(widths, columns):
    """Returns the `(line, column)` of each word in a paragraph of that width."""
    places = []
    line = column = 0
    for width in widths:
        if column and column + width > columns:
            line, column = line + 1, 0
        places.append((line, column))
        column += width + 1
    return places
