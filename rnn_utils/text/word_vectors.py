"""Word vectors from counts: which words stand near which, then a matrix factorised.

Source: Levy and Goldberg (2014), "Neural word embedding as implicit matrix
factorization", NeurIPS 27, section 5: positive pointwise mutual information, factorised
by a truncated singular value decomposition.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from rnn_utils import _checks

if TYPE_CHECKING:
    from scipy import sparse

    from rnn_utils._types import Ints


def ppmi_svd(
    sequences: Sequence[np.ndarray],
    vocabulary_size: int,
    units: int,
    window: int = 5,
    seed: int = 0,
) -> np.ndarray:
    """Returns one vector a token, learnt from running text without any labels.

    Args:
        sequences: List of 1-D int arrays of token ids. Ids 0 (padding) and 1 (unknown)
            get a zero vector.
        vocabulary_size: Number of token ids.
        units: Size of a vector; less than `vocabulary_size`.
        window: Tokens up to this far apart are neighbours, weighted by 1 / distance; 1
            or more.
        seed: Seed of the randomised decomposition.

    Returns:
        Array of shape `(vocabulary_size, units)`, float32, with the standard deviation
        0.1 that suits an embedding layer.

    Raises:
        ValueError: `units` does not lie between 1 and `vocabulary_size - 1`, `window`
            is less than 1, an id is out of range, or no two tokens stand together more
            often than by chance.
    """
    from sklearn.utils.extmath import randomized_svd

    _checks.whole_number("vocabulary_size", vocabulary_size, 2)
    _checks.whole_number("units", units, 1, vocabulary_size - 1)
    _checks.whole_number("window", window)
    sequences = _checks.token_ids("sequences", sequences, 0, vocabulary_size - 1)
    counts = _neighbour_counts(sequences, vocabulary_size, window)
    # The counts are symmetric: what stands in a row stands in a column.
    totals = np.asarray(counts.sum(axis=1)).ravel()
    information = ppmi(counts, totals, totals)
    _require_some(information, "sequences", "two known tokens")
    left, scale, _ = randomized_svd(information, units, n_iter=2, random_state=seed)
    vectors = left * np.sqrt(scale)
    return (0.1 * vectors / vectors.std()).astype("float32")


def _neighbour_counts(sequences, vocabulary_size, window):
    """Counts pairs of tokens, symmetric, weighted by 1 / distance, as sparse matrix."""
    from scipy import sparse

    border = np.zeros(window, dtype=int)  # No pair spans two sequences.
    tokens = [part for seq in sequences for part in (seq, border)]
    tokens = np.concatenate([border, *tokens])
    shape = (vocabulary_size, vocabulary_size)
    counts = sparse.csr_matrix(shape, dtype=np.float64)
    for distance in range(1, window + 1):
        left, right = tokens[:-distance], tokens[distance:]
        known = (left > 1) & (right > 1)
        weights = np.full(known.sum(), 1 / distance)
        pairs = (left[known], right[known])
        counts = counts + sparse.coo_matrix((weights, pairs), shape=shape).tocsr()
    return counts + counts.T


def ppmi(
    counts: sparse.spmatrix, row_totals: np.ndarray, column_totals: np.ndarray
) -> sparse.csr_matrix:
    """Returns positive pointwise mutual information, max(0, log p(a, b) / (p(a) p(b))).

    Args:
        counts: Sparse matrix: how often a (row) and b (column) stand together.
        row_totals: Array of shape `(rows,)`, the sums of the rows.
        column_totals: Array of shape `(columns,)`, the sums of the columns.

    Returns:
        Sparse float32 matrix of the same shape, without entries that are 0.

    Raises:
        ValueError: A count is negative or not finite, the totals do not fit, or one is
            0 where there is a count.
    """
    information = counts.tocoo(copy=True)
    information.data = _checks.finite("counts", information.data)
    if (information.data < 0).any():
        raise ValueError(f"counts holds {information.data.min()}; expected 0 or more")
    information.eliminate_zeros()
    row_totals = _checks.finite("row_totals", row_totals)
    column_totals = _checks.finite("column_totals", column_totals)
    for name, totals, entries, size in (
        ("row_totals", row_totals, information.row, counts.shape[0]),
        ("column_totals", column_totals, information.col, counts.shape[1]),
    ):
        if totals.shape != (size,) or not (totals[entries] > 0).all():
            raise ValueError(
                f"{name} is {totals!r}; expected the shape ({size},), and numbers "
                "above 0 where there is a count"
            )
    expected = (
        row_totals[information.row] * column_totals[information.col] / row_totals.sum()
    )
    values = np.maximum(0, np.log(information.data / expected))
    information.data = values.astype(np.float32)
    information.eliminate_zeros()
    return information.tocsr()


def association_vectors(
    sources: Sequence[Ints],
    targets: Sequence[Ints],
    vocabulary_sizes: tuple[int, int],
    features: int,
    seed: int = 0,
) -> tuple[np.ndarray, np.ndarray]:
    """Returns vectors that are alike for a token and its likely translation.

    From counts alone: which source token stands in the same pair as which target token,
    as positive pointwise mutual information, factorised by a truncated singular value
    decomposition. The product of a source and a target vector approximates it.

    Args:
        sources: List of int arrays of token ids.
        targets: The same of their translations.
        vocabulary_sizes: Number of ids of source and of target.
        features: Size of a vector.
        seed: Seed of the randomised decomposition.

    Returns:
        A pair of float arrays of shape `(vocabulary size, features)` with the standard
        deviation 0.05 together, which is that of a new embedding layer, roughly.

    Raises:
        ValueError: Sources and targets are not equally many, an id is out of range,
            `features` does not lie between 1 and the smaller vocabulary, or no two
            tokens stand in the same pair more often than once and by chance.
    """
    from sklearn.utils.extmath import randomized_svd

    _checks.one_each("targets", targets, sources, "sources")
    _checks.whole_number("features", features, 1, min(vocabulary_sizes))
    occurs = [
        _occurrences(_checks.token_ids(name, sequences, 0, size - 1), size)
        for name, sequences, size in zip(
            ("sources", "targets"), (sources, targets), vocabulary_sizes, strict=True
        )
    ]
    together = occurs[0].T @ occurs[1]
    totals = (np.asarray(together.sum(axis=axis)).ravel() for axis in (1, 0))
    # Once may be chance.
    information = ppmi(together, *totals).multiply(together > 1).tocsr()
    _require_some(information, "sources and targets", "two tokens of a pair")
    left, scale, right = randomized_svd(
        information, features, n_iter=3, random_state=seed
    )
    vectors = left * np.sqrt(scale), right.T * np.sqrt(scale)
    size = 0.05 / np.concatenate(vectors).std()
    return tuple((size * part).astype("float32") for part in vectors)


def _occurrences(sequences, size):
    """Returns a sparse matrix (sequences, ids): 1 where the sequence has the id."""
    from scipy import sparse

    distinct = [np.unique(sequence) for sequence in sequences]
    rows = np.repeat(np.arange(len(distinct)), [len(ids) for ids in distinct])
    columns = np.concatenate([np.zeros(0, int), *distinct])
    ones = np.ones(len(rows))
    return sparse.csr_matrix((ones, (rows, columns)), (len(distinct), size))


def _require_some(information, name, what):
    """Nothing but zeros would be made into vectors of NaN."""
    if not information.nnz:
        raise ValueError(
            f"{name} have no association; expected {what} that stand together more "
            "often than by chance"
        )
