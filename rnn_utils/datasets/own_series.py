"""A series of the reader's own, from a file of comma-separated values.

`read_own` reads it, `split_by_time` cuts it into training, validation and test.
"""

import csv
import os
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

import numpy as np

from rnn_utils.datasets.building.splits import SPLITS

_TRAIN_SHARE, _VALIDATION_SHARE = 0.6, 0.2
_MISSING = ("", "na", "nan")


class Series(NamedTuple):
    """One split: rows that follow each other in time.

    Attributes:
        times: Array of shape `(rows,)`, datetime64[s]; the local time for Beijing.
        values: Float32 array of shape `(rows, columns)`; NaN where a value is missing.
        columns: Tuple of str, the columns' names.
        units: Tuple of str, the columns' units; empty where there is none or it is not
            known.
    """

    times: np.ndarray
    values: np.ndarray
    columns: tuple[str, ...]
    units: tuple[str, ...]


def read_own(path: str | os.PathLike) -> Series:
    """Reads a file of comma-separated values with a column of dates.

    The first line names the columns. Dates are written 2024-12-31 or
    2024-12-31 15:00, with an offset (+02:00) or without; those with an offset become
    UTC. All other columns hold numbers; an empty place, NA or NaN is a missing value.
    Rows may stand in any order of time. They are taken to be equally far apart: put in
    rows without values where the file has a gap.

    Args:
        path: A str or path.

    Returns:
        A `Series`, in order of time. The units are not known.

    Raises:
        ValueError: The file is not there or not of this form.
    """
    path = Path(os.path.expanduser(path))
    if not path.is_file():
        raise ValueError(
            f"path is {str(path)!r}; expected a file of comma-separated values"
        )
    header, rows = _table(path)
    date = _date_column(path, header, rows)
    times = np.array([_required_date(path, row[date]) for row in rows], "datetime64[s]")
    order = np.argsort(times)
    twice = np.flatnonzero(np.diff(times[order]).astype(int) == 0)
    if len(twice):
        raise ValueError(
            f"{path.name} has two rows for {times[order][twice[0]]}; expected one"
        )
    others = [i for i in range(len(header)) if i != date]
    values = [[_own_number(path, header[i], row[i]) for i in others] for row in rows]
    columns = tuple(header[i] for i in others)
    units = ("",) * len(columns)
    return Series(times[order], np.array(values, np.float32)[order], columns, units)


def split_by_time(series: Series) -> dict[str, Series]:
    """Cuts a series into its first 60 %, the next 20 % and the last 20 % of the rows.

    Args:
        series: A `Series`.

    Returns:
        A dict from split name to `Series`.
    """
    rows = len(series.times)
    shares = np.cumsum([_TRAIN_SHARE, _VALIDATION_SHARE])
    cuts = np.round(rows * shares).astype(int)
    times, values = np.split(series.times, cuts), np.split(series.values, cuts)
    return {
        name: series._replace(times=times[i], values=values[i])
        for i, name in enumerate(SPLITS)
    }


def number(text: str) -> float:
    """Returns the float that a text is, NaN for a missing value."""
    return np.nan if text.strip().lower() in _MISSING else float(text)


def _table(path):
    """Returns the names of the columns, and the rows as lists of str."""
    with path.open(encoding="utf-8-sig", errors="replace", newline="") as file:
        lines = [row for row in csv.reader(file) if row]
    header = [name.strip() for name in lines[0]] if lines else []
    for row in lines[1:]:
        if len(row) != len(header):
            raise ValueError(
                f"{path.name} has {len(row)} values in the row {row}; expected "
                f"{len(header)}, one for each of {header}"
            )
    return header, lines[1:]


def _date_column(path, header, rows):
    """Returns the number of the first column that holds a date in the first row."""
    if len(header) > 1:
        for i, text in enumerate(rows[0] if rows else []):
            if _date(text) is not None:
                return i
    raise ValueError(
        f"{path.name} has {len(rows)} rows with the columns {header}, first "
        f"{rows[:1]}; expected rows with a column of dates such as 2024-12-31 or "
        "2024-12-31 15:00 and others of numbers, with commas between them"
    )


def _required_date(path, text):
    date = _date(text)
    if date is None:
        raise ValueError(
            f"{path.name} has {text!r} in its column of dates; expected a date such as "
            "2024-12-31 or 2024-12-31 15:00"
        )
    return date


def _date(text):
    """Returns the `datetime` that a text is, or None."""
    try:
        date = datetime.fromisoformat(text.strip())
    except ValueError:
        return None
    return date.astimezone(UTC).replace(tzinfo=None) if date.tzinfo else date


def _own_number(path, column, text):
    try:
        return number(text)
    except ValueError as error:
        raise ValueError(
            f"{path.name} has {text!r} in the column {column!r}; expected a number or "
            "nothing. Leave out columns of text."
        ) from error
