"""Forecasts from many origins, and the statistics that a network has to beat.

An origin `t` is a moment between two rows: the rows before `t` are known, `t` is the
first one to forecast. A forecast from `n` origins is an array `(n, horizon)`.

The classical methods estimate their parameters once, on rows before the first origin,
and take in row after row from there on: one pass gives the forecasts of all origins.
"""

from __future__ import annotations

import warnings

import numpy as np
import numpy.typing as npt

from rnn_utils import _checks

_HOUR, _DAY = 3600, 86_400


# Rows in a season by the seconds between two rows, the shortest first.
_SEASONS = ((_HOUR, 24), (_DAY, 7), (7 * _DAY, 52), (31 * _DAY, 12), (92 * _DAY, 4))


def rows_per_season(times: npt.ArrayLike) -> int:
    """Returns how many rows make a season: a day, a week or a year.

    Args:
        times: Array of shape `(rows,)`, datetime64, one after the other and about
            equally far apart.

    Returns:
        An int: 24 for hours, 7 for days, 52 for weeks, 12 for months, 4 for quarters;
        the rows of a day where they are less than an hour apart, else of a year.

    Raises:
        ValueError: There are fewer than two times, one is missing, or most do not come
            after the one before.
    """
    times = np.asarray(times)
    if times.ndim != 1 or times.dtype.kind != "M":
        raise ValueError(
            f"times has the shape {times.shape} and dtype {times.dtype}; expected "
            "(rows,) and datetime64"
        )
    if len(times) < 2:
        raise ValueError(f"times has {len(times)} rows; expected at least 2")
    steps = np.diff(times.astype("datetime64[us]"))
    step = np.median(steps.astype(float)) / 1e6
    if np.isnat(steps).any() or not step > 0:
        raise ValueError(
            f"times are {step} seconds apart and {np.isnat(times).sum()} are missing; "
            "expected all, one after the other"
        )
    if step < _HOUR:
        return round(_DAY / step)
    for seconds, rows in _SEASONS:
        if step <= seconds:
            return rows
    return max(2, round(365.25 * _DAY / step))


