"""Claims about the learnt dictionary."""

import numpy as np
import pytest

from rnn_utils.baselines.lexicon import ibm_model_1

SOURCES = [["the", "house"], ["the", "book"], ["a", "book"]]
TARGETS = [["la", "casa"], ["el", "libro"], ["un", "libro"]]


def by_hand(sources, targets, iterations):
    """The same with dictionaries and loops, as the paper writes it."""
    pairs = [
        ([None, *source], target)
        for source, target in zip(sources, targets, strict=True)
    ]
    table = {(e, f): 1.0 for source, target in pairs for e in source for f in target}
    for _ in range(iterations):
        counts = dict.fromkeys(table, 0.0)
        for source, target in pairs:
            for f in target:
                total = sum(table[e, f] for e in source)
                for e in source:
                    counts[e, f] += table[e, f] / total
        totals = {}
        for (e, _), count in counts.items():
            totals[e] = totals.get(e, 0.0) + count
        table = {(e, f): count / totals[e] for (e, f), count in counts.items()}
    return table


@pytest.mark.parametrize("iterations", [1, 4])
def test_it_is_the_algorithm_of_the_paper(iterations):
    lexicon = ibm_model_1(SOURCES, TARGETS, iterations)
    expected = by_hand(SOURCES, TARGETS, iterations)
    assert sum(map(len, lexicon.values())) == len(expected)
    for (source, target), probability in expected.items():
        np.testing.assert_allclose(lexicon[source][target], probability)


def test_a_word_that_comes_twice_counts_twice():
    sources, targets = [["no", "no"], ["no", "yes"]], [["no", "no"], ["sí", "no"]]
    lexicon = ibm_model_1(sources, targets, 3)
    for (source, target), probability in by_hand(sources, targets, 3).items():
        np.testing.assert_allclose(lexicon[source][target], probability)


def test_words_that_always_meet_are_translations():
    lexicon = ibm_model_1(SOURCES, TARGETS, 20)
    assert max(lexicon["book"], key=lexicon["book"].get) == "libro"
    for translations in lexicon.values():
        np.testing.assert_allclose(sum(translations.values()), 1)


def test_sentences_must_come_in_pairs():
    with pytest.raises(
        ValueError, match="targets has 1 entries; expected .* 3 sources"
    ):
        ibm_model_1(SOURCES, TARGETS[:1])
    with pytest.raises(ValueError, match="at least one"):
        ibm_model_1([], [])


def test_an_empty_sentence_comes_from_nothing_and_to_nothing():
    lexicon = ibm_model_1([[], ["a"]], [["x"], []], 2)
    assert lexicon == {None: {"x": 1.0}, "a": {}}


@pytest.mark.parametrize(
    ("sources", "targets", "iterations", "message"),
    [
        (SOURCES, TARGETS, 0, "iterations is 0; expected 1 or more"),
        (SOURCES, TARGETS, -1, "iterations is -1; expected 1 or more"),
        (
            ["the house"],
            [["la", "casa"]],
            2,
            "sources holds 'the house'; expected lists",
        ),
        ([["the", "house"]], ["la casa"], 2, "targets holds 'la casa'; expected lists"),
        ([["the"], ["a"]], [[], []], 2, "2 entries without a word; expected at least"),
        ([[None, "the"]], [["la"]], 2, "sources holds the word None; expected it for"),
    ],
)
def test_what_makes_no_dictionary_is_refused(sources, targets, iterations, message):
    with pytest.raises(ValueError, match=message):
        ibm_model_1(sources, targets, iterations)
