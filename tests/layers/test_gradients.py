"""The norms of dL/dh_t are what calculus and autodiff say."""

import keras
import numpy as np
import pytest
from keras import ops

import rnn_utils.layers
from rnn_utils.layers import (
    bytes_kept_for_bptt,
    hidden_gradient_norms,
    input_influence,
)
from tests.layers.families import COMMON
from tests.layers.helpers import FEATURES, UNITS, gradients

random = np.random.default_rng(0)
OTHERS = [name for name in COMMON if name != "IndRNN"]  # A relu may let none through.


def test_a_linear_network_multiplies_the_gradient_by_its_kernel_each_step():
    layer = rnn_utils.layers.SimpleRNN(2, activation=None, return_sequences=True)
    layer.build((1, 6, 3))
    layer.set_weights([np.ones((3, 2)), 0.5 * np.eye(2), np.zeros(2)])
    sequences = random.normal(size=(4, 6, 3)).astype("float32")
    norms = hidden_gradient_norms(layer, sequences, lambda h: ops.sum(h[:, -1, 0]))
    expected = 0.5 ** np.arange(5, -1, -1)
    np.testing.assert_allclose(norms, np.tile(expected, (4, 1)), rtol=1e-5)


@pytest.mark.parametrize("family", OTHERS)
def test_the_last_step_sees_only_the_loss_and_the_others_the_steps_between(family):
    layer = getattr(rnn_utils.layers, family)(3)
    sequences = random.normal(size=(2, 5, 4)).astype("float32")
    norms = hidden_gradient_norms(layer, sequences, lambda h: ops.sum(h[:, 2] ** 2))
    assert norms.shape == (2, 5)
    assert np.all(norms[:, 3:] == 0) and np.all(norms[:, :3] > 0)
    states = layer.cell.get_initial_state(2)
    for time in range(3):
        output, states = layer.cell.step(sequences[:, time], states)
    if family not in ("LRU", "MLSTM"):  # Their outputs are read out of their states.
        direct = 2 * np.linalg.norm(ops.convert_to_numpy(output), axis=-1)
        np.testing.assert_allclose(norms[:, 2], direct, rtol=1e-5)
    (direct,) = gradients(
        lambda s: ops.sum(layer.cell.read_out(sequences[:, 2], [s, *states[1:]]) ** 2),
        [states[0]],
    )
    direct = np.linalg.norm(direct, axis=-1)
    np.testing.assert_allclose(norms[:, 2], direct, rtol=1e-5)


def test_an_open_forget_gate_hands_the_gradient_of_the_cell_state_on_unchanged():
    layer = rnn_utils.layers.LSTM(2)
    layer.build((None, None, 3))
    kernel, recurrent_kernel, bias = layer.get_weights()
    bias[2:4] = 50.0  # sigmoid(50) is 1 in float32.
    layer.set_weights([kernel, np.zeros_like(recurrent_kernel), bias])
    sequences = random.normal(size=(4, 6, 3)).astype("float32")
    norms = hidden_gradient_norms(layer, sequences, lambda h: ops.sum(h[:, -1]), 1)
    assert np.all(norms[:, -1] == 0) and np.all(norms[:, -2] > 0)
    np.testing.assert_allclose(norms[:, :-1], norms[:, :1].repeat(5, 1), rtol=1e-5)


@pytest.mark.parametrize(("family", "state"), [("GRU", 1), ("LSTM", 2), ("LSTM", -1)])
def test_a_state_that_the_layer_does_not_have_is_refused(family, state):
    layer = getattr(rnn_utils.layers, family)(2)
    with pytest.raises(ValueError, match=f"`state`.*Received: {state}"):
        hidden_gradient_norms(layer, np.zeros((1, 2, 3)), ops.sum, state)


def test_sequences_must_have_three_axes():
    with pytest.raises(ValueError, match=r"`sequences`.*\(2, 3\)"):
        hidden_gradient_norms(rnn_utils.layers.GRU(2), np.zeros((2, 3)), ops.sum)


