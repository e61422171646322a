"""Claims about pooling under a mask."""

import keras
import numpy as np
import pytest

from rnn_utils.layers.pooling import (
    MaskedGlobalMaxPooling1D,
    MaskedGlobalSumPooling1D,
)

VALUES = -np.arange(1.0, 13.0, dtype="float32").reshape(2, 3, 2)
both_layers = pytest.mark.parametrize(
    "layer", [MaskedGlobalMaxPooling1D, MaskedGlobalSumPooling1D]
)


@pytest.mark.parametrize(
    ("layer", "expected"),
    [
        (MaskedGlobalMaxPooling1D, [[-3.0, -4.0], [-7.0, -8.0]]),
        (MaskedGlobalSumPooling1D, [[-8.0, -10.0], [-7.0, -8.0]]),
    ],
)
def test_padding_does_not_count(layer, expected):
    mask = np.array([[False, True, True], [True, False, False]])
    pooled = layer()(VALUES, mask=mask)
    np.testing.assert_allclose(keras.ops.convert_to_numpy(pooled), expected)


def test_padding_without_a_number_does_not_count_in_a_sum():
    values = np.where([[[False], [True], [False]]], np.nan, VALUES)
    mask = np.array([[True, False, True]] * 2)
    pooled = keras.ops.convert_to_numpy(MaskedGlobalSumPooling1D()(values, mask=mask))
    np.testing.assert_allclose(pooled, VALUES[:, [0, 2]].sum(axis=1))


@pytest.mark.parametrize(
    ("layer", "expected"),
    [
        (MaskedGlobalMaxPooling1D, VALUES.max(axis=1)),
        (MaskedGlobalSumPooling1D, VALUES.sum(axis=1)),
    ],
)
def test_without_a_mask_all_time_steps_count(layer, expected):
    pooled = keras.ops.convert_to_numpy(layer()(VALUES))
    np.testing.assert_allclose(pooled, expected)


@both_layers
def test_a_fully_masked_row_is_zero(layer):
    pooled = layer()(VALUES, mask=np.zeros((2, 3), bool))
    np.testing.assert_array_equal(keras.ops.convert_to_numpy(pooled), 0)


@both_layers
def test_the_mask_of_an_embedding_arrives_and_survives_saving(layer, tmp_path):
    model = keras.Sequential(
        [
            keras.Input((None,), dtype="int32"),
            keras.layers.Embedding(9, 4, mask_zero=True),
            layer(),
        ]
    )
    short, padded = np.array([[3, 5]]), np.array([[3, 5, 0, 0]])
    expected = model.predict(short, verbose=0)
    np.testing.assert_allclose(expected, model.predict(padded, verbose=0))
    model.save(tmp_path / "model.keras")
    again = keras.models.load_model(tmp_path / "model.keras")
    np.testing.assert_allclose(again.predict(padded, verbose=0), expected)


@both_layers
def test_inputs_without_time_are_refused(layer):
    with pytest.raises(ValueError, match=r"shape \(2, 3\); expected three"):
        layer()(VALUES[:, :, 0])
