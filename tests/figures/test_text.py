"""Claims about texts in colour: what is drawn is what was passed."""

import itertools

import matplotlib
import numpy as np
import pytest

from rnn_utils.figures.text import plot_characters, plot_spans, plot_tags, plot_words


def test_words_keep_their_order_and_wrap_within_the_width():
    words = ["never", "a", "dull", "moment"] * 10
    ax = plot_words(words, [0.5] * 40, columns=20)
    texts = [text.get_text() for text in ax.texts]
    assert texts == words
    right = max(text.get_position()[0] + len(text.get_text()) / 2 for text in ax.texts)
    assert right <= 20


def test_low_and_high_values_have_different_colours():
    ax = plot_words(["bad", "good"], [0.0, 1.0])
    low, high = (patch.get_facecolor() for patch in ax.patches)
    assert low[2] > low[0]  # Purple: more blue than red.
    assert high[0] > high[2]  # Orange.


def test_a_missing_value_is_refused():
    with pytest.raises(ValueError, match="values has 1 entries; .* 2 words"):
        plot_words(["a", "b"], [0.1])


def test_characters_stand_in_the_lines_of_the_text():
    ax = plot_characters("ab\nc", [0, 0.5, 1, 0])
    places = [(text.get_text(), text.get_position()) for text in ax.texts]
    assert places == [("a", (0, 0)), ("b", (1, 0)), ("¶", (2, 0)), ("c", (0, -1))]
    low, _, high, _ = (patch.get_facecolor() for patch in ax.patches)
    assert low[2] > low[0]  # Purple: more blue than red.
    assert high[0] > high[2]  # Orange.


def test_a_character_without_a_value_is_refused():
    with pytest.raises(ValueError, match="values has 3 entries; .* 2 characters"):
        plot_characters("ab", [0, 1, 0])


def test_each_word_has_its_tag_below_and_the_colour_of_its_tag():
    ax = plot_tags(["saw", "it"], ["VERB", ""], colours={"VERB": "#ff0000"})
    texts = {text.get_text(): text.get_position() for text in ax.texts}
    assert texts["saw"][0] == texts["VERB"][0]
    assert texts["saw"][1] > texts["VERB"][1]
    assert ax.patches[0].get_facecolor() == (1, 0, 0, 1)
    assert ax.patches[0].get_linewidth() == 0


def test_a_wrong_tag_is_framed_and_followed_by_the_right_one():
    ax = plot_tags(["the", "saw"], ["DET", "VERB"], ["DET", "NOUN"])
    assert "VERB/NOUN" in [text.get_text() for text in ax.texts]
    framed = [patch.get_linewidth() > 0 for patch in ax.patches]
    assert framed == [False, True]


def test_tags_that_are_longer_than_words_do_not_overlap():
    ax = plot_tags(["a"] * 30, ["PROPN"] * 30, ["PUNCT"] * 30, columns=40)
    boxes = [(p.get_y(), p.get_x(), p.get_width()) for p in ax.patches]
    for (line, left, width), (next_line, right, _) in itertools.pairwise(boxes):
        assert next_line < line or left + width < right
        assert left + width <= 41


@pytest.mark.parametrize("name", ["tags", "truth"])
def test_a_missing_tag_is_refused(name):
    arguments = {"tags": ["A", "B"], "truth": ["A", "B"], name: ["A"]}
    with pytest.raises(ValueError, match=f"{name} has 1 entries"):
        plot_tags(["a", "b"], **arguments)


def test_spans_run_along_their_words_gold_above_predicted_below():
    words = ["in", "New", "York", "today"]
    ax = plot_spans(words, [(1, 3, "PLACE")], [(2, 4, "DATE")])
    above, below = ax.lines
    assert list(above.get_xdata()) == [3, 3, 11, 11]
    assert list(below.get_xdata()) == [7, 7, 17, 17]
    assert min(above.get_ydata()) > 0 > max(below.get_ydata())
    assert above.get_color() != below.get_color()
    written = [text.get_text() for text in ax.texts]
    assert written == [*words, "PLACE", "DATE"]


def test_a_right_span_is_not_drawn_as_an_error():
    right = plot_spans(["a"], [(0, 1, "X")], [(0, 1, "X")]).lines[1].get_color()
    wrong = plot_spans(["a"], [(0, 1, "X")], [(0, 1, "Y")]).lines[1].get_color()
    assert right != wrong


def test_a_span_over_the_end_of_a_line_is_drawn_on_both():
    ax = plot_spans(["one", "two", "three"], [(0, 3, "X")], [], columns=8)
    assert [list(line.get_xdata()) for line in ax.lines] == [[0, 0, 7, 7], [0, 0, 5, 5]]


def test_a_span_beyond_the_words_is_refused():
    with pytest.raises(ValueError, match="expected 0 <= start < stop <= 2"):
        plot_spans(["a", "b"], [(1, 3, "X")], [])


@pytest.mark.parametrize(
    ("values", "limits", "message"),
    [
        ([0.5, np.nan], (0, 1), "values holds nan; expected finite numbers"),
        ([0.5, 0.5], (1, 1), r"limits is \(1, 1\); expected two different numbers"),
        ([0.5, 0.5], (0, np.inf), "limits holds inf; expected finite numbers"),
        ([[0.5], [0.5]], (0, 1), r"values has the shape \(2, 1\); expected one number"),
    ],
)
def test_values_without_a_colour_are_refused(values, limits, message):
    for draw in (lambda **options: plot_words(["a", "b"], **options),
                 lambda **options: plot_characters("ab", **options)):  # fmt: skip
        with pytest.raises(ValueError, match=message):
            draw(values=values, limits=limits)
    assert not matplotlib.pyplot.get_fignums(), "nothing is left half drawn"


def test_no_words_are_an_empty_figure_and_no_columns_are_refused():
    for draw in (
        lambda **options: plot_words([], [], **options),
        lambda **options: plot_tags([], [], **options),
        lambda **options: plot_spans([], [], [], **options),
    ):
        assert not draw().texts
        with pytest.raises(ValueError, match="columns is 0; expected 1 or more"):
            draw(columns=0)
    assert not plot_characters("", []).texts


def test_a_bad_span_leaves_nothing_half_drawn():
    with pytest.raises(
        ValueError, match="a span is .*; expected 0 <= start < stop <= 1"
    ):
        plot_spans(["a"], [(0, 1, "X")], [(1, 1, "X")])
    assert not matplotlib.pyplot.get_fignums()
