"""Claims about the features of a word and its neighbours."""

import numpy as np
import pytest

from rnn_utils.baselines.window_features import WindowFeatures

SENTENCES = [["The", "saw", "saw", "the", "saw"], ["Trees", "saw", "1961"]] * 20


def test_features_of_a_word_depend_on_its_neighbours():
    features = WindowFeatures(SENTENCES, columns=2**20)
    matrix = features.matrix([["the", "saw"], ["trees", "saw"], ["the", "saw"]])
    first, second, third = (set(matrix[row].indices) for row in (1, 3, 5))
    assert first == third
    shared = len(first & second)
    assert 9 <= shared < len(first), "its own features, and not all"


def test_no_word_sees_into_another_sentence():
    features = WindowFeatures(SENTENCES)
    alone = features.matrix([["saw"]])
    between = features.matrix([["the"], ["saw"], ["trees"]])
    assert set(alone[0].indices) == set(between[1].indices)


def test_an_unseen_word_is_described_by_its_letters():
    features = WindowFeatures(SENTENCES, columns=2**20)
    matrix = features.matrix([["Blaws"], ["Glaws"], ["12.50"]])
    first, second, number = (set(row.indices) for row in matrix)
    assert len(first & second) > len(first & number)


def test_empty_sentences_have_no_rows():
    features = WindowFeatures(SENTENCES)
    assert features.matrix([]).shape == features.matrix([[]]).shape == (0, 2**19)
    with_gap = features.matrix([["the"], [], ["saw"]])
    without = features.matrix([["the"], ["saw"]])
    assert (with_gap != without).nnz == 0
    assert with_gap.indices.dtype == with_gap.indptr.dtype == np.int32


@pytest.mark.parametrize("columns", [0, -5, 2**31, 2.5])
def test_columns_that_cannot_be_numbered_are_refused(columns):
    with pytest.raises(ValueError, match=f"columns is {columns}; expected"):
        WindowFeatures(SENTENCES, columns)


def test_a_str_is_not_taken_for_a_sentence_of_letters():
    for of in (WindowFeatures, WindowFeatures(SENTENCES).matrix):
        with pytest.raises(
            ValueError, match="sentences holds 'the saw'; expected lists"
        ):
            of(["the saw"])
