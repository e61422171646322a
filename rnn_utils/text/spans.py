"""Spans of words, such as names: as BIO labels, found by a list, decoded, and counted.

A span is `(start, stop, kind)`: the words from `start` up to, not including, `stop`. As
labels, one a word, its first word has `B-kind` (begin), its others `I-kind` (inside),
and words outside every span have `O`.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable
from typing import TypeAlias

# First word, the one after the last, kind.
Span: TypeAlias = tuple[int, int, str]


OUTSIDE = "O"


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


def broken_steps(labels: Iterable[str]) -> int:
    """Counts the words whose label may not stand where it does."""
    return sum(
        label.startswith("I-") and previous[2:] != label[2:]
        for previous, label in itertools.pairwise([OUTSIDE, *labels])
    )
