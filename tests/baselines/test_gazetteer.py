"""Claims about the list of names: the longest wins, and the seldom ones are out."""

import pytest

from rnn_utils.baselines.gazetteer import longest_matches, phrase_list


def test_the_longest_listed_phrase_wins_from_left_to_right():
    phrases = {("new",): "A", ("new", "york"): "B", ("york", "times", "square"): "C"}
    words = ["a", "new", "york", "times", "square", "and", "new", "jersey"]
    assert longest_matches([words, []], phrases) == [[(1, 3, "B"), (6, 7, "A")], []]
    assert longest_matches([words], {}) == [[]]


def test_a_phrase_that_is_seldom_a_span_is_not_listed():
    sentences = [["may", "came"], ["it", "may"], ["it", "may"], ["in", "may"]]
    labels = [["B-NAME", "O"], ["O", "O"], ["O", "O"], ["O", "B-NAME"]]
    assert phrase_list(sentences, labels, min_share=0.5) == {("may",): "NAME"}
    assert phrase_list(sentences, labels, min_share=0.6) == {}


def test_a_phrase_has_its_most_frequent_kind():
    sentences = [["york"]] * 3
    labels = [["B-CITY"], ["B-DUKE"], ["B-CITY"]]
    assert phrase_list(sentences, labels) == {("york",): "CITY"}


def test_a_kind_may_be_anything_and_sentences_may_be_empty():
    assert longest_matches([["a", "b"], []], {("a",): ""}) == [[(0, 1, "")], []]
    assert longest_matches([], {("a",): "X"}) == []
    assert phrase_list([], []) == phrase_list([[]], [[]]) == {}


@pytest.mark.parametrize(
    ("sentences", "labels", "options", "message"),
    [
        ([["a"]], [], {}, "labels has 0 entries; expected one for each of the 1 sente"),
        (
            [["a"]],
            [["O", "B-X"]],
            {},
            r"labels\[0\] has 2 entries; expected .* 1 words",
        ),
        (["ab"], [["O", "O"]], {}, "sentences holds 'ab'; expected lists of words"),
        ([["a"]], [["X"]], {}, "labels holds 'X'; expected O, B-kind"),
        ([["a"]], [["O"]], {"min_share": 50}, "min_share is 50; expected a share, 0"),
        ([["a"]], [["O"]], {"min_share": float("nan")}, "min_share is nan; expected"),
    ],
)
def test_labels_that_do_not_fit_are_refused(sentences, labels, options, message):
    with pytest.raises(ValueError, match=message):
        phrase_list(sentences, labels, **options)


@pytest.mark.parametrize("phrase", ["new york", ()])
def test_what_is_no_phrase_is_refused(phrase):
    with pytest.raises(
        ValueError, match="phrases holds .*; expected tuples of at least"
    ):
        longest_matches([["new", "york"]], {phrase: "A"})
    with pytest.raises(ValueError, match="sentences holds 'new york'; expected lists"):
        longest_matches(["new york"], {("new",): "A"})
