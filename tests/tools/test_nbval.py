"""The runners of the notebooks' test can fail."""

import multiprocessing
import os
import time
from concurrent.futures.process import BrokenProcessPool

import nbformat
import pytest

from tests.test_notebooks import in_fresh_process, nbval
from tools import notebook_files
from tools.run_notebooks import NotebookFailed, execute_here

v4 = nbformat.v4


@pytest.fixture
def saved(tmp_path):
    def save(*cells):
        path = tmp_path / "11_toy.ipynb"
        notebook_files.write(path, v4.new_notebook(cells=list(cells)))
        return path

    return save


def test_sound_notebook_passes(saved):
    assert nbval(saved(v4.new_code_cell("1 + 1"))).returncode == 0


def test_failing_cell_is_shown(saved):
    done = nbval(saved(v4.new_code_cell("answer = 6 * 9\nassert answer == 42")))
    assert done.returncode == 1
    assert "answer == 42" in done.stdout


def test_tagged_output_that_differs_fails(saved):
    cell = v4.new_code_cell("print(42)", execution_count=1)
    cell.metadata.tags = ["nbval-check-output"]
    cell.outputs = [v4.new_output("stream", text="41\n")]
    done = nbval(saved(cell))
    assert done.returncode == 1
    assert "41" in done.stdout


def test_untagged_output_may_differ(saved):
    cell = v4.new_code_cell("print(42)", execution_count=1)
    cell.outputs = [v4.new_output("stream", text="41\n")]
    assert nbval(saved(cell)).returncode == 0


def test_a_beginning_that_hangs_is_ended_and_holds_up_no_other():
    with pytest.raises(TimeoutError):
        in_fresh_process(time.sleep, 600, seconds=0.5)
    assert not multiprocessing.active_children()
    assert in_fresh_process(os.getpid) != os.getpid()


def test_a_beginning_whose_process_dies_is_noticed_at_once():
    with pytest.raises(BrokenProcessPool):
        in_fresh_process(os._exit, 1)


@pytest.fixture
def run_here(tmp_path, monkeypatch):
    from IPython.core.interactiveshell import InteractiveShell

    monkeypatch.chdir(tmp_path)
    yield lambda *cells: execute_here(v4.new_notebook(cells=list(cells)), tmp_path)
    InteractiveShell.clear_instance()


def test_beginning_without_a_kernel_stops_at_the_cell_that_fails(run_here, tmp_path):
    sources = ["open('here', 'w').close()", "1 / 0", "open('after', 'w').close()"]
    with pytest.raises(ZeroDivisionError):
        run_here(*map(v4.new_code_cell, sources))
    assert [path.name for path in tmp_path.iterdir()] == ["here"]


@pytest.mark.parametrize("kept", ["41\n", "42\n"])
def test_beginning_without_a_kernel_compares_what_is_tagged(run_here, kept):
    cell = v4.new_code_cell("print(42)")
    cell.metadata.tags = ["nbval-check-output"]
    cell.outputs = [v4.new_output("stream", text=kept)]
    if kept == "42\n":
        run_here(cell)
    else:
        with pytest.raises(NotebookFailed, match="cell 0 printed '42.n', not '41.n'"):
            run_here(cell)
