"""Checks a committed notebook against the suite's rules; prints what breaks them.

python -m tools.notebook_anatomy [--notebook 11]

Every function `check_*`, here, in `output_rules`, `link_rules` and `solution_rules`,
and for revised notebooks in `pattern_rules`, yields the problems it finds, each in one
sentence.
"""

import argparse
import ast
import json
import re
import sys
import tomllib

import nbformat

from tools import (
    link_rules,
    notebook_files,
    output_rules,
    pattern_rules,
    solution_rules,
    stamp_links,
)

MOST_CODE_LINES = 30
MOST_FUNCTION_LINES = 15
MOST_BYTES = 1_000_000

# Headings that a tutorial has, in this order; each matches one heading's words. Those
# that were revised have `pattern_rules.SECTIONS`.
SECTIONS = {
    "What you will learn": r"you will learn",
    "Set-up": r"set-?\s?up",
    "Data": notebook_files.DATA_HEADING.pattern,
    "Baseline": r"baseline",
    "Train": r"\btrain",
    "Measure": r"\bmeasure",
    "Look inside": r"\blook\w* inside",
    "What breaks it": r"\bbreak",
    "Try it yourself": r"\btry it\b",
    "Exercises": r"\bexercises?\b",
    "Scorecard": r"\bscorecard\b",
    "Sources": r"\bsources?\b",
}

_NBVAL_COMMENT = re.compile(r"^\s*#\s*(?:NBVAL_|PYTEST_VALIDATE)", re.MULTILINE)

# Where the name to import is not the name to install.
_IMPORT_NAMES = {
    "ipython": "IPython",
    "pillow": "PIL",
    "scikit-learn": "sklearn",
    "tensorflow-cpu": "tensorflow",
}


def check_file(path, notebook):
    """Size, number in the name, and the form in which Jupyter saves."""
    text = path.read_text(encoding="utf-8")
    if len(text.encode()) > MOST_BYTES:
        yield f"the file has {len(text.encode()):,} bytes; at most {MOST_BYTES:,}"
    if not re.match(r"\d\d_[a-z0-9_]+\.ipynb$", path.name):
        yield f"the name {path.name} is not of the form NN_subject.ipynb"
    if text != notebook_files.dumps(notebook):
        yield "the file is not as Jupyter saves it; `make run` writes it right"


def check_format(path, notebook):
    """A valid file of format 4.5 with cell ids, kernel python3, and no widgets."""
    stored = json.loads(path.read_text(encoding="utf-8"))
    if (stored["nbformat"], stored["nbformat_minor"]) < (4, 5):
        yield "the format is older than 4.5"
    ids = [cell.get("id") for cell in stored["cells"]]
    if None in ids or len(ids) != len(set(ids)):
        yield "a cell has no id of its own"
    try:
        nbformat.validate(stored)
    except nbformat.ValidationError as error:
        yield f"the file is no valid notebook: {error.message}"
    if notebook.metadata.get("kernelspec") != notebook_files.KERNELSPEC:
        yield "the kernel is not python3 as JupyterLab describes it"
    language = dict(notebook.metadata.get("language_info", {}))
    version = language.pop("version", "")
    if language != notebook_files.LANGUAGE_INFO or not version.startswith("3."):
        yield "the language is not as JupyterLab writes it; `make run` writes it right"
    if "widgets" in notebook.metadata:
        yield "the metadata holds the state of widgets"


def check_tags(path, notebook):
    """Nothing is skipped, neither by tag nor by comment."""
    for index, cell in enumerate(notebook.cells):
        for tag in cell.metadata.get("tags", []):
            if "skip" in tag or tag == "raises-exception":
                yield f"cell {index} has the tag {tag}"
        if cell.cell_type == "code" and _NBVAL_COMMENT.search(cell.source):
            yield f"cell {index} speaks to nbval in a comment; use a tag"


