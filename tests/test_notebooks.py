"""Every notebook runs from top to bottom, in the folder where readers find it."""

import subprocess
import sys

# For one cell. A kernel that dies is noticed only when this has passed, twice.
CELL_TIMEOUT_SECONDS = 600


def nbval(path):
    """Runs a notebook under nbval: errors fail it, and tagged cells that differ."""
    command = [sys.executable, "-m", "pytest", "--nbval-lax", "--no-header", "-q"]
    command += ["-p", "no:cacheprovider", "--nbval-kernel-name=python3"]
    command += [f"--nbval-cell-timeout={CELL_TIMEOUT_SECONDS}", str(path)]
    return subprocess.run(
        command, cwd=path.parent, capture_output=True, text=True, encoding="utf-8"
    )


def test_notebook_runs_and_its_fixed_outputs_are_the_same(notebook_to_execute):
    done = nbval(notebook_to_execute)
    # The first red cell is the one to read: nbval runs on after it.
    assert done.returncode == 0, f"\n{done.stdout[:8000]}\n{done.stderr[-2000:]}"
