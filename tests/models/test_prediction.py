"""Claims about predicting sequences of many lengths."""

import keras
import numpy as np
import pytest

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


def summing():
    inputs = keras.Input((None,), dtype="int32")
    total = keras.ops.sum(keras.ops.cast(inputs, "float32"), axis=1, keepdims=True)
    return keras.Model(inputs, total)


def each_step():
    inputs = keras.Input((None,), dtype="int32")
    return keras.Model(inputs, keras.ops.cast(inputs, "float32") + 1)


def test_no_sequences_have_no_steps_and_an_empty_one_has_none():
    assert predict_each_step(each_step(), []) == []
    empty, full = predict_each_step(each_step(), [[], [4, 5]])
    assert empty.shape == (0,) and full.tolist() == [5, 6]
    assert predict_by_length(summing(), [[], [4, 5]]).tolist() == [[0], [9]]


@pytest.mark.parametrize(
    ("sequences", "batch_size", "message"),
    [
        ([[1, 2]], 0, "batch_size is 0; expected 1 or more"),
        ([[1, 2]], -1, "batch_size is -1; expected 1 or more"),
        ([[1, 2.5]], 9, "sequences hold 2.5; expected what int32 can hold"),
    ],
)
def test_what_cannot_be_predicted_is_refused(sequences, batch_size, message):
    with pytest.raises(ValueError, match=message):
        predict_by_length(summing(), sequences, batch_size)
    with pytest.raises(ValueError, match=message):
        predict_each_step(each_step(), sequences, batch_size)


def test_predictions_of_other_things_are_refused():
    with pytest.raises(ValueError, match="sequences is empty; expected at least one"):
        predict_by_length(summing(), [])
    # The predictions of a whole text would be cut to as many as it has words.
    with pytest.raises(ValueError, match=r"shape \(1, 1\); expected one for each time"):
        predict_each_step(summing(), [[1, 2]])
