"""The last word of a notebook: one table of results, and the claims it asserts.

    from rnn_utils import scorecard

    scorecard.report(
        session,
        [
            scorecard.Result(
                "accuracy", 0.89, interval=(0.885, 0.895), floor=0.88,
                baseline=0.86, baseline_name="word counts", beats_baseline=True,
            )
        ],
    )

The table is displayed first and asserted afterwards, so that a run that fails still
shows its figures. Beside the table the display holds a record under `MIME_TYPE`: the
one source of the README's results table.
"""

from __future__ import annotations

import dataclasses
import html
import math
import sys
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from rnn_utils.notebook import Session

# Keeps a figure and its unit on one line, however narrow the column.
_SPACE = "\N{NO-BREAK SPACE}"
# What old Windows code pages lack, in letters that every one has.
_IN_ASCII = {"✓": "ok:", "✗": "fails:", "≥": ">=", "≤": "<=", "·": "|"}

MIME_TYPE = "application/vnd.rnn-utils.scorecard+json"

_COLUMNS = ("metric", "baseline", "ours", "95 % interval", "floor", "verdict")


@dataclasses.dataclass(frozen=True)
class Result:
    """One measured figure and what is claimed of it.

    Args:
        name: The metric's name, unique in a scorecard.
        value: The measured figure.
        interval: Its 95 % interval, `(low, high)`.
        baseline: The figure of the honest simple rule, same metric, same split.
        baseline_name: The rule's name.
        floor: The figure that the value must reach, or must not exceed where lower
            is better.
        beats_baseline: Whether to claim that the whole interval is better than the
            baseline.
        higher_is_better: False for errors and losses.
        percent: Whether to show the figures as percentages.
    """

    name: str
    value: float
    _: dataclasses.KW_ONLY
    interval: tuple[float, float] | None = None
    baseline: float | None = None
    baseline_name: str | None = None
    floor: float | None = None
    beats_baseline: bool = False
    higher_is_better: bool = True
    percent: bool = True

    def __post_init__(self):
        if not isinstance(self.name, str) or not self.name.strip():
            raise ValueError(f"name is {self.name!r}; expected a metric's name.")
        self._store("value", self._number("value", self.value))
        for argument in ("baseline", "floor"):
            given = getattr(self, argument)
            if given is not None:
                self._store(argument, self._number(argument, given))
        if self.interval is not None:
            self._store("interval", self._checked_interval())
        if self.beats_baseline:
            for argument in ("baseline", "interval"):
                if getattr(self, argument) is None:
                    raise ValueError(
                        f"{argument} of {self.name!r} is None; beats_baseline=True "
                        "needs a baseline and an interval."
                    )

    def _store(self, argument, value):
        object.__setattr__(self, argument, value)  # The dataclass is frozen.

    def _number(self, argument, given):
        try:
            number = float(given)
        except (TypeError, ValueError):
            number = math.nan
        if not math.isfinite(number):
            raise ValueError(
                f"{argument} of {self.name!r} is {given!r}; expected a finite number."
            )
        return number

    def _checked_interval(self):
        try:
            low, high = self.interval
        except (TypeError, ValueError):
            raise ValueError(
                f"interval of {self.name!r} is {self.interval!r}; expected (low, high)."
            ) from None
        low, high = self._number("interval", low), self._number("interval", high)
        if not low <= self.value <= high:
            raise ValueError(
                f"interval of {self.name!r} is ({low:g}, {high:g}); expected "
                f"low <= value <= high with the value {self.value:g}."
            )
        return low, high

    @property
    def failures(self) -> list[str]:
        """The claims that do not hold, each in a sentence with its figures."""
        sentences = []
        sign = 1 if self.higher_is_better else -1
        if self.floor is not None and sign * self.value < sign * self.floor:
            word = "below" if self.higher_is_better else "above"
            sentences.append(
                f"{self.name} is {self.figure(self.value)}, {word} its floor "
                f"{self.figure(self.floor)}"
            )
        if self.beats_baseline:
            near_end = self.interval[0 if self.higher_is_better else 1]
            if sign * near_end <= sign * self.baseline:
                sentences.append(
                    f"{self.name} does not beat {self.baseline_name or 'its baseline'}:"
                    f" the near end of its interval is {self.figure(near_end)}, the "
                    f"baseline {self.figure(self.baseline)}"
                )
        return sentences

    @property
    def verdict(self) -> str:
        """Each claim of this result with a tick or a cross."""
        if self.failures:
            return "✗ " + "; ".join(self.failures)
        claims = []
        if self.floor is not None:
            claims.append("reaches its floor")
        if self.beats_baseline:
            claims.append("beats the baseline")
        return "✓ " + ", ".join(claims) if claims else "measured"

    def figure(self, number: float) -> str:
        """A figure of this metric as the tables print it."""
        percent = f"{100 * number:.2f}{_SPACE}%"
        return percent if self.percent else f"{number:.4g}"

    def cells(self) -> list[str]:
        """This result's row of the table, in the order of its columns."""
        baseline = floor = interval = ""
        if self.baseline is not None:
            name = f" ({self.baseline_name})" if self.baseline_name else ""
            baseline = self.figure(self.baseline) + name
        if self.interval is not None:
            interval = " to ".join(map(self.figure, self.interval))
        if self.floor is not None:
            sign = "≥" if self.higher_is_better else "≤"
            floor = f"{sign}{_SPACE}{self.figure(self.floor)}"
        ours = self.figure(self.value)
        return [self.name, baseline, ours, interval, floor, self.verdict]


