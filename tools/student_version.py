"""Writes notebooks without solutions and without outputs, for a class.

python -m tools.student_version --notebook 05

The notebook lands in `build/student/`, with the pictures that its text shows. Where
solutions stood is a cell to write into. Links to other files lead to the stamped
address of the repository, or into this checkout where there is none.
"""

import argparse
import os
import re
import shutil
import sys
from pathlib import Path

import nbformat

from tools import notebook_files, solution_rules, stamp_links

FOLDER = notebook_files.ROOT / "build" / "student"
YOUR_SOLUTION = "# Your solution"

_LINK = re.compile(r"(?P<before>\]\(|\b(?:src|href)=\")(?P<target>[^)\s\"]+)")
# Neither a file nor a place in this text: a protocol, an anchor, an attachment.
_NO_FILE = re.compile(r"#|/|[a-z][a-z0-9+.-]*:")
PICTURES = (".gif", ".jpeg", ".jpg", ".png", ".svg")
_REPOSITORY = re.compile(r"git\+(https://[\w.-]+/[\w.-]+/[\w.-]+)\"")


def without_solutions(notebook, blank=None):
    """A copy without the solutions, and without links to them.

    Args:
        notebook: A notebook, with solutions or without.
        blank: The source of a code cell for the place where solutions stood, or else
            below the exercises. None leaves it out.
    """
    copy = nbformat.from_dict(notebook)
    anchors = _anchors(copy)
    places = _places(copy) if blank is not None else []
    cells = []
    for index, cell in enumerate([*copy.cells, None]):
        if index in places:
            name = f"your-solution-{places.index(index) + 1}"
            cells.append(nbformat.v4.new_code_cell(blank, id=name))
        if cell is not None and not notebook_files.is_solution(cell):
            cells.append(cell)
    copy.cells = cells
    for cell in cells:
        if cell.cell_type == "markdown":
            cell.source = _without_links(cell.source, anchors)
    return copy


def _places(notebook):
    """Before which cells there is something to write."""
    solves = [notebook_files.is_solution(cell) for cell in notebook.cells]
    if any(solves):  # Each code cell of a solution is one place.
        cells = enumerate(notebook.cells)
        return [k for k, cell in cells if solves[k] and cell.cell_type == "code"]
    section = 0
    for index, level, text in notebook_files.headings(notebook):
        if section and level <= section:
            return [index]
        if solution_rules.is_about_exercises(text):
            section = level
    return [len(notebook.cells)] if section else []


def _anchors(notebook):
    """Where links to solutions lead, in small letters."""
    return {
        text.lower().replace(" ", "-")
        for index, _, text in notebook_files.headings(notebook)
        if notebook_files.is_solution(notebook.cells[index])
    }


def _without_links(text, anchors):
    """Text without its links to some anchors, and without their brackets."""

    def keep(link):
        return "" if link["anchor"].lower() in anchors else link[0]

    return re.sub(r"\s*\(?\[[^\]]*\]\(#(?P<anchor>[^)]*)\)\)?", keep, text)


def student_version(path, folder=FOLDER):
    """The notebook in a file, as a class gets it in some folder."""
    notebook = without_solutions(notebook_files.read(path), YOUR_SOLUTION)
    notebook.metadata.pop("rnn_utils", None)  # What the outputs were measured with.
    address = repository(path)
    for cell in notebook.cells:
        cell.metadata = nbformat.NotebookNode()  # Tags speak to our tools alone.
        if cell.cell_type == "code":
            cell.outputs, cell.execution_count = [], None
        elif cell.cell_type == "markdown":
            # The badges open the notebook with its solutions.
            source = stamp_links.clear_text(cell.source)
            cell.source = with_links(
                source, lambda to: _link(to, path, folder, address)
            )
    return notebook


def with_links(text, change):
    """Markdown in which the targets of links to files are changed by a function."""

    def replace(link):
        if _NO_FILE.match(link["target"]):
            return link[0]
        return link["before"] + change(link["target"])

    return _LINK.sub(replace, text)


def repository(path):
    """The address that a notebook is stamped with, or None."""
    install = stamp_links.stamp_of(path)[1]
    return _REPOSITORY.search(install)[1] if install else None


def web_address(target, path, address):
    """Where the web shows a file of the repository, linked from a notebook."""
    root = path.parent.parent
    file = os.path.relpath(path.parent / target, root).replace(os.sep, "/")
    return f"{address}/blob/{stamp_links.BRANCH}/{file}"


def _link(target, path, folder, address):
    if target.endswith(PICTURES):
        return target  # It comes along.
    if address:
        return web_address(target, path, address)
    return os.path.relpath(path.parent / target, folder).replace(os.sep, "/")


def pictures(notebook):
    """The files that the text of a notebook shows."""
    return sorted(
        {
            link["target"]
            for cell in notebook.cells
            if cell.cell_type == "markdown"
            for link in _LINK.finditer(cell.source)
            if link["target"].endswith(PICTURES) and not _NO_FILE.match(link["target"])
        }
    )


def write(path, folder=FOLDER):
    """Writes the student version of a notebook and its pictures; returns its path."""
    notebook = student_version(path, folder)
    folder.mkdir(parents=True, exist_ok=True)
    for picture in pictures(notebook):
        (folder / picture).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(path.parent / picture, folder / picture)
    notebook_files.write(folder / path.name, notebook)
    return folder / path.name


def main(arguments=None):
    """Runs the command line; returns the exit status."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--notebook", help="number or start of the name (default: all)")
    parser.add_argument("--folder", type=Path, default=notebook_files.NOTEBOOKS)
    options = parser.parse_args(arguments)
    try:
        paths = notebook_files.find_notebooks(options.notebook, options.folder)
    except ValueError as error:
        parser.error(str(error))
    for path in paths:
        print(write(path))
    return 0


if __name__ == "__main__":
    sys.exit(main())
