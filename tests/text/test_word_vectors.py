"""Claims about word vectors from counts."""

import numpy as np
import pytest

from rnn_utils.text.word_vectors import association_vectors, ppmi_svd

CATS, DOGS, FILL = [2, 3], [4, 5], [6, 7, 8, 9]


def made_up_text(seed=0):
    """Tokens 2 and 3 stand beside 6 and 7, tokens 4 and 5 beside 8 and 9."""
    rng = np.random.default_rng(seed)
    sentences = []
    for _ in range(400):
        animals, verbs = (CATS, FILL[:2]) if rng.random() < 0.5 else (DOGS, FILL[2:])
        sentences.append(np.array([rng.choice(animals), rng.choice(verbs)]))
    return sentences


def test_words_of_the_same_company_get_similar_vectors():
    vectors = ppmi_svd(made_up_text(), vocabulary_size=10, units=3)
    normed = vectors / (np.linalg.norm(vectors, axis=1, keepdims=True) + 1e-9)
    assert normed[2] @ normed[3] > 0.9 > 0.5 > abs(normed[2] @ normed[4])


def test_padding_and_unknown_words_get_zeros():
    text = [np.concatenate([[1, 0], sentence]) for sentence in made_up_text()]
    vectors = ppmi_svd(text, vocabulary_size=10, units=3)
    np.testing.assert_allclose(vectors[:2], 0, atol=1e-6)


def test_sentences_are_not_each_others_context():
    apart = [np.array([2]), np.array([4]), np.array([6, 7])] * 20
    vectors = ppmi_svd(apart, vocabulary_size=10, units=2)
    np.testing.assert_allclose(vectors[[2, 4]], 0, atol=1e-6)
    assert np.abs(vectors[6]).max() > 0.01


def test_the_scale_suits_an_embedding_and_the_seed_repeats_it():
    first, twin = (ppmi_svd(made_up_text(), 10, 3) for _ in range(2))
    assert first.dtype == np.float32
    assert first.std() == pytest.approx(0.1, rel=1e-3)
    np.testing.assert_array_equal(first, twin)


@pytest.mark.parametrize("units", [0, 10])
def test_units_out_of_range_are_refused(units):
    with pytest.raises(ValueError, match=f"units is {units}; expected"):
        ppmi_svd(made_up_text(), vocabulary_size=10, units=units)


SIZES = (14, 15)


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
