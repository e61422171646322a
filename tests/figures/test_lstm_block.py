"""Claims about the drawing of an LSTM's block."""

import itertools

import matplotlib
import numpy as np
import pytest

from rnn_utils.figures.lstm_block import plot_lstm_block
from rnn_utils.layers import LSTM
from tests.figures.helpers import illegible, named, text_beside, texts

VALUES = {
    "candidate": -0.87,
    "input_gate": 0.93,
    "forget_gate": 0.12,
    "output_gate": 0.78,
}
PREVIOUS = -1.64
STAGES = ["", "i", "if", "ifo", "io"]
SUBSETS = ["".join(s) for n in range(4) for s in itertools.combinations("ifo", n)]


@pytest.mark.parametrize("gates", SUBSETS)
def test_a_gate_is_drawn_with_its_product_or_not_at_all(gates):
    ax = plot_lstm_block(gates)
    parts = {"i": ("input", "write"), "f": ("forget", "keep"), "o": ("output", "show")}
    for letter, (name, product) in parts.items():
        drawn = letter in gates
        assert len(named(ax, name)) == len(named(ax, product)) == drawn
        assert (name in texts(ax)) == (f"${letter}_t$" in texts(ax)) == drawn
        (equations,) = (text for text in texts(ax) if r"\tanh" in text)
        assert (rf"{letter}_t \odot" in equations) == drawn
    assert len(named(ax, "sum")) == len(named(ax, "candidate")) == 1


def test_the_numbers_of_a_real_layer_lead_to_its_new_states():
    layer = LSTM(3)
    x = np.random.default_rng(0).normal(size=(1, 2)).astype("float32")
    states = [np.full((1, 3), 0.4, "float32"), np.full((1, 3), -1.3, "float32")]
    _, (hidden, cell), gates = layer.cell.step(x, states, return_gates=True)
    values = {name: float(gate[0, 1]) for name, gate in gates.items()}
    ax = plot_lstm_block(values=values, previous=-1.3)

    def number(symbol):
        return float(text_beside(ax, symbol, below=0.5).replace("−", "-"))

    assert number("$c_{t-1}$") == -1.3
    assert number("$c_t$") == pytest.approx(float(cell[0, 1]), abs=0.0051)
    assert number("$h_t$") == pytest.approx(float(hidden[0, 1]), abs=0.0051)
    written = {text.split(" = ")[0]: text.split(" = ")[-1] for text in texts(ax)}
    for symbol, name in zip("ifgo", gates, strict=False):
        drawn = written[f"${symbol}_t$"].replace("−", "-")
        assert float(drawn) == pytest.approx(values[name], abs=0.0051)


def test_a_gate_that_is_left_out_is_open():
    ax = plot_lstm_block("", VALUES, PREVIOUS)
    assert text_beside(ax, "$c_t$", below=0.5) == "−2.51"  # -1.64 - 0.87.
    ax = plot_lstm_block("io", VALUES, PREVIOUS)
    assert text_beside(ax, "$c_t$", below=0.5) == "−2.45"  # -1.64 - 0.93 * 0.87.
    assert "written −0.81" in texts(ax)
    assert not any(text.startswith("kept") for text in texts(ax))


def test_values_that_are_not_drawn_are_not_asked_for():
    ax = plot_lstm_block("", {"candidate": 0.25})
    assert text_beside(ax, "$c_t$", below=0.5) == "0.25"


@pytest.mark.parametrize("values", [None, VALUES])
@pytest.mark.parametrize("gates", STAGES)
def test_no_text_lies_on_another_alone_or_as_one_of_four(gates, values):
    assert illegible(plot_lstm_block(gates, values, -187.4)) == []
    axes = matplotlib.pyplot.subplots(2, 2, figsize=(8, 5), layout="constrained")[1]
    assert illegible(plot_lstm_block(gates, values, PREVIOUS, axes[0, 0])) == []


def test_letters_and_lines_grow_with_the_axes():
    axes = matplotlib.pyplot.subplots(2, 2, figsize=(8, 5), layout="constrained")[1]
    small, large = plot_lstm_block(ax=axes[0, 0]), plot_lstm_block()
    for ax in (small, large):
        ax.figure.canvas.draw()
    widths = [ax.get_window_extent().width for ax in (large, small)]
    for sizes in (
        [ax.texts[0].get_fontsize() for ax in (large, small)],
        [named(ax, "belt")[0].get_linewidth() for ax in (large, small)],
    ):
        assert sizes[0] / sizes[1] == pytest.approx(widths[0] / widths[1], rel=0.02)


@pytest.mark.parametrize(
    ("gates", "values", "message"),
    [
        ("x", None, "gates is 'x'; expected letters of 'ifo', each at most once"),
        ("ii", None, "gates is 'ii'; expected letters of 'ifo'"),
        ("", {}, "values lacks 'candidate'; expected candidate"),
        ("i", {"candidate": 0}, "values lacks 'input_gate'"),
        (
            "f",
            VALUES | {"forget_gate": 1.2},
            r"values\['forget_gate'\] is 1.2; exp.* 0",
        ),
        (
            "",
            VALUES | {"candidate": -2},
            r"values\['candidate'\] is -2; expected -1 to",
        ),
        ("", VALUES | {"candidate": np.nan}, r"'candidate'\] is nan; expected -1 to 1"),
    ],
)
def test_what_no_block_has_is_refused(gates, values, message):
    with pytest.raises(ValueError, match=message):
        plot_lstm_block(gates, values)


@pytest.mark.parametrize("previous", [np.inf, [1, 2], "much"])
def test_a_state_that_is_no_finite_number_is_refused(previous):
    with pytest.raises(ValueError, match="previous is .*; expected a finite number"):
        plot_lstm_block("", VALUES, previous)
