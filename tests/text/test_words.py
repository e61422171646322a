"""Claims about encoding, describing and counting tagged words."""

import numpy as np
import pytest

from rnn_utils.baselines.window_features import WindowFeatures
from rnn_utils.evaluation.accuracy import count_right, share
from rnn_utils.text.words import WordEncoder, encode_tags

SENTENCES = [["The", "saw", "saw", "the", "saw"], ["Trees", "saw", "1961"]] * 20


def test_a_word_is_its_id_and_its_letters():
    encoder = WordEncoder(SENTENCES, longest=6)
    (row,) = encoder.encode([["saw", "Saw", "sawmill", "saw"]])
    assert row.shape == (4, 7)
    assert row.dtype == np.int32
    assert row[0, 0] == row[1, 0] == 2, "the most frequent word, in any case"
    assert row[2, 0] == 1, "unknown"
    assert row[0, 1] != row[1, 1], "letters keep case"
    assert list(row[0, 1:4]) == list(row[2, 1:4]), "spelled alike"
    assert list(row[0, 4:]) == [0, 0, 0]
    np.testing.assert_array_equal(row[0], row[3])


def test_a_long_word_keeps_its_beginning_and_its_end():
    encoder = WordEncoder(SENTENCES, longest=6)
    (row,) = encoder.encode([["Trees1961", "Tree61"]])
    np.testing.assert_array_equal(row[0, 1:], row[1, 1:])


def test_rare_words_and_letters_have_no_id():
    encoder = WordEncoder([["a", "a", "b"]], min_count=2, min_letter_count=2)
    assert encoder.vocabulary_size == encoder.alphabet_size == 3
    (row,) = encoder.encode([["a", "b", "c"]])
    assert row[:, 0].tolist() == [2, 1, 1]
    assert row[:, 1].tolist() == [2, 1, 1]


def test_too_few_letters_are_refused():
    with pytest.raises(ValueError, match="longest is 4"):
        WordEncoder(SENTENCES, longest=4)


def test_tags_become_their_places():
    (first, second) = encode_tags([["B", "A"], ["B"]], ["A", "B"])
    assert first.tolist() == [1, 0]
    assert second.tolist() == [1]
    with pytest.raises(ValueError, match=r"tags holds \['C'\]"):
        encode_tags([["C"]], ["A", "B"])


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
