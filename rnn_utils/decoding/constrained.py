"""The best sequence of labels that is allowed: a search by dynamic programming."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from rnn_utils import _checks
from rnn_utils.text.spans import parts_of

_CHUNK = 512


def bio_constraint(labels: Sequence[str]) -> tuple[np.ndarray, np.ndarray]:
    """Says which label may follow which: `I-kind` only `B-kind` and `I-kind`.

    Args:
        labels: List of the distinct labels: `O`, `B-kind` or `I-kind`.

    Returns:
        `may_start`, booleans of shape `(labels,)`: may a sentence begin with the label?
        and `may_follow`, booleans of shape `(labels, labels)`: `may_follow[i, j]` tells
        whether label j may come directly after label i.

    Raises:
        ValueError: There are no labels, one stands there twice, or has another form.
    """
    labels = list(labels)
    _checks.not_empty("labels", labels, "label")
    if len(set(labels)) < len(labels):
        raise ValueError(f"labels is {labels}; expected each label once")
    prefixes, kinds = map(np.array, zip(*map(parts_of, labels), strict=True))
    inside = prefixes == "I"
    return ~inside, ~inside | (kinds[:, None] == kinds)


def viterbi(
    scores: Sequence[npt.ArrayLike], may_start: npt.ArrayLike, may_follow: npt.ArrayLike
) -> list[np.ndarray]:
    """Finds each sentence's best sequence of labels among those that are allowed.

    With `s_t(j)` for the score of label j at word t, the best sequence that ends in j
    has, over the labels i that j may follow,

        b_0(j) = s_0(j),    b_t(j) = s_t(j) + max_i b_{t-1}(i)

    Remembering which i was best gives the sequence, read from its end.

    A label of minus infinity is impossible. A sequence that is not allowed is worse
    still: where every allowed one holds something impossible, as after a softmax that
    underflowed, the best is one of those that hold the least of it.

    Args:
        scores: List of arrays `(time, labels)`, one a sentence, of at least one word:
            log-probabilities, or any score that adds up. May be empty.
        may_start: Booleans `(labels,)`: labels that a sentence may begin with.
        may_follow: Booleans `(labels, labels)`: `may_follow[i, j]`, may j come after i?

    Returns:
        List of int arrays of shape `(time,)`.

    Raises:
        ValueError: A sentence has no word, the sizes do not agree, a score is NaN or
            infinity, `may_start` or `may_follow` is not made of booleans, or no
            sequence as long as a sentence is allowed.

    Source: Viterbi (1967), "Error bounds for convolutional codes", IEEE Transactions on
    Information Theory 13.
    """
    _checks.not_empty("may_start", may_start, "label")
    labels = len(may_start)
    may_start = _checks.booleans("may_start", may_start, (labels,))
    may_follow = _checks.booleans("may_follow", may_follow, (labels, labels))
    scores = [np.asarray(each, float) for each in scores]
    for place, each in enumerate(scores):
        if each.ndim != 2 or len(each) < 1 or each.shape[1] != labels:
            raise ValueError(
                f"scores[{place}] has the shape {each.shape}; expected at least one "
                f"row of {labels} labels"
            )
    if not scores:
        return []
    _checks.log_scores("scores", np.concatenate(scores))
    lengths = np.array([len(each) for each in scores])
    order = np.argsort(lengths, kind="stable")
    best = [None] * len(scores)
    for chosen in np.split(order, range(_CHUNK, len(order), _CHUNK)):
        paths, totals = _best_paths([scores[i] for i in chosen], may_start, may_follow)
        for i, path, total in zip(chosen, paths, totals, strict=True):
            best[i] = path[: lengths[i]]
            if total == -np.inf:
                best[i] = _least_impossible(i, scores[i], may_start, may_follow)
    return best


def _best_paths(scores, may_start, may_follow):
    """Returns paths (sentences, longest time), right up to each length, and scores."""
    lengths = np.array([len(each) for each in scores])
    padded = np.zeros((len(scores), lengths.max(), len(may_start)))
    for row, each in zip(padded, scores, strict=True):
        row[: len(each)] = each
    penalty = np.where(may_follow, 0.0, -np.inf)
    total = padded[:, 0] + np.where(may_start, 0.0, -np.inf)
    came_from = np.tile(np.arange(len(may_start)), (*padded.shape[:2], 1))
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
    return paths, total.max(1)


def _least_impossible(place, scores, may_start, may_follow):
    """The best path of one sentence where every allowed one is impossible.

    Paths are compared by how many of their labels are impossible, then by the sum of
    the other scores. Those that are not allowed have infinitely many.
    """
    impossible = np.where(scores == -np.inf, 1.0, 0.0)
    scores = np.where(scores == -np.inf, 0.0, scores)
    count = np.where(may_start, impossible[0], np.inf)
    total, came_from = scores[0], []
    for t in range(1, len(scores)):
        counts = np.where(may_follow, count[:, None], np.inf)  # From i (row) to j.
        least = counts.min(axis=0)
        totals = np.where(counts == least, total[:, None], -np.inf)
        came_from.append(totals.argmax(axis=0))
        count, total = least + impossible[t], totals.max(axis=0) + scores[t]
    if count.min() == np.inf:
        raise ValueError(
            f"scores[{place}] has {len(scores)} words; expected a number for which "
            "may_start and may_follow allow a sequence of labels"
        )
    path = [np.where(count == count.min(), total, -np.inf).argmax()]
    for best in reversed(came_from):
        path.append(best[path[-1]])
    return np.array(path[::-1])
