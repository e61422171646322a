"""Claims about the list of names: the longest wins, and the seldom ones are out."""

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
