"""Claims about padding, shortening and dealing sequences."""

import numpy as np

from rnn_utils.training.padding import head_and_tail, pad


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
