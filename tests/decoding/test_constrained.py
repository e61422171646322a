"""Claims about decoding under a constraint: the path is the best one allowed."""

import itertools
from itertools import pairwise

import numpy as np
import pytest

from rnn_utils.decoding.constrained import bio_constraint, viterbi
from rnn_utils.text.spans import bio_labels, broken_steps, spans_of

LABELS = ["O", "B-NAME", "I-NAME", "B-TITLE", "I-TITLE"]


def every_sequence(length, labels=LABELS):
    return [list(each) for each in itertools.product(labels, repeat=length)]


def test_the_constraint_allows_exactly_what_spans_can_be_written_as():
    first, follows = bio_constraint(LABELS)
    for labels in every_sequence(3):
        ids = [LABELS.index(label) for label in labels]
        allowed = first[ids[0]] and all(follows[i, j] for i, j in pairwise(ids))
        assert allowed == (bio_labels(spans_of(labels), 3) == labels)
        assert allowed == (broken_steps(labels) == 0)


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
