"""Writes RESULTS.md and the README's figures from the notebooks' and bench's records.

python -m tools.results_table [--check]
"""

import argparse
import difflib
import json
import math
import statistics
import sys

from scipy import stats

from rnn_utils import scorecard
from tools import notebook_files

README = notebook_files.ROOT / "README.md"
RESULTS = notebook_files.ROOT / "RESULTS.md"
BENCHMARKS = notebook_files.ROOT / "benchmarks" / "results.json"

_LEVEL = 0.95
_HEAD = """\
# What was measured

Written from the executed notebooks by `make results`; never by hand. **Measured** is \
the mean over the seeds in brackets, each a whole run of the notebook with another \
start; its 95 % interval holds both what another seed and what other test items would \
change. Where no seeds are given, it is the run that the notebook shows. **Strongest \
rival** is the best of all methods that the notebook scores on the same items, also \
where it is ahead; a difference says what it is *over*, a failure what the score was \
*before* something was broken on purpose. **Floor** is what continuous integration \
demands of every run: at least three standard deviations from the mean over seeds, \
mostly four to five, on the side where scores are worse.
"""
_COLUMNS = ("metric", "strongest rival", "measured (95 % interval)", "floor")
_PEERS = ("Keras", "Keras jit", "torch", "JAX")
_CELLS = ("SimpleRNN", "LSTM", "GRU")


def published(result, row):
    """The figure that we publish of a result, and its interval.

    Args:
        result: A `Result` of one run.
        row: What `make seeds` stored of it, or None.

    Returns:
        The mean over seeds, or the run's value without seeds, and its 95 % interval
        `(low, high)`, or None. The variances of test items and of seeds add up.
    """
    if row is None:
        return result.value, result.interval
    over_seeds = stats.t.ppf(0.5 + _LEVEL / 2, row["n"] - 1) * row["sd"]
    over_seeds /= math.sqrt(row["n"])
    ends = result.interval or (result.value, result.value)
    low, high = (math.hypot(abs(end - result.value), over_seeds) for end in ends)
    low, high = row["mean"] - low, row["mean"] + high
    if result.kind == "score" and result.percent:  # A share of something.
        low, high = max(low, 0.0), min(high, 1.0)
    return row["mean"], (low, high)


def measured(result, row):
    """A result's published figure in Markdown, with interval and number of seeds."""
    value, interval = published(result, row)
    text = f"**{result.figure(value)}**"
    if interval:
        text += f" ({' to '.join(map(result.figure, interval))})"
    return text + (f" [{row['n']}]" if row else "")


def tables(folder=notebook_files.NOTEBOOKS):
    """RESULTS.md: a section and a table for each notebook with a scorecard."""
    parts = [_HEAD]
    for path in notebook_files.all_notebooks(folder):
        notebook = notebook_files.read(path)
        for record in notebook_files.records(notebook):
            number, title = path.stem.split("_")[0], notebook_files.title(notebook)
            parts.append(f"## [{number} {title}](notebooks/{path.name})\n")
            rows = [_COLUMNS, ("---",) * len(_COLUMNS), *_rows(notebook, record)]
            parts.append("\n".join(map(_line, rows)) + "\n")
            seconds = f"{record['wall_seconds']:.0f}\u00a0s"
            parts.append(f"The notebook takes {seconds} on {record['device']}.\n")
    return "\n".join(parts)


def _rows(notebook, record):
    seeds = notebook_files.seeds(notebook)
    for result in scorecard.results_of(record):
        name, rival, _, _, floor, _ = result.cells()
        yield name, rival, measured(result, seeds.get(name)), floor


def _line(cells):
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"


def headlines(folder=notebook_files.NOTEBOOKS):
    """For each notebook, by number, the first row of its scorecard in a few words."""
    found = {}
    for path in notebook_files.all_notebooks(folder):
        notebook = notebook_files.read(path)
        for record in notebook_files.records(notebook):
            result = scorecard.results_of(record)[0]
            row = notebook_files.seeds(notebook).get(result.name)
            text = f"{result.name}: {measured(result, row)}"
            if result.rival():
                text += f"; {result.rival()}"
            found[path.name[:2]] = text.replace("|", "\\|")
    return found


def speeds(benchmarks=BENCHMARKS):
    """How many times faster a training step is: a line for each kind of cell."""
    record = json.loads(benchmarks.read_text(encoding="utf-8"))
    rows = [("training step", *_PEERS), ("---",) * (1 + len(_PEERS))]
    for cell in _CELLS:
        steps = [row for row in record[cell]["rows"] if row["training"]]
        rows.append((f"`{cell}`", *(_range(steps, peer) for peer in _PEERS)))
    return "\n".join(map(_line, rows))


def _range(steps, peer):
    """Median over the shapes, with the smallest and the largest."""
    ratios = [row["ratio"][peer][1] for row in steps if peer in row["ratio"]]
    middle = statistics.median(ratios)
    return f"{middle:.1f} ({min(ratios):.1f} to {max(ratios):.1f})"


def between(text, name, content):
    """Replaces what stands between the markers `name:begin` and `name:end`.

    Raises:
        ValueError: Where the text has not exactly one such pair, in order.
    """
    begin, end = f"<!-- {name}:begin -->", f"<!-- {name}:end -->"
    if text.count(begin) != 1 or text.count(end) != 1:
        raise ValueError(f"The text needs the markers {begin} and {end} once each.")
    before, rest = text.split(begin)
    if end not in rest:
        raise ValueError(f"The text has {end} before {begin}.")
    return f"{before}{begin}{content}{end}{rest.split(end)[1]}"


def front_page(text, folder=notebook_files.NOTEBOOKS, benchmarks=BENCHMARKS):
    """The README's text with its measured parts as they ought to be."""
    for number, headline in headlines(folder).items():
        text = between(text, number, headline)
    return between(text, "bench", f"\n{speeds(benchmarks)}\n")


def main(arguments=None):
    """Runs the command line; returns the exit status."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--check", action="store_true", help="only compare; 1 if stale")
    options = parser.parse_args(arguments)
    if not README.exists():
        print("There is no README.md to write the results into.", file=sys.stderr)
        return 1
    readme = README.read_text(encoding="utf-8")
    results = RESULTS.read_text(encoding="utf-8") if RESULTS.exists() else ""
    try:
        changes = [(README, readme, front_page(readme)), (RESULTS, results, tables())]
    except ValueError as error:
        print(f"README.md: {error}", file=sys.stderr)
        return 1
    stale = [change for change in changes if change[1] != change[2]]
    for path, is_now, ought in stale:
        if options.check:
            print(_difference(path.name, is_now, ought))
        else:
            notebook_files.write_text(path, ought)
    return bool(stale and options.check)


def _difference(name, is_now, ought):
    lines = is_now.splitlines(), ought.splitlines()
    diff = difflib.unified_diff(*lines, name, "make results", lineterm="")
    return scorecard.printable("\n".join(diff), sys.stdout.encoding)


if __name__ == "__main__":
    sys.exit(main())
