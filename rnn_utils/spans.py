"""Spans of words, such as names: as BIO labels, found by a list, decoded, and counted.

A span is `(start, stop, kind)`: the words from `start` up to, not including, `stop`. As
labels, one a word, its first word has `B-kind` (begin), its others `I-kind` (inside),
and words outside every span have `O`.
"""

from __future__ import annotations

import collections
import itertools
from collections.abc import Hashable, Iterable, Mapping, Sequence
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

# First word, the one after the last, kind.
Span: TypeAlias = tuple[int, int, str]

OUTSIDE = "O"
_IMPOSSIBLE = -1e30
_CHUNK = 512


def bio_labels(spans: Iterable[Span], length: int) -> list[str]:
    """Writes spans as labels.

    Args:
        spans: List of `(start, stop, kind)` that do not overlap.
        length: Number of words.

    Returns:
        List of `length` str.

    Raises:
        ValueError: A span is empty, not within the words, or overlaps another.
    """
    labels = [OUTSIDE] * length
    for start, stop, kind in spans:
        if not 0 <= start < stop <= length or set(labels[start:stop]) != {OUTSIDE}:
            raise ValueError(
                f"spans holds {(start, stop, kind)!r}; expected 0 <= start < stop <= "
                f"{length}, and no word in two spans"
            )
        labels[start:stop] = [f"B-{kind}"] + [f"I-{kind}"] * (stop - start - 1)
    return labels


def spans_of(labels: Iterable[str]) -> list[Span]:
    """Reads the spans from labels, in order.

    An `I-kind` that does not continue a span of its kind begins one, as in the scorer
    of CoNLL-2000 and in seqeval. So labels of the older scheme IOB1 are read as well.

    Args:
        labels: List of str: `O`, `B-kind` or `I-kind`.

    Returns:
        List of `(start, stop, kind)`.

    Raises:
        ValueError: A label has another form.
    """
    spans = []
    previous = ""
    for place, label in enumerate(labels):
        prefix, _, kind = label.partition("-")
        if label != OUTSIDE and (prefix not in ("B", "I") or not kind):
            raise ValueError(f"labels holds {label!r}; expected O, B-kind or I-kind")
        if prefix == "I" and kind == previous:
            spans[-1] = (spans[-1][0], place + 1, kind)
        elif label != OUTSIDE:
            spans.append((place, place + 1, kind))
        previous = kind
    return spans


def bio_constraint(labels: Sequence[str]) -> tuple[np.ndarray, np.ndarray]:
    """Says which label may follow which: `I-kind` only `B-kind` and `I-kind`.

    Args:
        labels: List of the distinct labels.

    Returns:
        `first`, booleans of shape `(labels,)`: may a sentence begin with the label? and
        `follows`, booleans of shape `(labels, labels)`: `follows[i, j]` tells whether
        label j may come directly after label i.
    """
    inside = np.array([label.startswith("I-") for label in labels])
    kinds = np.array([label[2:] for label in labels])  # "" for O.
    return ~inside, ~inside | (kinds[:, None] == kinds)


def broken_steps(labels: Iterable[str]) -> int:
    """Counts the words whose label may not stand where it does."""
    return sum(
        label.startswith("I-") and previous[2:] != label[2:]
        for previous, label in itertools.pairwise([OUTSIDE, *labels])
    )


def viterbi(
    scores: Sequence[np.ndarray], first: np.ndarray, follows: np.ndarray
) -> list[np.ndarray]:
    """Finds each sentence's best sequence of labels among those that are allowed.

    With `s_t(j)` for the score of label j at word t, the best sequence that ends in j
    has, over the labels i that j may follow,

        b_0(j) = s_0(j),    b_t(j) = s_t(j) + max_i b_{t-1}(i)

    Remembering which i was best gives the sequence, read from its end.

    Args:
        scores: List of arrays `(time, labels)`, one a sentence, of at least one word:
            log-probabilities, or any score that adds up.
        first: Booleans `(labels,)`: labels that a sentence may begin with.
        follows: Booleans `(labels, labels)`: `follows[i, j]`, may j come after i?

    Returns:
        List of int arrays of shape `(time,)`.

    Raises:
        ValueError: A sentence has no word, or the sizes do not agree.

    Source: Viterbi (1967), "Error bounds for convolutional codes", IEEE Transactions on
    Information Theory 13.
    """
    for place, each in enumerate(scores):
        if np.ndim(each) != 2 or len(each) < 1 or each.shape[1] != len(first):
            raise ValueError(
                f"scores[{place}] has the shape {np.shape(each)}; expected at least "
                f"one row of {len(first)} labels"
            )
    lengths = np.array([len(each) for each in scores])
    order = np.argsort(lengths, kind="stable")
    best = [None] * len(scores)
    for chosen in np.split(order, range(_CHUNK, len(order), _CHUNK)):
        paths = _best_paths([scores[i] for i in chosen], first, follows)
        for i, path in zip(chosen, paths, strict=True):
            best[i] = path[: lengths[i]]
    return best


