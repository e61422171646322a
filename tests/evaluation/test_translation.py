"""Claims about BLEU by counts: it is sacrebleu's."""

import numpy as np
import pytest

sacrebleu = pytest.importorskip("sacrebleu")

from rnn_utils.evaluation.translation import bleu, bleu_counts  # noqa: E402

REFERENCES = [
    "El gato se sentó en la mesa.",
    "¿Qué hora es?",
    "No.",
    "Hace mucho frío.",
]
SYSTEM = ["El gato está en la mesa.", "¿Qué es la hora?", "No.", "Hace frío."]


@pytest.mark.parametrize("count", [4, 3, 1])
def test_the_sum_of_the_counts_gives_the_score_of_sacrebleu(count):
    ours = bleu(bleu_counts(SYSTEM[:count], REFERENCES[:count]))
    theirs = sacrebleu.corpus_bleu(SYSTEM[:count], [REFERENCES[:count]]).score
    np.testing.assert_allclose(ours, theirs)


@pytest.mark.parametrize("order", [1, 2, 3])
def test_shorter_n_grams_alone_can_be_counted(order):
    ours = bleu(bleu_counts(SYSTEM, REFERENCES), order)
    metric = sacrebleu.BLEU(max_ngram_order=order)
    np.testing.assert_allclose(ours, metric.corpus_score(SYSTEM, [REFERENCES]).score)


def test_a_sentence_is_a_row():
    counts = bleu_counts(SYSTEM, REFERENCES)
    assert counts.shape == (4, 10)
    # "No." has two tokens and no third.
    np.testing.assert_array_equal(counts[2], [2, 1, 0, 0, 2, 1, 0, 0, 2, 2])


def test_the_references_themselves_are_perfect():
    np.testing.assert_allclose(bleu(bleu_counts(REFERENCES, REFERENCES)), 100)


def test_nothing_written_scores_nothing():
    assert bleu(bleu_counts(["", ""], REFERENCES[:2])) == 0


def test_each_translation_needs_its_reference():
    with pytest.raises(ValueError, match="references has 2 entries; expected .* 1 hyp"):
        bleu_counts(["No."], REFERENCES[:2])


def test_one_str_is_not_taken_for_many_sentences():
    with pytest.raises(ValueError, match="hypotheses is 'No.'; expected a list of str"):
        bleu_counts("No.", "No.")
    with pytest.raises(ValueError, match="references is 'No.'; expected a list of str"):
        bleu_counts(["N", "o", "."], "No.")


def test_no_sentences_score_nothing():
    counts = bleu_counts([], [])
    assert counts.shape == (0, 10) and bleu(counts) == 0


@pytest.mark.parametrize(
    ("changed", "order", "message"),
    [
        (lambda counts: counts[0], 4, r"counts has the shape \(10,\); expected 2"),
        (lambda counts: counts[:, 1:], 4, r"counts has the shape \(4, 9\); expected"),
        (lambda counts: counts + 0.5, 4, "counts holds .*.5; expected whole numbers"),
        (lambda counts: -counts, 4, "counts holds -.*; expected whole numbers from 0"),
        (lambda counts: counts, 5, "order is 5; expected 1 to 4"),
        (lambda counts: counts, 0, "order is 0; expected 1 to 4"),
    ],
)
def test_what_are_no_counts_of_bleu_is_refused(changed, order, message):
    with pytest.raises(ValueError, match=message):
        bleu(changed(bleu_counts(SYSTEM, REFERENCES)), order)


def test_narrow_counts_do_not_run_over():
    counts = np.tile(bleu_counts(SYSTEM, REFERENCES), (40, 1))
    np.testing.assert_allclose(bleu(counts.astype(np.int8)), bleu(counts))
