"""The layers in wrappers and models: the same as with the Keras layers."""

import keras
import numpy as np
import pytest

from tests.layers.families import COMMON, DROP_INS, MACHINES
from tests.layers.helpers import (
    BACKEND,
    assert_same,
    ours,
    skip_where_keras_shows_a_state,
    theirs,
)

random = np.random.default_rng(0)
SEQUENCES = random.normal(size=(4, 7, 3)).astype("float32")
MASK = np.arange(7) < [[7], [3], [1], [5]]


def _alike(make, *shape):
    """Builds with our classes and with Keras's, and gives both the same weights."""
    models = [make(ours), make(theirs)]
    for model in models:
        model.build(shape or (None, None, 3))
    random = np.random.default_rng(1)
    weights = [random.normal(size=w.shape) * 0.5 for w in models[1].trainable_variables]
    for model in models:
        for variable, value in zip(model.trainable_variables, weights, strict=True):
            variable.assign(value)
    return models


# How two directions are merged is Keras's to do: the other ways are tried once.
OTHER_MODES = ("sum", "ave", "mul", None) if BACKEND == "tensorflow" else ()


@pytest.mark.parametrize(
    "family, merge_mode",
    [*((f, "concat") for f in MACHINES), *(("LSTM", mode) for mode in OTHER_MODES)],
)
def test_bidirectional(family, merge_mode):
    skip_where_keras_shows_a_state(family)
    for sequences in (True, False):
        mine, reference = _alike(
            lambda make, sequences=sequences: keras.layers.Bidirectional(
                make(family, 4, return_sequences=sequences), merge_mode=merge_mode
            )
        )
        assert type(mine.backward_layer).__module__.startswith("rnn_utils")
        for mask in (None, keras.ops.convert_to_tensor(MASK)):
            expected = reference(SEQUENCES, mask=mask)
            assert_same(mine(SEQUENCES, mask=mask), expected, 1e-5)


@pytest.mark.parametrize("family", MACHINES)
def test_time_distributed(family):
    mine, reference = _alike(
        lambda make: keras.layers.TimeDistributed(make(family, 4)), None, 2, 7, 3
    )
    batch = np.stack([SEQUENCES, SEQUENCES[::-1]], axis=1)
    assert_same(mine(batch), reference(batch), 1e-5)


@pytest.mark.parametrize("family", DROP_INS)
def test_cells_run_in_the_general_rnn_layer(family):
    mine, reference = _alike(
        lambda make: keras.layers.RNN(make(f"{family}Cell", 4), return_sequences=True)
    )
    mask = keras.ops.convert_to_tensor(MASK)
    assert_same(mine(SEQUENCES, mask=mask), reference(SEQUENCES, mask=mask), 1e-6)


def test_cells_of_all_families_stack():
    mine, reference = _alike(
        lambda make: keras.layers.RNN(
            keras.layers.StackedRNNCells([make(f"{f}Cell", 4) for f in COMMON]),
            return_state=True,
        )
    )
    assert_same(mine(SEQUENCES), reference(SEQUENCES), 1e-6)


@pytest.mark.parametrize("family", COMMON)
def test_a_mask_passes_from_embedding_to_the_next_layer(family):
    skip_where_keras_shows_a_state(family)

    def make(build):
        return keras.Sequential(
            [
                keras.layers.Embedding(9, 3, mask_zero=True),
                build(family, 4, return_sequences=True),
                build(family, 2),
            ]
        )

    mine, reference = _alike(make, None, 7)
    words = np.where(MASK, random.integers(1, 9, size=MASK.shape), 0)
    assert_same(mine(words), reference(words), 1e-5)
    words[:, 5:] = 0  # Padding changes nothing where it is masked.
    assert_same(mine(words), mine(words[:, :5]), 1e-5)


