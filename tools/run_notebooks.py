"""Executes notebooks headless, saves their outputs and prints their scorecards.

python -m tools.run_notebooks [--notebook 11] [--seeds 5]
"""

import argparse
import os
import re
import statistics
import sys
import time
from pathlib import Path

from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError, DeadKernelError
from tqdm import tqdm

from rnn_utils import scorecard
from rnn_utils.notebook import SEED_VARIABLE
from tools import (
    notebook_files,
    notebook_links,
    readme_picture,
    results_table,
    solution_rules,
)

_COLOUR_CODE = re.compile(r"\x1b\[[0-9;]*m")


class NotebookFailed(Exception):
    """A cell failed; the text says which and how."""


def execute(notebook, folder, description, environment=None, keep_going=False):
    """Executes a notebook in place, with a progress bar over its code cells.

    Args:
        notebook: The notebook; its outputs are replaced.
        folder: The kernel's working directory.
        description: What stands before the bar.
        environment: Variables to add to the kernel's environment.
        keep_going: Whether to go on after a cell that fails.

    Returns:
        The seconds that each code cell took, by index.

    Raises:
        NotebookFailed: At the first cell that fails, or where the kernel dies; names
            the cell.
    """
    labels = _labels(notebook)
    seconds = {}
    bar = tqdm(total=len(labels), desc=description, unit="cell")
    with bar:
        current = None

        def begin(cell, cell_index):
            nonlocal current
            current = cell_index
            seconds[cell_index] = -time.perf_counter()
            bar.set_postfix_str(labels.get(cell_index, ""))

        def end(cell, cell_index, execute_reply):
            seconds[cell_index] += time.perf_counter()
            bar.update(cell_index in labels)

        client = NotebookClient(
            notebook,
            kernel_name="python3",
            timeout=None,
            allow_errors=keep_going,
            resources={"metadata": {"path": str(folder)}},
            record_timing=False,
            store_widget_state=False,
            coalesce_streams=True,
            shutdown_kernel="immediate",  # A polite farewell takes seconds.
            on_cell_execute=begin,
            # `on_cell_complete` comes when the code was sent, not when it has run.
            on_cell_executed=end,
            # Without its warning that it listens on localhost.
            extra_arguments=["--IPKernelApp.log_level=ERROR"],
        )
        try:
            client.execute(env={**os.environ, **(environment or {})})
        except (CellExecutionError, DeadKernelError) as error:
            raise NotebookFailed(_failure(notebook, current, error)) from error
        finally:
            _remove_volatile_metadata(notebook)
    return seconds


def execute_here(notebook, folder):
    """Executes code cells in this process, as IPython does without a kernel.

    Args:
        notebook: The notebook; it keeps its outputs.
        folder: The working directory.

    Raises:
        Exception: What the first cell that fails raises.
        NotebookFailed: A cell whose outputs nbval checks prints another text.
    """
    from IPython.core.interactiveshell import InteractiveShell
    from IPython.utils.capture import capture_output

    os.chdir(folder)
    shell = InteractiveShell.instance()
    for index, cell in notebook_files.code_cells(notebook):
        with capture_output() as seen:
            shell.run_cell(cell.source).raise_error()
        if "nbval-check-output" in cell.metadata.get("tags", []):
            kept = "".join(output.text for output in cell.outputs)
            if seen.stdout != kept:
                raise NotebookFailed(
                    f"cell {index} printed {seen.stdout!r}, not {kept!r}"
                )


def _labels(notebook):
    """For each code cell its section's heading and its first line."""
    labels = {}
    sections = {index: text for index, _, text in notebook_files.headings(notebook)}
    section = ""
    for index, cell in enumerate(notebook.cells):
        section = sections.get(index, section)
        if cell.cell_type == "code" and cell.source.strip():
            first = cell.source.strip().splitlines()[0]
            labels[index] = f"{section}: {first}"[:50] if section else first[:50]
    return labels


def _failure(notebook, index, error):
    cell = notebook.cells[index]
    label = _labels(notebook).get(index, "")
    lines = [f"cell {index} ({label}) failed:", "", cell.source, ""]
    outputs = [output for output in cell.outputs if output.output_type == "error"]
    for output in outputs:
        lines.append(_COLOUR_CODE.sub("", "\n".join(output.traceback)))
    if not outputs:
        lines.append(str(error) or type(error).__name__)
    return "\n".join(lines)


