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


def test_an_empty_sentence_has_no_words_but_as_many_columns():
    encoder = WordEncoder([*SENTENCES, []], longest=6)
    empty, full = encoder.encode([[], ["saw"]])
    assert empty.shape == (0, 7) and empty.dtype == np.int32
    assert np.concatenate([empty, full]).shape == (1, 7)
    first, second = encode_tags([[], ["B"]], ["A", "B"])
    assert first.shape == (0,) and first.dtype == second.dtype
    assert np.concatenate([first, second]).dtype.kind == "i"


def test_a_str_is_not_taken_for_a_sentence_of_letters():
    encoder = WordEncoder(SENTENCES)
    for of in (WordEncoder, encoder.encode):
        with pytest.raises(
            ValueError, match="sentences holds 'the saw'; expected lists"
        ):
            of(["the saw"])
    with pytest.raises(ValueError, match="tags holds 'AB'; expected lists of words"):
        encode_tags(["AB"], ["A", "B"])


def test_a_name_twice_and_tags_that_cannot_be_sorted_are_refused():
    with pytest.raises(ValueError, match="names is .*; expected each name once"):
        encode_tags([["A"]], ["A", "B", "A"])
    with pytest.raises(ValueError, match=r"tags holds \['C', None\]; expected only"):
        encode_tags([["C", None]], ["A", "B"])


def test_a_part_of_a_letter_is_refused():
    with pytest.raises(ValueError, match="longest is 5.5; expected a whole number"):
        WordEncoder(SENTENCES, longest=5.5)
