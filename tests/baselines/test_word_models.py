"""Claims about whole-word models: the best path of all, learnt from whole words."""

import itertools

import numpy as np
import pytest

from rnn_utils.baselines import WordModels

random = np.random.default_rng(0)


def templates(words, states, features=3):
    return {word: 3 * random.normal(size=(states, features)) for word in words}


def spoken(template, rng, noise=0.3):
    """A word at a speed of its own: every state once or twice, with noise."""
    places = np.repeat(np.arange(len(template)), rng.integers(1, 3, len(template)))
    return template[places] + noise * rng.normal(size=(len(places), template.shape[1]))


def reading_by_trying(model, utterance, penalty):
    """Tries every way to cut the utterance, every word and every path."""
    densities, count = model._log_densities(utterance), model._states

    def fit(word, start, end):
        best = -np.inf
        for moves in itertools.product((0, 1, 2), repeat=end - start - 1):
            path = np.cumsum([0, *moves])
            if path[-1] == count - 1:
                total = densities[np.arange(start, end), word * count + path].sum()
                best = max(best, total)
        return best

    best = (-np.inf, None)
    for parts in range(1, len(utterance) + 1):
        for cuts in itertools.combinations(range(1, len(utterance)), parts - 1):
            score, found = 0.0, []
            for start, end in itertools.pairwise([0, *cuts, len(utterance)]):
                fits = [fit(word, start, end) for word in range(len(model._words))]
                score += max(fits) - penalty
                found.append(model._words[int(np.argmax(fits))])
            best = max(best, (score, found), key=lambda option: option[0])
    return best[1]


@pytest.mark.parametrize("penalty", [0, 2, 20])
def test_the_best_of_all_paths_is_found(penalty):
    rng = np.random.default_rng(1)
    made = templates("abc", 3)
    recordings = [spoken(made[word], rng) for word in "abcabcabc"]
    model = WordModels(recordings, list("abcabcabc"), states=3, components=1)
    for length in (2, 4, 6, 7):
        utterance = 3 * rng.normal(size=(length, 3))
        expected = reading_by_trying(model, utterance, penalty)
        assert model.read([utterance], penalty) == [expected]


def test_strings_of_new_recordings_are_read():
    rng = np.random.default_rng(2)
    words = ["one", "two", "three", "four"]
    made = templates(words, 5)
    training = [(word, spoken(made[word], rng)) for word in words * 12]
    names, recordings = zip(*training, strict=True)
    model = WordModels(recordings, names, states=5, components=2)
    said = [list(rng.choice(words, size)) for size in (1, 3, 5, 2)]
    utterances = [
        np.concatenate([spoken(made[word], rng) for word in string]) for string in said
    ]
    assert model.read(utterances, penalty=5) == said


def test_recordings_are_cut_where_the_word_changes_and_not_in_equal_parts():
    # Two sounds, of which the first fills four fifths of every recording.
    rng = np.random.default_rng(3)
    recordings = []
    for _ in range(8):
        sounds = np.repeat([[0.0], [9.0]], [16, 4], axis=0)
        recordings.append(sounds + 0.1 * rng.normal(size=sounds.shape))
    model = WordModels(recordings, ["ab"] * 8, states=2, components=1)
    assert model._means[:, 0, 0] == pytest.approx([0, 9], abs=0.2)


def test_a_mixture_keeps_two_ways_to_say_a_word_apart():
    rng = np.random.default_rng(4)
    sides = np.repeat([-4.0, 4.0], 40)
    both = [np.full((2, 1), side) + rng.normal(size=(2, 1)) / 4 for side in sides]
    between = [rng.normal(size=(2, 1)) / 4 for _ in sides]
    names = ["either"] * 80 + ["between"] * 80
    model = WordModels(both + between, names, states=1, components=2)
    assert model.read([[[4.0]], [[-4.0]], [[0.0]]], 1) == [
        ["either"],
        ["either"],
        ["between"],
    ]


def test_too_short_recordings_are_left_out():
    rng = np.random.default_rng(5)
    made = templates("ab", 4)
    recordings = [spoken(made[word], rng) for word in "abababab"]
    names = list("abababab")
    short = [np.full((2, 3), 99.0)]
    one = WordModels(recordings, names, states=4, components=1)
    other = WordModels(recordings + short, [*names, "a"], states=4, components=1)
    assert np.array_equal(one._means, other._means)


def test_a_larger_penalty_gives_fewer_words():
    rng = np.random.default_rng(6)
    made = templates("abc", 2)
    recordings = [spoken(made[word], rng) for word in "abcabc"]
    model = WordModels(recordings, list("abcabc"), states=2, components=1)
    utterance = rng.normal(size=(24, 3))
    counts = [len(model.read([utterance], p)[0]) for p in (0, 3, 30, 3000)]
    assert counts == sorted(counts, reverse=True)
    assert counts[0] > counts[-1] == 1


def two(**options):
    return WordModels([np.eye(3), np.ones((4, 3))], "ab", **{"states": 2, **options})


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: WordModels([], []), "recordings is empty"),
        (lambda: WordModels([np.zeros((2, 3))], []), "words has 0 entries"),
        (lambda: two(states=0), "states is 0"),
        (lambda: two(components=0), "components is 0"),
        (lambda: two(states=9), "recordings of 'a' have fewer than 5 steps"),
        (
            lambda: WordModels([np.zeros((2, 3)), np.zeros((2, 4))], "ab", states=2),
            r"recordings\[1\] has 4 features; expected 3, as the first",
        ),
        (lambda: WordModels([np.full((2, 3), np.nan)], "a", states=2), "recordings"),
        (
            lambda: two().read([np.zeros((2, 4))], 1),
            r"utterances\[0\] has 4 features; expected 3, as the recordings",
        ),
        (
            lambda: two().read([np.zeros((1, 3))], 1),
            r"utterances\[0\] has 1 steps; expected at least 2",
        ),
        (
            lambda: two().read([np.zeros((2, 3))], -1),
            "penalty is -1; expected a number of 0 or more",
        ),
    ],
)
def test_what_does_not_fit_is_refused(call, message):
    with pytest.raises(ValueError, match=message):
        call()
