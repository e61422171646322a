"""Claims about the drawing of neurons and weights."""

import numpy as np
import pytest

from rnn_utils.figures.layers import plot_layers
from tests.figures.helpers import illegible, named, texts

GENERATOR = np.random.default_rng(0)
W_XH, W_HH, W_HY = (GENERATOR.normal(size=shape) for shape in [(3, 4), (4, 4), (4, 2)])


def zeros(features, units, outputs):
    return (
        np.zeros((features, units)),
        np.zeros((units, units)),
        np.zeros((units, outputs)),
    )


def test_every_neuron_and_every_weight_is_there_once_and_the_hidden_ones_twice():
    ax = plot_layers(W_XH, W_HH, W_HY)
    roles = {"input": 3, "state": 2 * 4, "output": 2}
    assert {role: len(named(ax, role)) for role in roles} == roles
    lines = {"w_xh": 12, "w_hh": 16, "w_hy": 8, "copy": 1}
    assert {name: len(named(ax, name)) for name in lines} == lines
    assert texts(ax).count("$h_{4}$") == 2 and texts(ax).count("$y_{2}$") == 1


def test_a_line_is_as_thick_as_its_weight_is_large_and_dashed_below_zero():
    ax = plot_layers(W_XH, W_HH, W_HY)
    ax.figure.canvas.draw()
    lines = [line for name in ("w_xh", "w_hh", "w_hy") for line in named(ax, name)]
    weights = np.concatenate([W.ravel() for W in (W_XH, W_HH, W_HY)])
    widths = np.array([line.get_linewidth() for line in lines])
    np.testing.assert_allclose(widths / widths.max(), abs(weights) / abs(weights).max())
    dashed = [line.get_linestyle() not in ("-", "solid") for line in lines]
    np.testing.assert_array_equal(dashed, weights < 0)
    positive, negative = named(ax, "key")
    assert positive.get_linewidth() == negative.get_linewidth() == widths.max()
    assert f"−{abs(weights).max():.3g}" in texts(ax)


def test_a_weight_leads_from_its_row_to_its_column():
    weights = zeros(3, 4, 2)
    weights[0][2, 1] = 1.0  # From the third feature to the second unit.
    ax = plot_layers(*weights)
    ax.figure.canvas.draw()
    (line,) = (line for line in named(ax, "w_xh") if line.get_linewidth())
    start, stop = ax.transData.inverted().transform(
        line.get_transform().transform_path(line.get_path()).vertices[[0, -1]]
    )
    np.testing.assert_allclose(start, named(ax, "input")[2].center, atol=1e-6)
    hidden = named(ax, "state")[4:]  # Below them, those of the step before.
    np.testing.assert_allclose(stop, hidden[1].center, atol=1e-6)


def test_features_and_outputs_can_have_names():
    ax = plot_layers(W_XH, W_HH, W_HY, list("abc"), np.array(["good", "bad"]))
    assert {"a", "b", "c", "good", "bad"} <= set(texts(ax))


@pytest.mark.parametrize(
    "sizes", [(1, 1, 1), (3, 4, 2), (1, 10, 1), (1, 2, 16), (8, 8, 8), (15, 1, 1)]
)
def test_no_text_lies_on_another(sizes):
    assert illegible(plot_layers(*zeros(*sizes))) == []


@pytest.mark.parametrize(
    ("weights", "names", "message"),
    [
        ((W_XH[0], W_HH, W_HY), (), r"w_xh has the shape \(4,\); expected \(features"),
        ((W_XH[:0], W_HH, W_HY), (), r"w_xh has the shape \(0, 4\); expected"),
        ((W_XH, W_HH[:, :3], W_HY), (), r"w_hh has the shape \(4, 3\).*\(4, 4\), as"),
        ((W_XH, W_HH, W_HY.T), (), r"w_hy has the shape \(2, 4\); expected \(4, 4\)"),
        ((W_XH, W_HH * np.nan, W_HY), (), "w_hh holds nan; expected finite numbers"),
        ((W_XH, W_HH, W_HY), (["a"],), "inputs has 1 entries; expected one for each"),
        ((W_XH, W_HH, W_HY), ((), ["a"]), "outputs has 1 entries; expected one for"),
        (zeros(10, 7, 2), (), "17 neurons side by side; expected at most 16"),
        (zeros(1, 2, 17), (), "17 neurons side by side; expected at most 16"),
    ],
)
def test_what_does_not_fit_is_refused(weights, names, message):
    with pytest.raises(ValueError, match=message):
        plot_layers(*weights, *names)
