"""Claims about computing equal time steps only once."""

import keras
import numpy as np
import pytest

from rnn_utils.layers.time_distributed import DistinctTimeDistributed


def encoder(units=3):
    return keras.Sequential(
        [
            keras.layers.Embedding(9, 4, mask_zero=True),
            # Some rows begin with padding, which cuDNN refuses.
            keras.layers.GRU(units, use_cudnn=False),
        ]
    )


def letters(batch=3, time=400, features=5, seed=0, distinct=20):
    """Rows of letter ids, with many repetitions and padding at the end."""
    rng = np.random.default_rng(seed)
    rows = rng.integers(0, 9, (distinct, features), dtype="int32")
    return rows[rng.integers(0, distinct, (batch, time))]


def test_gives_what_time_distributed_gives():
    layer = DistinctTimeDistributed(encoder())
    inputs = letters()
    outputs = keras.ops.convert_to_numpy(layer(inputs))
    expected = layer.layer(inputs.reshape(-1, 5))
    expected = keras.ops.convert_to_numpy(expected).reshape(3, 400, 3)
    np.testing.assert_allclose(outputs, expected, atol=1e-6)


def test_gradients_add_up_over_equal_steps():
    """Training moves the weights as if every step had been computed."""
    # Few steps: the wrapper of Keras, for comparison, builds a graph for each of them.
    steps, weights = letters(time=5, distinct=4), []
    for wrapper in (DistinctTimeDistributed, keras.layers.TimeDistributed):
        keras.utils.set_random_seed(0)
        inputs = keras.Input((None, 5), dtype="int32")
        model = keras.Model(inputs, wrapper(encoder())(inputs))
        model.compile(keras.optimizers.SGD(1.0), "mse")
        model.train_on_batch(steps, np.ones((3, 5, 3)))
        weights.append(model.get_weights())
    for ours, theirs in zip(*weights, strict=True):
        np.testing.assert_allclose(ours, theirs, atol=1e-5)


def test_any_number_of_distinct_steps_is_computed():
    inputs = keras.Input((None, 2), dtype="int32")
    counter = keras.layers.Embedding(1000, 1, "ones")
    pooled = keras.layers.GlobalAveragePooling1D()
    layer = DistinctTimeDistributed(keras.Sequential([counter, pooled]))
    model = keras.Model(inputs, layer(inputs))
    for time in (1, 256, 257, 999):
        rows = np.arange(2 * time).reshape(1, time, 2) % 1000
        np.testing.assert_array_equal(
            model.predict_on_batch(rows), np.ones((1, time, 1))
        )


def test_padding_is_masked_also_beside_another_input():
    """A part without a mask would make `Concatenate` take every step for valid."""
    rows = letters(2, 4)
    rows[1, 2:] = 0
    rows[rows.any(axis=-1), 0] = 1
    inputs = keras.Input((None, 5), dtype="int32")
    word = keras.layers.Embedding(9, 2, mask_zero=True)(inputs[:, :, 0])
    spelled = DistinctTimeDistributed(encoder())(inputs)
    both = keras.layers.Concatenate()([word, spelled])
    mask = keras.Model(inputs, both._keras_mask)(rows)
    expected = [[True] * 4, [True, True, False, False]]
    np.testing.assert_array_equal(keras.ops.convert_to_numpy(mask), expected)


def test_survives_saving(tmp_path):
    inputs = keras.Input((None, 5), dtype="int32")
    model = keras.Model(inputs, DistinctTimeDistributed(encoder())(inputs))
    model.save(tmp_path / "model.keras")
    again = keras.saving.load_model(tmp_path / "model.keras")
    np.testing.assert_allclose(
        model.predict_on_batch(letters()), again.predict_on_batch(letters()), atol=1e-6
    )


def test_other_ranks_are_refused():
    with pytest.raises(ValueError, match=r"\(batch, time, features\)"):
        DistinctTimeDistributed(encoder())(np.ones((2, 3), "int32"))
