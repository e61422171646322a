"""Claims about counting spans: both ends and the kind must be right."""

import numpy as np
import pytest

from rnn_utils.evaluation.spans import span_counts, span_errors, span_f1
from rnn_utils.text.spans import spans_of

LABELS = ["O", "B-NAME", "I-NAME", "B-TITLE", "I-TITLE"]


def test_a_span_counts_when_both_ends_and_the_kind_are_right():
    gold = [[(0, 2, "A"), (3, 4, "B")], [(1, 2, "A")], []]
    predicted = [[(0, 2, "A"), (3, 4, "A"), (5, 6, "A")], [(0, 2, "A")], []]
    counts = span_counts(gold, predicted)
    assert counts.tolist() == [[1, 3, 2], [0, 1, 1], [0, 0, 0]]
    assert span_f1(counts) == pytest.approx(2 / 7)
    assert span_f1(counts[2:]) == 0


def test_f1_is_that_of_seqeval():
    f1_score = pytest.importorskip("seqeval.metrics").f1_score
    rng = np.random.default_rng(0)
    gold, predicted = (
        [[LABELS[i] for i in rng.integers(5, size=12)] for _ in range(40)]
        for _ in range(2)
    )
    counts = span_counts(map_spans(gold), map_spans(predicted))
    assert span_f1(counts) == pytest.approx(f1_score(gold, predicted))


def map_spans(sentences):
    return [spans_of(labels) for labels in sentences]


def test_a_missing_sentence_is_refused():
    with pytest.raises(ValueError, match="predicted has 0 sentences; expected 1"):
        span_counts([[]], [])


@pytest.mark.parametrize(
    ("predicted", "errors"),
    [
        ((2, 4, "A"), []),
        ((2, 4, "B"), [("wrong kind", (2, 4, "B"))]),
        ((2, 3, "A"), [("wrong ends", (2, 3, "A"))]),
        ((1, 6, "B"), [("wrong ends", (1, 6, "B"))]),
        ((4, 5, "A"), [("missed", (2, 4, "A")), ("invented", (4, 5, "A"))]),
        ((0, 2, "A"), [("invented", (0, 2, "A")), ("missed", (2, 4, "A"))]),
    ],
)
def test_an_error_is_named(predicted, errors):
    assert span_errors([(2, 4, "A")], [predicted]) == errors


def test_every_predicted_span_is_right_or_one_error():
    rng = np.random.default_rng(0)
    for _ in range(50):
        gold, predicted = (
            spans_of([LABELS[i] for i in rng.integers(5, size=9)]) for _ in range(2)
        )
        ((right, count, _),) = span_counts([gold], [predicted])
        named = [error for error, _ in span_errors(gold, predicted)]
        assert len(named) - named.count("missed") == count - right


def test_no_sentences_have_no_spans():
    counts = span_counts([], [])
    assert counts.shape == (0, 3) and span_f1(counts) == 0


@pytest.mark.parametrize(
    ("counts", "message"),
    [
        ([1, 2, 2], r"counts has the shape \(3,\); expected \(sentences, 3\)"),
        ([[1, 2]], r"counts has the shape \(1, 2\); expected \(sentences, 3\)"),
        ([[1, np.nan, 2]], "counts holds nan; expected finite numbers"),
    ],
)
def test_what_are_no_counts_of_spans_is_refused(counts, message):
    with pytest.raises(ValueError, match=message):
        span_f1(counts)


def test_narrow_counts_do_not_run_over():
    counts = np.full((9, 3), 100, np.int8)
    assert span_f1(counts) == 1
