"""Spans, such as names: counted right or wrong as a whole."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Sequence

import numpy as np
import numpy.typing as npt

from rnn_utils import _checks
from rnn_utils.text.spans import Span


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

    Args:
        counts: Array of shape `(sentences, 3)`, from `span_counts`.

    Raises:
        ValueError: `counts` has another shape, or is not finite.
    """
    counts = _checks.finite("counts", counts)
    if counts.ndim != 2 or counts.shape[1] != 3:
        raise ValueError(
            f"counts has the shape {counts.shape}; expected (sentences, 3)"
        )
    right, predicted, gold = counts.sum(axis=0)
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
