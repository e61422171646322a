"""Claims about the drawing of a decoder that looks at a picture."""

import numpy as np
import pytest

from rnn_utils.figures.captioner import plot_captioner
from tests.figures.helpers import illegible, named, texts

PICTURE = np.full((72, 72, 3), 255, np.uint8)
WORDS = ["two", "keys", "[end]"]
WEIGHTS = np.zeros((3, 9, 9))
WEIGHTS[0] = 1 / 81
WEIGHTS[1, 8, 0], WEIGHTS[1, 0, 8] = 0.75, 0.25
WEIGHTS[2, 4, 4] = 1


def test_every_word_has_its_state_above_the_picture():
    ax = plot_captioner(PICTURE, WORDS)
    assert len(named(ax, "decoder")) == len(named(ax, "fed back")) == 3
    heights = {text.get_text(): text.get_position()[1] for text in ax.texts}
    left, right, bottom, top = ax.images[0].get_extent()
    assert bottom < top < heights["$s_{1}$"] < heights["keys"] == heights["[start]"]


def test_without_attention_a_vector_is_all_that_is_handed_over():
    plain = plot_captioner(PICTURE, WORDS)
    attending = plot_captioner(PICTURE, WORDS, WEIGHTS)
    for ax in (plain, attending):
        ax.figure.canvas.draw()
    assert not named(plain, "attention")
    assert "attention" in texts(attending)
    thick, thin = (named(ax, "handed over")[0] for ax in (plain, attending))
    assert thick.get_linewidth() > 2 * thin.get_linewidth()


def test_lines_are_as_thick_as_the_weights_and_begin_at_their_places():
    ax = plot_captioner(PICTURE, WORDS, WEIGHTS, step=1)
    ax.figure.canvas.draw()
    lines = named(ax, "attention")
    widths = np.array([line.get_linewidth() for line in lines])
    np.testing.assert_allclose(widths / widths.sum(), [0.25, 0.75])
    starts = [
        ax.transData.inverted().transform(
            line.get_transform().transform_path(line.get_path()).vertices[0]
        )
        for line in lines
    ]
    left, right, bottom, top = ax.images[0].get_extent()
    half = (right - left) / 18
    corners = [(right - half, top - half), (left + half, bottom + half)]
    np.testing.assert_allclose(starts, corners, atol=1e-6)


def test_weights_too_small_to_be_seen_are_left_out():
    assert len(named(plot_captioner(PICTURE, WORDS, WEIGHTS), "attention")) == 3


@pytest.mark.parametrize("number", [1, 12])
def test_it_can_be_read_at_the_width_of_a_notebook(number):
    assert not illegible(plot_captioner(PICTURE, ["strawberries"] * number))


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((PICTURE, []), "words"),
        ((PICTURE, ["a"] * 13), "words has 13 words; expected up to 12"),
        ((PICTURE[..., 0], WORDS), r"picture has the shape \(72, 72\); expected"),
        ((PICTURE, WORDS, WEIGHTS[:2]), r"attention has the shape \(2, 9, 9\)"),
        ((PICTURE, WORDS, WEIGHTS[0]), r"attention has the shape \(9, 9\)"),
        ((PICTURE, WORDS, 2 * WEIGHTS), "attention"),
        ((PICTURE, WORDS, WEIGHTS, 3), "step is 3; expected 0 to 2"),
        ((PICTURE, WORDS, None, 0), "step is 0, but there is no attention"),
    ],
)
def test_what_cannot_be_drawn_is_refused(arguments, message):
    with pytest.raises(ValueError, match=message):
        plot_captioner(*arguments)
