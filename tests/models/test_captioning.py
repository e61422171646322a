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
    return grids.reshape(count, 2, 2, 8), captions


@needs_tensorflow
@pytest.mark.parametrize("way", WAYS)
def test_it_writes_what_the_picture_shows_also_after_saving(way, tmp_path):
    keras.utils.set_random_seed(0)
    grids, captions = marked_grids(800)
    model = captioner(11, (2, 2, 8), way, units=32, embedding_dim=8, context=8)
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


def test_attention_adds_up_to_one_for_each_word(untrained):
    grids, captions = marked_grids(5)
    looks = attention_weights(untrained, grids, captions, batch_size=2)
    for look, caption in zip(looks, captions, strict=True):
        assert look.shape == (len(caption) + 1, 2, 2)
        np.testing.assert_allclose(look.sum(axis=(1, 2)), 1, atol=1e-6)
    # One at a time, without padding, they are the same.
    (alone,) = attention_weights(untrained, grids[3:4], captions[3:4])
    np.testing.assert_allclose(alone, looks[3], atol=1e-6)


@needs_tensorflow
def test_attention_finds_the_place_that_a_word_names():
    keras.utils.set_random_seed(0)
    grids, captions = marked_grids(1500)
    model = captioner(11, (2, 2, 8), "attention", 32, 8, context=8)
    train_captioner(model, grids, captions, 15, learning_rate=0.02)
    new_grids, new_captions = marked_grids(60, seed=1)
    looks = attention_weights(model, new_grids, new_captions)
    found = []
    for grid, caption, look in zip(new_grids, new_captions, looks, strict=True):
        named = int(np.flatnonzero(caption >= 7)[0])
        marked = grid[..., caption[named] - 7].argmax()
        found.append(look[named].argmax() == marked)
    assert np.mean(found) > 0.6  # By chance 0.25.


def test_an_unknown_way_is_refused():
    with pytest.raises(ValueError, match="way is 'telepathy'.*'first input'"):
        captioner(5, (2, 2, 4), "telepathy")


def test_the_encoder_learns_names_from_pictures_of_any_size():
    keras.utils.set_random_seed(0)
    rng = np.random.default_rng(0)
    label = rng.integers(0, 2, 256)
    pictures = np.full((256, 16, 16, 3), 255, np.uint8)
    pictures[label == 1, 4:12, 4:12] = (200, 0, 0)
    encoder = picture_encoder(2, channels=(4, 8, 8))
    answers = np.eye(2, dtype="float32")[label]
    train_encoder(encoder, pictures, answers, epochs=25, learning_rate=0.01)
    guesses = encoder.predict(pictures, verbose=0).argmax(axis=1)
    assert np.mean(guesses == label) > 0.95
    grid = keras.Model(encoder.input, encoder.get_layer("grid").output)
    assert grid(pictures[:1]).shape == (1, 2, 2, 8)
    assert grid(np.zeros((1, 72, 72, 3))).shape == (1, 9, 9, 8)


@pytest.fixture(scope="module")
def untrained():
    return captioner(11, (2, 2, 8), "attention", 6, 5, 4)


def test_no_grids_have_no_captions(untrained):
    assert write_captions(untrained, np.zeros((0, 2, 2, 8))) == []


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (
            lambda m: write_captions(m, np.zeros((1, 4, 8))),
            r"grids has the shape \(1, 4, 8\)",
        ),
        (
            lambda m: write_captions(m, np.zeros((1, 2, 2, 8)), 0),
            "beam_width is 0; expected",
        ),
        (
            lambda m: write_captions(m, np.zeros((1, 2, 2, 8)), batch_size=-1),
            "batch_size is -1; expected 1 or more",
        ),
        (
            lambda m: write_captions(m, np.full((1, 2, 2, 8), np.nan)),
            "step gives the log probability nan; expected",
        ),
        (
            lambda m: attention_weights(m, np.zeros((1, 8)), [[4]]),
            r"grids has the shape \(1, 8\)",
        ),
        (
            lambda m: attention_weights(m, np.zeros((1, 2, 2, 8)), [[11]]),
            "captions holds 11; expected whole numbers from 0 to 10",
        ),
        (
            lambda m: train_captioner(m, np.zeros((1, 2, 2, 8)), [[5]], 0),
            "epochs is 0; expected 1 or more",
        ),
        (
            lambda m: train_captioner(m, np.zeros((1, 2, 2, 8)), [], 1),
            "captions has 0 entries; expected one for each of the 1 grids",
        ),
        (
            lambda m: captioner(0, (2, 2, 8), "attention"),
            "vocabulary_size is 0; expected 1 or",
        ),
        (
            lambda m: captioner(11, (4, 8), "attention"),
            r"grid_shape has the shape \(4, 8\)",
        ),
        (
            lambda m: attention_weights(
                captioner(11, (2, 2, 8), "initial state", 6, 5, 4),
                np.zeros((1, 2, 2, 8)),
                [[5]],
            ),
            "model has no attention; expected one of the way 'attention'",
        ),
        (lambda m: picture_encoder(2, channels=()), "channels"),
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
