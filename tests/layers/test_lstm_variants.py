"""What is special to PeepholeLSTM, CoupledLSTM, LayerNormLSTM and LEM."""

import numpy as np
import pytest
from keras import ops

from rnn_utils.layers import _sizes
from rnn_utils.layers.layer_norm_lstm import normalized
from tests.layers.helpers import (
    FEATURES,
    PRECISE,
    ROWS,
    TIME,
    TOLERANCE,
    UNITS,
    assert_same,
    make_mask,
    ours,
    outputs_and_gradients,
    tensorflow_only,
)

random = np.random.default_rng(0)
SEQUENCES = random.normal(size=(ROWS, TIME, FEATURES)).astype(PRECISE)
OPTIONS = {"return_sequences": True, "return_state": True, "dtype": PRECISE}


def built(family, weights=None, **options):
    """Builds a layer with the given weights, or with random ones."""
    layer = ours(family, UNITS, **{**OPTIONS, **options})
    layer.build((None, None, FEATURES))
    random_weights = [random.normal(size=w.shape) * 0.7 for w in layer.weights]
    layer.set_weights(random_weights if weights is None else weights)
    return layer


def parts(weight, number=4):
    return np.split(weight, number, -1)


def run(layer):
    """Returns outputs, final states and the gradients of all inputs and weights."""
    numbers = np.random.default_rng(1)
    states = [numbers.normal(size=(ROWS, UNITS)).astype(PRECISE) for _ in range(2)]
    mask = make_mask("holes", ROWS, TIME, numbers)
    return outputs_and_gradients(layer, SEQUENCES, states, mask)


def test_a_peephole_lstm_with_peepholes_of_zero_is_an_lstm():
    lstm = built("LSTM")
    peephole = built("PeepholeLSTM", [*lstm.get_weights(), np.zeros(3 * UNITS)])
    results, (*shared, of_peepholes) = run(peephole)
    assert_same([results, shared], run(lstm), TOLERANCE[PRECISE])
    assert np.all(of_peepholes != 0)


def test_a_coupled_lstm_is_an_lstm_whose_forget_gate_has_the_opposite_weights():
    coupled = built("CoupledLSTM")
    weights = []
    for weight in coupled.get_weights():
        i, g, o = parts(weight, 3)
        weights.append(np.concatenate([i, -i, g, o], -1))
    expected, of_lstm = run(built("LSTM", weights))
    results, of_coupled = run(coupled)
    assert_same(results, expected, TOLERANCE[PRECISE])
    for index, gradient in enumerate(of_lstm[-3:], -3):
        i, f, g, o = parts(gradient)
        of_lstm[index] = np.concatenate([i - f, g, o], -1)
    assert_same(of_coupled, of_lstm, TOLERANCE[PRECISE])


@pytest.mark.parametrize("family", ["PeepholeLSTM", "CoupledLSTM", "LayerNormLSTM"])
def test_the_forget_gate_begins_open_unless_told_otherwise(family):
    for unit_forget_bias in (True, False):
        options = {"unit_forget_bias": unit_forget_bias, "return_gates": True}
        layer = ours(family, UNITS, bias_initializer="ones", **options)
        *_, gates = layer(np.zeros((1, 1, FEATURES), "float32"))
        bias = {True: 1.0, False: -1.0 if family == "CoupledLSTM" else 1.0}
        expected = {"forget_gate": bias[unit_forget_bias], "output_gate": 1.0}
        for name, value in expected.items():
            assert_same(gates[name], np.full((1, 1, 4), 1 / (1 + np.exp(-value))), 1e-6)


def test_a_fresh_peephole_lstm_has_peepholes_of_zero():
    layer = ours("PeepholeLSTM", UNITS)
    layer.build((None, None, FEATURES))
    assert not np.any(layer.get_weights()[3])


def test_normalized_values_have_mean_0_and_variance_1():
    values = 100 + 50 * random.normal(size=(5, 16))
    values = ops.convert_to_numpy(normalized(ops.convert_to_tensor(values)))
    np.testing.assert_allclose(values.mean(-1), 0, atol=1e-6)
    np.testing.assert_allclose(values.var(-1), 1, rtol=1e-6)
    same = ops.convert_to_numpy(normalized(ops.full((2, 3), 7.0)))
    assert not np.any(same)


