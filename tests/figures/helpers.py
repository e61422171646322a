"""What the tests of the diagrams share: what was drawn, and what lies on what."""

import itertools


def texts(ax):
    """What is written, in the order in which it was."""
    return [text.get_text() for text in ax.texts if text.get_text()]


def named(ax, name):
    """The patches that have a name, in the order in which they were drawn."""
    return [patch for patch in ax.patches if patch.get_gid() == name]


def text_beside(ax, text, below):
    """What is written right below another text: the number of a symbol."""
    (anchor,) = (drawn for drawn in ax.texts if drawn.get_text() == text)
    x, y = anchor.get_position()
    column = [drawn for drawn in ax.texts if drawn.get_position()[0] == x]
    return next(
        drawn.get_text() for drawn in column if 0 < y - drawn.get_position()[1] <= below
    )


def illegible(ax):
    """Pairs of texts that lie on each other, and texts that leave the axes.

    Jupyter cuts a figure to its axes, as the diagrams' texts take no part in layout.
    """
    ax.figure.canvas.draw()
    boxes = {text: text.get_window_extent() for text in ax.texts if text.get_text()}
    pairs = [
        (one.get_text(), other.get_text())
        for one, other in itertools.combinations(boxes, 2)
        if boxes[one].overlaps(boxes[other])
    ]
    page = ax.get_window_extent()
    cut = [
        text.get_text()
        for text, box in boxes.items()
        if min(box.min - page.min) < 0 or min(page.max - box.max) < 0
    ]
    return pairs + cut
