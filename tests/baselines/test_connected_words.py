"""Claims about connected words: the cheapest way of all, found in one pass."""

import itertools

import numpy as np
import pytest

from rnn_utils.baselines import ConnectedWords

random = np.random.default_rng(0)


def cheapest_alignment(query, reference):
    """The cost of a whole reference laid over a stretch, over all allowed paths."""
    best = np.inf
    for moves in itertools.product((0, 1, 2), repeat=len(query) - 1):
        places = np.cumsum([0, *moves])
        if places[-1] == len(reference) - 1:
            distances = np.linalg.norm(query - reference[places], axis=1)
            best = min(best, distances.sum())
    return best


def cheapest_reading(query, references, words, penalty):
    """Tries every way to cut the query, and every reference on each part."""
    best = (np.inf, None, None)
    for count in range(1, len(query) + 1):
        for cuts in itertools.combinations(range(1, len(query)), count - 1):
            bounds = [0, *cuts, len(query)]
            cost, found = 0.0, []
            for start, end in itertools.pairwise(bounds):
                fits = [cheapest_alignment(query[start:end], r) for r in references]
                cost += min(fits) + penalty
                found.append(words[int(np.argmin(fits))])
            best = min(best, (cost, found, bounds[:-1]), key=lambda option: option[0])
    return best[1:]


@pytest.mark.parametrize(("penalty", "most"), [(0.01, 7), (0.5, 4), (50.0, 1)])
def test_the_cheapest_of_all_ways_is_found(penalty, most):
    lengths = (1, 1, 2, 2, 3, 4)
    references = [random.normal(size=(length, 2)) for length in lengths]
    reader = ConnectedWords(references, list("abcdef"))
    counts = []
    for length in (1, 2, 3, 4, 5, 6, 7):
        query = random.normal(size=(length, 2))
        expected = cheapest_reading(query, references, list("abcdef"), penalty)
        assert reader.read(query, penalty) == tuple(expected)
        counts.append(len(expected[0]))
    assert 1 <= max(counts) <= most
    assert (max(counts) == 1) == (penalty == 50)


def test_joined_recordings_are_read_back_with_their_borders():
    references = [random.normal(size=(length, 4)) for length in (5, 8, 6)]
    reader = ConnectedWords(references, ["one", "two", "three"])
    slow = np.repeat(references[1], 2, axis=0)  # Half as fast.
    fast = references[2][[0, 2, 4, 5]]
    utterance = np.concatenate([references[0], slow, fast, references[0]])
    words, starts = reader.read(utterance, penalty=0.1)
    assert words == ["one", "two", "three", "one"]
    assert starts == [0, 5, 21, 25]


def test_a_larger_penalty_gives_fewer_words():
    references = [random.normal(size=(3, 2)) for _ in range(20)]
    reader = ConnectedWords(references, list(range(20)))
    query = random.normal(size=(30, 2))
    counts = [len(reader.read(query, penalty)[0]) for penalty in (0, 1, 3, 30)]
    assert counts == sorted(counts, reverse=True)
    assert counts[0] > counts[-1]


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: ConnectedWords([], []), "references"),
        (lambda: ConnectedWords([np.zeros((2, 3))], []), "words"),
        (
            lambda: ConnectedWords([np.zeros((2, 3)), np.zeros((2, 4))], "ab"),
            r"references\[1\] has 4 features; expected 3, as the first",
        ),
        (lambda: ConnectedWords([np.full((2, 3), np.nan)], "a"), "references"),
        (
            lambda: ConnectedWords([np.zeros((2, 3))], "a").read(np.zeros((2, 4)), 1),
            "utterance has 4 features; expected 3, as the references",
        ),
        (
            lambda: ConnectedWords([np.zeros((2, 3))], "a").read(np.zeros((0, 3)), 1),
            "utterance",
        ),
        (
            lambda: ConnectedWords([np.zeros((2, 3))], "a").read(np.zeros((2, 3)), -1),
            "penalty is -1; expected a number of 0 or more",
        ),
    ],
)
def test_what_does_not_fit_is_refused(call, message):
    with pytest.raises(ValueError, match=message):
        call()
