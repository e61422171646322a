"""The best sequence of labels that is allowed: a search by dynamic programming."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

_IMPOSSIBLE = -1e30


_CHUNK = 512


def bio_constraint(labels: Sequence[str]) -> tuple[np.ndarray, np.ndarray]:
    """Says which label may follow which: `I-kind` only `B-kind` and `I-kind`.

    Args:
        labels: List of the distinct labels.

    Returns:
        `may_start`, booleans of shape `(labels,)`: may a sentence begin with the label?
        and `may_follow`, booleans of shape `(labels, labels)`: `may_follow[i, j]` tells
        whether label j may come directly after label i.
    """
    inside = np.array([label.startswith("I-") for label in labels])
    kinds = np.array([label[2:] for label in labels])  # "" for O.
    return ~inside, ~inside | (kinds[:, None] == kinds)


def viterbi(
    scores: Sequence[np.ndarray], may_start: np.ndarray, may_follow: np.ndarray
) -> list[np.ndarray]:
    """Finds each sentence's best sequence of labels among those that are allowed.

    With `s_t(j)` for the score of label j at word t, the best sequence that ends in j
    has, over the labels i that j may follow,

        b_0(j) = s_0(j),    b_t(j) = s_t(j) + max_i b_{t-1}(i)

    Remembering which i was best gives the sequence, read from its end.

    Args:
        scores: List of arrays `(time, labels)`, one a sentence, of at least one word:
            log-probabilities, or any score that adds up.
        may_start: Booleans `(labels,)`: labels that a sentence may begin with.
        may_follow: Booleans `(labels, labels)`: `may_follow[i, j]`, may j come after i?

    Returns:
        List of int arrays of shape `(time,)`.

    Raises:
        ValueError: A sentence has no word, or the sizes do not agree.

    Source: Viterbi (1967), "Error bounds for convolutional codes", IEEE Transactions on
    Information Theory 13.
    """
    for place, each in enumerate(scores):
        if np.ndim(each) != 2 or len(each) < 1 or each.shape[1] != len(may_start):
            raise ValueError(
                f"scores[{place}] has the shape {np.shape(each)}; expected at least "
                f"one row of {len(may_start)} labels"
            )
    lengths = np.array([len(each) for each in scores])
    order = np.argsort(lengths, kind="stable")
    best = [None] * len(scores)
    for chosen in np.split(order, range(_CHUNK, len(order), _CHUNK)):
        paths = _best_paths([scores[i] for i in chosen], may_start, may_follow)
        for i, path in zip(chosen, paths, strict=True):
            best[i] = path[: lengths[i]]
    return best


def _best_paths(scores, may_start, may_follow):
    """Returns int paths (sentences, longest time), right up to each one's length."""
    lengths = np.array([len(each) for each in scores])
    padded = np.zeros((len(scores), lengths.max(), len(may_start)))
    for row, each in zip(padded, scores, strict=True):
        row[: len(each)] = each
    penalty = np.where(may_follow, 0.0, _IMPOSSIBLE)
    total = padded[:, 0] + np.where(may_start, 0.0, _IMPOSSIBLE)
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
    return paths
