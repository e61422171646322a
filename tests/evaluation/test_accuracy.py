"""Claims about counting right labels without padding."""

import numpy as np
import pytest

from rnn_utils.evaluation.accuracy import count_right, share


def test_counts_are_those_of_each_sentence():
    truth = [[1, 2, 3], [4], [5, 5]]
    right, total = count_right(truth, [[1, 0, 3], [0], [5, 5]])
    assert right.tolist() == [2, 0, 2]
    assert total.tolist() == [3, 1, 2]
    assert share(right, total) == pytest.approx(4 / 6)


def test_counts_can_be_of_chosen_words_only():
    truth = [np.array([1, 2, 3]), np.array([4])]
    where = [np.array([False, True, True]), np.array([False])]
    right, total = count_right(truth, [np.array([0, 0, 3]), np.array([4])], where)
    assert right.tolist() == [1, 0]
    assert total.tolist() == [2, 0]


def test_padding_in_predictions_is_refused():
    with pytest.raises(ValueError, match="predicted does not fit"):
        count_right([[1, 2]], [[1, 2, 0, 0]])
    with pytest.raises(ValueError, match="where does not fit"):
        count_right([[1, 2]], [[1, 2]], [[True]])
