"""Claims about intervals."""

import numpy as np
import pytest
from scipy import stats
from sklearn.metrics import accuracy_score

from rnn_utils.evaluation.intervals import (
    bootstrap_interval,
    diebold_mariano,
    mean_interval,
)


def test_interval_has_the_width_that_theory_gives():
    rng = np.random.default_rng(0)
    hits = rng.random(2000) < 0.8
    low, high = bootstrap_interval(np.mean, hits)
    standard_error = np.sqrt(0.8 * 0.2 / 2000)
    assert low < hits.mean() < high
    assert (high - low) == pytest.approx(2 * 1.96 * standard_error, rel=0.1)


def test_intervals_cover_the_true_score_about_as_often_as_they_say():
    rng = np.random.default_rng(1)
    covered = 0
    for _ in range(200):
        low, high = bootstrap_interval(np.mean, rng.random(300) < 0.7, resamples=300)
        covered += low <= 0.7 <= high
    assert 0.89 <= covered / 200 <= 0.99


def test_arrays_are_resampled_together():
    labels = np.arange(100) % 2
    assert bootstrap_interval(accuracy_score, labels, labels) == (1.0, 1.0)


def test_a_paired_difference_is_sharper_than_two_single_intervals():
    rng = np.random.default_rng(2)
    first = rng.random(1000) < 0.85
    second = np.where(rng.random(1000) < 0.02, ~first, first)

    def width(interval):
        return interval[1] - interval[0]

    paired = bootstrap_interval(lambda a, b: a.mean() - b.mean(), first, second)
    assert width(paired) < width(bootstrap_interval(np.mean, first)) / 2


def test_the_same_seed_gives_the_same_interval():
    hits = np.arange(50) % 3 == 0
    assert bootstrap_interval(np.mean, hits) == bootstrap_interval(np.mean, hits)
    assert bootstrap_interval(np.mean, hits, seed=1) != bootstrap_interval(
        np.mean, hits, seed=2
    )


@pytest.mark.parametrize("arrays", [(), ([],), ([1, 2], [1])])
def test_arrays_of_no_or_different_length_are_refused(arrays):
    with pytest.raises(ValueError, match="arrays have the lengths"):
        bootstrap_interval(np.mean, *arrays)


def test_a_level_in_per_cent_is_refused():
    with pytest.raises(ValueError, match="level is 95"):
        bootstrap_interval(np.mean, [1.0, 2.0], level=95)


def test_the_interval_of_a_mean_is_that_of_the_t_test():
    values = [0.81, 0.84, 0.79, 0.85, 0.82]
    expected = stats.ttest_1samp(values, 0).confidence_interval(0.9)
    assert mean_interval(values, level=0.9) == pytest.approx(tuple(expected))


def test_intervals_of_means_cover_the_true_mean_as_often_as_they_say():
    runs = np.random.default_rng(3).normal(size=(2000, 5))
    covered = [low <= 0 <= high for low, high in map(mean_interval, runs)]
    assert np.mean(covered) == pytest.approx(0.95, abs=0.015)


def test_equal_runs_have_an_interval_without_width():
    assert mean_interval([0.5, 0.5, 0.5]) == (0.5, 0.5)


@pytest.mark.parametrize("values", [[], [1.0], [1.0, np.nan], [[1.0, 2.0]]])
def test_an_interval_of_a_mean_needs_two_finite_values(values):
    with pytest.raises(ValueError, match="values is .* at least two finite"):
        mean_interval(values)


@pytest.mark.parametrize("level", [0, 1, 95])
def test_the_level_of_a_mean_is_a_share(level):
    with pytest.raises(ValueError, match="level is"):
        mean_interval([1.0, 2.0], level=level)


def test_blocks_widen_the_interval_of_neighbours_that_are_alike():
    rng = np.random.default_rng(3)
    alike = np.repeat(rng.normal(size=400), 10)

    def width(block):
        low, high = bootstrap_interval(np.mean, alike, block=block)
        return high - low

    assert width(20) == pytest.approx(2 * 1.96 * alike.std() / 20, rel=0.25)
    assert width(20) > 2 * width(1)


def test_a_block_holds_neighbours_and_the_last_is_followed_by_the_first():
    drawn = []
    bootstrap_interval(
        lambda a: drawn.append(a) or a.mean(), np.arange(10), block=4, resamples=50
    )
    for sample in drawn:
        assert len(sample) == 10
        steps = np.diff(sample) % 10
        assert (np.delete(steps, [3, 7]) == 1).all()
    assert any((np.diff(sample) == -9).any() for sample in drawn)


@pytest.mark.parametrize("block", [0, 11])
def test_blocks_longer_than_the_data_or_empty_are_refused(block):
    with pytest.raises(ValueError, match=f"block is {block}; expected 1 to 10"):
        bootstrap_interval(np.mean, np.arange(10), block=block)


def test_without_lags_it_is_students_t_test():
    rng = np.random.default_rng(0)
    ours, theirs = rng.random((2, 500))
    statistic, probability = diebold_mariano(ours, theirs, lags=0)
    expected = stats.ttest_rel(ours, theirs)
    assert statistic == pytest.approx(expected.statistic, rel=2e-3)
    assert probability == pytest.approx(expected.pvalue, rel=1e-2)


def test_equally_good_forecasters_differ_as_often_as_the_test_says():
    rng = np.random.default_rng(1)
    found = {0: 0, 20: 0}
    for _ in range(300):
        shocks = rng.normal(size=(2, 1011))
        alike = np.lib.stride_tricks.sliding_window_view(shocks, 12, axis=1).mean(-1)
        for lags in found:
            found[lags] += diebold_mariano(*alike, lags)[1] < 0.05
    assert found[20] / 300 < 0.16
    assert found[0] / 300 > 0.4  # Taken for independent, they seem to differ.


def test_the_better_forecaster_has_the_negative_sign():
    rng = np.random.default_rng(2)
    ours, theirs = rng.random(300), rng.random(300) + 0.5
    assert diebold_mariano(ours, theirs, 5)[0] < -5
    assert diebold_mariano(theirs, ours, 5)[0] > 5


@pytest.mark.parametrize(
    ("ours", "theirs", "lags", "message"),
    [
        ([1.0, 2], [1.0], 0, "losses have the shapes"),
        ([[1.0]], [[1.0]], 0, "losses have the shapes"),
        ([1.0, 2], [2.0, 1], 1, "lags is 1; expected 0 to 0 for 2 origins"),
        ([1.0, 2], [2.0, 3], 0, "differ by the same amount everywhere"),
    ],
)
def test_losses_that_cannot_be_compared_are_refused(ours, theirs, lags, message):
    with pytest.raises(ValueError, match=message):
        diebold_mariano(ours, theirs, lags)
