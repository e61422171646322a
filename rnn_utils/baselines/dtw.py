"""Dynamic time warping: how alike two sequences are when their speed may differ."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from rnn_utils import _checks


def warped_distances(
    query: npt.ArrayLike, references: Sequence[npt.ArrayLike]
) -> np.ndarray:
    """Returns the distance by dynamic time warping to each of many sequences.

    Every step of one sequence is laid on a step of the other, in order and without
    leaving any out; the cost is the Euclidean distance of the two, and the cheapest way
    counts, divided by the sum of both lengths.

    Args:
        query: Array of shape `(time, features)`, of at least one step.
        references: Non-empty list of such arrays, of any lengths.

    Returns:
        Float64 array of shape `(len(references),)`.

    Raises:
        ValueError: There is no reference; or one, or the query, has no step, other
            features, or what is not finite.

    Source: Sakoe and Chiba (1978), "Dynamic programming algorithm optimization for
    spoken word recognition", IEEE Transactions on Acoustics 26(1), symmetric form.
    """
    from scipy.spatial.distance import cdist

    query = _checks.finite("query", query)
    _checks.shaped("query", query, "(time, features)")
    _checks.not_empty("references", references, "reference")
    references = [np.asarray(reference) for reference in references]
    for i, reference in enumerate(references):
        _checks.steps(f"references[{i}]", reference, query.shape[1], "query")
    longest_first = np.argsort([-len(reference) for reference in references])
    lengths = np.array([len(references[i]) for i in longest_first])
    rows, columns = len(query), int(lengths[0])
    padded = np.zeros((columns, len(references), query.shape[1]))
    for i, chosen in enumerate(longest_first):
        padded[: lengths[i], i] = references[chosen]
    _checks.finite("references", padded)
    # Difference by difference: a^2 + b^2 - 2ab would lose what lies far from zero.
    costs = cdist(query, padded.reshape(-1, query.shape[1]))
    costs = costs.reshape(rows, columns, len(references))
    # The cells of a diagonal, row + column = constant, depend on the two before only.
    # The first row stands above the cells; the references that are through drop out.
    older, old = (np.full((rows + 1, len(lengths)), np.inf) for _ in range(2))
    older[0] = 0
    total = np.zeros(len(lengths))
    for diagonal in range(rows + columns - 1):
        going_on = np.searchsorted(-lengths, rows - diagonal - 1)
        older, old = older[:, :going_on], old[:, :going_on]
        first, last = max(0, diagonal - columns + 1), min(rows, diagonal + 1)
        row = np.arange(first, last)
        cost = costs[row, diagonal - row, :going_on]
        new = np.full_like(old, np.inf)
        new[first + 1 : last + 1] = np.minimum(
            np.minimum(old[first + 1 : last + 1], old[first:last]) + cost,
            older[first:last] + 2 * cost,
        )
        ends = np.flatnonzero(lengths[:going_on] == diagonal - rows + 2)
        total[ends] = new[rows, ends]
        older, old = old, new
    distances = np.empty(len(lengths))
    distances[longest_first] = total / (rows + lengths)
    return distances
