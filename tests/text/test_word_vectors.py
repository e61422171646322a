"""Claims about word vectors from counts."""

import numpy as np
import pytest
from scipy import sparse

from rnn_utils.text.word_vectors import association_vectors, ppmi, ppmi_svd

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


@pytest.mark.parametrize(
    ("sequences", "options", "message"),
    [
        ([np.array([2, 10])], {}, "sequences holds 10; expected .* from 0 to 9"),
        ([np.array([2, -3])], {}, "sequences holds -3; expected .* from 0 to 9"),
        ([np.array([2, 2.5])], {}, "sequences holds 2.5; expected whole numbers"),
        ([np.array([2, 3])], {"window": 0}, "window is 0; expected 1 or more"),
        ([], {}, "sequences have no association; expected two known tokens"),
        ([np.array([2]), np.array([3])], {}, "sequences have no association"),
        ([np.array([2, 2, 2])], {}, "sequences have no association"),
        ([[], [0, 1, 2]], {}, "sequences have no association"),
    ],
)
def test_text_that_tells_nothing_is_refused(sequences, options, message):
    with pytest.raises(ValueError, match=message):
        ppmi_svd(sequences, 10, 3, **options)


def test_an_empty_sequence_changes_nothing():
    text = made_up_text()
    np.testing.assert_array_equal(
        ppmi_svd([[], *text, []], 10, 3), ppmi_svd(text, 10, 3)
    )


def test_counts_are_not_lost_in_the_sums_of_a_narrow_type():
    counts = sparse.csr_matrix(np.array([[0, 90_000], [90_000, 1]], np.int32))
    totals = np.array([90_000, 90_001], np.int32)
    wide = ppmi(counts.astype(float), totals.astype(float), totals.astype(float))
    np.testing.assert_array_equal(
        ppmi(counts, totals, totals).toarray(), wide.toarray()
    )
    assert wide.toarray()[0, 1] == pytest.approx(np.log(2), rel=1e-4)


@pytest.mark.parametrize(
    ("counts", "totals", "message"),
    [
        ([[0, -1], [1, 0]], [1, 1], "counts holds -1.0; expected 0 or more"),
        ([[0, np.nan], [1, 0]], [1, 1], "counts holds nan; expected finite"),
        ([[0, 1], [1, 0]], [1, 0], "row_totals is .*; expected .* above 0"),
        ([[0, 1], [1, 0]], [1, 1, 1], r"row_totals is .*; expected the shape \(2,\)"),
    ],
)
def test_counts_without_an_association_are_refused(counts, totals, message):
    with pytest.raises(ValueError, match=message):
        ppmi(sparse.csr_matrix(np.array(counts)), np.array(totals), np.array(totals))


@pytest.mark.parametrize(
    ("sources", "targets", "features", "message"),
    [
        ([[4, 5]], [], 3, "targets has 0 entries; expected one for each of the 1 sou"),
        ([[4, 14]] * 2, [[5]] * 2, 3, "sources holds 14; expected .* from 0 to 13"),
        ([[4]] * 2, [[5, -1]] * 2, 3, "targets holds -1; expected .* from 0 to 14"),
        ([[4]] * 2, [[5]] * 2, 0, "features is 0; expected 1 to 14"),
        ([[4]] * 2, [[5]] * 2, 15, "features is 15; expected 1 to 14"),
        ([], [], 3, "sources and targets have no association"),
        ([[4], [6]], [[5], [7]], 3, "sources and targets have no association"),
    ],
)
def test_pairs_that_tell_nothing_are_refused(sources, targets, features, message):
    with pytest.raises(ValueError, match=message):
        association_vectors(sources, targets, SIZES, features)


def test_an_empty_sentence_among_pairs_is_left_out():
    pairs = [[4, 5], [6, 5], [7], []] * 3, [[5, 6], [7, 6], [8], []] * 3
    ones, _ = association_vectors(*pairs, SIZES, 3)
    assert np.isfinite(ones).all()
