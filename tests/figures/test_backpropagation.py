"""Claims about the drawing of the gradient's way back."""

import keras
import matplotlib
import numpy as np
import pytest

from rnn_utils.figures.backpropagation import plot_backpropagation
from rnn_utils.layers import SimpleRNN, hidden_gradient_norms
from tests.figures.helpers import illegible, named, texts


def thickness(arrow):
    """The width of the shaft, between the corners furthest from the tip."""
    tip, *corners = arrow.get_xy()[:-1]
    one, other = sorted(corners, key=lambda corner: np.linalg.norm(corner - tip))[-2:]
    return np.linalg.norm(one - other)


def test_there_is_an_arrow_back_to_every_state():
    ax = plot_backpropagation([0.1, 0.2, 0.4], "abc")
    assert len(named(ax, "state")) == len(named(ax, "gradient")) == 3
    assert [text for text in texts(ax) if len(text) == 1] == list("abc")
    assert {"0.1", "0.2", "0.4", "$h_{3}$", "$L$"} <= set(texts(ax))
    back = [arrow.get_xy()[0] for arrow in named(ax, "gradient")]
    boxes = [box.get_bbox() for box in named(ax, "state")]
    for (x, y), box in zip(back, boxes, strict=True):  # Where their tips are.
        assert box.x0 - 1e-9 <= x <= box.x1 + 1e-9
        assert box.y0 - 1e-9 <= y <= box.y1 + 1e-9


def test_ten_times_the_gradient_adds_the_same_thickness_again():
    widths = [
        thickness(arrow)
        for arrow in named(plot_backpropagation([1e-3, 1e-2, 1e-1, 1.0]), "gradient")
    ]
    assert widths[0] > 0
    np.testing.assert_allclose(np.diff(widths), np.diff(widths)[0])
    assert np.diff(widths)[0] > 0


def test_the_key_has_the_thickness_of_its_powers_of_ten():
    ax = plot_backpropagation([1e-3, 1e-2, 1e-1, 1.0])
    measured = [thickness(arrow) for arrow in named(ax, "gradient")]
    np.testing.assert_allclose([thickness(a) for a in named(ax, "key")], measured)
    powers = [text for text in texts(ax) if text.startswith("$10^")]
    assert powers == ["$10^{-3}$", "$10^{-2}$", "$10^{-1}$", "$10^{0}$"]


def test_a_gradient_of_zero_is_dotted():
    ax = plot_backpropagation([0.0, 0.0, 0.5])
    styles = [arrow.get_linestyle() for arrow in named(ax, "gradient")]
    assert styles[:2] == [":", ":"] and styles[2] in ("-", "solid")
    ax = plot_backpropagation([0.0, 0.0])
    assert all(arrow.get_linestyle() == ":" for arrow in named(ax, "gradient"))


def test_a_vanilla_layer_with_small_weights_loses_thickness_on_the_way_back():
    layer = SimpleRNN(4, recurrent_initializer="zeros")
    layer.build((1, 5, 2))
    layer.cell.recurrent_kernel.assign(0.3 * np.eye(4))
    x = np.ones((1, 5, 2), "float32")
    norms = hidden_gradient_norms(layer, x, lambda h: keras.ops.sum(h[:, -1]))
    widths = [thickness(a) for a in named(plot_backpropagation(norms[0]), "gradient")]
    assert (np.diff(widths) > 0).all()


@pytest.mark.parametrize(
    ("steps", "tokens"),
    [
        (1, ()),
        (4, ["never", "again", "extraordinary", "."]),
        (9, "networks."),
        (12, ()),
    ],
)
def test_no_text_lies_on_another(steps, tokens):
    norms = 1.3 * 0.001 ** np.arange(steps)
    assert illegible(plot_backpropagation(norms, tokens)) == []
    axes = matplotlib.pyplot.subplots(2, figsize=(8, 6), layout="constrained")[1]
    assert illegible(plot_backpropagation(norms, tokens, axes[0])) == []


@pytest.mark.parametrize(
    ("norms", "tokens", "message"),
    [
        ([], (), r"norms has the shape \(0,\); expected \(time,\)"),
        ([[1.0]], (), r"norms has the shape \(1, 1\); expected \(time,\)"),
        ([1.0, -0.5], (), "norms holds -0.5; expected 0 or more"),
        ([1.0, np.inf], (), "norms holds inf; expected finite numbers"),
        ([1.0] * 13, (), "norms has 13 steps; expected at most 12"),
        ([1.0, 0.5], ["a"], "tokens has 1 entries; expected one for each of the 2 st"),
    ],
)
def test_what_does_not_fit_is_refused(norms, tokens, message):
    with pytest.raises(ValueError, match=message):
        plot_backpropagation(norms, tokens)
