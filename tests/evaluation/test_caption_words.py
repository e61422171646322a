"""Claims about counting the words of captions, kind by kind and group by group."""

import numpy as np
import pytest

from rnn_utils.datasets.caption_words import CLASSES
from rnn_utils.evaluation.caption_words import class_counts, summed_by_group


def test_words_are_found_by_kind_and_not_twice():
    counts = class_counts(
        ["man judge dark skin tone", "girl boy"],
        ["woman judge light skin tone", "family girl girl boy"],
    )
    of = {kind: counts[:, i].tolist() for i, kind in enumerate(CLASSES)}
    assert of["concept"] == [[1, 1], [0, 1]]
    assert of["person"] == [[0, 1], [2, 3]]
    assert of["skin tone"] == [[2, 3], [0, 0]]


def test_class_counts_refuses_lists_of_different_lengths():
    with pytest.raises(ValueError, match="references has 1 entries.*2 captions"):
        class_counts(["a", "b"], ["a"])


def test_groups_are_added_up_in_the_order_of_first_appearance():
    counts = np.array([[1, 2], [3, 4], [5, 6]])
    total = summed_by_group(counts, ["b", "a", "b"])
    assert total.tolist() == [[6, 8], [3, 4]]


def test_narrow_counts_do_not_run_over():
    counts = np.full((3, 2), 100, np.int8)
    total = summed_by_group(counts, ["a", "a", "a"])
    assert total.tolist() == [[300, 300]]
    assert summed_by_group(counts.astype(np.uint64), "aab").tolist() == [
        [200] * 2,
        [100] * 2,
    ]
    assert summed_by_group(np.full(3, 5e4, np.float16), "aaa").tolist() == [149_952.0]
    assert summed_by_group(np.zeros((0, 2), int), []).shape == (0, 2)


@pytest.mark.parametrize(
    ("counts", "groups", "message"),
    [
        # One row would be spread over all groups.
        (
            [[1, 2]],
            ["a", "b"],
            "groups has 2 entries; expected one for each of the 1 ro",
        ),
        ([[1, 2], [3, 4]], ["a"], "groups has 1 entries; expected .* 2 rows"),
        ([[1.0, np.nan]], ["a"], "counts holds nan; expected finite numbers"),
    ],
)
def test_groups_that_do_not_fit_are_refused(counts, groups, message):
    with pytest.raises(ValueError, match=message):
        summed_by_group(np.array(counts), groups)


def test_one_str_is_not_taken_for_many_captions():
    with pytest.raises(ValueError, match="captions is 'girl'; expected a list of str"):
        class_counts("girl", "girl")
    assert class_counts([], []).shape == (0, len(CLASSES), 2)
    assert class_counts([""], [""]).sum() == 0
