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


def test_empty_sentences_and_no_sentences_have_nothing_to_count():
    right, total = count_right([[], ["NOUN"]], [[], ["NOUN"]], [[], [True]])
    assert right.tolist() == total.tolist() == [0, 1]
    for part in count_right([], []):
        assert part.shape == (0,) and part.dtype.kind == "i"


def test_tags_may_be_str():
    right, total = count_right([["A", "B"]], [np.array(["A", "C"])])
    assert (right.tolist(), total.tolist()) == ([1], [2])


@pytest.mark.parametrize(
    ("truth", "predicted", "where", "message"),
    [
        # A column would be compared with every tag; probabilities are no tags.
        (
            [[1, 2]],
            [np.array([[1], [2]])],
            None,
            r"predicted\[0\] has the shape \(2, 1\)",
        ),
        ([[1, 2]], [np.eye(2)], None, r"predicted\[0\] has the shape \(2, 2\) and"),
        ([[1, 2]], [["1", "2"]], None, r"predicted\[0\] has the dtype <U1; expected"),
        # Read as places, they would choose the second, the first and the second.
        (
            [[1, 2, 3]],
            [[1, 2, 0]],
            [[1, 0, 1]],
            r"where\[0\] .* int64; expected boolea",
        ),
    ],
)
def test_what_cannot_be_compared_is_refused(truth, predicted, where, message):
    with pytest.raises(ValueError, match=message):
        count_right(truth, predicted, where)


@pytest.mark.parametrize(
    ("right", "total", "message"),
    [
        ([0, 0], [0, 0], "total adds up to 0 in 2 entries; expected something"),
        ([], [], "total adds up to 0 in 0 entries; expected something"),
        ([1.0, np.nan], [1, 1], "right holds nan; expected finite numbers"),
        ([1, 1], [1, np.inf], "total holds inf; expected finite numbers"),
    ],
)
def test_a_share_of_nothing_is_refused(right, total, message):
    with pytest.raises(ValueError, match=message):
        share(right, total)


def test_a_share_of_narrow_numbers_is_that_of_wide_ones():
    right = np.full(3_000, 100, np.float16)
    assert share(right, right + right) == 0.5
