"""Claims about padding, shortening and dealing sequences."""

import numpy as np
import pytest

from rnn_utils.training.padding import (
    chunks_by_length,
    head_and_tail,
    pad,
    similar_lengths,
)


def test_head_and_tail_keeps_both_ends_of_a_long_sequence():
    assert list(head_and_tail(np.arange(10), 5)) == [0, 1, 2, 8, 9]
    assert list(head_and_tail(np.arange(10), 4)) == [0, 1, 8, 9]
    assert list(head_and_tail(np.arange(10), 1)) == [0]


def test_head_and_tail_leaves_a_short_sequence_alone():
    assert list(head_and_tail(np.arange(3), 5)) == [0, 1, 2]


def test_padded_lengths_are_few():
    lengths = {pad([np.ones(length)]).shape[1] for length in range(1, 97)}
    assert lengths == {32, 64, 96}


def test_sequences_are_padded_at_the_end():
    np.testing.assert_array_equal(pad([[5, 6], [7]], step=1), [[5, 6], [7, 0]])
    np.testing.assert_array_equal(pad([[5]], step=1, shortest=3), [[5, 0, 0]])


def test_an_empty_sequence_is_all_padding_wherever_it_stands():
    for sequences in ([[], [5, 6]], [[5, 6], []]):
        padded = pad(sequences, step=1)
        assert padded.shape == (2, 2) and padded.sum() == 11
    rows = np.ones((2, 3), int)
    assert pad([[], rows], step=1).shape == pad([rows, []], step=1).shape == (2, 2, 3)


@pytest.mark.parametrize(
    ("sequences", "dtype", "message"),
    [
        ([], "int32", "sequences is empty; expected at least one sequence"),
        ([[1.7, 2.2]], "int32", "sequences hold 1.7; expected what int32 can hold"),
        ([[1.0, np.nan]], "int32", "sequences hold nan; expected what int32 can hold"),
        ([np.array([2**33 + 5])], "int32", "sequences hold 8589934597; expected what"),
        ([np.array([2**24 + 1])], "float32", "sequences hold 16777217; expected what"),
        (
            [np.array([1e6])],
            "float16",
            "sequences hold 1000000.0; expected what float16",
        ),
        ([np.ones((2, 3)), np.ones((2, 1))], "int32", r"features \(3,\) and \(1,\)"),
    ],
)
def test_numbers_that_would_change_are_refused(sequences, dtype, message):
    with pytest.raises(ValueError, match=message):
        pad(sequences, 1, dtype=dtype)


def test_rounding_and_infinity_are_not_refused():
    padded = pad([np.array([0.1, np.inf, np.nan])], 1, dtype="float32")
    np.testing.assert_array_equal(padded, np.float32([[0.1, np.inf, np.nan]]))


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"step": 0}, "step is 0; expected 1 or more"),
        ({"shortest": -1}, "shortest is -1; expected 0 or more"),
        ({"step": 2.5}, "step is 2.5; expected a whole number, 1 or more"),
    ],
)
def test_lengths_out_of_range_are_refused(options, message):
    with pytest.raises(ValueError, match=message):
        pad([[1]], **options)


def test_chunks_hold_every_row_once_the_shortest_first():
    chunks = chunks_by_length([3, 1, 2, 1], 3)
    assert [chunk.tolist() for chunk in chunks] == [[1, 3, 2], [0]]
    assert chunks_by_length([], 3) == []


@pytest.mark.parametrize(
    ("lengths", "size", "message"),
    [
        ([1, 2], 0, "size is 0; expected 1 or more"),
        ([1, 2], -1, "size is -1; expected 1 or more"),
        ([1.5], 2, "lengths holds 1.5; expected whole numbers from 0 on"),
        ([-1], 2, "lengths holds -1; expected whole numbers from 0 on"),
    ],
)
def test_chunks_of_no_size_are_refused(lengths, size, message):
    with pytest.raises(ValueError, match=message):
        chunks_by_length(lengths, size)


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"batch_size": 0}, "batch_size is 0; expected 1 or more"),
        ({"pool_batches": -1}, "pool_batches is -1; expected 1 or more"),
        ({"rows": [0, 3]}, "rows holds 3; expected whole numbers from 0 to 2"),
        ({"lengths": [4, 5, 6]}, r"lengths has the shape \(3,\); expected 2"),
    ],
)
def test_rows_that_cannot_be_dealt_are_refused(changed, message):
    options = {
        "rows": [0, 1, 2],
        "lengths": np.array([[4, 5, 6]]),
        "batch_size": 2,
        "pool_batches": 1,
        **changed,
    }
    with pytest.raises(ValueError, match=message):
        similar_lengths(**options, rng=np.random.default_rng(0))


def test_head_and_tail_of_no_length_are_empty_and_a_negative_one_is_refused():
    shortened = head_and_tail([5, 6], 0)
    assert len(shortened) == 0 and shortened.dtype.kind == "i"
    with pytest.raises(ValueError, match="length is -1; expected 0 or more"):
        head_and_tail([5, 6], -1)
