"""Claims about forecasts from many origins."""

import warnings

import numpy as np
import pytest

from rnn_utils.baselines.forecasting import (
    fill_forward,
    rows_per_season,
    sarima_forecasts,
    smoothing_forecasts,
)

NAN = np.nan


def times(step, rows=60):
    return np.datetime64("2020-01-01", "s") + np.arange(rows) * np.timedelta64(*step)


def months(step=1, rows=60):
    dates = np.datetime64("2020-01", "M") + step * np.arange(rows)
    return dates.astype("datetime64[s]")


def waves(rows=400, season=6, seed=0):
    """A season, a wandering level and some noise."""
    rng = np.random.default_rng(seed)
    level = np.cumsum(rng.normal(scale=0.2, size=rows))
    return (
        3 * np.sin(2 * np.pi * np.arange(rows) / season) + level + rng.normal(size=rows)
    )


@pytest.mark.parametrize(
    ("given", "rows"),
    [
        (times((15, "m")), 96),
        (times((1, "h")), 24),
        (times((3, "h")), 7),
        (times((1, "D")), 7),
        (times((7, "D")), 52),
        (months(), 12),
        (months(3), 4),
        (months(12), 2),
    ],
)
def test_rows_that_make_a_season(given, rows):
    assert rows_per_season(given) == rows


def test_one_time_has_no_step():
    with pytest.raises(ValueError, match="times has 1 rows; expected at least 2"):
        rows_per_season(months(rows=1))


def test_rows_may_be_less_than_a_second_apart_and_one_time_may_come_twice():
    assert rows_per_season(times((100, "ms")).astype("datetime64[ns]")) == 864_000
    hours = times((1, "h"))
    hours[10:] -= np.timedelta64(1, "h")  # The end of summer time.
    assert rows_per_season(hours) == 24


@pytest.mark.parametrize(
    ("given", "message"),
    [
        (months()[::-1], "times are -.* seconds apart and 0 are missing; expected"),
        (months()[[0, 0, 0]], "times are 0.0 seconds apart"),
        (np.array([*months()[:2], "NaT"], "datetime64[s]"), "1 are missing; expected"),
        ([1, 2, 3], "times has the shape .* and dtype int64; expected"),
        (months()[:, None], r"times has the shape \(60, 1\)"),
    ],
)
def test_times_that_make_no_season_are_refused(given, message):
    with pytest.raises(ValueError, match=message):
        rows_per_season(given)


def test_gaps_of_one_series_or_of_none_at_all():
    with pytest.raises(ValueError, match=r"values has the shape \(3,\); expected"):
        fill_forward(np.array([1, NAN, 2]))
    filled, known, since = fill_forward([[1, 2], [3, 4]])
    assert known.all() and not since.any() and filled.tolist() == [[1, 2], [3, 4]]
    filled, _, _ = fill_forward([[1.5], [None]])
    assert filled.tolist() == [[1.5], [1.5]]
    assert [part.shape for part in fill_forward(np.zeros((0, 2)))] == [(0, 2)] * 3


def test_gaps_are_filled_from_the_past_alone():
    values = np.array([[NAN, 1], [2, NAN], [NAN, NAN], [NAN, 4], [5, 5]])
    filled, known, since = fill_forward(values)
    np.testing.assert_equal(filled, [[NAN, 1], [2, 1], [2, 1], [2, 4], [5, 5]])
    np.testing.assert_equal(known, ~np.isnan(values))
    np.testing.assert_equal(since, [[0, 0], [0, 1], [1, 2], [2, 0], [0, 0]])


def test_what_comes_later_changes_nothing_before():
    values = np.array([[1.0], [NAN], [NAN], [8.0]])
    changed = np.array([[1.0], [NAN], [NAN], [-8.0]])
    for ours, theirs in zip(fill_forward(values), fill_forward(changed), strict=True):
        np.testing.assert_equal(ours[:3], theirs[:3])


def smoothed(series, horizon, season, found):
    """The equations of Holt and Winters, one row at a time."""
    level, trend = found["initial_level"], found["initial_trend"]
    seasons, damping = list(found["initial_seasons"]), found["damping_trend"]
    for value in series:
        before, level_before = seasons[-season], level
        ahead = level + damping * trend
        level += damping * trend + found["smoothing_level"] * (value - ahead - before)
        step = level - level_before
        trend = damping * trend + found["smoothing_trend"] * (step - damping * trend)
        gain = found["smoothing_seasonal"] * (value - ahead - before)
        seasons.append(before + gain)
    damped = np.cumsum(damping ** np.arange(1, horizon + 1))
    return level + damped * trend + np.array(seasons[-season:])[:horizon]


@pytest.mark.parametrize("season", [None, 6])
def test_smoothing_goes_on_from_each_origin(season):
    from statsmodels.tsa.api import ExponentialSmoothing

    series, origin = waves(), 311
    ours = smoothing_forecasts(series, (0, 300), [305, origin], 6, season)
    form = {"trend": "add", "damped_trend": True, "initialization_method": "heuristic"}
    if season:
        form.update(seasonal="add", seasonal_periods=season)
    found = ExponentialSmoothing(series[:300], **form).fit().params
    if not season:  # The same equations with a season that is always zero.
        found = {**found, "smoothing_seasonal": 0, "initial_seasons": np.zeros(6)}
    assert ours.shape == (2, 6)
    np.testing.assert_allclose(ours[1], smoothed(series[:origin], 6, 6, found))


