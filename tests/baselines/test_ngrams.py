"""Claims about counting: the probabilities are those of the formula."""

import numpy as np
import pytest

from rnn_utils.baselines.ngrams import Ngrams

# 1 is the start and the stop; "2 2 3" and "2 3".
SEQUENCES = np.array([[1, 2, 2, 3, 1], [1, 2, 3, 1, 0]])


def by_hand(context, symbol, order, strength):
    """The formula, recursively, with counts of slices."""
    if order == 0:
        return 1 / 3
    context = tuple(context[max(0, len(context) - order + 1) :])
    rows = [[s for s in row if s] for row in SEQUENCES.tolist()]
    followers = [
        row[i]
        for row in rows
        for i in range(1, len(row))
        if tuple(row[max(0, i - order + 1) : i]) == context
    ]
    shorter = by_hand(context[1:] if order > 1 else (), symbol, order - 1, strength)
    if len(context) < order - 1:  # The start is nearer than the pattern is long.
        shorter = by_hand(context, symbol, order - 1, strength)
    if not followers:
        return shorter
    weight = strength * len(set(followers))
    return (followers.count(symbol) + weight * shorter) / (len(followers) + weight)


@pytest.mark.parametrize("order", [1, 2, 3, 4])
@pytest.mark.parametrize("strength", [0.5, 1.0, 3.0])
@pytest.mark.parametrize("context", [[1], [1, 2], [1, 2, 2], [1, 3, 3, 2], [1, 1]])
def test_probabilities_are_those_of_the_formula(order, strength, context):
    model = Ngrams(SEQUENCES, 4, symbols=3)
    found = model.distribution(context, order, strength)
    expected = [by_hand(context, symbol, order, strength) for symbol in (1, 2, 3)]
    np.testing.assert_allclose(found, expected)
    assert found.sum() == pytest.approx(1)


def test_surprisal_is_the_distribution_step_by_step_and_zero_at_padding():
    model = Ngrams(SEQUENCES, 3, symbols=3)
    bits = model.surprisal(SEQUENCES, strength=2.0)
    row = [
        -np.log2(model.distribution([1, 2, 3, 1][:i], strength=2.0)[symbol - 1])
        for i, symbol in ((1, 2), (2, 3), (3, 1))
    ]
    np.testing.assert_allclose(bits[1], [*row, 0])


def test_padding_is_no_symbol():
    longer = np.pad(SEQUENCES, [(0, 0), (0, 3)])
    short, padded = (Ngrams(s, 3, symbols=3) for s in (SEQUENCES, longer))
    assert short.contexts == padded.contexts
    np.testing.assert_array_equal(
        short.surprisal(SEQUENCES), padded.surprisal(longer)[:, :4]
    )


def test_contexts_in_rows_have_each_their_distribution():
    model = Ngrams(SEQUENCES, 3, symbols=3)
    rows = np.array([[1, 2], [2, 3], [3, 3]])
    found = model.distribution(rows, strength=2.0)
    assert found.shape == (3, 3)
    for row, expected in zip(rows, found, strict=True):
        np.testing.assert_allclose(model.distribution(row, strength=2.0), expected)


def test_contexts_are_counted_once():
    # None; 1, 2, 3; (start) 1, 12, 22, 23.
    assert Ngrams(SEQUENCES, 3, symbols=3).contexts == 1 + 3 + 4


def test_a_position_is_counted_between_its_context_and_the_next_longer_one():
    sequences = [[1, 2, 3, 1], [1, 3, 2, 1], [1, 2, 1, 3]]
    model = Ngrams(sequences, 2, symbols=3, positions=1)
    anywhere = (3 + 3 / 3) / (9 + 3)
    first = (2 + 2 * anywhere) / (3 + 2)  # 2, 3, 2 stand first; 1 never.
    expected = (2 + 2 * first) / (4 + 2)  # After 1 stand 2, 3, 2 and, later on, 3.
    assert model.distribution([1])[1] == pytest.approx(expected)


@pytest.mark.parametrize("order", [1, 2, 3])
def test_distribution_and_surprisal_agree_on_positions(order):
    model = Ngrams(SEQUENCES, 3, symbols=3, positions=2)
    bits = model.surprisal(SEQUENCES, order, strength=2.0)
    for time in range(4):
        found = model.distribution(SEQUENCES[:1, : time + 1], order, strength=2.0)
        assert found.sum() == pytest.approx(1)
        symbol = SEQUENCES[0, time + 1]
        assert -np.log2(found[0, symbol - 1]) == pytest.approx(bits[0, time])


def test_with_positions_the_same_context_is_counted_at_each():
    # As without; and none at 1 to 4; 1 at 1, 2 at 2 and 3, 3 at 3 and 4.
    model = Ngrams(SEQUENCES, 3, symbols=3, positions=2)
    assert model.contexts == 1 + 3 + 4 + 4 + 5


@pytest.mark.parametrize(
    ("sequences", "order", "message"),
    [
        (SEQUENCES, 0, "order is 0; expected 1 or more"),
        (SEQUENCES, 32, r"order is 32; expected fewer than 2\^63 patterns"),
        (SEQUENCES[0], 2, r"shape \(5,\)"),
        (SEQUENCES * 1.0, 2, "dtype float64; expected integers"),
        (SEQUENCES + 1, 2, "holds 1 to 4; expected 0 for padding"),
        (SEQUENCES, 2.5, "order is 2.5; expected a whole number, 1 or more"),
        (
            [[1, 0, 2, 3]],
            2,
            r"sequences\[0\] holds a symbol after a 0; expected padding",
        ),
        ([[1, 2], [0, 2]], 2, r"sequences\[1\] holds a symbol after a 0; expected"),
        (np.zeros((1, 3), int), 2, "no symbol after a first; expected at least one"),
        ([[1, 0, 0]], 2, "no symbol after a first; expected at least one to count"),
        (np.zeros((0, 3), int), 2, r"shape \(0, 3\) and no symbol after a first"),
    ],
)
def test_what_does_not_fit_is_refused(sequences, order, message):
    with pytest.raises(ValueError, match=message):
        Ngrams(sequences, order, symbols=3)


