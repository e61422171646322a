"""Claims about the drawing of a GRU's block."""

import matplotlib
import numpy as np
import pytest

from rnn_utils.figures.gru_block import plot_gru_block
from rnn_utils.layers import GRU
from tests.figures.helpers import illegible, named, text_beside, texts

VALUES = {"candidate": -0.87, "update_gate": 0.93, "reset_gate": 0.12}
STAGES = ["", "z", "r", "zr"]


@pytest.mark.parametrize("gates", STAGES)
def test_a_gate_is_drawn_with_its_products_or_not_at_all(gates):
    ax = plot_gru_block(gates)
    parts = {"z": ("update", ["keep", "write", "sum"]), "r": ("reset", ["recall"])}
    for letter, (name, nodes) in parts.items():
        for node in [name, *nodes]:
            assert len(named(ax, node)) == (letter in gates)
        (equations,) = (text for text in texts(ax) if r"\tanh" in text)
        assert (rf"{letter}_t \odot" in equations) == (letter in gates)


def test_only_the_update_gate_gives_the_state_a_way_straight_through():
    belts = {gates: len(named(plot_gru_block(gates), "belt")) for gates in STAGES}
    assert belts == {"": 0, "z": 1, "r": 0, "zr": 1}


def test_the_numbers_of_a_real_layer_lead_to_its_new_state():
    layer = GRU(3)
    x = np.random.default_rng(0).normal(size=(1, 2)).astype("float32")
    states = [np.full((1, 3), 0.6, "float32")]
    _, (hidden,), gates = layer.cell.step(x, states, return_gates=True)
    values = {name: float(gate[0, 1]) for name, gate in gates.items()}
    ax = plot_gru_block(values=values, previous=0.6)
    assert text_beside(ax, "$h_{t-1}$", below=0.5) == "0.60"
    new = float(text_beside(ax, "$h_t$", below=0.5).replace("−", "-"))
    assert new == pytest.approx(float(hidden[0, 1]), abs=0.0051)
    written = {text.split(" = ")[0]: text.split(" = ")[-1] for text in texts(ax)}
    for symbol, name in zip("zrn", gates, strict=True):
        drawn = written[f"${symbol}_t$"].replace("−", "-")
        assert float(drawn) == pytest.approx(values[name], abs=0.0051)


def test_without_an_update_gate_the_candidate_is_the_new_state():
    ax = plot_gru_block("r", VALUES, previous=0.5)
    assert text_beside(ax, "$h_t$", below=0.5) == "−0.87"
    ax = plot_gru_block("z", VALUES, previous=0.4)
    assert text_beside(ax, "$h_t$", below=0.5) == "0.31"  # 0.93 * 0.4 - 0.07 * 0.87.
    assert "kept 0.37" in texts(ax) and "written −0.06" in texts(ax)


@pytest.mark.parametrize("values", [None, VALUES])
@pytest.mark.parametrize("gates", STAGES)
def test_no_text_lies_on_another_alone_or_as_one_of_four(gates, values):
    assert illegible(plot_gru_block(gates, values, -0.64)) == []
    axes = matplotlib.pyplot.subplots(2, 2, figsize=(8, 5), layout="constrained")[1]
    assert illegible(plot_gru_block(gates, values, -0.64, axes[0, 0])) == []


@pytest.mark.parametrize(
    ("gates", "values", "message"),
    [
        ("i", None, "gates is 'i'; expected letters of 'zr', each at most once"),
        ("zz", None, "gates is 'zz'; expected letters of 'zr'"),
        ("z", {"candidate": 0}, "values lacks 'update_gate'; expected candidate, upd"),
        (
            "r",
            VALUES | {"reset_gate": -0.1},
            r"'reset_gate'\] is -0.1; expected 0 to 1",
        ),
        ("", VALUES | {"candidate": np.nan}, r"'candidate'\] is nan; expected -1 to 1"),
    ],
)
def test_what_no_block_has_is_refused(gates, values, message):
    with pytest.raises(ValueError, match=message):
        plot_gru_block(gates, values)


def test_a_state_that_is_not_finite_is_refused():
    with pytest.raises(ValueError, match="previous is nan; expected a finite number"):
        plot_gru_block("zr", VALUES, np.nan)
