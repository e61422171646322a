"""Claims about the shared figures: what is drawn is what was passed."""

import itertools

import matplotlib
import numpy as np
import pytest

matplotlib.use("Agg")

from rnn_utils.figures.curves import plot_estimates, plot_learning_curves
from rnn_utils.figures.pictures import plot_alignment, plot_captions
from rnn_utils.figures.text import plot_characters, plot_spans, plot_tags, plot_words


@pytest.fixture(autouse=True)
def close_figures():
    yield
    matplotlib.pyplot.close("all")


def test_learning_curves_label_the_right_line():
    history = {"accuracy": [0.7, 0.9], "val_accuracy": [0.6, 0.8]}
    lines = {
        line.get_label(): list(line.get_ydata())
        for line in plot_learning_curves(history).lines
    }
    assert lines == {"training": [0.7, 0.9], "validation": [0.6, 0.8]}


def test_a_metric_without_validation_is_refused():
    with pytest.raises(ValueError, match="'accuracy'; expected one whose"):
        plot_learning_curves({"accuracy": [0.7]})


def test_estimates_stand_beside_their_names_from_top_to_bottom():
    ax = plot_estimates(["first", "second"], [0.9, 0.5], [(0.8, 0.95), None])
    rows = dict(
        zip([t.get_text() for t in ax.get_yticklabels()], ax.get_yticks(), strict=True)
    )
    points = {
        line.get_ydata()[0]: line.get_xdata()[0]
        for line in ax.lines
        if line.get_marker() == "o"
    }
    assert rows["first"] > rows["second"]
    assert points[rows["first"]] == 0.9
    assert points[rows["second"]] == 0.5


def test_estimates_are_written_with_the_decimals_asked_for():
    ax = plot_estimates(["BLEU"], [24.1234], [None], digits=1)
    assert [text.get_text() for text in ax.texts] == ["24.1"]


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


def test_an_alignment_has_targets_from_top_to_bottom_and_sources_along_the_top():
    weights = [[0.9, 0.1], [0.2, 0.8], [0.5, 0.5]]
    ax = plot_alignment(weights, ["big", "party"], ["fiesta", "gran", "."])
    assert [label.get_text() for label in ax.get_xticklabels()] == ["big", "party"]
    assert [label.get_text() for label in ax.get_yticklabels()] == [
        "fiesta",
        "gran",
        ".",
    ]
    (image,) = ax.images
    assert image.get_array().tolist() == weights
    assert image.origin == "upper"
    assert image.get_clim() == (0, 1)


def test_an_alignment_of_another_shape_is_refused():
    with pytest.raises(ValueError, match="a row for each of the 1 target tokens"):
        plot_alignment([[0.9, 0.1], [0.2, 0.8]], ["big", "party"], ["fiesta"])


def test_right_words_of_a_caption_are_blue_and_wrong_ones_are_crossed():
    pictures = np.zeros((5, 4, 4, 3), np.uint8)
    figure = plot_captions(pictures, ["red cat"] * 5, ["red dog"] * 5, columns=3)
    axes = figure.axes
    assert len(axes) == 6 and not axes[5].texts
    written = {text.get_text(): text.get_color() for text in axes[4].texts}
    assert written == {"red": "#0072B2", "✗ cat": "#D55E00"}
    assert axes[4].get_title(loc="left") == "red dog"


def test_a_picture_without_a_caption_is_refused():
    with pytest.raises(ValueError, match="captions has 1 entries.*2 pictures"):
        plot_captions(np.zeros((2, 4, 4, 3)), ["a"], ["b", "c"])
