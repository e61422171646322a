"""Claims about encoding words and tags."""

import numpy as np
import pytest

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