@pytest.mark.parametrize("positions", [-1, 3])
def test_positions_beyond_the_contexts_are_refused(positions):
    with pytest.raises(ValueError, match=f"positions is {positions}; expected 0 to 2"):
        Ngrams(SEQUENCES, 2, symbols=3, positions=positions)


@pytest.mark.parametrize(
    ("context", "options", "message"),
    [
        # With symbols up to 3, 1 and 6 have the number of 2 and 2.
        ([1, 6], {}, "context holds 6; expected whole numbers from 1 to 3"),
        ([2, 3, 0], {}, "context holds 0; expected whole numbers from 1 to 3"),
        ([1.9], {}, "context holds 1.9; expected whole numbers from 1 to 3"),
        ([[[1]]], {}, r"context has the shape \(1, 1, 1\); expected"),
        ([1], {"strength": -1.0}, "strength is -1.0; expected a number of 0 or more"),
        ([1], {"strength": np.nan}, "strength is nan; expected a number of 0 or more"),
        ([1], {"order": 4}, "order is 4; expected 1 to 3"),
        ([1], {"order": -1}, "order is -1; expected 1 to 3"),
    ],
)
def test_contexts_that_were_not_counted_are_refused(context, options, message):
    model = Ngrams(SEQUENCES, 3, symbols=3)
    with pytest.raises(ValueError, match=message):
        model.distribution(context, **options)
    if options:
        with pytest.raises(ValueError, match=message):
            model.surprisal(SEQUENCES, **options)


def test_no_context_and_no_sequences_have_their_answers():
    model = Ngrams(SEQUENCES, 3, symbols=3)
    expected = [by_hand([], symbol, 1, 1.0) for symbol in (1, 2, 3)]
    np.testing.assert_allclose(model.distribution([]), expected)
    assert model.surprisal(np.zeros((0, 4), int)).shape == (0, 3)
    np.testing.assert_array_equal(model.surprisal(np.zeros((2, 4), int)), 0)


def test_without_the_shorter_context_what_was_not_seen_is_impossible():
    model = Ngrams(SEQUENCES, 2, symbols=3)
    assert model.surprisal([[1, 3]], strength=0.0).tolist() == [[np.inf]]


def test_a_narrow_type_counts_like_a_wide_one():
    narrow, wide = (
        Ngrams(SEQUENCES.astype(dtype), 8, symbols=np.uint8(200))
        for dtype in (np.uint8, np.int64)
    )
    np.testing.assert_array_equal(
        narrow.surprisal(SEQUENCES), wide.surprisal(SEQUENCES)
    )


def going_on(row, time, symbol, order, strength, recent):
    """The formula with the row's own patterns before `time` counted as well."""
    if order == 0:
        return 1 / 3
    shorter = going_on(row, time, symbol, order - 1, strength, recent)
    context = row[max(0, time - order + 1) : time]

    def followers(row, end):
        slices = [(row[max(0, i - order + 1) : i], row[i]) for i in range(1, end)]
        return [after for before, after in slices if after and before == context]

    trained = [f for r in SEQUENCES.tolist() for f in followers(r, len(r))]
    own = followers(row, time) if recent else []
    if not trained + own:
        return shorter
    weight = strength * len({*trained, *own})
    count = trained.count(symbol) + recent * own.count(symbol)
    total = len(trained) + recent * len(own)
    return (count + weight * shorter) / (total + weight)


@pytest.mark.parametrize("order", [1, 2, 3])
@pytest.mark.parametrize("recent", [0.0, 0.5, 4.0])
def test_counts_go_on_within_each_sequence(order, recent):
    rows = [[1, 3, 3, 2, 3, 3, 2, 2, 3, 3], [2, 3, 3, 2, 1, 2, 3, 3, 3, 2]]
    bits = Ngrams(SEQUENCES, 4, symbols=3).surprisal(rows, order, 2.0, recent)
    expected = [
        [-np.log2(going_on(row, t, row[t], order, 2.0, recent)) for t in range(1, 10)]
        for row in rows
    ]
    np.testing.assert_allclose(bits, expected)


def test_what_a_sequence_brings_helps_it_alone_and_never_beforehand():
    model = Ngrams(SEQUENCES, 4, symbols=3)
    row = [1, 3, 1, 3, 1, 3, 1, 3]
    before, after = (model.surprisal([row], recent=r)[0] for r in (0, 3))
    assert before[0] == after[0]
    assert after[-1] < before[-1]
    beside = model.surprisal([[2, 2, 2, 3, 3, 3, 1, 1], row], recent=3)[1]
    np.testing.assert_allclose(beside, after)


def test_counts_that_go_on_with_a_negative_weight_are_refused():
    message = "recent is -1.0; expected a number of 0 or more"
    with pytest.raises(ValueError, match=message):
        Ngrams(SEQUENCES, 2, symbols=3).surprisal([[1, 2]], recent=-1.0)
