"""Every notebook runs from top to bottom, in the folder where readers find it."""

import os
import subprocess
import sys

import pytest

from tests.conftest import WHOLE
from tools import notebook_files

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


@pytest.fixture
def chosen(notebook_to_execute, request, tmp_path):
    """The notebook, or a copy of its beginning where that is asked for."""
    path = notebook_to_execute
    if not request.config.getoption("beginnings") or path.name[:2] in WHOLE:
        return path
    beginning = tmp_path / path.name
    notebook = notebook_files.read(path)
    notebook_files.write(beginning, notebook_files.beginning(notebook))
    return beginning


def test_notebook_runs_and_its_fixed_outputs_are_the_same(chosen, thread_variables):
    done = nbval(chosen, **thread_variables)
    # The first red cell is the one to read: nbval runs on after it.
    assert done.returncode == 0, f"\n{done.stdout[:8000]}\n{done.stderr[-2000:]}"