def test_a_layer_norm_lstm_does_not_see_the_size_of_its_kernels():
    layer = built("LayerNormLSTM")
    outputs, *_ = layer(SEQUENCES)
    kernel, recurrent, *others = layer.get_weights()
    # A number added to all four parts of a product is its mean, which is taken away.
    kernel, recurrent = 50 * kernel + 3, 20 * recurrent - 2
    larger, *_ = built("LayerNormLSTM", [kernel, recurrent, *others])(SEQUENCES)
    # Not quite the same: a variance is a little more, so that it is never zero.
    assert_same(larger, outputs, 1e-3)


def test_what_a_layer_norm_lstm_shows_of_its_cell_state_is_normalized():
    layer = built("LayerNormLSTM")
    kernel, recurrent, bias, *_ = layer.get_weights()
    bias[3 * UNITS :] = 50  # The output gates are open.
    gains = [np.zeros(4 * UNITS)] * 2
    cell_gain, cell_offset = np.full(UNITS, 0.5), np.full(UNITS, 0.25)
    layer.set_weights([kernel, recurrent, bias, *gains, cell_gain, cell_offset])
    hidden, _, cell = layer(SEQUENCES)
    shown = np.arctanh(ops.convert_to_numpy(hidden))
    np.testing.assert_allclose(shown.mean(-1), 0.25, rtol=1e-4)
    np.testing.assert_allclose(shown.std(-1), 0.5, rtol=1e-3)
    assert np.abs(ops.convert_to_numpy(cell)).max() > 0.1


@pytest.mark.parametrize("step_size", [0.02, 1.0])
def test_a_lem_moves_by_no_more_than_its_step_size(step_size):
    layer = built("LEM", step_size=step_size, return_gates=True)
    hidden, *_, gates = layer(SEQUENCES)
    for states in (hidden, gates["memory_state"]):
        states = np.pad(ops.convert_to_numpy(states), [(0, 0), (1, 0), (0, 0)])
        moves = np.abs(np.diff(states, axis=1)).max()
        # A state and what it moves to lie between -1 and 1.
        assert 0.1 * step_size < moves < 2 * step_size
        assert np.abs(states).max() < 1
    for name in ("memory_step", "hidden_step"):
        steps = ops.convert_to_numpy(gates[name])
        assert np.all((steps > 0) & (steps < step_size))


@tensorflow_only
def test_layers_with_other_settings_share_what_is_compiled():
    counts = []
    for step_size in (0.25, 0.5, 0.75):
        layer = built("LEM", step_size=step_size)
        run(layer)
        loops = layer.recurrence.forward, layer.recurrence.backward
        counts.append([loop.experimental_get_tracing_count() for loop in loops])
    assert counts[0] == counts[1] == counts[2]
    assert ours("LEM", 3, 0.25).get_config()["step_size"] == 0.25


@pytest.mark.parametrize("step_size", [0, -0.5, 1.5, float("nan"), "1", None])
def test_a_step_size_lies_between_0_and_1(step_size):
    for name in ("LEM", "LEMCell"):
        with pytest.raises(ValueError, match=rf"`step_size`.*\(0, 1\].*{step_size}"):
            ours(name, 3, step_size)


@tensorflow_only
def test_the_gradients_of_a_steps_own_weights_are_sums_over_both_halves(monkeypatch):
    import tensorflow as tf

    layer = built("LEM", return_state=False)
    mask = tf.constant(make_mask("holes", ROWS, TIME, random))

    def of_weights():
        with tf.GradientTape() as tape:
            outputs = layer(SEQUENCES, mask=mask, training=True)
            loss = tf.reduce_sum(outputs**2)
        return tape.gradient(loss, [w.value for w in layer.trainable_weights])

    whole = of_weights()  # What is not in a graph is not split.
    monkeypatch.setattr(_sizes, "WORTH_SPLITTING", 0)
    monkeypatch.setattr(_sizes, "HALVES", 2)
    assert_same(tf.function(of_weights)(), whole, TOLERANCE[PRECISE])
