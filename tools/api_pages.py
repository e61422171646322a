"""Writes the pages of the API reference, which Sphinx fills from the docstrings.

What is public is read from the source, not imported: each room of the library is a
page, each of its modules a section, and a name stands under the path from which one
imports it.
"""

import ast
import collections
from pathlib import Path

PACKAGE = "rnn_utils"
INDEX = "index.rst"


def pages(package):
    """The pages of a package: `{file name: reStructuredText}`.

    Args:
        package: The package's folder.
    """
    package = Path(package)
    rooms = {page_name(path.name): path for path in _rooms(package)}
    written = {name: _page(path) for name, path in rooms.items()}
    names = [name.removesuffix(".rst") for name in written]
    return {INDEX: _index(package, names), **written}


def page_name(path):
    """The page of a module or folder, by its path inside the package."""
    room = Path(path).parts[:1]
    return f"{Path(room[0]).stem}.rst" if room else INDEX


def _rooms(package):
    """The public packages and modules right below a package, packages first."""
    found = [
        path
        for path in package.iterdir()
        if not path.name.startswith(("_", "."))
        and (path.suffix == ".py" or (path / "__init__.py").exists())
    ]
    return sorted(found, key=lambda path: (path.suffix == ".py", path.name))


def _index(package, names):
    lines = [*_title("rnn_utils", "="), f".. automodule:: {package.name}", ""]
    return "\n".join(
        [
            *lines,
            ".. toctree::",
            "   :maxdepth: 1",
            "",
            *(f"   {name}" for name in names),
        ]
    )


def _page(path):
    lines = _title(path.stem, "=")
    if path.suffix == ".py":
        return "\n".join([*lines, *_module(path, f"{PACKAGE}.{path.stem}", {})])
    return "\n".join([*lines, *_room(path, f"{PACKAGE}.{path.name}")])


def _room(folder, name):
    """A package: its own docstring and names, then its modules and packages."""
    exported = _exported(folder)
    yield from _module(folder / "__init__.py", name, {})
    for module, names in exported.items():
        if module.startswith("_"):  # What they pass on stands under the package alone.
            path = folder / f"{module}.py"
            yield from _entries(path, dict.fromkeys(names, name), only=names)
    for path in _rooms(folder):
        inner = f"{name}.{path.stem}"
        yield from _title(inner, "-" if name.count(".") == 1 else "~")
        if path.suffix == ".py":
            yield from _module(path, inner, dict.fromkeys(exported[path.stem], name))
        else:
            yield from _room(path, inner)


def _module(path, name, exported):
    """A module's docstring, and its public classes and functions.

    Args:
        path: The module's file.
        name: Its dotted name.
        exported: `{name: package}` of what is imported from a package.
    """
    yield from (f".. automodule:: {name}", "")
    nodes = [node.name for node in _definitions(path) if node.name[0] != "_"]
    yield from _entries(path, dict.fromkeys(nodes, name) | exported, only=nodes)


def _entries(path, packages, only):
    """Some classes and functions of a module, each under the package it is in."""
    for node in _definitions(path):
        if node.name in only:
            is_class = isinstance(node, ast.ClassDef)
            directive = "autoclass" if is_class else "autofunction"
            yield f".. {directive}:: {packages[node.name]}.{node.name}"
            yield from (["   :members:", ""] if is_class else [""])


def _definitions(path):
    nodes = ast.parse(path.read_text(encoding="utf-8")).body
    return [node for node in nodes if isinstance(node, ast.ClassDef | ast.FunctionDef)]


def _exported(folder):
    """What a package passes on: `{module: names}`, from its stub where it has one."""
    stub = folder / "__init__.pyi"
    source = stub if stub.exists() else folder / "__init__.py"
    found = collections.defaultdict(tuple)
    for node in ast.parse(source.read_text(encoding="utf-8")).body:
        if isinstance(node, ast.ImportFrom) and node.level == 1 and node.module:
            names = tuple(alias.name for alias in node.names)
            found[node.module] += names
    return found


def _title(text, underline):
    return (text, underline * len(text), "")
