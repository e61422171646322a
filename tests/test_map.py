"""The map in notebook 00 leads to every notebook, and says what each costs."""

import re

import pytest

from tools import notebook_files

MAP, *TUTORIALS = notebook_files.all_notebooks()
# The last two columns are the minutes to read and to run.
ROW = re.compile(
    r"^\| \[\*\*.*?\*\*\]\((.*?\.ipynb)\).*\| \d+ \| (\d+) \|$", re.MULTILINE
)


def rows():
    """Minutes to run by file name, as the map gives them."""
    cells = notebook_files.read(MAP).cells
    text = "\n".join(cell.source for cell in cells if cell.cell_type == "markdown")
    return {name: int(minutes) for name, minutes in ROW.findall(text)}


def test_the_map_lists_the_notebooks_that_exist_and_no_others():
    assert sorted(rows()) == [path.name for path in TUTORIALS]


@pytest.mark.parametrize("path", TUTORIALS, ids=lambda path: path.stem)
def test_the_map_gives_the_minutes_of_an_idle_machine(path):
    (record,) = notebook_files.records(notebook_files.read(path))
    minutes = record["wall_seconds"] / 60
    # The map tells those of a fast machine; idle ones differ by half as much again.
    assert minutes / 1.6 - 1 <= rows()[path.name] <= minutes + 1
