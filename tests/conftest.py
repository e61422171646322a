"""Options of the suite. Imports nothing that the layers' tests do not need."""

import os
from pathlib import Path

import pytest

# They need Sphinx and a browser; `make test-site` names the folder.
collect_ignore = ["site"]

NOTEBOOKS = Path(__file__).resolve().parent.parent / "notebooks"
# What `--beginnings` executes whole: the map, and one with all that the pattern of a
# lesson has.
WHOLE = ("00", "05")


def pytest_addoption(parser):
    """Adds the options that select what test_notebooks.py executes."""
    parser.addoption(
        "--notebooks",
        default="none",
        help="execute notebooks too: all, none, or numbers such as 11 or '00 11'",
    )
    parser.addoption(
        "--beginnings",
        action="store_true",
        help=f"execute {', '.join(WHOLE)} whole, others to where their data is read",
    )


def pytest_configure(config):
    """Turns an unknown notebook into a usage error; shares the cores out."""
    wanted = config.getoption("notebooks")
    if wanted not in ("all", "none"):
        from tools.notebook_files import find_notebooks

        try:
            find_notebooks(wanted, NOTEBOOKS)
        except ValueError as error:
            raise pytest.UsageError(f"--notebooks={wanted}: {error}") from None
    if workers() > 1:  # Before anything imports TensorFlow.
        os.environ.update(thread_limits(workers()))


def workers():
    """Returns how many processes of pytest-xdist run side by side."""
    return int(os.environ.get("PYTEST_XDIST_WORKER_COUNT", "1"))


def thread_limits(sharing):
    """Returns the variables that keep a process to its share of the cores."""
    threads = str(max(1, (os.cpu_count() or 1) // sharing))
    names = ("TF_NUM_INTRAOP_THREADS", "TF_NUM_INTEROP_THREADS", "OMP_NUM_THREADS")
    return dict.fromkeys(names, threads)


def pytest_ignore_collect(collection_path, config):
    """Leaves the execution of notebooks out where it was not asked for."""
    if collection_path.name == "test_notebooks.py":
        return config.getoption("notebooks") == "none" or None
    return None


def pytest_generate_tests(metafunc):
    """One test for each selected notebook: the longest first, but for what waits."""
    if "notebook_to_execute" in metafunc.fixturenames:
        from tools import notebook_files

        wanted = metafunc.config.getoption("notebooks")
        paths = notebook_files.find_notebooks(wanted, NOTEBOOKS)
        paths.sort(key=notebook_files.wall_seconds, reverse=True)
        # One that takes up another's network would train it anew if it came first.
        waiting = [p for p in paths if "load_trained(" in p.read_text(encoding="utf-8")]
        paths = [path for path in paths if path not in waiting]
        paths[len(paths) // 2 : len(paths) // 2] = waiting
        metafunc.parametrize("notebook_to_execute", paths, ids=lambda path: path.stem)


@pytest.fixture(scope="session")
def thread_variables(request):
    """What the environment of a notebook needs beside that of its neighbours."""
    return thread_limits(min(workers(), request.session.testscollected))
