"""Every notebook runs from top to bottom, in the folder where readers find it."""

import multiprocessing
import os
import subprocess
import sys
from concurrent.futures import ProcessPoolExecutor

from tests.conftest import WHOLE
from tools import notebook_files
from tools.run_notebooks import execute_here

# For one cell, on a slow machine. A kernel that dies is noticed only when this has
# passed, twice.
CELL_TIMEOUT_SECONDS = 900


def nbval(path, **variables):
    """Runs a notebook under nbval: errors fail it, and tagged cells that differ."""
    command = [sys.executable, "-m", "pytest", "--nbval-lax", "--no-header", "-q"]
    command += ["-p", "no:cacheprovider", "--nbval-kernel-name=python3"]
    command += [f"--nbval-cell-timeout={CELL_TIMEOUT_SECONDS}", str(path)]
    # The notebook is one process, whatever the workers of this one are told.
    around = {k: v for k, v in os.environ.items() if not k.startswith("PYTEST_")}
    return subprocess.run(
        command,
        cwd=path.parent,
        env={**around, **variables},
        capture_output=True,
        text=True,
        encoding="utf-8",
    )


def in_fresh_process(task, *arguments, seconds=CELL_TIMEOUT_SECONDS):
    """Does a task in a process of its own, which begins where TensorFlow is imported.

    A kernel for each beginning would spend most of its time on that import. A process
    that dies is noticed at once; one that hangs is killed.
    """
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(
        ["keras", "matplotlib.pyplot", "tensorflow_datasets"]
    )
    with ProcessPoolExecutor(1, context) as pool:
        try:
            return pool.submit(task, *arguments).result(seconds)
        except TimeoutError:
            for process in multiprocessing.active_children():
                process.kill()
            raise


def test_notebook_runs_and_its_fixed_outputs_are_the_same(
    notebook_to_execute, thread_variables, request, tmp_path
):
    path = notebook_to_execute
    if request.config.getoption("beginnings") and path.name[:2] not in WHOLE:
        beginning = notebook_files.beginning(notebook_files.read(path))
        in_fresh_process(execute_here, beginning, tmp_path)
        return
    done = nbval(path, **thread_variables)
    # The first red cell is the one to read: nbval runs on after it.
    assert done.returncode == 0, f"\n{done.stdout[:8000]}\n{done.stderr[-2000:]}"
