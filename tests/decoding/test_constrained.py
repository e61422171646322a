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


with np.errstate(divide="ignore"):
    CERTAIN = np.log(np.array([[0.0, 0.0, 1.0], [0.9, 0.1, 0.0]]))


def test_an_impossible_label_is_better_than_a_forbidden_one():
    first, follows = bio_constraint(["O", "B-a", "I-a"])
    (path,) = viterbi([CERTAIN], first, follows)
    assert path.tolist() == [0, 0]
    # Two impossible labels are worse than one, whatever the others say.
    scores = np.array([[-np.inf, -np.inf, 0], [-np.inf, -9.0, -np.inf], [0, -5, -1]])
    (path,) = viterbi([scores], first, follows)
    assert path.tolist() == [0, 1, 0]


@pytest.mark.parametrize("seed", range(5))
def test_impossible_labels_are_as_few_as_can_be(seed):
    rng = np.random.default_rng(seed)
    first, follows = bio_constraint(LABELS)
    scores = [rng.normal(size=(4, 5)) for _ in range(6)]
    for each in scores:
        each[rng.random(each.shape) < 0.6] = -np.inf
    for each, path in zip(scores, viterbi(scores, first, follows), strict=True):

        def rank(ids, each=each):
            given = each[range(4), ids]
            few = np.isinf(given).sum()
            return few, -given[np.isfinite(given)].sum()

        allowed = [
            ids
            for ids in itertools.product(range(5), repeat=4)
            if allowed_score(np.zeros((4, 5)), ids, first, follows) == 0
        ]
        assert rank(tuple(path)) == pytest.approx(min(map(rank, allowed)))


def test_scores_may_be_as_large_as_floats_are():
    first, follows = bio_constraint(["O", "B-a", "I-a"])
    scores = np.array([[-3e35, -2e35, 0.0], [-1e35, -1e35, 0.0]])
    (path,) = viterbi([scores], first, follows)
    assert path.tolist() == [1, 2]


def test_no_sentences_have_no_paths_and_lists_are_as_good_as_arrays():
    first, follows = bio_constraint(["O", "B-a", "I-a"])
    assert viterbi([], first, follows) == []
    (path,) = viterbi([[[0, 1, 0], [0, 0, 1]]], first.tolist(), follows.tolist())
    assert path.tolist() == [1, 2]


ALL = np.ones(2, bool), np.ones((2, 2), bool)


@pytest.mark.parametrize(
    ("scores", "constraint", "message"),
    [
        (np.full((2, 2), np.nan), ALL, "scores holds nan; expected numbers or -inf"),
        ([[0.0, np.inf]], ALL, "scores holds inf; expected numbers or -inf"),
        (np.zeros((2, 2)), (ALL[0], ~ALL[1]), r"scores\[0\] has 2 words; expected a"),
        (np.zeros((1, 2)), (~ALL[0], ALL[1]), r"scores\[0\] has 1 words; expected a"),
        # The penalties of a log-space constraint, which would be read turned round.
        (
            np.zeros((1, 2)),
            (ALL[0], np.zeros((2, 2))),
            "may_follow .* float64; expected",
        ),
        (np.zeros((1, 2)), (ALL[0], ALL[1][:1]), r"may_follow has the shape \(1, 2\)"),
        (np.zeros((1, 0)), ([], np.zeros((0, 0))), "may_start is empty"),
    ],
)
def test_what_has_no_best_path_is_refused(scores, constraint, message):
    with pytest.raises(ValueError, match=message):
        viterbi([scores], *constraint)


@pytest.mark.parametrize(
    ("labels", "message"),
    [
        ([], "labels is empty; expected at least one label"),
        (["O", "B-a", "O"], "labels is .*; expected each label once"),
        (["O", "PERSON"], "labels holds 'PERSON'; expected O, B-kind"),
    ],
)
def test_labels_that_make_no_constraint_are_refused(labels, message):
    with pytest.raises(ValueError, match=message):
        bio_constraint(labels)
