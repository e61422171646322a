"""Claims about intervals."""

import numpy as np
import pytest
from scipy import stats
from sklearn.metrics import accuracy_score, roc_auc_score

from rnn_utils.evaluation.intervals import (
    bootstrap_interval,
    diebold_mariano,
    mean_interval,
    share_interval,
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


def test_the_interval_of_a_share_is_wilsons():
    # n = 10, 3 hits, z = 1.95996: centre (3 + z^2 / 2) / (10 + z^2), by hand.
    assert share_interval([True] * 3 + [False] * 7) == pytest.approx(
        (0.10779, 0.60323), abs=1e-4
    )


def test_a_share_of_all_or_none_still_has_an_uncertain_side():
    z = stats.norm.ppf(0.975) ** 2
    assert share_interval([True] * 24) == pytest.approx((24 / (24 + z), 1.0))
    assert share_interval([False] * 24) == pytest.approx((0.0, z / (24 + z)))


@pytest.mark.parametrize("share", [0.1, 0.5, 0.9])
def test_intervals_of_shares_cover_about_as_often_as_they_say(share):
    runs = np.random.default_rng(4).random((1000, 24)) < share
    covered = [low <= share <= high for low, high in map(share_interval, runs)]
    assert 0.92 <= np.mean(covered) <= 0.99


def test_trials_that_differ_are_covered_at_least_as_often():
    chances = np.repeat([0.05, 0.5, 0.95], 8)
    runs = np.random.default_rng(5).random((1000, 24)) < chances
    covered = [low <= 0.5 <= high for low, high in map(share_interval, runs)]
    assert np.mean(covered) >= 0.95


@pytest.mark.parametrize("hits", [[], [0.5, 1.0], [1, 0], [[True, False]], True])
def test_an_interval_of_a_share_needs_a_row_of_booleans(hits):
    with pytest.raises(ValueError, match="hits is .* at least one boolean"):
        share_interval(hits)


@pytest.mark.parametrize("level", [0, 1, 95])
def test_the_level_of_a_share_is_a_share(level):
    with pytest.raises(ValueError, match="level is"):
        share_interval([True], level=level)


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
        ([1.0, 2, np.nan], [1.0, 2, 4], 1, "losses holds nan; expected finite numbers"),
        ([1.0, 2, 3], [1.0, np.inf, 4], 1, "other_losses holds inf; expected finite"),
        ([1.0, 2, 3], [1.0, 3, 4], 0.5, "lags is 0.5; expected a whole number"),
        ([1.0, 2, 3], [1.0, 3, 4], -1, "lags is -1; expected 0 or more"),
    ],
)
def test_losses_that_cannot_be_compared_are_refused(ours, theirs, lags, message):
    with pytest.raises(ValueError, match=message):
        diebold_mariano(ours, theirs, lags)


@pytest.mark.parametrize("resamples", [0, -1, 2.5])
def test_a_bootstrap_of_no_samples_is_refused(resamples):
    with pytest.raises(ValueError, match=f"resamples is {resamples}; expected"):
        bootstrap_interval(np.mean, np.arange(5.0), resamples=resamples)


@pytest.mark.filterwarnings("ignore::sklearn.exceptions.UndefinedMetricWarning")
def test_samples_without_a_score_are_counted_and_refused():
    labels, scores = np.array([0, 1, 0, 0, 0, 0]), np.arange(6.0)

    def area(labels, scores):
        both = 0 < labels.sum() < len(labels)
        return roc_auc_score(labels, scores) if both else np.nan

    drawn = np.random.default_rng(0).integers(6, size=(1000, 6))
    missing = (~(drawn == 1).any(axis=1) | (drawn == 1).all(axis=1)).sum()
    with pytest.raises(
        ValueError, match=f"score is nan for {missing} of 1000 resamples"
    ):
        bootstrap_interval(area, labels, scores)
    with pytest.raises(ValueError, match="score is inf for 1000 of 1000 resamples"):
        bootstrap_interval(lambda a: np.inf, labels)


def test_a_score_that_is_no_number_is_refused():
    with pytest.raises(ValueError, match=r"score gives the shape \(5,\); expected one"):
        bootstrap_interval(lambda a: 2 * a, np.arange(5.0))


def test_half_precision_is_added_up_without_loss():
    values = np.full(3_000, 40.0, np.float16)
    low, high = bootstrap_interval(lambda a: a.sum() / len(a), values, resamples=9)
    assert (low, high) == (40, 40)
    values = (2_000 + np.arange(100) % 2).astype(np.float16)
    assert bootstrap_interval(np.mean, values) == pytest.approx(
        bootstrap_interval(np.mean, values.astype(float))
    )


@pytest.mark.parametrize("block", [1.5, None])
def test_a_part_of_a_block_is_refused(block):
    with pytest.raises(ValueError, match=f"block is {block}; expected a whole number"):
        bootstrap_interval(np.mean, np.arange(10), block=block)


@pytest.mark.parametrize("level", [np.nan, None, "95"])
def test_a_level_that_is_none_is_refused(level):
    for interval in (
        mean_interval,
        lambda a, level: bootstrap_interval(np.mean, a, level=level),
    ):
        with pytest.raises(ValueError, match="level is .*; expected a number between"):
            interval([1.0, 2.0], level=level)


@pytest.mark.parametrize("shift", [0.1, 1e6 / 3, -7.7])
def test_what_differs_by_rounding_alone_does_not_differ(shift):
    other = np.array([0.1, 0.2, 0.3, 0.4])
    with pytest.raises(ValueError, match="differ by the same amount everywhere"):
        diebold_mariano(other + shift, other, 1)
    ours = other + shift + 1e-6 * np.array([1, -1, 2, 0])
    assert abs(diebold_mariano(ours, other, 1)[0]) > 1
