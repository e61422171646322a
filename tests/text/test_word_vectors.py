"""Claims about word vectors from counts."""

import numpy as np
import pytest

from rnn_utils.text.word_vectors import ppmi_svd

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