def fill_forward(values: npt.ArrayLike) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Fills each gap with the last value known, and says what is filled.

    Nothing from after a gap is used, so that a row holds what was known at its time.

    Args:
        values: Float array of shape `(rows, columns)`; NaN where a value is missing.

    Returns:
        Three arrays of that shape: the values, NaN only before the first one known of a
        column; whether each was known; and the rows since the last one known, 0 where
        it is known itself, counted from the first row where there is none.

    Raises:
        ValueError: `values` has not two dimensions.
    """
    values = np.asarray(values)
    if values.dtype.kind not in "fiu":
        values = values.astype(float)
    if values.ndim != 2:
        raise ValueError(
            f"values has the shape {values.shape}; expected (rows, columns)"
        )
    known = ~np.isnan(values)
    rows = np.arange(len(values))[:, None]
    last = np.maximum.accumulate(np.where(known, rows, 0), axis=0)
    return np.take_along_axis(values, last, axis=0), known, rows - last


def smoothing_forecasts(
    series: np.ndarray,
    fit_rows: tuple[int, int],
    origins: npt.ArrayLike,
    horizon: int,
    season: int | None = None,
) -> np.ndarray:
    """Forecasts by exponential smoothing, damped trend and additive season.

    Args:
        series: Float array of shape `(rows,)`, finite from `start` on.
        fit_rows: The first row and the one after the last, `(start, stop)`, of those
            that the parameters are estimated on. Rows before them are not used.
        origins: Int array of shape `(n,)`, none before `stop` or behind the last row.
        horizon: Rows to forecast, at most a season where there is one.
        season: Rows in a season, or None for a series without.

    Returns:
        Float array of shape `(n, horizon)`.

    Raises:
        ValueError: The season is shorter than the horizon, or less than 2; the horizon
            is less than 1; `fit_rows` are no rows of the series; there is no origin, or
            one is out of range; or the series is not finite.

    Source: Holt (1957); Winters (1960); Gardner and McKenzie (1985) for the damping.
    """
    from statsmodels.tsa.api import ExponentialSmoothing

    _checks.whole_number("horizon", horizon)
    if season is not None and _checks.whole_number("season", season, 2) < horizon:
        raise ValueError(f"season is {season}; expected at least the horizon {horizon}")
    series, origins, estimating = _from_start(series, fit_rows, origins)
    _checks.finite("series", series)
    form = {"trend": "add", "damped_trend": True, "initialization_method": "heuristic"}
    if season is not None:
        form.update(seasonal="add", seasonal_periods=season)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # An estimate at the border of its range.
        found = ExponentialSmoothing(estimating, **form).fit().params
        chosen = {
            name: found[name]
            for name in ("smoothing_level", "smoothing_trend", "damping_trend")
        }
        if season is not None:
            chosen["smoothing_seasonal"] = found["smoothing_seasonal"]
        states = ExponentialSmoothing(series, **form).fit(**chosen, optimized=False)
    ahead = np.arange(horizon)
    damped = np.cumsum(found["damping_trend"] ** (ahead + 1.0))
    forecasts = (
        states.level[origins - 1, None] + states.trend[origins - 1, None] * damped
    )
    if season is not None:
        forecasts += states.season[origins[:, None] - season + ahead]
    return forecasts


def sarima_forecasts(
    series: np.ndarray,
    fit_rows: tuple[int, int],
    origins: npt.ArrayLike,
    horizon: int,
    order: tuple[int, int, int],
    seasonal_order: tuple[int, int, int, int] = (0, 0, 0, 0),
) -> np.ndarray:
    """Forecasts by a seasonal ARIMA model.

    The Kalman filter goes over the series once. Its predicted state at an origin, taken
    through the model's transition, is what the model forecasts from there.

    Args:
        series: Float array of shape `(rows,)`; NaN is allowed.
        fit_rows: The first row and the one after the last, `(start, stop)`, of those
            that the parameters are estimated on. Rows before them are not used.
        origins: Int array of shape `(n,)`, none before `stop` or behind the last row.
        horizon: Rows to forecast.
        order: `(p, d, q)`: lags, differences, lags of the errors.
        seasonal_order: `(P, D, Q, season)`, the same at distances of a season.

    Returns:
        Float array of shape `(n, horizon)`.

    Raises:
        ValueError: The horizon is less than 1; `fit_rows` are no rows of the series, or
            none of them is known; there is no origin, or one is out of range; or the
            series holds infinity.

    Source: Box and Jenkins (1970), "Time series analysis: forecasting and control".
    """
    from statsmodels.tsa.api import SARIMAX

    _checks.whole_number("horizon", horizon)
    series, origins, estimating = _from_start(series, fit_rows, origins)
    _checks.finite("series", series[~np.isnan(series)])
    if np.isnan(estimating).all():
        raise ValueError(f"series has no value in fit_rows, {fit_rows}; expected some")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # Fifteen steps need not be the very end.
        model = SARIMAX(estimating, order=order, seasonal_order=seasonal_order)
        parameters = model.fit(disp=False, maxiter=15).params
    model = SARIMAX(series, order=order, seasonal_order=seasonal_order)
    states = model.filter(parameters).predicted_state[:, origins].T
    forecasts = []
    for _ in range(horizon):
        forecasts.append(states @ model["design"][0])
        states = states @ model["transition"].T
    return np.stack(forecasts, axis=1)


def _from_start(series, fit_rows, origins):
    """The series and the origins without what lies before the rows to estimate on."""
    series, (start, stop) = np.asarray(series, float), fit_rows
    _checks.shaped("series", series, "(rows,)")
    if not 0 <= start < stop <= len(series):
        raise ValueError(
            f"fit_rows is {fit_rows}; expected 0 <= start < stop <= {len(series)}"
        )
    origins = _checks.whole_numbers("origins", origins, 0, len(series))
    _checks.not_empty("origins", origins, "origin")
    if origins.min() < stop:
        raise ValueError(
            f"origins begin with {origins.min()}; expected none before {stop}, where "
            "the rows end that the parameters are estimated on"
        )
    return series[start:], origins - start, series[start:stop]
