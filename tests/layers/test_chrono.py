"""Units that are started by ChronoInitializer remember as long as it says."""

import keras
import numpy as np
import pytest

from rnn_utils.layers import ChronoInitializer
from rnn_utils.layers.chrono import SIGNS
from tests.layers.helpers import assert_same, ours

UNITS, LONGEST = 400, 101


def layer_of(family, **options):
    if family == "LSTM":
        options["unit_forget_bias"] = False
    bias = ChronoInitializer(family, UNITS, LONGEST)
    return ours(family, UNITS, bias_initializer=bias, **options)


@pytest.mark.parametrize("family", SIGNS)
def test_what_is_kept_of_a_state_is_of_delays_from_1_to_the_longest(family):
    """At inputs of zero the biases are all that the gates see."""
    layer = layer_of(family)
    layer.build((None, None, 2))
    zeros = np.zeros((1, 2), "float32")
    states = layer.cell.get_initial_state(1)
    *_, gates = layer.cell.step(zeros, states, return_gates=True)
    kept = {
        "LSTM": lambda: gates["forget_gate"],
        "GRU": lambda: gates["update_gate"],
        "MinGRU": lambda: 1 - gates["update_gate"],
        "MinLSTM": lambda: gates["forget_gate"],
    }[family]()
    delays = 1 / (1 - keras.ops.convert_to_numpy(kept)[0].astype("float64")) - 1
    assert delays.min() > 0.99 and delays.max() < LONGEST - 0.99
    assert np.mean(delays) == pytest.approx(LONGEST / 2, abs=6)
    if "LSTM" in family:
        assert_same(gates["input_gate"], 1 - kept, 1e-6)
    assert np.all(keras.ops.convert_to_numpy(gates["candidate"]) == 0)


def test_a_gru_that_resets_before_the_product_has_one_row_of_biases():
    layer = layer_of("GRU", reset_after=False)
    layer.build((None, None, 2))
    assert layer.cell.bias.shape == (3 * UNITS,)
    assert np.min(layer.get_weights()[2][:UNITS]) > 0


def test_two_layers_draw_differently_and_a_seed_the_same():
    draws = [ChronoInitializer("MinGRU", 3, 9)((6,)) for _ in range(2)]
    assert np.any(np.asarray(draws[0]) != np.asarray(draws[1]))
    draws = [ChronoInitializer("MinGRU", 3, 9, seed=1)((6,)) for _ in range(2)]
    assert_same(*draws, 0)


def test_it_survives_saving(tmp_path):
    model = keras.Sequential([keras.Input((None, 2)), layer_of("LSTM")])
    model.save(tmp_path / "model.keras")
    loaded = keras.saving.load_model(tmp_path / "model.keras")
    initializer = loaded.layers[0].bias_initializer
    assert isinstance(initializer, ChronoInitializer)
    config = {"family": "LSTM", "units": UNITS, "longest": LONGEST, "seed": None}
    assert initializer.get_config() == config


@pytest.mark.parametrize("family", ["LSTM", "PeepholeLSTM"])
def test_a_layer_that_opens_the_forget_gate_itself_is_refused(family):
    layer = ours(family, 8, bias_initializer=ChronoInitializer("LSTM", 8, 9))
    with pytest.raises(ValueError, match=r"`shape`.*\(32,\).*unit_forget_bias=False"):
        layer.build((None, None, 2))


@pytest.mark.parametrize(
    "arguments, message",
    [
        (("RNN", 3, 9), "`family`.*LSTM.*MinGRU.*'RNN'"),
        (("GRU", 0, 9), "`units`.*0"),
        (("GRU", 3, 2), "`longest`.*more than 2.*2"),
        (("GRU", 3, "long"), "`longest`.*'long'"),
        (("GRU", 3, float("inf")), "`longest`.*finite.*inf"),
    ],
)
def test_bad_input_is_named(arguments, message):
    with pytest.raises(ValueError, match=message):
        ChronoInitializer(*arguments)
