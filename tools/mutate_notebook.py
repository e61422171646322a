"""Proves that a scorecard can fail: runs a notebook with a training that is broken.

python -m tools.mutate_notebook --notebook 05 [--only labels]

Each mutation of `tools.mutations` has a run of its own: labels shuffled, optimizer
frozen, masks lost. A card on which no row turns red then is a bug, and so is a mutation
that did nothing. Only masks may be without effect: a notebook may have none, and where
they matter to no claim its metadata say why, under `rnn_utils`:

    "mutate": {"masks": "padding stands at the end, and nothing reads backwards"}

Nothing is saved.
"""

import argparse
import dataclasses
import datetime
import sys
from pathlib import Path

import nbformat

from rnn_utils import scorecard
from tools import notebook_files, run_notebooks


@dataclasses.dataclass(frozen=True)
class Mutation:
    """How the report words a mutation: its name, its effect, and that of none."""

    title: str
    effect: str
    without_effect: str


# The functions of `tools.mutations`, whose import takes TensorFlow.
MUTATIONS = {
    "labels": Mutation(
        "labels shuffled",
        "targets became another one's, and different",
        "nothing was shuffled: no loss of Keras or TensorFlow met a tape.",
    ),
    "optimizer": Mutation(
        "optimizer frozen",
        "updates were left out",
        "nothing was frozen: no optimizer of Keras was applied.",
    ),
    "masks": Mutation(
        "masks lost",
        "masks were lost",
        "no layer computed or was given a mask, so this does not apply.",
    ),
}
TODAY = "today"
NOTEBOOKS_A_DAY = 2

_RUN = '__import__("tools.mutations", fromlist=["mutations"])'
_HEAD = ("row", "as committed", "mutated", "notices")


@dataclasses.dataclass
class Outcome:
    """What a mutated run came to.

    Args:
        mutation: Its name.
        effect: How often it did something.
        results: The rows of the scorecard, `Result` objects; none where the run did not
            get so far.
        committed: The figures in the notebook's file, by row.
        errors: One line for each cell that failed, without the scorecard's own.
        excuse: Why the notebook says that it need not notice, or "".
    """

    mutation: str
    effect: int
    results: list
    committed: dict
    errors: list
    excuse: str = ""

    @property
    def noticed(self):
        """The names of the rows that turn red."""
        return [result.name for result in self.results if result.failures]

    @property
    def passes(self):
        """Whether this is as it should be."""
        if not self.effect:
            return self.mutation == "masks" and not self.errors
        return bool(self.results) and bool(self.noticed) != bool(self.excuse)

    def verdict(self):
        """The outcome in one sentence."""
        if not self.effect and self.errors:
            return f"the run failed: {self.errors[0]}."
        if not self.effect:
            return MUTATIONS[self.mutation].without_effect
        if not self.results:
            why = self.errors[0] if self.errors else "no cell reports one"
            return f"the scorecard was not reached: {why}."
        rows = [row for row in self.results if row.floor is not None or row.beats]
        count = f"{len(self.noticed)} of the {len(rows)} rows that claim something"
        if self.excuse and self.noticed:
            return f"{count} notice, though the notebook says: {self.excuse}."
        if self.excuse:
            return f"no row notices, as the notebook says: {self.excuse}."
        if not self.noticed:
            return "the card stays green: no row notices."
        return f"{count} notice."

    def table(self):
        """The card, row by row, as text."""
        rows = [_HEAD, *map(self._row, self.results)]
        widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
        form = "".join(f"  {{:{width}}}" for width in widths)
        return "\n".join(form.format(*row).rstrip() for row in rows)

    def _row(self, result):
        claims = result.floor is not None or result.beats
        notices = "yes" if result.failures else "no" if claims else "claims nothing"
        before = self.committed.get(result.name)
        shown = "" if before is None else result.figure(before)
        return result.name, shown, result.figure(result.value), notices


def mutated(notebook, mutation):
    """A copy in which a cell after the set-up breaks things and a last one counts."""
    copy = nbformat.from_dict(notebook)
    places = [index for index, _ in notebook_files.code_cells(copy)]
    if not places:
        raise ValueError("the notebook has no code")
    start = nbformat.v4.new_code_cell(f"{_RUN}.start({mutation!r})")
    copy.cells.insert(places[0] + 1, start)
    copy.cells.append(nbformat.v4.new_code_cell(f"{_RUN}.effect()"))
    return copy


