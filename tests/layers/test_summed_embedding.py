"""Claims about the embedding of several features: sums, and a mask that survives."""

import keras
import numpy as np
import pytest

from rnn_utils.layers.summed_embedding import SummedEmbedding

INPUTS = np.array([[[1, 2], [3, 0], [0, 0]], [[2, 2], [0, 0], [0, 0]]])
REAL = [[True, True, False], [True, False, False]]


def tagger():
    inputs = keras.Input((None, 2), dtype="int32")
    embedding = SummedEmbedding(4, 5, dropout=0.5)
    hidden = keras.layers.GRU(3, return_sequences=True)(embedding(inputs))
    outputs = keras.layers.Dense(6, activation="softmax")(hidden)
    return keras.Model(inputs, outputs)


def test_features_add_up_and_none_adds_nothing():
    layer = SummedEmbedding(4, 5)
    vectors = keras.ops.convert_to_numpy(layer(INPUTS))
    table = layer.get_weights()[0]
    expected = [
        [table[1] + table[2], table[3], 0 * table[0]],
        [2 * table[2], 0 * table[0], 0 * table[0]],
    ]
    np.testing.assert_allclose(vectors, expected, rtol=1e-6)


def test_steps_without_a_feature_are_masked():
    mask = SummedEmbedding(4, 5).compute_mask(INPUTS)
    np.testing.assert_array_equal(keras.ops.convert_to_numpy(mask), REAL)


def test_the_loss_of_a_tagger_leaves_padding_out():
    model = tagger()
    model.compile("sgd", "sparse_categorical_crossentropy")
    targets = np.array([[5, 4, 0], [3, 0, 0]])
    probabilities = model.predict(INPUTS, verbose=0)
    losses = -np.log(np.take_along_axis(probabilities, targets[..., None], -1))[..., 0]
    loss = model.evaluate(INPUTS, targets, verbose=0)
    assert loss == pytest.approx(losses[REAL].mean(), rel=1e-5)
    assert loss != pytest.approx(losses.mean(), rel=1e-5)


def test_features_are_left_out_in_training_only_and_padding_stays_padding():
    layer = SummedEmbedding(4, 1, dropout=0.5, embeddings_initializer="ones")
    inputs = np.tile(INPUTS[:1], (1000, 1, 1))
    sums = keras.ops.convert_to_numpy(layer(inputs, training=True))[..., 0]
    assert set(np.unique(sums[:, 0])) == {0.0, 2.0, 4.0}  # Two features, each 0 or 2.
    assert sums[:, 0].mean() == pytest.approx(2, abs=0.3)
    assert not sums[:, 2].any()
    whole = keras.ops.convert_to_numpy(layer(inputs[:1]))[0, :, 0]
    np.testing.assert_array_equal(whole, [2, 1, 0])
    mask = layer.compute_mask(inputs)
    assert keras.ops.convert_to_numpy(mask).tolist() == [REAL[0]] * 1000


def test_it_survives_saving(tmp_path):
    model = tagger()
    model.save(tmp_path / "tagger.keras")
    loaded = keras.models.load_model(tmp_path / "tagger.keras")
    assert loaded.layers[1].get_config()["dropout"] == 0.5
    np.testing.assert_allclose(
        loaded.predict(INPUTS, verbose=0), model.predict(INPUTS, verbose=0), rtol=1e-6
    )


def test_inputs_without_features_are_refused():
    with pytest.raises(
        ValueError, match=r"expected three dimensions: \(batch, time, f"
    ):
        SummedEmbedding(4, 5)(np.array([[1, 2]]))