def _best_paths(scores, first, follows):
    """Returns int paths (sentences, longest time), right up to each one's length."""
    lengths = np.array([len(each) for each in scores])
    padded = np.zeros((len(scores), lengths.max(), len(first)))
    for row, each in zip(padded, scores, strict=True):
        row[: len(each)] = each
    penalty = np.where(follows, 0.0, _IMPOSSIBLE)
    total = padded[:, 0] + np.where(first, 0.0, _IMPOSSIBLE)
    came_from = np.tile(np.arange(len(first)), (*padded.shape[:2], 1))
    for t in range(1, padded.shape[1]):
        candidates = total[:, :, None] + penalty
        alive = (t < lengths)[:, None]  # After its end, a sentence stays as it is.
        came_from[:, t] = np.where(alive, candidates.argmax(1), came_from[:, t])
        total = np.where(alive, candidates.max(1) + padded[:, t], total)
    paths = np.empty(padded.shape[:2], int)
    paths[:, -1] = total.argmax(1)
    rows = np.arange(len(scores))
    for t in range(padded.shape[1] - 1, 0, -1):
        paths[:, t - 1] = came_from[rows, t, paths[:, t]]
    return paths


def phrase_list(
    sentences: Sequence[Sequence[str]],
    labels: Sequence[Sequence[str]],
    least: float = 0.5,
) -> dict[tuple[str, ...], str]:
    """Lists the phrases that are spans in labelled text: a gazetteer.

    Args:
        sentences: Lists of words.
        labels: Lists of labels, one a word.
        least: A phrase is kept when this part of its `longest_matches` in these
            sentences, or more, are spans of its kind.

    Returns:
        A dict from phrase, a tuple of words, to its most frequent kind.
    """
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
        if right[phrase] >= least * matched[phrase] and matched[phrase]
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
    """
    longest = collections.Counter()  # By first word: most words begin no phrase.
    for phrase in phrases:
        longest[phrase[0]] = max(longest[phrase[0]], len(phrase))
    return [_longest_matches(words, phrases, longest) for words in sentences]


def _longest_matches(words, phrases, longest):
    spans, place = [], 0
    while place < len(words):
        last = min(place + longest[words[place]], len(words))
        for stop in range(last, place, -1):
            if kind := phrases.get(tuple(words[place:stop])):
                spans.append((place, stop, kind))
                place = stop - 1
                break
        place += 1
    return spans


def span_counts(
    gold: Sequence[Iterable[Hashable]], predicted: Sequence[Iterable[Hashable]]
) -> np.ndarray:
    """Counts spans sentence by sentence, for intervals of the F1 score.

    A predicted span is right when start, stop and kind are those of a gold span.

    Args:
        gold: Lists of spans, or of anything hashable, one list a sentence.
        predicted: The same, predicted.

    Returns:
        Int array of shape `(sentences, 3)`: right, predicted and gold spans.

    Raises:
        ValueError: There are not as many sentences in both.
    """
    if len(gold) != len(predicted):
        raise ValueError(
            f"predicted has {len(predicted)} sentences; expected {len(gold)}, as gold"
        )
    pairs = [(set(g), set(p)) for g, p in zip(gold, predicted, strict=True)]
    return np.array([(len(g & p), len(p), len(g)) for g, p in pairs]).reshape(-1, 3)


def span_f1(counts: npt.ArrayLike) -> float:
    """Returns F1 = 2 right / (predicted + gold) of summed `span_counts`.

    It is the harmonic mean of precision, right / predicted, and recall, right / gold;
    0.0 where there is no span at all.
    """
    right, predicted, gold = np.sum(counts, axis=0)
    return 2 * right / max(predicted + gold, 1)


def span_errors(
    gold: Sequence[Span], predicted: Sequence[Span]
) -> list[tuple[str, Span]]:
    """Says what is wrong with the spans predicted for one sentence.

    Args:
        gold: List of spans.
        predicted: List of spans.

    Returns:
        List of `(error, span)`. A predicted span is `"invented"` when it shares no word
        with a gold span, has the `"wrong kind"` when its words are those of a gold
        span, and the `"wrong ends"` otherwise. A gold span that shares no word with a
        predicted one is `"missed"`.
    """
    errors = [("missed", span) for span in gold if not _touching(span, predicted)]
    for span in set(predicted) - set(gold):
        touched = _touching(span, gold)
        if not touched:
            errors.append(("invented", span))
        elif any(other[:2] == span[:2] for other in touched):
            errors.append(("wrong kind", span))
        else:
            errors.append(("wrong ends", span))
    return sorted(errors, key=lambda error: error[1])


def _touching(span, others):
    return [other for other in others if span[0] < other[1] and other[0] < span[1]]