def _remove_volatile_metadata(notebook):
    """Leaves nothing in the file that differs from run to run for no reason.

    What the kernel says of its language stays: JupyterLab writes it when it opens a
    notebook, and a notebook that has it already does not count as changed.
    """
    notebook.metadata.pop("widgets", None)
    notebook.metadata["kernelspec"] = dict(notebook_files.KERNELSPEC)
    for cell in notebook.cells:
        cell.metadata.pop("execution", None)


def run(path):
    """Executes a notebook, saves its outputs and prints its scorecard."""
    notebook = notebook_files.read(path)
    seconds = execute(notebook, path.parent, path.stem)
    solution_rules.fold(notebook)
    _store_solution_share(notebook, seconds)
    notebook_files.write(path, notebook)
    for record in notebook_files.records(notebook):
        _show(path.stem, record)


def _store_solution_share(notebook, seconds):
    """Stores and prints how much of the time the worked solutions took, if any."""
    solutions = [
        seconds[index]
        for index, cell in notebook_files.code_cells(notebook)
        if notebook_files.is_solution(cell)
    ]
    notebook.metadata.get("rnn_utils", {}).pop("solution_share", None)
    if solutions:
        share = round(sum(solutions) / sum(seconds.values()), 2)
        notebook.metadata.setdefault("rnn_utils", {})["solution_share"] = share
        print(f"Solutions: {sum(solutions):.0f} s, {share:.0%} of the time.")


def _show(title, record):
    text = f"\n{title}\n{scorecard.as_text(record)}\n"
    print(scorecard.printable(text, sys.stdout.encoding), flush=True)


def run_seeds(path, count):
    """Executes a notebook with seeds 0 to count - 1 and stores mean and sd.

    Nothing but the notebook's metadata is saved. A seed whose claims fail counts like
    any other: leaving it out would flatter the floors that are set from these figures.
    """
    found = []
    for seed in range(count):
        notebook = notebook_files.read(path)
        description = f"{path.stem} seed {seed}"
        try:
            execute(notebook, path.parent, description, {SEED_VARIABLE: str(seed)})
        except NotebookFailed as failure:
            if not notebook_files.records(notebook):
                raise
            print(str(failure).splitlines()[-1], file=sys.stderr)
        record = _only_record(path, notebook)
        _show(description, record)
        found.append({result["name"]: result["value"] for result in record["results"]})
    summary = summarise(found)
    notebook = notebook_files.read(path)
    notebook.metadata.setdefault("rnn_utils", {})["seeds"] = summary
    notebook_files.write(path, notebook)
    for name, row in summary.items():
        print(f"{name}: mean {row['mean']:.4g}, sd {row['sd']:.2g}, n {row['n']}")


def _only_record(path, notebook):
    records = notebook_files.records(notebook)
    if len(records) != 1:
        raise NotebookFailed(
            f"{path.stem} has {len(records)} scorecards; seeds can be measured only "
            "where there is one."
        )
    return records[0]


def summarise(runs):
    """Mean and standard deviation of each metric over runs.

    Args:
        runs: One dict a seed, metric to value.

    Returns:
        `{metric: {"mean", "sd", "n", "values"}}`, rounded to six digits.
    """
    summary = {}
    for name in dict.fromkeys(name for run in runs for name in run):
        values = [run[name] for run in runs if name in run]
        summary[name] = {
            "mean": _rounded(statistics.fmean(values)),
            "sd": _rounded(statistics.stdev(values)),
            "n": len(values),
            "values": [_rounded(value) for value in values],
        }
    return summary


def _rounded(number):
    return float(f"{number:.6g}")


def _parse(arguments):
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--notebook", help="number or start of the name (default: all)")
    parser.add_argument("--seeds", type=int, metavar="N", help="measure N seeds")
    parser.add_argument("--folder", type=Path, default=notebook_files.NOTEBOOKS)
    options = parser.parse_args(arguments)
    if options.seeds is not None and options.seeds < 2:
        parser.error(f"--seeds is {options.seeds}; a deviation needs at least 2")
    try:
        paths = notebook_files.find_notebooks(options.notebook, options.folder)
    except ValueError as error:
        parser.error(str(error))
    return options, paths


def main(arguments=None):
    """Runs the command line; returns the exit status."""
    options, paths = _parse(arguments)
    for path in paths:
        try:
            if options.seeds:
                run_seeds(path, options.seeds)
            else:
                run(path)
        except NotebookFailed as failure:
            print(f"\n{path.stem}: {failure}", file=sys.stderr)
            print(f"\n{path.name} is left as it was.", file=sys.stderr)
            return 1
    if options.folder == notebook_files.NOTEBOOKS:
        return (
            notebook_links.main([]) or results_table.main([]) or readme_picture.main()
        )
    return 0


if __name__ == "__main__":
    sys.exit(main())
