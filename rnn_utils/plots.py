"""Figures that several notebooks draw."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

import matplotlib.pyplot as plt
import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from rnn_utils.spans import Span

_WORD_MAP = "PuOr_r"  # Diverging, and safe for colour-blind readers.


def plot_learning_curves(
    history: Mapping[str, Sequence[float]],
    metric: str = "accuracy",
    ax: Axes | None = None,
) -> Axes:
    """Draws a metric on training and validation data for every epoch.

    Args:
        history: Dict from metric name to a list of values, as in
            `keras.callbacks.History.history`.
        metric: Name of the metric; `val_<metric>` must be there too.
        ax: Axes to draw into; a new figure by default.

    Returns:
        The axes.

    Raises:
        ValueError: The history does not hold the metric.
    """
    if metric not in history or f"val_{metric}" not in history:
        raise ValueError(
            f"metric is {metric!r}; expected one whose training and validation values "
            f"are both in the history, which holds {sorted(history)}"
        )
    ax = ax or plt.subplots()[1]
    epochs = np.arange(1, len(history[metric]) + 1)
    ax.plot(epochs, history[metric], marker="o", label="training")
    ax.plot(epochs, history[f"val_{metric}"], marker="s", label="validation")
    ax.set(xlabel="epoch", ylabel=metric, xticks=epochs)
    ax.legend()
    return ax


def plot_estimates(
    names: Sequence[str],
    values: Iterable[float],
    intervals: Iterable[Sequence[float] | np.ndarray | None],
    reference: float | None = None,
    ax: Axes | None = None,
    digits: int = 3,
) -> Axes:
    """Draws scores with their intervals, one row each, the first on top.

    Args:
        names: Labels of the rows.
        values: The scores.
        intervals: A `(low, high)` for each score, or None for a score without one.
        reference: A score to compare with, drawn as a vertical line.
        ax: Axes to draw into; a new figure by default.
        digits: Decimals of the scores.

    Returns:
        The axes.
    """
    ax = ax or plt.subplots(figsize=(8, 0.6 + 0.42 * len(names)))[1]
    rows = np.arange(len(names))[::-1]
    for row, value, interval in zip(rows, values, intervals, strict=True):
        if interval is not None:
            ax.plot(interval, [row, row], color="#0072B2", linestyle="-", linewidth=3)
        ax.plot(value, row, "o", color="black")
        ax.annotate(
            f"{value:.{digits}f}", (value, row), xytext=(0, 7), ha="center",
            textcoords="offset points", fontsize=9,
        )  # fmt: skip
    if reference is not None:
        ax.axvline(reference, color="#D55E00", linestyle="--", linewidth=1.2)
    ax.set(yticks=rows, yticklabels=names, ylim=(-0.6, len(names) - 0.2))
    return ax


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
        ValueError: There is not one value for each word.
    """
    if len(words) != len(values):
        raise ValueError(
            f"values has {len(values)} entries; expected one for each of the "
            f"{len(words)} words"
        )
    places = _wrap([len(word) for word in words], columns)
    lines = places[-1][0] + 1 if places else 1
    ax = ax or plt.subplots(figsize=(8, 0.3 * lines + 0.2))[1]
    colours = plt.get_cmap(_WORD_MAP)
    scaled = (np.asarray(values, dtype=float) - limits[0]) / (limits[1] - limits[0])
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
        ValueError: There is not one value for each character.
    """
    if len(text) != len(values):
        raise ValueError(
            f"values has {len(values)} entries; expected one for each of the "
            f"{len(text)} characters"
        )
    places, line, column = [], 0, 0
    for character in text:
        places.append((line, column))
        line, column = (line + 1, 0) if character == "\n" else (line, column + 1)
    lines = places[-1][0] + 1 if places else 1
    columns = max((column for _, column in places), default=0) + 1
    ax = ax or plt.subplots(figsize=(8, 0.24 * lines + 0.3))[1]
    colours = plt.get_cmap(_WORD_MAP)
    scaled = (np.asarray(values, dtype=float) - limits[0]) / (limits[1] - limits[0])
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
        ValueError: There is not one tag for each word.
    """
    truth = tags if truth is None else truth
    for name, given in (("tags", tags), ("truth", truth)):
        if len(given) != len(words):
            raise ValueError(
                f"{name} has {len(given)} entries; expected one for each of the "
                f"{len(words)} words"
            )
    labels = [
        tag if tag == right else f"{tag}/{right}"
        for tag, right in zip(tags, truth, strict=True)
    ]
    # A small letter of a tag takes two thirds of a column.
    widths = [max(len(w), 2 * len(t) / 3) for w, t in zip(words, labels, strict=True)]
    places = _wrap(widths, columns)
    lines = places[-1][0] + 1 if places else 1
    ax = ax or plt.subplots(figsize=(8, 0.46 * lines + 0.2))[1]
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
        ValueError: A span does not lie within the words.
    """
    places = _wrap([len(word) for word in words], columns)
    lines = places[-1][0] + 1 if places else 1
    ax = ax or plt.subplots(figsize=(8, 0.58 * lines + 0.1))[1]
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
            token.
    """
    weights = np.asarray(weights)
    if weights.shape != (len(target), len(source)):
        raise ValueError(
            f"weights has the shape {weights.shape}; expected a row for each of the "
            f"{len(target)} target tokens, a column for each of the {len(source)} "
            "source tokens"
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
        ValueError: There is not one caption and one reference for each picture.
    """
    for name, given in (("captions", captions), ("references", references)):
        if len(given) != len(pictures):
            raise ValueError(
                f"{name} has {len(given)} entries; expected one for each of the "
                f"{len(pictures)} pictures"
            )
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


def _bracket(ax, words, places, span, height, colour):
    """Draws a line along the words of a span, and its kind in the middle of it."""
    start, stop, kind = span
    if not 0 <= start < stop <= len(words):
        raise ValueError(
            f"a span is {span!r}; expected 0 <= start < stop <= {len(words)}"
        )
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
