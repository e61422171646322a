"""Writes the README's results table from the records in the committed notebooks.

python -m tools.results_table [--check]
"""

import argparse
import difflib
import sys

from rnn_utils import scorecard
from tools import notebook_files

README = notebook_files.ROOT / "README.md"
BENCHMARKS = notebook_files.ROOT / "benchmarks" / "RESULTS.md"

_COLUMNS = (
    "notebook",
    "metric",
    "baseline",
    "ours (95 % interval)",
    "mean ± sd over seeds",
    "floor",
    "wall time",
)


def table(folder=notebook_files.NOTEBOOKS):
    """The results table in Markdown: one row a result, notebooks in reading order."""
    rows = [_COLUMNS, ("---",) * len(_COLUMNS)]
    for path in notebook_files.all_notebooks(folder):
        notebook = notebook_files.read(path)
        for record in notebook_files.records(notebook):
            rows += _rows(path, notebook, record)
    return "\n".join("| " + " | ".join(map(_escaped, row)) + " |" for row in rows)


def _rows(path, notebook, record):
    number = path.stem.split("_")[0]
    link = f"[{number} {notebook_files.title(notebook) or path.stem}]"
    first = (f"{link}(notebooks/{path.name})", f"{record['wall_seconds']:.0f}\u00a0s")
    for result in scorecard.results_of(record):
        name, baseline, ours, interval, floor, _ = result.cells()
        ours = f"**{ours}** ({interval})" if interval else f"**{ours}**"
        seeds = _seeds(result, notebook_files.seeds(notebook).get(name))
        yield first[0], name, baseline, ours, seeds, floor, first[1]
        first = "", ""


def _seeds(result, row):
    if row is None:
        return ""
    if result.percent:
        mean, sd = f"{100 * row['mean']:.2f}", f"{100 * row['sd']:.2f}\u00a0%"
    else:
        mean, sd = f"{row['mean']:.4g}", f"{row['sd']:.2g}"
    return f"{mean}\u00a0±\u00a0{sd} ({row['n']})"


def _escaped(cell):
    return cell.replace("|", "\\|")


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
    return f"{before}{begin}\n{content.strip()}\n{end}{rest.split(end)[1]}"


def section(text, heading):
    """What stands under a heading of level 2, up to the next one.

    Raises:
        ValueError: Where there is no such heading.
    """
    for part in text.split("\n## ")[1:]:
        title, _, content = part.partition("\n")
        if title.strip() == heading:
            return content.strip()
    raise ValueError(f"The text has no heading '## {heading}'.")


def updated(text, folder=notebook_files.NOTEBOOKS, benchmarks=BENCHMARKS):
    """The README's text with its generated parts as they ought to be."""
    text = between(text, "results", table(folder))
    if benchmarks.exists() and "<!-- bench:begin -->" in text:
        measured = section(benchmarks.read_text(encoding="utf-8"), "Training")
        text = between(text, "bench", measured)
    return text


def main(arguments=None):
    """Runs the command line; returns the exit status."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--check", action="store_true", help="only compare; 1 if stale")
    options = parser.parse_args(arguments)
    if not README.exists():
        print("There is no README.md to write the results into.", file=sys.stderr)
        return 1
    is_now = README.read_text(encoding="utf-8")
    try:
        ought = updated(is_now)
    except ValueError as error:
        print(f"README.md: {error}", file=sys.stderr)
        return 1
    if is_now == ought:
        return 0
    if not options.check:
        notebook_files.write_text(README, ought)
        return 0
    diff = difflib.unified_diff(
        is_now.splitlines(),
        ought.splitlines(),
        "README.md",
        "make results",
        lineterm="",
    )
    print(scorecard.printable("\n".join(diff), sys.stdout.encoding))
    return 1


if __name__ == "__main__":
    sys.exit(main())
