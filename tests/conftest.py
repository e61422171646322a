"""Options of the suite. Imports nothing that the layers' tests do not need."""

from pathlib import Path

import pytest

NOTEBOOKS = Path(__file__).resolve().parent.parent / "notebooks"


def pytest_addoption(parser):
    """Adds `--notebooks`, which selects what test_notebooks.py executes."""
    parser.addoption(
        "--notebooks",
        default="none",
        help="execute notebooks too: all, none, or a number such as 11",
    )


def pytest_configure(config):
    """Turns an unknown notebook into a usage error before anything runs."""
    wanted = config.getoption("notebooks")
    if wanted in ("all", "none"):
        return
    from tools.notebook_files import find_notebooks

    try:
        find_notebooks(wanted, NOTEBOOKS)
    except ValueError as error:
        raise pytest.UsageError(f"--notebooks={wanted}: {error}") from None


def pytest_ignore_collect(collection_path, config):
    """Leaves the execution of notebooks out where it was not asked for."""
    if collection_path.name == "test_notebooks.py":
        return config.getoption("notebooks") == "none" or None
    return None


def pytest_generate_tests(metafunc):
    """One test for each selected notebook."""
    if "notebook_to_execute" in metafunc.fixturenames:
        from tools.notebook_files import find_notebooks

        paths = find_notebooks(metafunc.config.getoption("notebooks"), NOTEBOOKS)
        metafunc.parametrize("notebook_to_execute", paths, ids=lambda path: path.stem)
