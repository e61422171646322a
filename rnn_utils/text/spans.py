"""Spans of words, such as names, written as BIO labels and read from them.

A span is `(start, stop, kind)`: the words from `start` up to, not including, `stop`. As
labels, one a word, its first word has `B-kind` (begin), its others `I-kind` (inside),
and words outside every span have `O`.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable
from typing import TypeAlias

from rnn_utils import _checks

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
        ValueError: A span is empty, not within the words, or overlaps another; or its
            kind is not a str of at least one letter; or `length` is negative.
    """
    labels = [OUTSIDE] * _checks.whole_number("length", length, 0)
    for start, stop, kind in spans:
        if not isinstance(kind, str) or not kind:
            raise ValueError(
                f"spans holds {(start, stop, kind)!r}; expected a kind that is a str, "
                "not empty"
            )
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
        prefix, kind = parts_of(label)
        if prefix == "I" and kind == previous:
            spans[-1] = (spans[-1][0], place + 1, kind)
        elif label != OUTSIDE:
            spans.append((place, place + 1, kind))
        previous = kind
    return spans


def broken_steps(labels: Iterable[str]) -> int:
    """Counts the words whose label may not stand where it does.

    Args:
        labels: List of str: `O`, `B-kind` or `I-kind`.

    Raises:
        ValueError: A label has another form.
    """
    parts = [parts_of(label) for label in [OUTSIDE, *labels]]
    return sum(
        prefix == "I" and kind != previous
        for (_, previous), (prefix, kind) in itertools.pairwise(parts)
    )


def parts_of(label: str) -> tuple[str, str]:
    """Returns what a label says and of which kind, `("O", "")` outside of spans.

    Args:
        label: `O`, `B-kind` or `I-kind`.

    Raises:
        ValueError: The label has another form.
    """
    prefix, _, kind = label.partition("-") if isinstance(label, str) else ("", "", "")
    if label != OUTSIDE and (prefix not in ("B", "I") or not kind):
        raise ValueError(f"labels holds {label!r}; expected O, B-kind or I-kind")
    return prefix, kind
