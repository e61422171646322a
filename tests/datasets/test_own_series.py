"""Claims about a reader's own series: read as meant, or refused with the reason."""

import numpy as np
import pytest

from rnn_utils.datasets.building.splits import SPLITS
from rnn_utils.datasets.own_series import read_own, split_by_time


@pytest.fixture
def write(tmp_path):
    """Returns a function that writes a file and returns its path."""

    def writer(text, encoding="utf-8"):
        path = tmp_path / "mine.csv"
        path.write_text(text, encoding=encoding)
        return path

    return writer


def test_dates_and_numbers_are_read(write):
    series = read_own(
        write("load,when,price\n1.5,2024-01-01 00:00,7\n2,2024-01-01 01:00,-8e1\n")
    )
    assert series.columns == ("load", "price")
    assert series.units == ("", "")
    assert list(np.diff(series.times).astype(int)) == [3600]
    assert series.values.dtype == np.float32
    np.testing.assert_array_equal(series.values, [[1.5, 7], [2, -80]])


def test_missing_values_are_nan(write):
    text = "date,a,b\n2024-01-01,,1\n2024-01-02,NA,2\n\n2024-01-03,nan,3\n"
    values = read_own(write(text)).values
    assert np.isnan(values[:, 0]).all()
    np.testing.assert_array_equal(values[:, 1], [1, 2, 3])


def test_rows_are_put_in_order_of_time(write):
    series = read_own(write("date,a\n2024-01-03,3\n1969-12-31,1\n2024-01-02,2\n"))
    assert list(series.values[:, 0]) == [1, 2, 3]
    assert np.all(np.diff(series.times).astype(int) > 0)


def test_times_with_an_offset_become_utc(write):
    series = read_own(write("date,a\n2024-01-01T02:00+02:00,1\n2024-01-01T01:00Z,2\n"))
    assert [str(time) for time in series.times] == [
        "2024-01-01T00:00:00",
        "2024-01-01T01:00:00",
    ]


@pytest.mark.parametrize("encoding", ["utf-8-sig", "latin-1"])
def test_files_of_spreadsheets_are_read(write, encoding):
    series = read_own(write("date , °C\r\n2024-01-01,1\r\n", encoding))
    assert series.columns[0].endswith("C")


@pytest.mark.parametrize(
    "text, reason",
    [
        ("", "0 rows with the columns"),
        ("date,a\n", "0 rows with the columns"),
        ("date\n2024-01-01\n", "expected rows with a column of dates"),
        ("date;a\n2024-01-01;1\n", "with commas between them"),
        ("date,a\n31.12.2024,1\n", "'31.12.2024'.*column of dates such as 2024-12-31"),
        ("date,a\n2024-01-01,1\nMonday,2\n", "'Monday' in its column of dates"),
        ("date,a\n2024-01-01,1,2\n", "3 values in the row .*; expected 2"),
        ("date,a\n2024-01-01,high\n", "'high' in the column 'a'; expected a number"),
        ("date,a\n2024-01-01,1\n2024-01-01,2\n", "two rows for 2024-01-01"),
    ],
)
def test_what_cannot_be_read_is_named(write, text, reason):
    with pytest.raises(ValueError, match=f"mine.csv has .*{reason}"):
        read_own(write(text))


def test_a_file_that_is_not_there_is_named():
    with pytest.raises(ValueError, match="path is 'nowhere.csv'; expected a file"):
        read_own("nowhere.csv")


def test_splits_follow_each_other_in_time(write):
    rows = "".join(f"2024-01-{day:02d},{day}\n" for day in range(1, 11))
    parts = split_by_time(read_own(write("date,a\n" + rows)))
    assert [len(parts[name].times) for name in SPLITS] == [6, 2, 2]
    values = np.concatenate([parts[name].values[:, 0] for name in SPLITS])
    np.testing.assert_array_equal(values, np.arange(1, 11))
