"""Word vectors from counts: which words stand near which, then a matrix factorised.

Source: Levy and Goldberg (2014), "Neural word embedding as implicit matrix
factorization", NeurIPS 27, section 5: positive pointwise mutual information, factorised
by a truncated singular value decomposition.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from scipy import sparse
from typing import TYPE_CHECKING

if TYPE_CHECKING:
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
        window: Tokens up to this far apart are neighbours, weighted by 1 / distance.
        seed: Seed of the randomised decomposition.

    Returns:
        Array of shape `(vocabulary_size, units)`, float32, with the standard deviation
        0.1 that suits an embedding layer.

    Raises:
        ValueError: `units` does not lie between 1 and `vocabulary_size - 1`.
    """
    from sklearn.utils.extmath import randomized_svd

    if not 1 <= units < vocabulary_size:
        raise ValueError(
            f"units is {units!r}; expected a number from 1 to {vocabulary_size - 1}"
        )
    counts = _neighbour_counts(sequences, vocabulary_size, window)
    # The counts are symmetric: what stands in a row stands in a column.
    totals = np.asarray(counts.sum(axis=1)).ravel()
    information = ppmi(counts, totals, totals)
    left, scale, _ = randomized_svd(information, units, n_iter=2, random_state=seed)
    vectors = left * np.sqrt(scale)
    return (0.1 * vectors / vectors.std()).astype("float32")


def _neighbour_counts(sequences, vocabulary_size, window):
    """Counts pairs of tokens, symmetric, weighted by 1 / distance, as sparse matrix."""
    from scipy import sparse

    border = np.zeros(window, dtype=int)  # No pair spans two sequences.
    tokens = np.concatenate([part for seq in sequences for part in (seq, border)])
    shape = (vocabulary_size, vocabulary_size)
    counts = sparse.csr_matrix(shape, dtype=np.float32)
    for distance in range(1, window + 1):
        left, right = tokens[:-distance], tokens[distance:]
        known = (left > 1) & (right > 1)
        weights = np.full(known.sum(), 1 / distance, dtype=np.float32)
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
    """
    information = counts.tocoo(copy=True)
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
    """
    from sklearn.utils.extmath import randomized_svd

    occurs = [
        _occurrences(sequences, size)
        for sequences, size in zip((sources, targets), vocabulary_sizes, strict=True)
    ]
    together = occurs[0].T @ occurs[1]
    totals = (np.asarray(together.sum(axis=axis)).ravel() for axis in (1, 0))
    # Once may be chance.
    information = ppmi(together, *totals).multiply(together > 1).tocsr()
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
    columns = np.concatenate(distinct)
    ones = np.ones(len(rows), np.float32)
    return sparse.csr_matrix((ones, (rows, columns)), (len(distinct), size))
