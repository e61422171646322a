"""A restarted model is a new one: weights, optimizer and states."""

import keras
import numpy as np
import pytest
from keras import ops

import rnn_utils.layers
from rnn_utils.training.restarting import restart

random = np.random.default_rng(0)
SEQUENCES = random.normal(size=(2, 5, 3)).astype("float32")
TARGETS = random.normal(size=(2, 4)).astype("float32")


def _model(optimizer):
    inputs = keras.Input(batch_shape=(2, 5, 3))
    hidden = rnn_utils.layers.SimpleRNN(4, stateful=True, bias_initializer="ones")
    model = keras.Model(inputs, hidden(inputs))
    model.compile(optimizer, "mse")
    return model


@pytest.mark.parametrize(
    "optimizer", [keras.optimizers.Adam(0.1), keras.optimizers.Adagrad(0.1)]
)
def test_nothing_is_left_of_the_first_training(optimizer):
    model = _model(optimizer)
    model.optimizer.build(model.trainable_variables)
    before = [ops.convert_to_numpy(v) for v in model.optimizer.variables]
    kernel, recurrent_kernel, bias = model.get_weights()
    model.fit(SEQUENCES, TARGETS, verbose=0)
    assert np.any(ops.convert_to_numpy(model.layers[1].states[0]))

    restart(model)
    for value, variable in zip(before, model.optimizer.variables, strict=True):
        np.testing.assert_array_equal(ops.convert_to_numpy(variable), value)
    assert not np.any(ops.convert_to_numpy(model.layers[1].states[0]))
    new = model.get_weights()
    assert not np.allclose(new[0], kernel)
    assert not np.allclose(new[1], recurrent_kernel)
    np.testing.assert_array_equal(new[2], bias)


def test_a_learning_rate_that_was_set_stays():
    model = _model("adam")
    model.fit(SEQUENCES, TARGETS, verbose=0)
    model.optimizer.learning_rate = 0.25
    restart(model)
    assert float(model.optimizer.learning_rate) == 0.25


def test_a_model_without_optimizer_is_restarted_too():
    model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(2)])
    before = model.get_weights()[0]
    restart(model)
    assert not np.allclose(model.get_weights()[0], before)


def test_a_model_without_weights_is_refused():
    with pytest.raises(ValueError, match="model is .*; expected one that is built"):
        restart(keras.Sequential([keras.layers.Dense(2)]))
