"""Dynamic time warping: how alike two sequences are when their speed may differ."""

import numpy as np


def warped_distances(query, references):
    """Returns the distance by dynamic time warping to each of many sequences.

    Every step of one sequence is laid on a step of the other, in order and without
    leaving any out; the cost is the Euclidean distance of the two, and the cheapest way
    counts, divided by the sum of both lengths.

    Args:
        query: Array of shape `(time, features)`.
        references: Non-empty list of such arrays, of any lengths.

    Returns:
        Float array of shape `(len(references),)`.

    Source: Sakoe and Chiba (1978), "Dynamic programming algorithm optimization for
    spoken word recognition", IEEE Transactions on Acoustics 26(1), symmetric form.
    """
    lengths = np.array([len(reference) for reference in references])
    rows, columns = len(query), int(lengths.max())
    padded = np.zeros((columns, len(references), query.shape[1]))
    for i, reference in enumerate(references):
        padded[: len(reference), i] = reference
    squares = np.square(padded).sum(axis=-1) - 2 * (padded @ query.T).transpose(2, 0, 1)
    costs = np.sqrt(np.maximum(squares + np.square(query).sum(-1)[:, None, None], 0))
    # The cells of a diagonal, row + column = constant, depend on the two before only.
    older, old = (np.full((rows, len(references)), np.inf) for _ in range(2))
    total = np.zeros(len(references))
    for diagonal in range(rows + columns - 1):
        first, last = max(0, diagonal - columns + 1), min(rows, diagonal + 1)
        row = np.arange(first, last)
        cost = costs[row, diagonal - row]
        from_above = np.vstack([np.full_like(old[:1], np.inf), old])[row]
        aslant = np.vstack([np.full_like(old[:1], np.inf), older])[row] + cost
        new = np.full_like(old, np.inf)
        new[row] = cost + np.minimum(np.minimum(old[row], from_above), aslant)
        if diagonal == 0:
            new[0] = 2 * cost[0]
        ends = lengths == diagonal - rows + 2
        total[ends] = new[rows - 1, ends]
        older, old = old, new
    return total / (rows + lengths)