def run(path, mutation):
    """Executes a notebook under a mutation; returns the `Outcome`."""
    notebook = notebook_files.read(path)
    before = _figures(notebook_files.records(notebook))
    copy = mutated(notebook, mutation)
    run_notebooks.execute(
        copy,
        path.parent,
        f"{path.stem}, {MUTATIONS[mutation].title}",
        {"PYTHONPATH": str(notebook_files.ROOT)},
        keep_going=True,
    )
    *_, (_, last) = notebook_files.code_cells(copy)
    records = notebook_files.records(copy)
    return Outcome(
        mutation,
        int(last.outputs[0].data["text/plain"]),
        [result for record in records for result in scorecard.results_of(record)],
        before,
        list(_errors(copy)),
        excuse(notebook, mutation),
    )


def excuse(notebook, mutation):
    """Why a notebook says that its card need not notice; "" where it must."""
    said = notebook.metadata.get("rnn_utils", {}).get("mutate", {})
    return said.get("masks", "") if mutation == "masks" else ""


def _figures(records):
    rows = [result for record in records for result in scorecard.results_of(record)]
    return {result.name: result.value for result in rows}


def _errors(notebook):
    """A line for each cell that failed; a card that fails is what we are after."""
    for _, cell in notebook_files.code_cells(notebook):
        card = any(scorecard.MIME_TYPE in out.get("data", {}) for out in cell.outputs)
        for output in cell.outputs:
            if output.output_type == "error" and not card:
                first = cell.source.strip().splitlines()[0]
                message = " ".join(output.evalue.split())[:200]
                yield f"the cell {first!r} failed, {output.ename}: {message}"


def of_the_day(paths, day):
    """The notebooks whose turn it is; every one has its turn, whatever their number.

    Args:
        paths: Those to choose from.
        day: A `datetime.date`.
    """
    first = NOTEBOOKS_A_DAY * day.toordinal()
    count = min(NOTEBOOKS_A_DAY, len(paths))
    return [paths[(first + k) % len(paths)] for k in range(count)]


def _chosen(wanted, folder):
    if wanted != TODAY:
        paths = notebook_files.find_notebooks(wanted, folder)
    else:
        paths = notebook_files.all_notebooks(folder)
    paths = [path for path in paths if not notebook_files.is_map(path)]
    return of_the_day(paths, datetime.date.today()) if wanted == TODAY else paths


def show(path, outcome):
    """Prints what came of a run."""
    sign = "✓" if outcome.passes else "✗"
    mutation = MUTATIONS[outcome.mutation]
    lines = [f"\n{sign} {path.stem}, {mutation.title}: {outcome.verdict()}"]
    if outcome.effect:
        lines.append(f"  {outcome.effect:,} {mutation.effect}")
    if outcome.results:
        lines.append(outcome.table())
    lines += [f"  {error}" for error in outcome.errors]
    print(scorecard.printable("\n".join(lines), sys.stdout.encoding), flush=True)


def main(arguments=None):
    """Runs the command line; returns the exit status."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument(
        "--notebook", help=f"number or start of the name, or {TODAY!r} (default: all)"
    )
    parser.add_argument("--only", choices=list(MUTATIONS))
    parser.add_argument("--folder", type=Path, default=notebook_files.NOTEBOOKS)
    options = parser.parse_args(arguments)
    try:
        paths = _chosen(options.notebook, options.folder)
    except ValueError as error:
        parser.error(str(error))
    chosen = [options.only] if options.only else list(MUTATIONS)
    failed = False
    for path in paths:
        for mutation in chosen:
            try:
                outcome = run(path, mutation)
            except run_notebooks.NotebookFailed as failure:  # The kernel died.
                print(f"\n{path.stem}, {mutation}: {failure}", file=sys.stderr)
                failed = True
                continue
            show(path, outcome)
            failed |= not outcome.passes
    return int(failed)


if __name__ == "__main__":
    sys.exit(main())