def report(session: Session, results: Iterable[Result]) -> None:
    """Displays the scorecard, then asserts every claim in it.

    Args:
        session: What `rnn_utils.notebook.start` returned.
        results: `Result` objects; at least one has a floor.

    Raises:
        ValueError: Where there is nothing to report or nothing that could fail.
        AssertionError: Where a claim does not hold; names all such claims.
    """
    results = _checked(results)
    record = _record(session, results)
    _show(record, results)
    failures = [sentence for result in results for sentence in result.failures]
    if failures:
        raise AssertionError("The scorecard fails: " + "; ".join(failures) + ".")


def results_of(record: Mapping[str, Any]) -> list[Result]:
    """The `Result` objects of a record that `report` has displayed."""
    return [Result(**fields) for fields in record["results"]]


def as_text(record: Mapping[str, Any]) -> str:
    """The scorecard as plain text, from its record."""
    rows = [list(_COLUMNS), *(result.cells() for result in results_of(record))]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = [
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True))
        for row in rows
    ]
    return "\n".join([*(line.rstrip() for line in lines), "", _footer(record)])


def printable(text: str, encoding: str | None) -> str:
    """Text as a stream of some encoding can show it, signs in ASCII where it must.

    Args:
        text: Any text.
        encoding: The stream's `encoding`; None, as of `io.StringIO`, can show all.

    Returns:
        The text, with what the encoding still lacks as question marks.
    """
    try:
        text.encode(encoding or "utf-8")
    except UnicodeEncodeError:
        for sign, letters in _IN_ASCII.items():
            text = text.replace(sign, letters)
        return text.encode(encoding, "replace").decode(encoding)
    return text


def _checked(results):
    results = list(results)
    if not results:
        raise ValueError("results is empty; expected at least one Result.")
    for result in results:
        if not isinstance(result, Result):
            raise ValueError(f"results holds {result!r}; expected Result objects.")
    names = [result.name for result in results]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise ValueError(f"results names {twice} twice; expected distinct names.")
    if all(result.floor is None for result in results):
        raise ValueError(
            f"results has no floor in {names}; expected at least one Result with "
            "floor=, because a scorecard that cannot fail proves nothing."
        )
    return results


def _record(session, results):
    return {
        "results": [dataclasses.asdict(result) for result in results],
        "wall_seconds": round(session.elapsed, 1),
        "peak_memory_mb": _peak_memory_mb(),
        "versions": dict(session.versions),
        "device": session.device,
        "seed": session.seed,
    }


def _peak_memory_mb():
    """The most memory this process has held, or None where that is not known."""
    try:
        import resource
    except ImportError:  # Windows.
        return None
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return round(peak / (1024**2 if sys.platform == "darwin" else 1024))


def _footer(record):
    parts = [f"wall time {record['wall_seconds']:.0f} s"]
    if record["peak_memory_mb"] is not None:
        parts.append(f"peak memory {record['peak_memory_mb']} MB")
    parts += [f"{name} {version}" for name, version in record["versions"].items()]
    parts += [record["device"], f"seed {record['seed']}"]
    return " · ".join(parts)


def _as_html(record, results):
    def row(tag, cells):
        return "".join(f"<{tag}>{html.escape(cell)}</{tag}>" for cell in cells)

    body = "".join(f"<tr>{row('td', result.cells())}</tr>" for result in results)
    return (
        f"<table><thead><tr>{row('th', _COLUMNS)}</tr></thead><tbody>{body}</tbody>"
        f"</table><p>{html.escape(_footer(record))}</p>"
    )


def _show(record, results):
    text = as_text(record)
    ipython = sys.modules.get("IPython")
    if ipython is None or ipython.get_ipython() is None:
        print(printable(text, sys.stdout.encoding))
        return
    from IPython.display import display

    markup = _as_html(record, results)
    bundle = {"text/plain": text, "text/html": markup, MIME_TYPE: record}
    display(bundle, raw=True)
