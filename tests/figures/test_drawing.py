"""Claims about what the diagrams share, and about what their tests look with."""

import matplotlib
import numpy as np
import pytest

from rnn_utils.figures._drawing import ROLES, Drawing
from rnn_utils.notebook import OKABE_ITO
from tests.figures.helpers import illegible


def test_texts_on_each_other_and_beyond_the_axes_are_found():
    drawing = Drawing(None, (0, 10), (0, 5))
    drawing.text(2, 2, "one")
    drawing.text(2.3, 2.1, "other")
    drawing.text(9.9, 4, "beyond")
    drawing.text(6, 2, "alone")
    assert illegible(drawing.ax) == [("one", "other"), "beyond"]


def test_every_role_has_a_colour_of_the_suite_and_of_its_own():
    roles = {role: colour for role, colour in ROLES.items() if role != "plain"}
    assert set(roles.values()) <= set(OKABE_ITO)
    assert len(set(roles.values())) == len(roles) == 5


def test_sizes_follow_the_axes_when_the_figure_is_made_larger():
    drawing = Drawing(None, (0, 10), (0, 5))
    drawing.text(5, 2, "text", size=0.5)
    drawing.line([(1, 1), (9, 1)], width=0.1)
    sizes = []
    for width in (4, 8):
        drawing.ax.figure.set_size_inches(width, width / 2)
        drawing.ax.figure.canvas.draw()
        line, text = drawing.ax.patches[0], drawing.ax.texts[0]
        sizes.append((text.get_fontsize(), line.get_linewidth()))
    np.testing.assert_allclose(np.divide(*sizes), 0.5, rtol=0.05)
    points = 72 * drawing.ax.get_window_extent().width / drawing.ax.figure.dpi / 10
    np.testing.assert_allclose(sizes[1], [0.5 * points, 0.1 * points], rtol=1e-6)


def test_a_diagram_leaves_the_layout_of_the_figure_alone():
    pyplot = matplotlib.pyplot
    figure, axes = pyplot.subplots(1, 2, figsize=(8, 3), layout="constrained")
    drawing = Drawing(axes[0], (0, 10), (0, 10))
    for ax in axes:
        ax.axis("off")
    figure.canvas.draw()
    before = [ax.get_position().width for ax in axes]
    drawing.text(9, 5, "a text that is much longer than the axes are wide")
    figure.canvas.draw()
    assert [ax.get_position().width for ax in axes] == before


def test_the_longest_token_fits_and_short_ones_are_not_made_larger():
    drawing = Drawing(None, (0, 10), (0, 5))
    places = [(3, 2), (5, 2)]
    drawing.tokens(places, ["a", "incomprehensibilities"], space=2.0)
    drawing.tokens([(8, 2)], ["b"], space=2.0)
    drawing.ax.figure.canvas.draw()
    unit = drawing.ax.get_window_extent().width / 10
    widths = [text.get_window_extent().width / unit for text in drawing.ax.texts]
    assert 1.2 < widths[1] < 2.0
    a, _, b = (text.get_fontsize() for text in drawing.ax.texts)
    assert a < b < 0.4 * 72 * unit / drawing.ax.figure.dpi


def test_a_token_is_not_read_as_a_formula():
    drawing = Drawing(None, (0, 10), (0, 5))
    drawing.tokens([(3, 2), (6, 2)], ["$x_1$", ""], space=2.0)
    drawing.text(3, 4, "x_1", size=0.34)
    drawing.ax.figure.canvas.draw()
    dollars, _, plain = (t.get_window_extent().width for t in drawing.ax.texts)
    assert dollars > plain


@pytest.mark.parametrize("width", [0.02, 0.3])
def test_a_broad_arrow_ends_where_it_is_told_to(width):
    drawing = Drawing(None, (0, 10), (0, 5))
    drawing.broad_arrow((6, 2), (3, 2), "gradient", width)
    corners = drawing.ax.patches[0].get_xy()
    np.testing.assert_allclose(corners.min(axis=0)[0], 3)
    np.testing.assert_allclose(corners.max(axis=0)[0], 6)
    tail = corners[np.isclose(corners[:, 0], 6), 1]
    np.testing.assert_allclose(np.ptp(tail), width)
