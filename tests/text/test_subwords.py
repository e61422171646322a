"""Claims about subwords: texts come back, rare words are cut, not lost."""

import pytest

pytest.importorskip("sentencepiece")

from rnn_utils.text.subwords import END, PAD, START, UNKNOWN, Subwords

TEXTS = ["the cat sat on the mat.", "The dog sat on the log.", "ñandú: ¿qué?"] * 3


@pytest.fixture(scope="module")
def subwords():
    return Subwords(TEXTS, 60)


def test_texts_come_back(subwords):
    assert subwords.decode(subwords.encode(TEXTS)) == TEXTS
    # Words of training's letters that were never seen, and two spaces.
    assert subwords.decode(subwords.encode(["the chat"])) == ["the chat"]


def test_there_are_as_many_ids_as_asked_for(subwords):
    assert len(subwords) == 60
    assert max(max(ids) for ids in subwords.encode(TEXTS)) < 60


def test_frequent_words_are_whole_and_rare_ones_are_not(subwords):
    (ids,) = subwords.encode(["the gnu"])
    pieces = subwords.pieces(ids)
    assert pieces[0] == "▁the"
    assert len(pieces) > 2


def test_special_ids_are_left_out_of_the_text(subwords):
    (ids,) = subwords.encode(["the cat"])
    assert subwords.decode([[START, *ids, END, PAD]]) == ["the cat"]


def test_only_unknown_characters_are_unknown(subwords):
    known, unknown = subwords.encode(["cat", "c漢t"])
    assert UNKNOWN not in known
    assert list(unknown).count(UNKNOWN) == 1


@pytest.mark.parametrize("size", [5, 10_000])
def test_a_size_that_does_not_suit_the_texts_is_refused(size):
    with pytest.raises(ValueError, match=f"vocabulary_size is {size}; expected more"):
        Subwords(TEXTS, size)


def test_no_texts_and_one_str_are_refused(subwords):
    with pytest.raises(ValueError, match="texts is empty; expected at least one text"):
        Subwords([], 60)
    for of in (lambda text: Subwords(text, 60), subwords.encode):
        with pytest.raises(ValueError, match="texts is 'the cat'; expected a list"):
            of("the cat")


@pytest.mark.parametrize("bad", [60, -1, 4.5])
def test_what_is_no_id_is_refused(subwords, bad):
    with pytest.raises(ValueError, match=f"sequences holds {bad}; expected .* 0 to 59"):
        subwords.decode([[4, 5], [bad]])
    with pytest.raises(ValueError, match=f"ids holds {bad}; expected .* from 0 to 59"):
        subwords.pieces([4, bad])


def test_empty_texts_have_no_ids_and_no_pieces(subwords):
    (ids,) = subwords.encode([""])
    assert ids.shape == (0,)
    assert subwords.decode([ids, []]) == ["", ""]
    assert subwords.decode([]) == subwords.encode([]) == subwords.pieces([]) == []
