"""Claims about networks that translate: they learn, ignore padding, and look back."""

import keras
import numpy as np
import pytest
from keras import ops

from rnn_utils.models.translation import (
    attention_weights,
    encoder_decoder,
    train_translator,
    translate,
)
from rnn_utils.text.subwords import START

SIZES = (14, 15)
pytestmark = pytest.mark.skipif(
    keras.backend.backend() != "tensorflow", reason="trains with the fast layers"
)


def reversed_words(count, seed=0):
    """Sources of tokens 4 to 13; the translation is reversed, and one higher."""
    rng = np.random.default_rng(seed)
    sources = [rng.integers(4, 14, rng.integers(2, 6)) for _ in range(count)]
    return sources, [source[::-1] + 1 for source in sources]


def small(attention=None, **options):
    return encoder_decoder(SIZES, 12, 8, attention=attention, **options)


@pytest.mark.parametrize("attention", [None, keras.layers.AdditiveAttention()])
def test_it_learns_to_reverse_and_the_saved_model_says_the_same(attention, tmp_path):
    keras.utils.set_random_seed(0)
    sources, targets = reversed_words(400)
    model = encoder_decoder(SIZES, 48, 16, 0.0, attention)
    held_out = reversed_words(20, seed=1)
    history = train_translator(
        model, (sources, targets), held_out, epochs=60, learning_rate=0.02
    ).history
    assert history["val_loss"][-1] < history["val_loss"][0] / 2
    found = translate(model, sources[:60])
    right = [list(a) == list(b) for a, b in zip(found, targets, strict=False)]
    # Five tokens in the right order are never right by chance.
    assert np.mean(right) > 0.4
    model.save(tmp_path / "model.keras")
    loaded = keras.saving.load_model(tmp_path / "model.keras")
    for ours, theirs in zip(found, translate(loaded, sources[:60]), strict=True):
        np.testing.assert_array_equal(ours, theirs)


def test_a_translation_does_not_depend_on_its_batch():
    keras.utils.set_random_seed(1)
    model = small(keras.layers.Attention())
    sources, _ = reversed_words(9)
    together = translate(model, sources, beam_width=3, length_penalty=0.6)
    for source, expected in zip(sources, together, strict=True):
        (alone,) = translate(model, [source], beam_width=3, length_penalty=0.6)
        # A longer batch allows longer translations.
        length = min(len(alone), len(expected))
        np.testing.assert_array_equal(alone[:length], expected[:length])


def test_the_decoder_does_not_see_the_padding_of_the_source():
    keras.utils.set_random_seed(2)
    model = small(keras.layers.Attention(use_scale=True))
    source, target = np.array([[5, 6, 7]]), np.array([[START, 8, 9]])
    padded = np.array([[5, 6, 7, 0, 0]])
    expected = model.predict_on_batch([source, target])
    np.testing.assert_allclose(
        model.predict_on_batch([padded, target]), expected, atol=1e-6
    )


def test_attention_is_a_share_for_each_source_token():
    keras.utils.set_random_seed(3)
    model = small(keras.layers.AdditiveAttention())
    weights = attention_weights(model, np.array([4, 5, 6]), np.array([7, 8]))
    assert weights.shape == (3, 3)
    np.testing.assert_allclose(weights.sum(axis=1), 1, atol=1e-6)


def test_without_attention_the_shares_are_zeros():
    weights = attention_weights(small(), np.array([4, 5, 6]), np.array([7]))
    np.testing.assert_array_equal(weights, np.zeros((2, 3)))


def test_a_block_may_work_on_the_states_of_the_encoder():
    class Double(keras.layers.Layer):
        supports_masking = True

        def call(self, states, mask=None):
            return 2 * states * ops.cast(mask, states.dtype)[..., None]

    keras.utils.set_random_seed(4)
    model = small(keras.layers.Attention(), encoder_block=Double())
    states, *_ = model.get_layer("encoder").predict_on_batch(np.array([[5, 6, 0]]))
    assert np.all(states[0, 2] == 0)
    assert np.all(states[0, 0] != 0)


def test_units_are_shared_by_two_directions():
    with pytest.raises(ValueError, match="units is 7; expected an even number"):
        encoder_decoder(SIZES, units=7)
    one_direction = encoder_decoder(SIZES, units=7, bidirectional=False)
    states, _, summary = one_direction.get_layer("encoder").predict_on_batch(
        np.array([[4, 5]])
    )
    np.testing.assert_allclose(states[:, -1], summary)


@pytest.fixture(scope="module")
def untrained():
    return small(keras.layers.Attention())


def test_no_sources_have_no_translations(untrained):
    assert translate(untrained, []) == []


@pytest.mark.parametrize(
    ("source", "message"),
    [
        (
            [],
            r"source.*\[0\] has the shape \(0,\); expected one dimension of at least 1",
        ),
        ([5, 14], "source.* holds 14; expected whole numbers from 0 to 13"),
        ([5, -1], "source.* holds -1; expected whole numbers from 0 to 13"),
        ([5, 6.5], "source.* holds 6.5; expected whole numbers"),
    ],
)
def test_sources_that_cannot_be_read_are_refused(untrained, source, message):
    with pytest.raises(ValueError, match=message):
        translate(untrained, [source])
    with pytest.raises(ValueError, match=message):
        attention_weights(untrained, source, [5])


def test_settings_and_targets_out_of_range_are_refused(untrained):
    for name in ("beam_width", "batch_size"):
        with pytest.raises(ValueError, match=f"{name} is 0; expected 1 or more"):
            translate(untrained, [[5]], **{name: 0})
    with pytest.raises(ValueError, match="target holds 15; expected .* from 0 to 14"):
        attention_weights(untrained, [5], [15])
    with pytest.raises(ValueError, match="epochs is 0; expected 1 or more"):
        train_translator(untrained, ([[5]], [[5]]), ([[5]], [[5]]), epochs=0)
    with pytest.raises(ValueError, match="units is 0; expected 1 or more"):
        encoder_decoder(SIZES, units=0)
