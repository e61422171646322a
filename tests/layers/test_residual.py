"""A residual block adds, normalizes, and leaves masks and widths as they are."""

import keras
import numpy as np
import pytest
from keras import ops

from rnn_utils.layers import ResidualRecurrent
from tests.layers.families import MACHINES
from tests.layers.helpers import assert_same, ours

random = np.random.default_rng(0)
SEQUENCES = random.normal(size=(3, 5, 4)).astype("float32")
MASK = np.arange(5) < [[5], [2], [3]]


def normalized(x):
    x = np.asarray(x, "float64")
    spread = np.sqrt(x.var(-1, keepdims=True) + 1e-3)
    return (x - x.mean(-1, keepdims=True)) / spread


@pytest.mark.parametrize("family", MACHINES)
def test_pre_and_post_are_what_they_say(family):
    mask = ops.convert_to_tensor(MASK)
    layer = ours(family, 4, return_sequences=True)
    added = layer(normalized(SEQUENCES).astype("float32"), mask=mask)
    added = ops.convert_to_numpy(added)
    block = ResidualRecurrent(layer)
    assert_same(block(SEQUENCES, mask=mask), SEQUENCES + added, 1e-5)
    added = ops.convert_to_numpy(layer(SEQUENCES, mask=mask))
    block = ResidualRecurrent(layer, "post")
    assert_same(block(SEQUENCES, mask=mask), normalized(SEQUENCES + added), 1e-5)


def test_a_mask_passes_through_a_deep_stack():
    words = np.where(MASK, random.integers(1, 9, size=MASK.shape), 0)
    model = keras.Sequential([keras.layers.Embedding(9, 4, mask_zero=True)])
    for family in ("LSTM", "MinGRU", "GRU"):
        model.add(ResidualRecurrent(ours(family, 4, return_sequences=True)))
    model.add(ours("GRU", 2))
    assert_same(model(words[1:2]), model(words[1:2, :2]), 1e-5)
    with pytest.raises(AssertionError):  # Without a mask it is not the same.
        assert_same(model(np.maximum(words, 1)[1:2]), model(words[1:2]), 1e-3)


def test_around_both_directions():
    both = keras.layers.Bidirectional(ours("GRU", 2, return_sequences=True))
    block = ResidualRecurrent(both)
    assert block(SEQUENCES).shape == SEQUENCES.shape


@pytest.mark.parametrize("normalization", ["pre", "post"])
def test_survives_saving(tmp_path, normalization):
    block = ResidualRecurrent(ours("MinLSTM", 4, return_sequences=True), normalization)
    model = keras.Sequential([keras.Input((None, 4)), block])
    assert model.output_shape == (None, None, 4)
    model.compile("sgd", "mse")
    model.fit(SEQUENCES, 0 * SEQUENCES, verbose=0)
    model.save(tmp_path / "model.keras")
    loaded = keras.saving.load_model(tmp_path / "model.keras")
    assert loaded.layers[0].normalization == normalization
    assert_same(loaded(SEQUENCES), model(SEQUENCES), 1e-6)
    assert len(loaded.trainable_weights) == 4


@pytest.mark.parametrize(
    "make, message",
    [
        (lambda: ResidualRecurrent(ours("GRU", 4)), "`layer`.*return_sequences=True"),
        (
            lambda: ResidualRecurrent(
                ours("GRU", 4, return_sequences=True, return_state=True)
            ),
            "`layer`.*return_state=False",
        ),
        (
            lambda: ResidualRecurrent(
                ours("GRU", 4, return_sequences=True, return_gates=True)
            ),
            "`layer`.*return_gates=False",
        ),
        (
            lambda: ResidualRecurrent(ours("GRU", 4, return_sequences=True), "both"),
            "`normalization`.*'pre' or 'post'.*'both'",
        ),
        (
            lambda: ResidualRecurrent(ours("GRU", 5, return_sequences=True))(SEQUENCES),
            "`layer`.*as wide as its inputs, 4.*5",
        ),
    ],
)
def test_what_cannot_be_added_is_refused(make, message):
    with pytest.raises(ValueError, match=message):
        make()
