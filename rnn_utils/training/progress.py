"""Training progress in a notebook: a line that updates, then one plain table.

    model.fit(..., verbose=0, callbacks=[TrainingProgress()])

Nothing but the table stays in the notebook's file: one row an epoch. Outside IPython
it prints one line an epoch.
"""

from __future__ import annotations

import html
import sys
import time
from collections.abc import Callable
from typing import Any

import keras

# Long trainings update less often: a queue of messages that nobody reads while a cell
# runs, as under nbval, drops what exceeds about two thousand.
_FEWEST_SECONDS_BETWEEN_UPDATES = 0.3
_SHARE_BETWEEN_UPDATES = 0.01  # Of the time spent so far.

_MOST_ROWS = 24


class TrainingProgress(keras.callbacks.Callback):
    """Shows epoch, batch, metrics and the time left while a model trains.

    Args:
        clock: Tells the time in seconds; tests give their own.
    """

    def __init__(self, clock: Callable[[], float] = time.perf_counter) -> None:
        super().__init__()
        self._clock = clock
        self._reset()

    def _reset(self):
        self.rows = []  # One dict an epoch: "epoch", "seconds" and every metric.
        self._handle = None
        self._began = self._epoch_began = self._clock()
        self._next_update = 0.0
        self._batches_an_epoch = None
        self._batches = 0

    def on_train_begin(self, logs: dict[str, Any] | None = None) -> None:
        """Opens the display."""
        self._reset()
        self._batches_an_epoch = self.params.get("steps")
        if _in_ipython():
            from IPython.display import display

            self._handle = display(_bundle("training"), raw=True, display_id=True)

    def on_epoch_begin(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        """Starts the epoch's clock."""
        self._epoch_began = self._clock()
        self._batches = 0

    def on_train_batch_end(
        self, batch: int, logs: dict[str, Any] | None = None
    ) -> None:
        """Updates the line a few times a second, later every few seconds."""
        self._batches = batch + 1
        now = self._clock()
        if self._handle is not None and now >= self._next_update:
            self._next_update = now + max(
                _FEWEST_SECONDS_BETWEEN_UPDATES,
                _SHARE_BETWEEN_UPDATES * (now - self._began),
            )
            self._update(self._status(now, logs or {}), self._done_in_epoch())

    def on_epoch_end(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        """Adds the epoch's row."""
        # The first epoch tells the length of a dataset that does not know it.
        self._batches_an_epoch = self._batches or self._batches_an_epoch
        seconds = self._clock() - self._epoch_began
        self.rows.append({"epoch": epoch + 1, **(logs or {}), "seconds": seconds})
        if self._handle is None:
            print(_line(self.rows[-1], self.params.get("epochs")), flush=True)
        else:
            self._update(f"epoch {epoch + 1}/{self.params.get('epochs')}", 1.0)

    def on_train_end(self, logs: dict[str, Any] | None = None) -> None:
        """Leaves nothing but the table."""
        if self._handle is not None:
            self._update()

    def _done_in_epoch(self):
        """The part of this epoch that is done, or None where its length is unknown."""
        if not self._batches_an_epoch:
            return None
        return min(1.0, self._batches / self._batches_an_epoch)

    def _status(self, now, logs):
        epochs = self.params.get("epochs") or 1
        spent = now - self._began
        parts = [f"epoch {len(self.rows) + 1}/{epochs}"]
        total = self._batches_an_epoch
        parts.append(f"batch {self._batches}" + (f"/{total}" if total else ""))
        parts += [f"{name} {_figure(value)}" for name, value in logs.items()]
        parts.append(f"{_duration(spent)} so far")
        done = self._done_in_epoch()
        if done:
            left = spent * (epochs / (len(self.rows) + done) - 1)
            parts.append(f"{_duration(max(0.0, left))} left")
        return " · ".join(parts)

    def _update(self, status=None, done=None):
        self._handle.update(_bundle(status, done, self.rows), raw=True)


def _in_ipython():
    """Whether a notebook's kernel runs us; does not import IPython to find out."""
    ipython = sys.modules.get("IPython")
    shell = ipython.get_ipython() if ipython else None
    return shell is not None and hasattr(shell, "kernel")


def _bundle(status=None, done=None, rows=()):
    """The display as plain text and as HTML."""
    text = "\n".join(filter(None, [_text_table(rows), status]))
    markup = _html_table(rows)
    if status:
        value = "" if done is None else f' value="{done:.3f}"'
        markup += f"<div><progress{value}></progress> {html.escape(status)}</div>"
    return {"text/plain": text or "no epoch", "text/html": markup or "no epoch"}


def _table(rows):
    """Column names and rows of formatted cells; long trainings are thinned out."""
    names = list(dict.fromkeys(name for row in rows for name in row))
    if "seconds" in names:  # The clock comes last, also when metrics join in later.
        names.append(names.pop(names.index("seconds")))
    step = -(-len(rows) // _MOST_ROWS) or 1
    shown = [row for i, row in enumerate(rows, 1) if i % step == 0 or i == len(rows)]
    return names, [[_cell(name, row) for name in names] for row in shown]


def _cell(name, row):
    if name not in row:
        return ""
    if name == "epoch":
        return str(row[name])
    return f"{row[name]:.1f}" if name == "seconds" else _figure(row[name])


def _text_table(rows):
    if not rows:
        return ""
    names, cells = _table(rows)
    widths = [max(map(len, column)) for column in zip(names, *cells, strict=True)]
    return "\n".join(
        "  ".join(cell.rjust(width) for cell, width in zip(line, widths, strict=True))
        for line in [names, *cells]
    )


def _html_table(rows):
    if not rows:
        return ""
    names, cells = _table(rows)
    head = "".join(f"<th>{html.escape(name)}</th>" for name in names)
    body = "".join(
        "<tr>" + "".join(f"<td>{html.escape(cell)}</td>" for cell in line) + "</tr>"
        for line in cells
    )
    return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"


def _line(row, epochs):
    metrics = [
        f"{name} {_figure(value)}"
        for name, value in row.items()
        if name not in ("epoch", "seconds")
    ]
    parts = [f"epoch {row['epoch']}/{epochs}", *metrics, _duration(row["seconds"])]
    return " · ".join(parts)


def _figure(value):
    return f"{float(value):.4g}"


def _duration(seconds):
    if seconds < 60:
        return f"{seconds:.1f} s"
    minutes, seconds = divmod(round(seconds), 60)
    return f"{minutes} min {seconds:02d} s"
