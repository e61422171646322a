"""Writes the links to its neighbours into the first and last cell of each notebook.

python -m tools.notebook_links

Each notebook leads to the one before it, to the map, to the glossary and to the one
after it. What is there already is replaced, so running this again changes nothing.
"""

import argparse
import re
import sys
from pathlib import Path

from tools import notebook_files

MARKER = "<!-- links -->"
GLOSSARY = "glossary.md"

_BLOCK = re.compile(rf"\n*^{re.escape(MARKER)}$(?:\n.+)?", re.MULTILINE)


def link_line(path):
    """The links of one notebook, in Markdown; relative, so that they work anywhere."""
    around = notebook_files.all_notebooks(path.parent)
    place = [other.name for other in around].index(path.name)
    before, after = around[:place][-1:], around[place + 1 :][:1]
    parts = [f"[← {_name(other)}]({other.name})" for other in before]
    if not any(notebook_files.is_map(other) for other in (path, *before)):
        maps = filter(notebook_files.is_map, around)
        parts += [f"[Map]({other.name})" for other in maps]
    parts.append(f"[Glossary]({GLOSSARY})")
    parts += [f"[{_name(other)} →]({other.name})" for other in after]
    return " · ".join(parts)


def _name(path):
    """The number of a notebook and its title up to the colon, or just Map."""
    if notebook_files.is_map(path):
        return "Map"
    title = notebook_files.title(notebook_files.read(path)) or path.stem[3:]
    return f"{path.name[:2]} {title.split(':')[0]}"


def links_in(text):
    """The lines below the markers in a cell's text."""
    return [
        block.strip().removeprefix(MARKER).strip() for block in _BLOCK.findall(text)
    ]


def without_links(text):
    """A cell's text as its author wrote it."""
    return _BLOCK.sub("", text)


def with_links(text, line):
    """A cell's text with the links at its end, in place of those that it had."""
    return f"{without_links(text).rstrip()}\n\n{MARKER}\n{line}"


def write_links(path):
    """Writes the links into a notebook's first and last cell, and nowhere else.

    Raises:
        ValueError: One of the two is no Markdown cell.
    """
    notebook = notebook_files.read(path)
    before = notebook_files.dumps(notebook)
    ends = {0, len(notebook.cells) - 1}
    line = link_line(path)
    for index, cell in enumerate(notebook.cells):
        if index in ends and cell.cell_type != "markdown":
            raise ValueError(f"cell {index} of {path.name} is not Markdown; it must be")
        if index in ends:
            cell.source = with_links(cell.source, line)
        elif cell.cell_type == "markdown" and links_in(cell.source):
            cell.source = without_links(cell.source)
    if notebook_files.dumps(notebook) != before:
        notebook_files.write(path, notebook)


def main(arguments=None):
    """Runs the command line; returns the exit status."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--folder", type=Path, default=notebook_files.NOTEBOOKS)
    options = parser.parse_args(arguments)
    try:
        for path in notebook_files.all_notebooks(options.folder):
            write_links(path)
    except ValueError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
