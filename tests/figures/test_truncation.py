"""Claims about the drawing of truncated backpropagation through time."""

import matplotlib
import pytest

from rnn_utils.figures.truncation import plot_truncation
from tests.figures.helpers import illegible, named, texts


@pytest.mark.parametrize(
    ("steps", "window", "windows"), [(12, 4, 3), (10, 4, 3), (5, 5, 1), (3, 1, 3)]
)
def test_the_state_crosses_every_boundary_and_the_gradient_none(steps, window, windows):
    ax = plot_truncation(steps, window)
    counts = {name: len(named(ax, name)) for name in ("window", "step", "forward")}
    assert counts == {"window": windows, "step": steps, "forward": steps - 1}
    boundaries = windows - 1
    assert len(named(ax, "back")) == steps - 1 - boundaries
    assert len(named(ax, "cut")) == 2 * (boundaries + 1)  # Two strokes; and the key.


def test_steps_stand_in_their_windows():
    ax = plot_truncation(10, 4)
    frames = [frame.get_bbox() for frame in named(ax, "window")]
    for step, box in enumerate(named(ax, "step")):
        frame, box = frames[step // 4], box.get_bbox()
        assert frame.x0 < box.x0 < box.x1 < frame.x1
    assert all(a.x1 < b.x0 for a, b in zip(frames, frames[1:], strict=False))


@pytest.mark.parametrize(
    ("signal", "question", "arrives"),
    [(4, 7, True), (0, 1, True), (3, 4, False), (0, 11, False), (5, 6, True)],
)
def test_the_gradient_arrives_only_from_the_same_window(signal, question, arrives):
    ax = plot_truncation(12, 4, signal, question)
    assert len(named(ax, "lost")) == (not arrives)
    cuts = len(named(ax, "cut")) // 2 - 1
    assert cuts == 2 + (not arrives)
    assert any("the gradient reaches" in text for text in texts(ax)) == arrives
    colours = [box.get_edgecolor() for box in named(ax, "step")]
    assert colours.count(colours[signal]) == colours.count(colours[question]) == 1
    assert colours[signal] != colours[question]


def test_the_way_ends_at_the_boundary_before_the_question():
    ax = plot_truncation(12, 4, 1, 10)
    ax.figure.canvas.draw()
    (way,) = named(ax, "way")
    frames = [frame.get_bbox() for frame in named(ax, "window")]
    vertices = way.get_transform().transform_path(way.get_path()).vertices
    ends = ax.transData.inverted().transform(vertices)
    assert frames[1].x1 < ends[:, 0].min() < frames[2].x0


@pytest.mark.parametrize(
    "arguments", [(12, 4), (12, 4, 3, 4), (16, 7, 0, 15), (2, 1, 0, 1), (2, 2, 0, 1)]
)
def test_no_text_lies_on_another(arguments):
    assert illegible(plot_truncation(*arguments)) == []
    axes = matplotlib.pyplot.subplots(2, figsize=(8, 5), layout="constrained")[1]
    assert illegible(plot_truncation(*arguments, ax=axes[1])) == []


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((1, 1), "steps is 1; expected 2 to 16"),
        ((17, 4), "steps is 17; expected 2 to 16"),
        ((12, 0), "window is 0; expected 1 to 12"),
        ((12, 13), "window is 13; expected 1 to 12"),
        ((12, 4.5), "window is 4.5; expected a whole number, 1 to 12"),
        ((12, 4, 3), "question is None; expected a whole number, 1 to 11"),
        ((12, 4, None, 3), "signal is None; expected a whole number, 0 to 2"),
        ((12, 4, 3, 12), "question is 12; expected 1 to 11"),
        ((12, 4, 5, 5), "signal is 5; expected 0 to 4"),
    ],
)
def test_what_does_not_fit_is_refused(arguments, message):
    with pytest.raises(ValueError, match=message):
        plot_truncation(*arguments)
