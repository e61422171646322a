"""Claims about spans: labels there and back."""

import itertools

import pytest

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


@pytest.mark.parametrize("kind", ["", None, 3])
def test_a_kind_that_would_not_come_back_is_refused(kind):
    with pytest.raises(
        ValueError, match="spans holds .* expected a kind that is a str"
    ):
        bio_labels([(0, 1, kind)], 2)


def test_a_negative_number_of_words_is_refused():
    with pytest.raises(ValueError, match="length is -1; expected 0 or more"):
        bio_labels([], -1)


@pytest.mark.parametrize("of", [spans_of, broken_steps])
@pytest.mark.parametrize("label", ["NAME", "B-", "I-", "X-NAME", "", None, 3])
def test_a_label_of_another_form_is_refused(label, of):
    with pytest.raises(ValueError, match="labels holds .*; expected O, B-kind"):
        of(["O", label])


def test_every_broken_step_counts():
    assert broken_steps(["I-NAME", "I-TITLE", "O", "I-NAME", "I-NAME"]) == 3
