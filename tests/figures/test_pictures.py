"""Claims about alignments and captioned pictures."""

import numpy as np
import pytest

from rnn_utils.figures.pictures import plot_alignment, plot_captions


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


@pytest.mark.parametrize(
    ("weights", "message"),
    [
        ([[0.5, np.nan]], "weights holds nan; expected finite numbers"),
        ([[0.5, 1.5]], "weights holds 0.5 to 1.5; expected 0 to 1"),
        ([[-1.0, 0.5]], "weights holds -1.0 to 0.5; expected 0 to 1"),
    ],
)
def test_what_are_no_weights_is_refused(weights, message):
    with pytest.raises(ValueError, match=message):
        plot_alignment(weights, ["big", "party"], ["fiesta"])


def test_rounding_is_allowed_and_nothing_to_draw_is_not():
    plot_alignment([[1 + 1e-6, -1e-7]], ["big", "party"], ["fiesta"])
    with pytest.raises(ValueError, match=r"weights has the shape \(1, 0\); expected"):
        plot_alignment(np.zeros((1, 0)), [], ["fiesta"])
    with pytest.raises(ValueError, match="pictures is empty; expected at least one"):
        plot_captions(np.zeros((0, 4, 4, 3)), [], [])
    with pytest.raises(ValueError, match="columns is 0; expected 1 or more"):
        plot_captions(np.zeros((1, 4, 4, 3)), ["a"], ["b"], columns=0)
    with pytest.raises(ValueError, match="captions is 'ab'; expected a list of str"):
        plot_captions(np.zeros((2, 4, 4, 3)), "ab", ["a", "b"])
