"""Claims about decoding: beam search finds what a search of everything finds."""

import itertools

import numpy as np
import pytest

from rnn_utils.decoding.beam import beam_search

START, END, VOCABULARY, LONGEST = 0, 1, 4, 4


def made_up_step(seed):
    """Log probabilities that depend on the row's number and on all earlier tokens."""

    def step(tokens, states):
        number, past = (np.asarray(state) for state in states)
        past = past * 7 % 1009 + tokens + 1
        rngs = [
            np.random.default_rng((seed, *pair))
            for pair in zip(number, past, strict=True)
        ]
        scores = np.stack([rng.normal(0, 2, VOCABULARY) for rng in rngs])
        total = np.log(np.exp(scores).sum(axis=1, keepdims=True))
        return scores - total, [number, past]

    return step


def states_of(batch):
    return [np.arange(batch), np.zeros(batch, int)]


def score_of(step, row, sequence):
    """Log probability of one whole sequence of one row."""
    states, total, token = [np.array([row]), np.array([0])], 0.0, START
    for following in sequence:
        log_probabilities, states = step(np.array([token]), states)
        total += log_probabilities[0, following]
        token = following
    return total


def best_of_all(step, row, length_power):
    others = [token for token in range(VOCABULARY) if token != END]
    sequences = [
        (*beginning, END)
        for length in range(LONGEST)
        for beginning in itertools.product(others, repeat=length)
    ]
    scores = [score_of(step, row, s) / len(s) ** length_power for s in sequences]
    return list(sequences[np.argmax(scores)][:-1]), max(scores)


def greedy(step, row):
    states, sequence, token = [np.array([row]), np.array([0])], [], START
    while len(sequence) < LONGEST:
        log_probabilities, states = step(np.array([token]), states)
        token = int(log_probabilities[0].argmax())
        if token == END:
            break
        sequence.append(token)
    return sequence


@pytest.mark.parametrize("length_power", [0.0, 0.6, 1.0])
@pytest.mark.parametrize("seed", range(2))
def test_a_wide_beam_finds_the_best_of_all_sequences(seed, length_power):
    step = made_up_step(seed)
    found, scores = beam_search(
        step, states_of(3), START, END, LONGEST, VOCABULARY**LONGEST, length_power
    )
    for row in range(3):
        sequence, score = best_of_all(step, row, length_power)
        assert list(found[row]) == sequence
        np.testing.assert_allclose(scores[row], score)


@pytest.mark.parametrize("seed", range(4))
def test_a_beam_of_one_is_greedy(seed):
    step = made_up_step(seed)
    found, _ = beam_search(step, states_of(6), START, END, LONGEST)
    assert [list(each) for each in found] == [greedy(step, row) for row in range(6)]


def test_scores_are_those_of_the_sequences_found():
    step = made_up_step(9)
    found, scores = beam_search(step, states_of(8), START, END, 30, 3, 0.6)
    for row, (sequence, score) in enumerate(zip(found, scores, strict=True)):
        whole = [*sequence, END]
        expected = score_of(step, row, whole) / len(whole) ** 0.6
        np.testing.assert_allclose(score, expected)


def test_rows_do_not_depend_on_their_batch():
    step = made_up_step(3)
    together, _ = beam_search(step, states_of(5), START, END, LONGEST, 3, 0.6)
    for row in range(5):
        states = [state[row : row + 1] for state in states_of(5)]
        (alone,), _ = beam_search(step, states, START, END, LONGEST, 3, 0.6)
        np.testing.assert_array_equal(alone, together[row])


def test_states_move_with_their_beginnings_in_any_structure():
    def step(tokens, states):
        # The second best first token leads to the best sequence.
        best = {0: [0, 0, 0.6, 0.4], 2: [0, 0.3, 0.4, 0.3], 3: [0, 0.9, 0.1, 0]}
        seen = np.asarray(states["seen"]) + tokens
        log_probabilities = np.log(np.array([best[token] for token in tokens]) + 1e-9)
        return log_probabilities, {"seen": seen}

    states = {"seen": np.zeros(1, int)}
    (narrow,), _ = beam_search(step, states, 0, END, 5)
    (wide,), _ = beam_search(step, states, 0, END, 5, beam_width=2)
    assert list(wide) == [3]
    assert list(narrow) == [2, 2, 2, 2, 2]


@pytest.mark.parametrize("name", ["beam_width", "max_steps"])
def test_a_search_of_nothing_is_refused(name):
    options = {"max_steps": 3, name: 0}
    with pytest.raises(ValueError, match=f"{name} is 0; expected 1 or more"):
        beam_search(made_up_step(0), states_of(1), START, END, **options)


def constant(log_probabilities):
    """A step that always gives the same."""
    return lambda tokens, states: (
        np.tile(log_probabilities, (len(tokens), 1)).astype("float32"),
        states,
    )


@pytest.mark.parametrize("beam_width", [1, 2])
def test_what_is_impossible_is_not_found_and_the_score_says_so(beam_width):
    with np.errstate(divide="ignore"):
        only_two = np.log([0.0, 0.0, 1.0, 0.0])
        nothing = np.full(4, -np.inf)
    (found,), scores = beam_search(
        constant(only_two), states_of(1), START, END, 3, beam_width
    )
    assert list(found) == [2, 2, 2] and scores[0] == 0
    _, scores = beam_search(constant(nothing), states_of(1), START, END, 3, beam_width)
    assert scores[0] == -np.inf


def test_no_rows_have_no_sequences():
    found, scores = beam_search(made_up_step(0), states_of(0), START, END, 3, 2)
    assert found == [] and scores.shape == (0,)


FAIR = np.log(np.full(4, 0.25))


@pytest.mark.parametrize(
    ("step", "options", "message"),
    [
        (
            constant(FAIR * np.nan),
            {},
            "step gives the log probability nan; expected up",
        ),
        (constant([np.nan, 0, -1, -2]), {}, "step gives the log probability nan"),
        # Logits, or probabilities.
        (constant([3.0, 1, 0, 0]), {}, "step gives the log probability 3.0; expected"),
        (constant(FAIR), {"end": 4}, r"the shape \(1, 4\); expected \(1, vocabulary\)"),
        (
            constant(FAIR),
            {"end": 1.5},
            "end is 1.5; expected a whole number, 0 or more",
        ),
        (constant(FAIR), {"start": -1}, "start is -1; expected 0 or more"),
        (
            constant(FAIR),
            {"max_steps": 2.5},
            "max_steps is 2.5; expected a whole number",
        ),
        (constant(FAIR), {"length_penalty": np.nan}, "length_penalty is nan; expected"),
        (constant(FAIR), {"states": []}, r"states have \[\] rows; expected"),
        (
            constant(FAIR),
            {"states": [np.zeros(2), np.zeros(3)]},
            r"states have \[\(2,\), \(3,\)\] rows; expected .* the same",
        ),
        (
            lambda tokens, states: (np.zeros((len(tokens), 1, 4)), states),
            {},
            r"step gives log probabilities of the shape \(1, 1, 4\)",
        ),
    ],
)
def test_a_step_or_a_setting_that_misleads_the_search_is_refused(
    step, options, message
):
    options = {
        "states": states_of(1),
        "start": START,
        "end": END,
        "max_steps": 3,
        **options,
    }
    with pytest.raises(ValueError, match=message):
        beam_search(step, **options)
