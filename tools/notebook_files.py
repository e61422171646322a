"""Notebook files: which there are, reading, writing, and what they hold."""

import ast
import copy
import os
import re
import tempfile
from pathlib import Path

import nbformat

from rnn_utils.scorecard import MIME_TYPE

ROOT = Path(__file__).resolve().parent.parent
NOTEBOOKS = ROOT / "notebooks"
# As JupyterLab writes them for the kernel of Python.
KERNELSPEC = {
    "display_name": "Python 3 (ipykernel)",
    "language": "python",
    "name": "python3",
}
LANGUAGE_INFO = {
    "codemirror_mode": {"name": "ipython", "version": 3},
    "file_extension": ".py",
    "mimetype": "text/x-python",
    "name": "python",
    "nbconvert_exporter": "python",
    "pygments_lexer": "ipython3",
}
# The tag of cells that hold a worked solution.
SOLUTION = "solution"
_MAGIC = re.compile(r"^(\s*)[%!].*$", re.MULTILINE)
# What the section's heading says in which a notebook reads its data.
DATA_HEADING = re.compile(r"\bdata\b", re.IGNORECASE)


def all_notebooks(folder=NOTEBOOKS):
    """Every notebook of the suite in reading order."""
    return sorted(Path(folder).glob("*.ipynb"))


def find_notebooks(wanted=None, folder=NOTEBOOKS):
    """The notebooks whose names start with some numbers or names; all without one.

    Args:
        wanted: "11", "11_sent", "11_sentiment.ipynb", several of these with spaces
            between them, or None, "" or "all".
        folder: Where the notebooks are.

    Returns:
        Their paths, each once, in reading order.

    Raises:
        ValueError: Where nothing matches; lists what exists.
    """
    existing = all_notebooks(folder)
    if wanted in (None, "", "all"):
        return existing
    found = {path for word in str(wanted).split() for path in _named(word, existing)}
    return sorted(found)


def _named(word, existing):
    stem = Path(word).name.removesuffix(".ipynb")
    if stem.isdigit():  # 1 means 01.
        stem = stem.zfill(2) + "_"
    found = [path for path in existing if stem and path.stem.startswith(stem)]
    if not found:
        names = ", ".join(path.stem for path in existing) or "none"
        raise ValueError(f"No notebook starts with {word!r}; there are: {names}.")
    return found


def read(path):
    """The notebook in a file."""
    return nbformat.read(path, as_version=4)


def dumps(notebook):
    """The text of a notebook's file, as Jupyter itself would save it."""
    return nbformat.writes(notebook).rstrip("\n") + "\n"


def write_text(path, text):
    """Replaces a file's text at once: a reader sees the old one or the new one."""
    path = Path(path)
    mode = path.stat().st_mode & 0o777 if path.exists() else 0o644
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "w", encoding="utf-8", newline="\n") as file:
            file.write(text)
        os.chmod(temporary, mode)
        os.replace(temporary, path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise


def write(path, notebook):
    """Saves a notebook at once, as Jupyter would."""
    write_text(path, dumps(notebook))


def is_map(path):
    """Whether a file is the map, 00, which has neither sections nor a scorecard."""
    return path.name.startswith("00_")


def code_cells(notebook):
    """Pairs of index and cell for the cells that hold code."""
    cells = enumerate(notebook.cells)
    return [(index, cell) for index, cell in cells if cell.cell_type == "code"]


def beginning(notebook):
    """A copy that ends with the first code cell of the section on the data."""
    found = [
        index
        for index, level, text in headings(notebook)
        if level > 1 and DATA_HEADING.search(text)
    ]
    after = [index for index, _ in code_cells(notebook) if found and index > found[0]]
    if not after:
        raise ValueError("the notebook has no code below a heading about its data")
    part = copy.deepcopy(notebook)
    part.cells = part.cells[: after[0] + 1]
    return part


def wall_seconds(path):
    """The time that a committed notebook's scorecard tells; 0 where it has none."""
    return sum(record["wall_seconds"] for record in records(read(path)))


def headings(notebook):
    """Yields `(cell index, level, text)` of every heading outside code fences."""
    for index, cell in enumerate(notebook.cells):
        for _, heading in _lines(cell):
            if heading:
                yield index, len(heading[1]), heading[2]


def sections(notebook):
    """What stands below each H2, in order.

    Returns:
        List of `(text of the heading, parts)`. A part is `(cell index, cell, text)`,
        where the text is a code cell's source, or what of a Markdown cell belongs to
        the section, without the heading.
    """
    found = []
    for index, cell in enumerate(notebook.cells):
        started = False
        for line, heading in _lines(cell):
            if heading and len(heading[1]) == 2:
                found.append((heading[2], [(index, cell, "")]))
                started = True
            elif found:
                parts = found[-1][1]
                if not started:
                    parts.append((index, cell, ""))
                    started = True
                parts[-1] = index, cell, f"{parts[-1][2]}{line}\n"
    return found


def section(notebook, pattern):
    """The parts of the first section whose heading a pattern matches; else none."""
    matching = (
        parts
        for text, parts in sections(notebook)
        if re.search(pattern, text, re.IGNORECASE)
    )
    return next(matching, [])


def python_tree(source):
    """The syntax tree of a cell's code, in which lines for IPython do nothing.

    Raises:
        SyntaxError: It is no Python.
    """
    return ast.parse(_MAGIC.sub(r"\1pass", source))


def is_solution(cell):
    """Whether a cell is part of a worked solution, which students do not get."""
    return SOLUTION in cell.metadata.get("tags", [])


def _lines(cell):
    """Each line of a cell with the match of its heading, or None."""
    fenced = False
    for line in cell.source.splitlines():
        if line.lstrip().startswith(("```", "~~~")):
            fenced = not fenced
        prose = cell.cell_type == "markdown" and not fenced
        yield (
            line,
            re.match(r" {0,3}(#{1,6})\s+(.*?)\s*#*\s*$", line) if prose else None,
        )


def title(notebook):
    """The text of the first H1, or None."""
    return next((text for _, level, text in headings(notebook) if level == 1), None)


def records(notebook):
    """Every scorecard record in a notebook's outputs."""
    return [
        output.data[MIME_TYPE]
        for _, cell in code_cells(notebook)
        for output in cell.outputs
        if MIME_TYPE in output.get("data", {})
    ]


def seeds(notebook):
    """What `make seeds` measured: `{metric: {"mean", "sd", "n", "values"}}`."""
    return notebook.metadata.get("rnn_utils", {}).get("seeds", {})


def solution_share(notebook):
    """The share of its time that a notebook's solutions took, or None.

    `make run` measures it, because no output tells.
    """
    return notebook.metadata.get("rnn_utils", {}).get("solution_share")
