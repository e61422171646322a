"""Claims about pooling under a mask."""

import keras
import numpy as np
import pytest

from rnn_utils.layers.pooling import MaskedGlobalMaxPooling1D

VALUES = -np.arange(1.0, 13.0, dtype="float32").reshape(2, 3, 2)


def test_padding_never_wins():
    mask = np.array([[False, True, True], [True, False, False]])
    pooled = MaskedGlobalMaxPooling1D()(VALUES, mask=mask)
    expected = [[-3.0, -4.0], [-7.0, -8.0]]
    np.testing.assert_allclose(keras.ops.convert_to_numpy(pooled), expected)


def test_without_a_mask_it_is_the_maximum_over_time():
    pooled = MaskedGlobalMaxPooling1D()(VALUES)
    np.testing.assert_allclose(keras.ops.convert_to_numpy(pooled), VALUES.max(axis=1))


def test_a_fully_masked_row_is_zero():
    pooled = MaskedGlobalMaxPooling1D()(VALUES, mask=np.zeros((2, 3), bool))
    np.testing.assert_array_equal(keras.ops.convert_to_numpy(pooled), 0)


def test_the_mask_of_an_embedding_arrives_and_survives_saving(tmp_path):
    model = keras.Sequential(
        [
            keras.Input((None,), dtype="int32"),
            keras.layers.Embedding(9, 4, mask_zero=True),
            MaskedGlobalMaxPooling1D(),
        ]
    )
    short, padded = np.array([[3, 5]]), np.array([[3, 5, 0, 0]])
    expected = model.predict(short, verbose=0)
    np.testing.assert_allclose(expected, model.predict(padded, verbose=0))
    model.save(tmp_path / "model.keras")
    again = keras.models.load_model(tmp_path / "model.keras")
    np.testing.assert_allclose(again.predict(padded, verbose=0), expected)


def test_inputs_without_time_are_refused():
    with pytest.raises(ValueError, match=r"shape \(2, 3\); expected three"):
        MaskedGlobalMaxPooling1D()(VALUES[:, :, 0])
