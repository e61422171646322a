"""Backpropagation through time by hand is the gradient: by autodiff, by differences."""

import keras
import numpy as np
import pytest
from keras import ops

from rnn_utils.layers import gru, lstm, simple_rnn
from tests.layers.helpers import (
    FAMILIES,
    PRECISE,
    TOLERANCE,
    assert_same,
    gradients,
    ours,
    outputs_and_gradients,
)

random = np.random.default_rng(0)
GATES = {"SimpleRNN": 1, "LSTM": 4, "GRU": 3}


def _arrays(*widths):
    arrays = [random.normal(size=(2, width)).astype(PRECISE) for width in widths]
    return [ops.convert_to_tensor(array) for array in arrays]


def _weighted_sum(results, factors):
    pairs = zip(results, factors, strict=True)
    return sum(ops.sum(result * factor) for result, factor in pairs)


def test_simple_rnn_step_back_is_the_gradient_of_the_step():
    from_input, from_memory, d_hidden = _arrays(3, 3, 3)
    hidden, _ = simple_rnn.simple_rnn_step(from_input, from_memory)
    by_hand = simple_rnn.simple_rnn_step_back(d_hidden, hidden)
    automatic = gradients(
        lambda x, m: _weighted_sum([simple_rnn.simple_rnn_step(x, m)[0]], [d_hidden]),
        [from_input, from_memory],
    )
    assert_same([by_hand, by_hand], automatic, TOLERANCE[PRECISE])


def test_lstm_step_back_is_the_gradient_of_the_step():
    from_input, from_memory, cell, d_hidden, d_cell = _arrays(12, 12, 3, 3, 3)
    *_, gates = lstm.lstm_step(from_input, from_memory, cell)
    d_gates, d_before = lstm.lstm_step_back(d_hidden, d_cell, cell, *gates.values())
    automatic = gradients(
        lambda *a: _weighted_sum(lstm.lstm_step(*a)[:2], [d_hidden, d_cell]),
        [from_input, from_memory, cell],
    )
    assert_same([d_gates, d_gates, d_before], automatic, TOLERANCE[PRECISE])


def test_gru_step_back_is_the_gradient_of_the_step():
    from_input, from_memory, hidden, d_hidden = _arrays(9, 9, 3, 3)
    _, gates = gru.gru_step(from_input, from_memory, hidden)
    by_hand = gru.gru_step_back(d_hidden, hidden, *gates.values(), from_memory[:, 6:])
    automatic = gradients(
        lambda *a: _weighted_sum([gru.gru_step(*a)[0]], [d_hidden]),
        [from_input, from_memory, hidden],
    )
    assert_same(by_hand, automatic, TOLERANCE[PRECISE])


@pytest.mark.skipif(PRECISE != "float64", reason="differences need float64")
@pytest.mark.parametrize("family", FAMILIES)
@pytest.mark.parametrize("training", [True, False])
def test_gradients_over_time_match_finite_differences(family, training):
    layer = ours(family, 3, dtype="float64", return_sequences=True)
    layer.build((2, 5, 2))
    sequences = random.normal(size=(2, 5, 2))
    mask = np.array([[1, 1, 0, 1, 1], [1, 1, 1, 0, 0]], bool)
    factors = np.random.default_rng(0).normal(size=(2, 5, 3))

    def loss():
        results = layer(sequences, mask=ops.convert_to_tensor(mask), training=training)
        return float(ops.sum(results * ops.convert_to_tensor(factors)))

    states = [np.zeros((2, 3)) for _ in layer.state_size]
    _, by_hand = outputs_and_gradients(layer, sequences, states, mask, 0, training)
    step = 1e-6
    for variable, gradient in zip(
        layer.trainable_variables,
        by_hand[-len(layer.trainable_variables) :],
        strict=True,
    ):
        for _ in range(4):
            index = tuple(random.integers(size) for size in variable.shape)
            value = ops.convert_to_numpy(variable).copy()
            losses = []
            for sign in (1, -1):
                moved = value.copy()
                moved[index] += sign * step
                variable.assign(moved)
                losses.append(loss())
            variable.assign(value)
            difference = (losses[0] - losses[1]) / (2 * step)
            np.testing.assert_allclose(
                gradient[index], difference, rtol=1e-6, atol=1e-8
            )


@pytest.mark.parametrize("family", FAMILIES)
def test_kernel_and_general_path_agree_on_every_gradient(family):
    layers = [
        ours(family, 3, dtype=PRECISE, return_sequences=True, unroll=unroll)
        for unroll in (False, True)
    ]
    for layer in layers:
        layer.build((2, 6, 2))
        layer.set_weights(layers[0].get_weights())
    sequences = random.normal(size=(2, 6, 2)).astype(PRECISE)
    states = [random.normal(size=(2, 3)).astype(PRECISE) for _ in layers[0].state_size]
    assert_same(
        *(outputs_and_gradients(one, sequences, states, None) for one in layers),
        TOLERANCE[PRECISE],
    )
    if keras.backend.backend() == "tensorflow":
        assert [layer._kernel_fits() for layer in layers] == [True, False]
