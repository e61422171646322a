"""Claims about predicting sequences of many lengths."""

import keras
import numpy as np

from rnn_utils.models.prediction import predict_by_length, predict_each_step


def made_up(count=500, longest=90, seed=0):
    rng = np.random.default_rng(seed)
    return [rng.integers(1, 50, size=rng.integers(1, longest)) for _ in range(count)]


def test_predictions_come_back_in_the_order_given():
    inputs = keras.Input((None,), dtype="int32")
    total = keras.ops.sum(keras.ops.cast(inputs, "float32"), axis=1, keepdims=True)
    model = keras.Model(inputs, total)
    sequences = made_up(100)
    expected = [[sequence.sum()] for sequence in sequences]
    np.testing.assert_allclose(predict_by_length(model, sequences, 16), expected)


def test_predictions_for_each_step_come_back_in_order_without_padding():
    inputs = keras.Input((None,), dtype="int32")
    model = keras.Model(inputs, keras.ops.cast(inputs, "float32") + 1)
    sequences = made_up(100)
    predictions = predict_each_step(model, sequences, 16)
    for ids, predicted in zip(sequences, predictions, strict=True):
        np.testing.assert_array_equal(predicted, ids + 1)
