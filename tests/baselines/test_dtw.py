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


def test_what_lies_far_from_zero_is_not_lost():
    far = np.array([[10_000.0]])
    np.testing.assert_array_equal(warped_distances(far, [far + 1]), [1])
    same = np.full((3, 2), 10_000.1)
    np.testing.assert_array_equal(warped_distances(same, [same]), [0])
    rng = np.random.default_rng(0)
    query, reference = rng.normal(size=(2, 6, 3))
    expected = warped_distances(query, [reference])
    found = warped_distances(query + 1e7, [reference + 1e7])
    np.testing.assert_allclose(found, expected, rtol=1e-7)


@pytest.mark.parametrize("dtype", [np.uint8, np.int8, np.float16])
def test_narrow_types_do_not_run_over(dtype):
    one, two = np.array([[120], [-100]]), np.array([[-100], [120]])
    if dtype is np.uint8:
        one, two = one + 100, two + 100
    expected = warped_distances(one * 1.0, [two * 1.0])
    found = warped_distances(one.astype(dtype), [two.astype(dtype)])
    np.testing.assert_array_equal(found, expected)
    assert expected > 100


@pytest.mark.parametrize(
    ("query", "references", "message"),
    [
        (np.zeros((3, 2)), [], "references is empty; expected at least one"),
        (
            np.zeros((0, 2)),
            [np.zeros((3, 2))],
            r"query has the shape \(0, 2\); expected",
        ),
        (
            np.zeros(3),
            [np.zeros((3, 2))],
            r"query has the shape \(3,\); expected \(time",
        ),
        (
            np.zeros((3, 2)),
            [np.zeros((0, 2))],
            r"references\[0\] has the shape \(0, 2\)",
        ),
        (
            np.zeros((3, 2)),
            [np.ones((3, 1))],
            r"references\[0\] has 1 features; expe.* 2",
        ),
        (
            np.full((3, 2), np.nan),
            [np.ones((3, 2))],
            "query holds nan; expected finite",
        ),
        (
            np.ones((3, 2)),
            [np.full((1, 2), np.inf)],
            "references holds inf; expected f",
        ),
    ],
)
def test_what_has_no_distance_is_refused(query, references, message):
    with pytest.raises(ValueError, match=message):
        warped_distances(query, references)
