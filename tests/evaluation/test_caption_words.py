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
