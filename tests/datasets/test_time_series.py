"""Claims about the series: in order of time, with what is missing left missing."""

import re
from datetime import datetime, timedelta

import numpy as np
import pytest

tfds = pytest.importorskip("tensorflow_datasets")

from rnn_utils.datasets import time_series  # noqa: E402
from rnn_utils.datasets.building.splits import SPLITS  # noqa: E402
from rnn_utils.datasets.time_series import (  # noqa: E402
    filled_in,
    load_series,
    read_beijing,
    wind_speed,
)

HEADER = "No,year,month,day,hour,pm2.5,DEWP,TEMP,PRES,cbwd,Iws,Is,Ir\n"


def hour(time, pm="10", temperature=0, wind="cv", speed=1.0, snow=0, rain=0):
    date = f"{time.year},{time.month},{time.day},{time.hour}"
    return f"1,{date},{pm},-5,{temperature},1010,{wind},{speed},{snow},{rain}\n"


def row(**changes):
    values = dict(zip(HEADER.strip().split(","), [""] * 13, strict=True))
    values |= {"year": "2010", "month": "1", "day": "1", "hour": "0", "pm2.5": "NA"}
    values |= {"DEWP": "-5", "TEMP": "3", "PRES": "1010", "cbwd": "NW", "Iws": "1.79"}
    return values | {"Is": "0", "Ir": "0"} | changes


@pytest.fixture
def small_package(monkeypatch, tmp_path):
    """30 hours at the turn of each year, and the months of 60 years."""
    air = HEADER
    for year in (2012, 2013, 2014):
        start = datetime(year, 12, 31) - timedelta(days=year == 2014)
        hours = [start + timedelta(hours=i) for i in range(30)]
        air += "".join(hour(time, temperature=i) for i, time in enumerate(hours))
    supply = "ts,y\n" + "".join(
        f"{year}-{month:02d}-01,{year}\n"
        for year in range(1963, 2022)
        for month in range(1, 13)
    )
    tables = dict(
        zip(time_series.MEMBERS.values(), (air.encode(), supply.encode()), strict=True)
    )
    monkeypatch.setattr(
        time_series,
        "read_members",
        lambda package, members: {name: tables[name] for name in members},
    )
    monkeypatch.setenv("RNN_DATA_DIR", str(tmp_path))


def test_an_hour_has_its_values_under_their_names():
    times, values = read_beijing(
        [row(), row(hour="1", Iws="4.92", Ir="2", **{"pm2.5": "129"})]
    )
    assert [str(time) for time in times] == [
        "2010-01-01T00:00:00",
        "2010-01-01T01:00:00",
    ]
    columns = list(time_series.UNITS["beijing_air"])
    second = dict(zip(columns, values[1], strict=True))
    assert second == pytest.approx(
        {
            "temperature": 3,
            "pm25": 129,
            "dew_point": -5,
            "pressure": 1010,
            "wind_speed": 3.13,
            "wind_north": 1,
            "wind_east": -1,
            "rain": 1,
            "snow": 0,
        },
        abs=1e-5,
    )
    assert np.isnan(values[0, columns.index("pm25")])


def test_sums_of_wind_become_the_speed_of_each_hour():
    sums = np.array([2.0, 5.0, 9.0, 1.0, 1.5])
    speeds = wind_speed(sums, ["NW", "NW", "NW", "SE", "SE"])
    np.testing.assert_allclose(speeds, [2, 3, 4, 1, 0.5])
    assert sums[1] == 5


def test_a_long_standstill_is_filled_in_but_for_its_first_row():
    values = np.arange(40.0).reshape(20, 2)
    values[5:16] = values[5]
    np.testing.assert_array_equal(np.flatnonzero(filled_in(values)), np.arange(6, 16))
    values[15] = 0
    assert not filled_in(values).any()


def test_filled_in_weather_is_missing_but_measured_dust_is_not():
    rows = [row(hour=str(i), **{"pm2.5": str(i)}) for i in range(12)]
    _, values = read_beijing(rows)
    columns = list(time_series.UNITS["beijing_air"])
    missing = {name for i, name in enumerate(columns) if np.isnan(values[1:, i]).all()}
    assert missing == set(columns) - {"pm25", "rain", "snow"}
    np.testing.assert_array_equal(values[:, columns.index("pm25")], np.arange(12))
    assert not np.isnan(values[0]).any()


@pytest.mark.parametrize(
    "config, counts", [("beijing_air", [24, 30, 36]), ("house_supply", [420, 144, 144])]
)
def test_splits_are_years_in_order(small_package, config, counts, capfd):
    parts = load_series(config=config)
    assert capfd.readouterr().out == ""
    assert [len(parts[name].times) for name in SPLITS] == counts
    times = np.concatenate([parts[name].times for name in SPLITS])
    assert np.all(np.diff(times).astype(int) > 0)
    for part in parts.values():
        assert part.values.shape == (len(part.times), len(part.columns))
        assert len(part.units) == len(part.columns)
    first = [str(parts[name].times[0])[:4] for name in SPLITS[1:]]
    assert first == {"beijing_air": ["2013", "2014"]}.get(config, ["1998", "2010"])


def test_the_builder_prepares_once_and_then_reads(small_package, cut_off):
    first = load_series()
    cut_off(time_series)
    np.testing.assert_array_equal(load_series()["test"].values, first["test"].values)


def test_a_path_is_a_series_of_the_readers_own(tmp_path):
    path = tmp_path / "mine.csv"
    path.write_text("date,a\n" + "".join(f"2024-01-0{i},{i}\n" for i in range(1, 6)))
    parts = load_series(str(path))
    assert [part.values[0, 0] for part in parts.values()] == [1, 4, 5]
    assert parts["test"].columns == ("a",)


@pytest.mark.parametrize("name", ["nowhere.csv", "", "Embedded", ".", "~nobody/x.csv"])
def test_a_path_without_a_file_is_named(name):
    expected = f"dataset is {name!r}; expected 'embedded' or the path of a file"
    with pytest.raises(ValueError, match=re.escape(expected)):
        load_series(name)


def test_an_unknown_config_is_named():
    with pytest.raises(ValueError, match="'tides'; expected one of .*'beijing_air'"):
        load_series(config="tides")
