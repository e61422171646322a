"""Names found by a list of those that training has: the rival of a tagger."""

from __future__ import annotations

import collections
from collections.abc import Iterable, Mapping, Sequence

from rnn_utils import _checks
from rnn_utils.text.spans import Span, spans_of


def phrase_list(
    sentences: Sequence[Sequence[str]],
    labels: Sequence[Sequence[str]],
    min_share: float = 0.5,
) -> dict[tuple[str, ...], str]:
    """Lists the phrases that are spans in labelled text: a gazetteer.

    Args:
        sentences: Lists of words.
        labels: Lists of labels, one a word.
        min_share: A phrase is kept when this part of its `longest_matches` in these
            sentences, or more, are spans of its kind.

    Returns:
        A dict from phrase, a tuple of words, to its most frequent kind.

    Raises:
        ValueError: There is not one label for each word, a label has another form than
            `rnn_utils.text.spans_of` reads, a sentence is a str, or `min_share` is not
            a share.
    """
    _checks.number("min_share", min_share, lambda s: 0 <= s <= 1, "a share, 0 to 1")
    sentences = _checks.lists_of_words("sentences", sentences)
    labels = _checks.lists_of_words("labels", labels)
    _checks.one_each("labels", labels, sentences, "sentences")
    for i, (words, each) in enumerate(zip(sentences, labels, strict=True)):
        _checks.one_each(f"labels[{i}]", each, words, "words")
    kinds = collections.defaultdict(collections.Counter)
    gold = [spans_of(each) for each in labels]
    for words, spans in zip(sentences, gold, strict=True):
        for start, stop, kind in spans:
            kinds[tuple(words[start:stop])][kind] += 1
    phrases = {phrase: count.most_common(1)[0][0] for phrase, count in kinds.items()}
    matched, right = collections.Counter(), collections.Counter()
    matches = longest_matches(sentences, phrases)
    for words, spans, found in zip(sentences, gold, matches, strict=True):
        for span in found:
            phrase = tuple(words[span[0] : span[1]])
            matched[phrase] += 1
            right[phrase] += span in spans
    return {
        phrase: kind
        for phrase, kind in phrases.items()
        if right[phrase] >= min_share * matched[phrase] and matched[phrase]
    }


def longest_matches(
    sentences: Iterable[Sequence[str]], phrases: Mapping[tuple[str, ...], str]
) -> list[list[Span]]:
    """Finds listed phrases from left to right, at each word the longest.

    Args:
        sentences: Lists of words.
        phrases: A dict from phrase, a tuple of words, to its kind.

    Returns:
        For each sentence a list of spans that do not overlap.

    Raises:
        ValueError: A phrase is no tuple, or has no word; or a sentence is a str.
    """
    sentences = _checks.lists_of_words("sentences", sentences)
    longest = collections.Counter()  # By first word: most words begin no phrase.
    for phrase in phrases:
        if not isinstance(phrase, tuple) or not phrase:
            raise ValueError(
                f"phrases holds {phrase!r}; expected tuples of at least one word"
            )
        longest[phrase[0]] = max(longest[phrase[0]], len(phrase))
    return [_longest_matches(words, phrases, longest) for words in sentences]


def _longest_matches(words, phrases, longest):
    spans, place = [], 0
    while place < len(words):
        last = min(place + longest[words[place]], len(words))
        for stop in range(last, place, -1):
            phrase = tuple(words[place:stop])
            if phrase in phrases:
                spans.append((place, stop, phrases[phrase]))
                place = stop - 1
                break
        place += 1
    return spans
