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
from rnn_utils.text.subwords import END, START
from rnn_utils.text.word_vectors import association_vectors
from rnn_utils.training.batches import PairBatches

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


def test_the_decoder_is_given_what_it_should_have_said():
    sources = [np.array([5, 6, 7]), np.array([8])]
    targets = [np.array([9]), np.array([10, 11])]
    (source, target_in), target_out = PairBatches(sources, targets, 2)[0]
    order = np.argsort(source[:, 1] == 0)
    np.testing.assert_array_equal(source[order], [[5, 6, 7], [8, 0, 0]])
    np.testing.assert_array_equal(target_in[order], [[START, 9, END], [START, 10, 11]])
    np.testing.assert_array_equal(target_out[order], [[9, END, 0], [10, 11, END]])


def test_an_epoch_has_every_short_pair_once_in_a_new_order():
    sources = [np.full(1 + i % 9, 4 + i) for i in range(50)]
    batches = PairBatches(sources, sources, 8, longest=5)

    def epoch():
        return [batches[i][0][0][:, 0] for i in range(len(batches))]

    first = np.concatenate(epoch())
    batches.on_epoch_end()
    second = np.concatenate(epoch())
    expected = [4 + i for i in range(50) if i % 9 < 5]
    assert sorted(first) == sorted(second) == expected
    assert list(first) != list(second)


def test_pairs_must_be_pairs_and_short_enough():
    with pytest.raises(ValueError, match="targets has 1 entries; expected .* 2 source"):
        PairBatches([[5], [6]], [[7]])
    with pytest.raises(
        ValueError, match="longest is 1 for 1 rows; expected at least the length"
    ):
        PairBatches([[5, 6]], [[7]], longest=1)


def test_a_word_and_its_translation_have_like_vectors():
    rng = np.random.default_rng(0)
    sources = [rng.choice(np.arange(4, 14), 3, replace=False) for _ in range(500)]
    targets = [rng.permutation(source) + 1 for source in sources]
    ones, twos = association_vectors(sources, targets, SIZES, 10)
    assert ones.shape == (14, 10) and twos.shape == (15, 10)
    likeness = ones[4:14] @ twos[5:15].T
    np.testing.assert_array_equal(likeness.argmax(axis=1), np.arange(10))
    # Ids that never occur have no association.
    np.testing.assert_allclose(ones[:4], 0, atol=1e-6)


def test_the_product_of_two_vectors_is_the_association():
    rng = np.random.default_rng(1)
    sources = [rng.integers(4, 14, 6) for _ in range(60)]
    targets = [rng.permutation(source)[:4] + 1 for source in sources]
    together = np.zeros(SIZES)
    for source, target in zip(sources, targets, strict=True):
        together[np.ix_(np.unique(source), np.unique(target))] += 1
    shares = together / together.sum()
    with np.errstate(divide="ignore", invalid="ignore"):
        information = np.log(shares / shares.sum(1)[:, None] / shares.sum(0))
    expected = np.where(together > 1, np.maximum(0, information), 0)
    ones, twos = association_vectors(sources, targets, SIZES, 14)
    products = ones @ twos.T
    scale = expected.max() / products.max()
    np.testing.assert_allclose(scale * products, expected, atol=1e-4)


def test_the_first_two_batches_never_have_the_same_shape():
    sources = [np.full(3, 5)] * 20
    batches = PairBatches(sources, sources, 8)
    (first, first_in), first_out = batches[0]
    (second, second_in), second_out = batches[1]
    assert first.shape[1] > second.shape[1] == 3
    assert first_in.shape[1] > second_in.shape[1] == 4
    assert first_out.shape[1] > second_out.shape[1] == 4