def check_code(path, notebook):
    """Short cells, short functions, and only packages that the project declares."""
    allowed = allowed_imports()
    for index, cell in notebook_files.code_cells(notebook):
        lines = len(cell.source.splitlines())
        if lines > MOST_CODE_LINES:
            yield f"cell {index} has {lines} lines; at most {MOST_CODE_LINES}"
        try:
            tree = notebook_files.python_tree(cell.source)
        except SyntaxError as error:
            yield f"cell {index} does not parse: {error.msg}"
            continue
        for node in ast.walk(tree):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                lines = node.end_lineno - node.lineno + 1
                if lines > MOST_FUNCTION_LINES:
                    yield (
                        f"cell {index} defines {node.name} with {lines} lines; at most "
                        f"{MOST_FUNCTION_LINES}, longer ones belong in rnn_utils"
                    )
            for name in imported(node):
                if name not in allowed:
                    yield f"cell {index} imports {name}, which pyproject does not name"


def check_prose(path, notebook):
    """One H1 at the top with the badges, no deep headings, enough Markdown."""
    headings = list(notebook_files.headings(notebook))
    tops = [index for index, level, _ in headings if level == 1]
    if tops != [0]:
        yield f"the H1 headings are in the cells {tops}; expected one, in cell 0"
    for index, level, text in headings:
        if level > 3:
            yield f"cell {index} has the heading {text!r} below H3"
    first = notebook.cells[0].source if notebook.cells else ""
    if not stamp_links.MARKER_LINE.search(first):
        yield f"cell 0 lacks the line {stamp_links.MARKER}"
    code = len(notebook_files.code_cells(notebook))
    prose = sum(cell.cell_type == "markdown" for cell in notebook.cells)
    if 2 * prose < code:
        yield f"{prose} Markdown cells for {code} code cells; at least one for two"


def check_sections(path, notebook):
    """The sections of a tutorial, in order. The map, 00, is free."""
    if notebook_files.is_map(path):
        return
    texts = [text for _, level, text in notebook_files.headings(notebook) if level > 1]
    sections = pattern_rules.SECTIONS if pattern_rules.follows(path) else SECTIONS
    position = 0
    for name, pattern in sections.items():
        found = [
            place
            for place, text in enumerate(texts)
            if place >= position and re.search(pattern, text, re.IGNORECASE)
        ]
        if found:
            position = found[0] + 1
        else:
            after = f" after {texts[position - 1]!r}" if position else ""
            yield f"the section {name!r} is missing{after}"


def _checks_of(rules):
    return [check for name, check in rules.items() if name.startswith("check_")]


CHECKS = [
    check
    for rules in (
        globals(),
        vars(output_rules),
        vars(link_rules),
        vars(solution_rules),
    )
    for check in _checks_of(rules)
]
PATTERN_CHECKS = _checks_of(vars(pattern_rules))


def problems(path):
    """Everything that is wrong with a notebook's file, in sentences."""
    notebook = notebook_files.read(path)
    checks = CHECKS + (PATTERN_CHECKS if pattern_rules.follows(path) else [])
    return [problem for check in checks for problem in check(path, notebook)]


def allowed_imports():
    """What a notebook may import: Python itself and what its readers install."""
    text = (notebook_files.ROOT / "pyproject.toml").read_text(encoding="utf-8")
    project = tomllib.loads(text)["project"]
    extras = project["optional-dependencies"]
    lines = project["dependencies"] + extras["cpu"] + extras["datasets"]
    names = [re.match(r"[\w.-]+", line)[0] for line in lines + extras["notebooks"]]
    return import_names(names)


def import_names(packages):
    """The names to import some packages by, and those of Python's own modules."""
    names = {_IMPORT_NAMES.get(name, name.replace("-", "_")) for name in packages}
    return names | set(sys.stdlib_module_names)


def imported(node):
    """The packages that an import statement names; none for another node."""
    if isinstance(node, ast.Import):
        return [alias.name.split(".")[0] for alias in node.names]
    if isinstance(node, ast.ImportFrom):
        return ["."] if node.level else [node.module.split(".")[0]]
    return []


def main(arguments=None):
    """Runs the command line; returns the exit status."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--notebook", help="number or start of the name (default: all)")
    options = parser.parse_args(arguments)
    try:
        paths = notebook_files.find_notebooks(options.notebook)
    except ValueError as error:
        parser.error(str(error))
    found = [f"{path.name}: {text}" for path in paths for text in problems(path)]
    print("\n".join(found))
    return bool(found)


if __name__ == "__main__":
    sys.exit(main())