def test_a_linear_network_is_influenced_by_each_input_as_calculus_says():
    layer = rnn_utils.layers.SimpleRNN(1, activation=None, use_bias=False)
    layer.build((1, 4, 2))
    layer.set_weights([np.array([[1.0], [3.0]]), np.array([[0.5]])])
    inputs = random.normal(size=(4, 2)).astype("float32")
    offered = inputs @ [1.0, 3.0]
    expected = np.tril(offered * 0.5 ** np.subtract.outer(np.arange(4), np.arange(4)))
    influence = input_influence(layer, inputs, lambda h: h[:, 0])
    np.testing.assert_allclose(influence, expected, rtol=1e-5)
    # What is linear is the sum of its inputs' influences.
    state = ops.convert_to_numpy(layer(inputs[None]))[0, 0]
    np.testing.assert_allclose(influence[-1].sum(), state, rtol=1e-5)


@pytest.mark.parametrize("family", COMMON)
def test_the_influence_is_the_slope_of_the_score_when_an_input_is_scaled(family):
    numbers = np.random.default_rng(5)
    layer = getattr(rnn_utils.layers, family)(UNITS, return_sequences=True)
    inputs = numbers.normal(size=(5, FEATURES)).astype("float32")
    readout = numbers.normal(size=UNITS).astype("float32")
    influence = input_influence(layer, inputs, lambda h: ops.matmul(h**2, readout))
    assert np.all(np.triu(influence, 1) == 0)

    def scores(scaled, by):
        changed = inputs.copy()
        changed[scaled] *= by
        states = ops.convert_to_numpy(layer(changed[None]))[0]
        return states.astype("float64") ** 2 @ readout

    for source in range(5):
        near, far = (
            scores(source, 1 + h) - scores(source, 1 - h) for h in (0.02, 0.04)
        )
        slope = (8 * near - far) / 0.24  # Free of the error of third order.
        np.testing.assert_allclose(influence[:, source], slope, atol=5e-5)


def test_an_influence_needs_one_sequence_and_a_number_for_each_step():
    layer = rnn_utils.layers.GRU(2)
    with pytest.raises(ValueError, match=r"`inputs`.*\(1, 4, 3\)"):
        input_influence(layer, np.zeros((1, 4, 3)), lambda h: h[:, 0])
    with pytest.raises(ValueError, match=r"`score`.*\(4,\).*Received: \(4, 2\)"):
        input_influence(layer, np.zeros((4, 3)), lambda h: h)


def _graph_of_a_training_step(layer, shape, **options):
    tf = pytest.importorskip("tensorflow")
    layer.build(shape)

    @tf.function
    def step(sequences):
        with tf.GradientTape() as tape:
            loss = ops.sum(layer(sequences, **options) ** 2)
        return tape.gradient(loss, layer.trainable_variables)

    return step.get_concrete_function(tf.TensorSpec(shape)).graph


tensorflow_only = pytest.mark.skipif(
    keras.backend.backend() != "tensorflow", reason="counts in a TensorFlow graph"
)


@tensorflow_only
@pytest.mark.parametrize(("family", "arrays"), [("SimpleRNN", 1), ("GRU", 6)])
def test_the_bytes_kept_are_the_states_and_gates_of_every_step(family, arrays):
    for steps, training in ((5, False), (5, True), (50, True)):
        layer = getattr(rnn_utils.layers, family)(3, return_sequences=True)
        graph = _graph_of_a_training_step(layer, (2, steps, 4), training=training)
        assert bytes_kept_for_bptt(graph) == arrays * steps * 2 * 3 * 4


@tensorflow_only
def test_a_graph_without_a_loop_over_time_keeps_nothing_to_count():
    with pytest.raises(ValueError, match="`graph`.*0 tensors"):
        bytes_kept_for_bptt(_graph_of_a_training_step(keras.layers.Dense(3), (2, 4)))
