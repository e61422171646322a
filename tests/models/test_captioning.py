"""Claims about captioners: they learn from the picture and are scored by kind."""

import keras
import numpy as np
import pytest

from rnn_utils.models.captioning import (
    attention_weights,
    captioner,
    picture_encoder,
    train_captioner,
    train_encoder,
    write_captions,
)

WAYS = ["initial state", "first input", "attention"]
needs_tensorflow = pytest.mark.skipif(
    keras.backend.backend() != "tensorflow", reason="trains with the fast layers"
)


def marked_grids(count, seed=0):
    """Grids of four places; the caption says which feature is marked, and a colour."""
    rng = np.random.default_rng(seed)
    things, colours = rng.integers(0, 4, (2, count))
    grids = np.zeros((count, 4, 8), "float16")
    grids[np.arange(count), rng.integers(0, 4, count), things] = 4
    grids[:, 0, 4:] = 2 * np.eye(4)[colours]
    long = rng.integers(0, 2, count)
    captions = [
        np.array([3 + colour, 7 + thing][1 - more :])
        for thing, colour, more in zip(things, colours, long, strict=True)
    ]
    grids[:, 1, 7] += 3 * long
    return grids, captions


@needs_tensorflow
@pytest.mark.parametrize("way", WAYS)
def test_it_writes_what_the_picture_shows_also_after_saving(way, tmp_path):
    keras.utils.set_random_seed(0)
    grids, captions = marked_grids(800)
    model = captioner(11, 8, way, units=32, embedding_dim=8, dropout=0.0)
    new_grids, new_captions = marked_grids(60, seed=1)
    history = train_captioner(
        model,
        grids,
        captions,
        20,
        learning_rate=0.02,
        validation=(new_grids, new_captions),
    ).history
    assert history["val_loss"][-1] < history["val_loss"][0] / 2
    found = write_captions(model, new_grids, beam_width=2, batch_size=25)
    right = [list(a) == list(b) for a, b in zip(found, new_captions, strict=True)]
    assert np.mean(right) > 0.8
    if way == "first input":
        return  # Keras does not read it back, as the docstring says.
    model.save(tmp_path / "model.keras")
    loaded = keras.saving.load_model(tmp_path / "model.keras")
    again = write_captions(loaded, new_grids, beam_width=2)
    for ours, theirs in zip(found, again, strict=True):
        np.testing.assert_array_equal(ours, theirs)


def test_attention_adds_up_to_one_and_without_it_all_places_are_equal():
    grids, captions = marked_grids(1)
    for way in WAYS:
        weights = attention_weights(captioner(11, 8, way, 6, 5), grids[0], captions[0])
        assert weights.shape == (len(captions[0]) + 1, 4)
        np.testing.assert_allclose(weights.sum(axis=1), 1, atol=1e-6)
        if way != "attention":
            np.testing.assert_allclose(weights, 0.25, atol=1e-6)


def test_an_unknown_way_is_refused():
    with pytest.raises(ValueError, match="way is 'telepathy'.*'first input'"):
        captioner(5, 4, "telepathy")


def test_the_encoder_learns_words_from_pictures_and_alters_them_in_training():
    keras.utils.set_random_seed(0)
    rng = np.random.default_rng(0)
    label = rng.integers(0, 2, 96)
    pictures = np.full((96, 16, 16, 3), 255, np.uint8)
    pictures[label == 1, 4:12, 4:12] = (200, 0, 0)
    encoder = picture_encoder(16, 2, channels=4, grid_channels=8)
    assert encoder.get_layer("grid").output.shape == (None, 2, 2, 8)
    answers = np.eye(2, dtype="float32")[label]
    train_encoder(encoder, pictures, answers, epochs=25, learning_rate=0.01)
    guesses = encoder.predict(pictures, verbose=0).argmax(axis=1)
    assert np.mean(guesses == label) > 0.95
    scaled = pictures[label == 1][:4] / np.float32(255)
    augment = encoder.get_layer("augment")
    altered = np.asarray(augment(scaled, training=True))
    assert np.abs(altered - scaled).max() > 0.1
    assert altered.max() <= 1 + 1e-5
    np.testing.assert_allclose(augment(scaled, training=False), scaled)


@pytest.fixture(scope="module")
def untrained():
    return captioner(11, 8, "attention", 6, 5)


def test_no_grids_have_no_captions(untrained):
    assert write_captions(untrained, np.zeros((0, 4, 8))) == []


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (
            lambda m: write_captions(m, np.zeros((4, 8))),
            r"grids has the shape \(4, 8\)",
        ),
        (
            lambda m: write_captions(m, np.zeros((1, 4, 8)), 0),
            "beam_width is 0; expected",
        ),
        (
            lambda m: write_captions(m, np.zeros((1, 4, 8)), batch_size=-1),
            "batch_size is -1; expected 1 or more",
        ),
        (
            lambda m: write_captions(m, np.full((1, 4, 8), np.nan)),
            "step gives the log probability nan; expected",
        ),
        (
            lambda m: attention_weights(m, np.zeros(8), [4]),
            r"grid has the shape \(8,\)",
        ),
        (
            lambda m: attention_weights(m, np.zeros((4, 8)), [11]),
            "caption holds 11; expected whole numbers from 0 to 10",
        ),
        (
            lambda m: train_captioner(m, np.zeros((1, 4, 8)), [[5]], 0),
            "epochs is 0; expected 1 or more",
        ),
        (
            lambda m: train_captioner(m, np.zeros((1, 4, 8)), [], 1),
            "captions has 0 entries; expected one for each of the 1 grids",
        ),
        (lambda m: captioner(0, 8, "attention"), "vocabulary_size is 0; expected 1 or"),
        (
            lambda m: train_encoder(m, np.zeros((2, 4, 4, 3)), np.ones((1, 2)), 1),
            "labels has 1 entries; expected one for each of the 2 pictures",
        ),
        (
            lambda m: train_encoder(m, np.zeros((1, 4, 4, 3)), [[0.5, np.nan]], 1),
            "labels holds nan; expected finite numbers",
        ),
    ],
)
def test_what_cannot_be_captioned_is_refused(untrained, call, message):
    with pytest.raises(ValueError, match=message):
        call(untrained)


def test_a_place_that_is_not_looked_at_may_hold_anything():
    decoder = captioner(11, 8, "initial state", 6, 5).get_layer("decoder")
    grid = np.full((1, 4, 8), np.nan, "float32")
    inputs = [np.array([[1]]), np.zeros((1, 6), "float32"), grid]
    _, _, weights = decoder.predict_on_batch(inputs)
    np.testing.assert_allclose(weights, 0.25)
