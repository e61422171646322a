"""Claims about the drawing of an unrolled network."""

import numpy as np
import pytest

from rnn_utils.figures.unrolled import plot_unrolled

STATES = np.linspace(-1, 1, 24).reshape(3, 8)


def texts(ax):
    return [text.get_text() for text in ax.texts if text.get_text()]


def arrows(ax):
    return [text for text in ax.texts if getattr(text, "arrow_patch", None)]


def test_a_column_shows_its_step_and_nothing_where_nothing_is_read_or_said():
    ax = plot_unrolled(["a", "b", None], STATES, [None, None, "out"])
    places = {text.get_text(): text.get_position() for text in ax.texts}
    assert places["a"][0] == 0 and places["b"][0] == 1 and places["out"][0] == 2
    assert places["a"][1] < 0 < places["out"][1]
    assert texts(ax) == ["a", "b", "out"]
    assert len(arrows(ax)) == 3 + 2  # Three to or from a text, two between states.


def test_the_colours_are_the_states():
    boxes = plot_unrolled(["a", "b", "c"], STATES).collections
    drawn = [np.ma.filled(box.get_array(), np.nan).ravel()[:8] for box in boxes]
    np.testing.assert_array_equal(drawn, STATES)
    assert all(box.get_clim() == (-1, 1) for box in boxes)


def test_a_number_of_units_that_fills_no_rectangle_leaves_cells_empty():
    (box,) = plot_unrolled(["a"], np.ones((1, 11))).collections
    assert np.ma.count(box.get_array()) == 11


def test_every_arrow_has_the_name_of_its_weights():
    ax = plot_unrolled(list("abc"), STATES, list("xyz"), ("in", "loop", "out"))
    named = texts(ax)
    assert [named.count(name) for name in ("in", "loop", "out")] == [3, 2, 3]


def test_folded_it_is_drawn_once_more_with_its_loop():
    ax = plot_unrolled(list("abc"), STATES, labels=("in", "loop", "out"), folded=True)
    assert texts(ax).count("loop") == 2 + 1
    assert "=" in texts(ax)
    assert ax.get_xlim()[0] < -1


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((["a"], STATES), "tokens has 1 entries; expected one for each of the 3"),
        ((list("abc"), STATES, ["x"]), "outputs has 1 entries"),
        ((["a"], STATES[0]), r"states has the shape \(8,\); expected two axes"),
        ((list("abc"), STATES, None, ("W",)), r"labels is \('W',\); expected three"),
        (([], STATES[:0]), r"states has the shape \(0, 8\); expected"),
        ((["a"], STATES[:1, :0]), r"states has the shape \(1, 0\); expected"),
        ((["a"], STATES[:1] * np.nan), "states holds nan; expected finite numbers"),
    ],
)
def test_what_does_not_fit_is_refused(arguments, message):
    with pytest.raises(ValueError, match=message):
        plot_unrolled(*arguments)


def test_tokens_and_labels_may_be_arrays():
    labels = np.array(["in", "loop", "out"])
    ax = plot_unrolled(np.array(list("abc")), STATES, np.array(list("xyz")), labels)
    assert texts(ax).count("loop") == 2
