"""The last word of a notebook: one table of results, and the claims it asserts.

    from rnn_utils import scorecard

    # For each text whether a system is right.
    hits = {"network": ..., "n-grams": ..., "all positive": ...}
    scorecard.report(
        session,
        [
            scorecard.measured(
                "accuracy", np.mean, hits, "network", floor=0.88, beats=True
            ),
            scorecard.difference(
                "gain of the mask", np.mean, hits["network"], unmasked,
                over="no mask", floor=0.2,
            ),
            scorecard.failure(
                "accuracy in capitals", np.mean, in_capitals, before=hits["network"]
            ),
        ],
    )

A score stands beside the strongest of all rivals that were measured; which one that is,
nobody chooses. The table is displayed first and asserted afterwards, so that a run that
fails still shows its figures. Beside the table the display holds a record under
`MIME_TYPE`: the one source of the tables in RESULTS.md and in the README.
"""

from __future__ import annotations

import dataclasses
import html
import numbers
import sys
from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any

from rnn_utils.evaluation.intervals import bootstrap_interval
from rnn_utils.evaluation.results import Result

if TYPE_CHECKING:
    from rnn_utils.notebook import Session

# What old Windows code pages lack, in letters that every one has.
_IN_ASCII = {"✓": "ok:", "✗": "fails:", "≥": ">=", "≤": "<=", "−": "-", "·": "|"}

MIME_TYPE = "application/vnd.rnn-utils.scorecard+json"

_COLUMNS = (
    "metric",
    "strongest rival",
    "measured",
    "95 % interval",
    "floor",
    "verdict",
)


def measured(
    name: str,
    score: Callable[..., float],
    systems: Mapping[str, Any],
    ours: str,
    *,
    no_rivals: Mapping[str, str] | None = None,
    block: int = 1,
    resamples: int = 1000,
    **claims: Any,
) -> Result:
    """Scores our system beside the strongest of all others.

    Args:
        name: The metric's name.
        score: Function of a system's arrays that returns a float.
        systems: Everything that was measured on the same examples, by name: an array, a
            tuple of arrays for `score`, or a number that is a score already.
        ours: The name of ours.
        no_rivals: Systems that are not in the race, and why: an oracle that is told the
            answer, our own with a part taken out.
        block: As for `bootstrap_interval`, which gives the interval.
        resamples: As for `bootstrap_interval`.
        **claims: `floor`, `beats`, `higher_is_better` and `percent` of the `Result`.

    Returns:
        A `Result` of kind `"score"`. Without an interval where ours is a number.

    Raises:
        ValueError: `ours`, or a name in `no_rivals`, is not among the systems.
    """
    no_rivals = dict(no_rivals or {})
    unknown = sorted({ours, *no_rivals} - set(systems))
    if unknown:
        raise ValueError(
            f"systems of {name!r} lack {unknown}; expected all of ours and no_rivals "
            f"among {sorted(systems)}."
        )
    value, arrays = _scored(score, systems[ours])
    rivals = {
        system: _scored(score, data)[0]
        for system, data in systems.items()
        if system != ours and system not in no_rivals
    }
    interval = _interval(score, arrays, block, resamples)
    return Result(name, value, interval=interval, rivals=rivals, **claims)


def difference(
    name: str,
    score: Callable[..., float],
    ours: Any,
    theirs: Any,
    *,
    over: str,
    lower_is_better: bool = False,
    relative: bool = False,
    block: int = 1,
    resamples: int = 1000,
    **claims: Any,
) -> Result:
    """What ours is better by than another system, paired example by example.

    Args:
        name: The metric's name.
        score: Function of a system's arrays that returns a float.
        ours: Our array, or a tuple of arrays for `score`.
        theirs: The other's, of the same examples.
        over: The other's name.
        lower_is_better: True where `score` is an error: then the difference is what
            ours saves.
        relative: Whether to return the share of their error that ours saves.
        block: As for `bootstrap_interval`, which gives the interval.
        resamples: As for `bootstrap_interval`.
        **claims: `floor`, `beats` and `percent` of the `Result`.

    Returns:
        A `Result` of kind `"difference"`, or `"share"` where it is relative.

    Raises:
        ValueError: The systems have different examples or are scores already, or
            `relative` without `lower_is_better`.
    """
    if relative and not lower_is_better:
        raise ValueError(
            f"relative of {name!r} is True; expected lower_is_better=True with it: the "
            "share is one of an error."
        )
    _, mine = _scored(score, ours)
    rival, other = _scored(score, theirs)
    if mine is None or other is None:
        raise ValueError(
            f"ours and theirs of {name!r} are {ours!r} and {theirs!r}; expected arrays "
            "of the same examples, because the difference is paired."
        )

    def better_by(*arrays):
        one, two = score(*arrays[: len(mine)]), score(*arrays[len(mine) :])
        if relative:
            return 1 - one / two
        return two - one if lower_is_better else one - two

    both = (*mine, *other)
    return Result(
        name,
        better_by(*both),
        kind="share" if relative else "difference",
        interval=_interval(better_by, both, block, resamples),
        rivals={over: rival},
        **claims,
    )


def failure(
    name: str,
    score: Callable[..., float],
    broken: Any,
    *,
    before: Any,
    block: int = 1,
    resamples: int = 1000,
    **claims: Any,
) -> Result:
    """What is left of a score when something is broken on purpose.

    Args:
        name: The metric's name.
        score: Function of a system's arrays that returns a float.
        broken: The array, or a tuple of arrays for `score`, or a score, after.
        before: The same before.
        block: As for `bootstrap_interval`, which gives the interval.
        resamples: As for `bootstrap_interval`.
        **claims: `higher_is_better` and `percent` of the `Result`.

    Returns:
        A `Result` of kind `"failure"`, of which nothing is claimed.
    """
    value, arrays = _scored(score, broken)
    return Result(
        name,
        value,
        kind="failure",
        interval=_interval(score, arrays, block, resamples),
        rivals={"intact": _scored(score, before)[0]},
        **claims,
    )


def _interval(score, arrays, block, resamples):
    if arrays is None:
        return None
    return bootstrap_interval(score, *arrays, block=block, resamples=resamples)


def _scored(score, data):
    """A system's score and its arrays; None for these where it is a score already."""
    if isinstance(data, numbers.Number):
        return float(data), None
    arrays = data if isinstance(data, tuple) else (data,)
    return float(score(*arrays)), arrays


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
