"""Claims about the drawing of encoder, decoder and attention."""

import numpy as np
import pytest

from rnn_utils.figures.encoder_decoder import plot_encoder_decoder
from tests.figures.helpers import illegible, named, texts

SOURCE, TARGET = ["a", "big", "party"], ["gran", "fiesta"]
WEIGHTS = np.array([[0.1, 0.7, 0.2], [0.05, 0.15, 0.8]])


def test_every_token_has_its_state_and_every_target_reads_the_one_before():
    ax = plot_encoder_decoder(SOURCE, TARGET)
    assert len(named(ax, "encoder")) == 3
    assert len(named(ax, "decoder")) == len(named(ax, "fed back")) == 2
    heights = {text.get_text(): text.get_position() for text in ax.texts}
    assert heights["party"][1] < heights["$h_{3}$"][1] < heights["$s_{1}$"][1]
    assert heights["$s_{1}$"][1] < heights["gran"][1] == heights["[start]"][1]
    assert heights["party"][0] == heights["$h_{3}$"][0]
    assert heights["[start]"][0] < heights["gran"][0] == heights["$s_{1}$"][0]


def test_without_attention_one_vector_is_all_that_is_handed_over():
    plain = plot_encoder_decoder(SOURCE, TARGET)
    attending = plot_encoder_decoder(SOURCE, TARGET, WEIGHTS)
    for ax in (plain, attending):
        ax.figure.canvas.draw()
    assert not named(plain, "attention") and "one vector" in texts(plain)
    assert "one vector" not in texts(attending) and "attention" in texts(attending)
    thick, thin = (named(ax, "handed over")[0] for ax in (plain, attending))
    assert thick.get_linewidth() > 2 * thin.get_linewidth()


def test_lines_are_as_thick_as_the_weights():
    ax = plot_encoder_decoder(SOURCE, TARGET, WEIGHTS)
    ax.figure.canvas.draw()
    widths = np.array([line.get_linewidth() for line in named(ax, "attention")])
    np.testing.assert_allclose(widths / widths.sum(), WEIGHTS.ravel() / 2)


def test_a_line_leads_from_its_source_to_its_target():
    ax = plot_encoder_decoder(SOURCE, TARGET, [[0, 1, 0], [0, 0, 1]])
    ax.figure.canvas.draw()
    lines = [line for line in named(ax, "attention") if line.get_linewidth()]
    places = {text.get_text(): text.get_position()[0] for text in ax.texts}
    ends = [
        ax.transData.inverted().transform(
            line.get_transform().transform_path(line.get_path()).vertices[[0, -1]]
        )
        for line in lines
    ]
    columns = [[places["big"], places["gran"]], [places["party"], places["fiesta"]]]
    np.testing.assert_allclose(np.array(ends)[:, :, 0], columns, atol=1e-6)


def test_the_weights_of_one_step_are_written_below_the_source():
    ax = plot_encoder_decoder(SOURCE, TARGET, WEIGHTS, step=1)
    assert len(named(ax, "attention")) == 3
    places = {text.get_text(): text.get_position() for text in ax.texts}
    for token, number in zip(SOURCE, ["0.05", "0.15", "0.80"], strict=True):
        assert places[token][0] == places[number][0]
        assert places[token][1] > places[number][1]
    plain, chosen = (box.get_facecolor() for box in named(ax, "decoder"))
    assert plain != chosen


@pytest.mark.parametrize("sizes", [(1, 1), (5, 4), (12, 12), (1, 12), (12, 1)])
@pytest.mark.parametrize("kind", ["plain", "all", "one"])
def test_no_text_lies_on_another(sizes, kind):
    source, target = (["extraordinary"] * size for size in sizes)
    weights = None if kind == "plain" else np.full(sizes[::-1], 1 / sizes[0])
    ax = plot_encoder_decoder(source, target, weights, 0 if kind == "one" else None)
    assert illegible(ax) == []


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (([], TARGET), "source is empty; expected at least one token"),
        ((SOURCE, "ab"), "target is 'ab'; expected a list of str"),
        ((SOURCE, list("abcdefghijklm")), "target has 13 tokens; expected up to 12"),
        (
            (SOURCE, TARGET, WEIGHTS.T / WEIGHTS.T.sum(1)[:, None]),
            r"shape \(3, 2\); exp",
        ),
        ((SOURCE, TARGET, WEIGHTS / 2), "a row that adds up to 0.5; expected 1"),
        ((SOURCE, TARGET, WEIGHTS * np.nan), "attention holds nan; expected finite"),
        ((SOURCE, TARGET, WEIGHTS, 2), "step is 2; expected 0 to 1"),
        ((SOURCE, TARGET, None, 0), "step is 0, but there is no attention"),
    ],
)
def test_what_does_not_fit_is_refused(arguments, message):
    with pytest.raises(ValueError, match=message):
        plot_encoder_decoder(*arguments)
