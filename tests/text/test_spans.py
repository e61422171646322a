"""Claims about spans: labels there and back, the best path, what counts as right."""

import itertools
from itertools import pairwise

import numpy as np
import pytest

from rnn_utils.baselines.gazetteer import longest_matches, phrase_list
from rnn_utils.decoding.constrained import bio_constraint, viterbi
from rnn_utils.evaluation.spans import span_counts, span_errors, span_f1
from rnn_utils.text.spans import bio_labels, broken_steps, spans_of

LABELS = ["O", "B-NAME", "I-NAME", "B-TITLE", "I-TITLE"]


def every_sequence(length, labels=LABELS):
    return [list(each) for each in itertools.product(labels, repeat=length)]


def test_spans_come_back_from_their_labels():
    spans = [(0, 1, "NAME"), (1, 3, "NAME"), (4, 6, "TITLE")]
    labels = bio_labels(spans, 7)
    assert labels == ["B-NAME", "B-NAME", "I-NAME", "O", "B-TITLE", "I-TITLE", "O"]
    assert spans_of(labels) == spans
    assert bio_labels([], 2) == ["O", "O"]
    assert spans_of([]) == []


def test_spans_are_those_of_seqeval_for_every_short_sequence():
    get_entities = pytest.importorskip("seqeval.metrics.sequence_labeling").get_entities
    for labels in every_sequence(4):
        theirs = [(start, last + 1, kind) for kind, start, last in get_entities(labels)]
        assert spans_of(labels) == theirs


def test_the_older_scheme_is_read_too():
    iob1 = ["I-PER", "I-PER", "O", "I-LOC", "B-LOC"]
    assert spans_of(iob1) == [(0, 2, "PER"), (3, 4, "LOC"), (4, 5, "LOC")]


def test_a_kind_may_hold_a_hyphen():
    spans = [(0, 2, "due-date")]
    assert spans_of(bio_labels(spans, 2)) == spans


@pytest.mark.parametrize("spans", [[(0, 3, "A")], [(1, 1, "A")], [(0, 2, "A")] * 2])
def test_spans_that_cannot_be_written_are_refused(spans):
    with pytest.raises(ValueError, match="spans holds .* no word in two spans"):
        bio_labels(spans, 2)


@pytest.mark.parametrize("label", ["NAME", "B-", "X-NAME", ""])
def test_a_label_of_another_form_is_refused(label):
    with pytest.raises(ValueError, match="labels holds .*; expected O, B-kind"):
        spans_of(["O", label])


def test_the_constraint_allows_exactly_what_spans_can_be_written_as():
    first, follows = bio_constraint(LABELS)
    for labels in every_sequence(3):
        ids = [LABELS.index(label) for label in labels]
        allowed = first[ids[0]] and all(follows[i, j] for i, j in pairwise(ids))
        assert allowed == (bio_labels(spans_of(labels), 3) == labels)
        assert allowed == (broken_steps(labels) == 0)


def test_every_broken_step_counts():
    assert broken_steps(["I-NAME", "I-TITLE", "O", "I-NAME", "I-NAME"]) == 3


def allowed_score(scores, ids, first, follows):
    if not first[ids[0]] or not all(follows[i, j] for i, j in pairwise(ids)):
        return -np.inf
    return sum(scores[t, label] for t, label in enumerate(ids))


@pytest.mark.parametrize("seed", range(5))
def test_viterbi_finds_what_trying_every_sequence_finds(seed):
    rng = np.random.default_rng(seed)
    first, follows = bio_constraint(LABELS)
    scores = [rng.normal(size=(length, 5)) for length in (1, 4, 2, 5, 3)]
    for each, path in zip(scores, viterbi(scores, first, follows), strict=True):
        best = max(
            itertools.product(range(5), repeat=len(each)),
            key=lambda ids: allowed_score(each, ids, first, follows),
        )
        assert tuple(path) == best


def test_without_a_constraint_viterbi_takes_each_words_best_label():
    scores = [np.random.default_rng(0).normal(size=(n, 4)) for n in range(1, 600)]
    paths = viterbi(scores, np.ones(4, bool), np.ones((4, 4), bool))
    for each, path in zip(scores, paths, strict=True):
        np.testing.assert_array_equal(path, each.argmax(axis=1))


def test_decoded_labels_are_never_broken():
    scores = [np.random.default_rng(1).normal(size=(30, 5)) for _ in range(50)]
    greedy = [[LABELS[i] for i in each.argmax(1)] for each in scores]
    assert sum(map(broken_steps, greedy)) > 0
    for path in viterbi(scores, *bio_constraint(LABELS)):
        assert broken_steps([LABELS[i] for i in path]) == 0


@pytest.mark.parametrize("shape", [(0, 5), (3, 4), (5,)])
def test_scores_of_another_shape_are_refused(shape):
    with pytest.raises(ValueError, match=r"scores\[0\] has the shape"):
        viterbi([np.zeros(shape)], *bio_constraint(LABELS))


def test_the_longest_listed_phrase_wins_from_left_to_right():
    phrases = {("new",): "A", ("new", "york"): "B", ("york", "times", "square"): "C"}
    words = ["a", "new", "york", "times", "square", "and", "new", "jersey"]
    assert longest_matches([words, []], phrases) == [[(1, 3, "B"), (6, 7, "A")], []]
    assert longest_matches([words], {}) == [[]]


def test_a_phrase_that_is_seldom_a_span_is_not_listed():
    sentences = [["may", "came"], ["it", "may"], ["it", "may"], ["in", "may"]]
    labels = [["B-NAME", "O"], ["O", "O"], ["O", "O"], ["O", "B-NAME"]]
    assert phrase_list(sentences, labels, min_share=0.5) == {("may",): "NAME"}
    assert phrase_list(sentences, labels, min_share=0.6) == {}


def test_a_phrase_has_its_most_frequent_kind():
    sentences = [["york"]] * 3
    labels = [["B-CITY"], ["B-DUKE"], ["B-CITY"]]
    assert phrase_list(sentences, labels) == {("york",): "CITY"}


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