def test_sarima_goes_on_from_each_origin_as_statsmodels_does():
    from statsmodels.tsa.api import SARIMAX

    series, origin, order = waves(), 311, ((1, 0, 1), (0, 1, 1, 6))
    ours = sarima_forecasts(series, (0, 300), [305, origin], 8, *order)
    found = SARIMAX(series[:300], order=order[0], seasonal_order=order[1])
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # Not yet at the very end after 15 steps.
        found = found.fit(disp=False, maxiter=15)
    theirs = SARIMAX(series[:origin], order=order[0], seasonal_order=order[1])
    theirs = theirs.filter(found.params).forecast(8)
    np.testing.assert_allclose(ours[1], theirs, rtol=1e-6)


@pytest.mark.parametrize("season", [None, 6])
def test_forecasts_know_nothing_of_the_rows_to_forecast(season):
    series, origins = waves(), np.array([320, 350])
    changed = series.copy()
    changed[350:] += 100

    def both(series):
        yield smoothing_forecasts(series, (20, 300), origins, 6, season)
        yield sarima_forecasts(series, (20, 300), origins, 6, (1, 0, 0))

    for ours, theirs in zip(both(series), both(changed), strict=True):
        np.testing.assert_allclose(ours, theirs)


def test_rows_before_the_fitted_ones_are_not_used():
    series = waves()
    changed = series.copy()
    changed[:50] = 0
    for forecasts in (
        lambda series: smoothing_forecasts(series, (50, 300), [320], 4, 6),
        lambda series: sarima_forecasts(series, (50, 300), [320], 4, (1, 0, 0)),
    ):
        np.testing.assert_array_equal(forecasts(series), forecasts(changed))


def test_both_beat_the_last_value_on_a_series_with_a_season():
    series, origins = waves(), np.arange(300, 390)
    truth = series[origins[:, None] + np.arange(6)]
    last = np.abs(series[origins - 1, None] - truth).mean()
    smooth = smoothing_forecasts(series, (0, 300), origins, 6, 6)
    sarima = sarima_forecasts(series, (0, 300), origins, 6, (0, 1, 1), (0, 1, 1, 6))
    assert np.abs(smooth - truth).mean() < 0.6 * last
    assert np.abs(sarima - truth).mean() < 0.6 * last


def test_a_horizon_beyond_the_season_is_refused():
    with pytest.raises(
        ValueError, match="season is 6; expected at least the horizon 8"
    ):
        smoothing_forecasts(waves(), (0, 300), [320], 8, 6)


def test_an_origin_among_the_fitted_rows_is_refused():
    with pytest.raises(
        ValueError, match="origins begin with 299; expected none before"
    ):
        sarima_forecasts(waves(), (0, 300), [299], 8, (1, 0, 0))


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"origins": []}, "origins is empty; expected at least one origin"),
        ({"origins": [401]}, "origins holds 401; expected .* from 0 to 400"),
        ({"origins": [310.5]}, "origins holds 310.5; expected whole numbers"),
        ({"fit_rows": (-50, 300)}, r"fit_rows is \(-50, 300\); expected 0 <= start"),
        ({"fit_rows": (300, 300)}, r"fit_rows is \(300, 300\); expected 0 <= start"),
        ({"fit_rows": (0, 500)}, r"fit_rows is .* stop <= 400"),
        ({"horizon": 0}, "horizon is 0; expected 1 or more"),
        ({"horizon": 2.5}, "horizon is 2.5; expected a whole number"),
        ({"series": waves()[:, None]}, r"series has the shape \(400, 1\)"),
        ({"series": np.where(np.arange(400) == 350, np.inf, waves())}, "holds inf"),
    ],
)
def test_forecasts_of_what_is_not_there_are_refused(changed, message):
    options = {
        "series": waves(),
        "fit_rows": (0, 300),
        "origins": [310],
        "horizon": 4,
        **changed,
    }
    with pytest.raises(ValueError, match=message):
        smoothing_forecasts(**options)
    with pytest.raises(ValueError, match=message):
        sarima_forecasts(**options, order=(1, 0, 0))


def test_gaps_are_for_the_filter_alone_and_some_rows_must_be_known():
    series = waves()
    series[20] = NAN
    with pytest.raises(ValueError, match="series holds nan; expected finite numbers"):
        smoothing_forecasts(series, (0, 300), [310], 4)
    assert np.isfinite(smoothing_forecasts(series, (21, 300), [310], 4)).all()
    series[100:200] = NAN
    with pytest.raises(ValueError, match="series has no value in fit_rows"):
        sarima_forecasts(series, (100, 200), [310], 4, (1, 0, 0))
    with pytest.raises(ValueError, match="season is 1; expected 2 or more"):
        smoothing_forecasts(waves(), (0, 300), [310], 1, 1)
