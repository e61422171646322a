"""Claims about dynamic time warping: it is the cheapest of all ways."""

import numpy as np
import pytest

from rnn_utils.baselines.dtw import warped_distances


def by_recursion(query, reference):
    """The definition, cell by cell."""
    costs = np.linalg.norm(query[:, None] - reference[None], axis=-1)
    best = np.full(costs.shape, np.inf)
    for i, j in np.ndindex(costs.shape):
        ways = [2 * costs[0, 0]] if i == j == 0 else []
        if i:
            ways.append(best[i - 1, j] + costs[i, j])
        if j:
            ways.append(best[i, j - 1] + costs[i, j])
        if i and j:
            ways.append(best[i - 1, j - 1] + 2 * costs[i, j])
        best[i, j] = min(ways)
    return best[-1, -1] / sum(costs.shape)


@pytest.mark.parametrize("length", [1, 2, 7])
def test_distances_are_those_of_the_definition(length):
    rng = np.random.default_rng(length)
    query = rng.normal(size=(length, 3))
    references = [rng.normal(size=(n, 3)) for n in (5, 1, 9, 7, 2)]
    np.testing.assert_allclose(
        warped_distances(query, references),
        [by_recursion(query, reference) for reference in references],
        rtol=1e-4,
    )


def test_speaking_slower_costs_nothing():
    query = np.random.default_rng(0).normal(size=(6, 2))
    distances = warped_distances(query, [np.repeat(query, 3, axis=0), query[::-1]])
    assert distances[0] == pytest.approx(0, abs=1e-3)
    assert distances[1] > 0.1