@pytest.mark.parametrize("family", COMMON)
def test_initial_states_link_an_encoder_to_a_decoder(family):
    def make(build):
        inputs = keras.Input((None, 3))
        _, *states = build(family, 4, return_state=True)(inputs)
        outputs = build(family, 4, return_sequences=True)(inputs, initial_state=states)
        return keras.Model(inputs, outputs)

    mine, reference = _alike(make)
    assert_same(mine(SEQUENCES), reference(SEQUENCES), 1e-5)


class Tagger(keras.Model):
    def __init__(self, layer):
        super().__init__()
        self.layer, self.head = layer, keras.layers.Dense(1)

    def call(self, inputs, training=False):
        return self.head(self.layer(inputs, training=training))


@pytest.mark.parametrize("family", MACHINES)
def test_fit_and_predict_follow_keras(family):
    histories, predictions = [], []
    targets = SEQUENCES.sum(axis=-1, keepdims=True)
    for make in (ours, theirs):
        keras.utils.set_random_seed(3)
        model = Tagger(make(family, 4, return_sequences=True))
        # With TensorFlow it takes long to compile Keras's loop, for the same result.
        jit_compile = "auto" if make is ours or BACKEND != "tensorflow" else False
        model.compile(keras.optimizers.SGD(0.02), "mse", jit_compile=jit_compile)
        options = {"batch_size": 3, "epochs": 3, "shuffle": False, "verbose": 0}
        histories.append(model.fit(SEQUENCES, targets, **options).history["loss"])
        predictions.append(model.predict(SEQUENCES, batch_size=3, verbose=0))
    assert histories[0][-1] < histories[0][0]
    assert_same(histories[0], histories[1], 1e-5)
    assert_same(predictions[0], predictions[1], 1e-4)


@pytest.mark.parametrize("family", COMMON)
def test_survives_saving_and_loading(family, tmp_path):
    layer = ours(
        family,
        4,
        return_sequences=True,
        kernel_initializer="he_normal",
        kernel_regularizer=keras.regularizers.L2(0.1),
        name="memory",
        **({"dropout": 0.1, "seed": 3} if family in DROP_INS else {}),
    )
    model = keras.Sequential([keras.Input((None, 3)), layer])
    model.save(tmp_path / "model.keras")
    loaded = keras.saving.load_model(tmp_path / "model.keras")
    assert type(loaded.layers[0]) is type(layer)
    assert type(loaded.layers[0].cell) is type(layer.cell)
    assert loaded.layers[0].get_config() == layer.get_config()
    assert_same(loaded(SEQUENCES), model(SEQUENCES), 1e-6)
    model.save_weights(tmp_path / "model.weights.h5")
    layer.cell.set_weights([w * 0 for w in layer.cell.get_weights()])
    model.load_weights(tmp_path / "model.weights.h5")
    assert_same(loaded(SEQUENCES), model(SEQUENCES), 1e-6)


@pytest.mark.parametrize("family", DROP_INS)
def test_takes_weights_saved_by_keras(family, tmp_path):
    mine, reference = _alike(
        lambda make: keras.Sequential([keras.Input((None, 3)), make(family, 4)])
    )
    reference.save_weights(tmp_path / "reference.weights.h5")
    mine.layers[0].cell.kernel.assign(mine.layers[0].cell.kernel * 0)
    mine.load_weights(tmp_path / "reference.weights.h5")
    assert_same(mine(SEQUENCES), reference(SEQUENCES), 1e-5)


@pytest.mark.parametrize("family", COMMON)
def test_cells_survive_saving(family, tmp_path):
    cell = ours(f"{family}Cell", 4)
    model = keras.Sequential([keras.Input((None, 3)), keras.layers.RNN(cell)])
    model.save(tmp_path / "model.keras")
    loaded = keras.saving.load_model(tmp_path / "model.keras")
    assert type(loaded.layers[0].cell) is type(cell)
    assert_same(loaded(SEQUENCES), model(SEQUENCES), 1e-6)


def test_unknown_batch_and_time_stay_unknown():
    for family in COMMON:
        outputs = ours(family, 4, return_sequences=True)(keras.Input((None, 3)))
        assert outputs.shape == (None, None, 4)
