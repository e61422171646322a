"""What is public says what it takes and returns, and type checkers may rely on it."""

import ast
import tomllib
from importlib import resources
from pathlib import Path

import pytest

import rnn_utils

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = ROOT / "rnn_utils"
MODULES = [
    path.relative_to(PACKAGE).as_posix()
    for path in sorted(PACKAGE.rglob("*.py"))
    if path.name == "__init__.py" or not path.name.startswith("_")
]
MAGIC = ("__init__", "__call__", "__getitem__", "__len__")


def _public(name):
    return not name.startswith("_") or name in MAGIC


def _public_functions(tree):
    """Yields name, function and whether it is a method of all that others can call.

    A private class counts if another class of its module is derived from it, and so
    inherits its methods.
    """
    classes = [node for node in tree.body if isinstance(node, ast.ClassDef)]
    bases = {getattr(base, "id", None) for node in classes for base in node.bases}
    for node in tree.body:
        if isinstance(node, ast.FunctionDef) and _public(node.name):
            yield node.name, node, False
    for node in classes:
        for child in node.body:
            known = _public(node.name) or node.name in bases
            if known and isinstance(child, ast.FunctionDef) and _public(child.name):
                yield f"{node.name}.{child.name}", child, True


def _unhinted(tree):
    """Returns the names of what has no hint, such as `pad(step)` or `pad(return)`."""
    found = []
    for name, function, is_method in _public_functions(tree):
        static = any(
            getattr(mark, "id", "") == "staticmethod"
            for mark in function.decorator_list
        )
        given = function.args
        places = [*given.posonlyargs, *given.args][is_method and not static :]
        places += [*given.kwonlyargs, *filter(None, (given.vararg, given.kwarg))]
        found += [f"{name}({p.arg})" for p in places if p.annotation is None]
        if function.returns is None:
            found.append(f"{name}(return)")
    return found


@pytest.mark.parametrize("module", MODULES)
def test_public_functions_have_hints(module):
    text = (PACKAGE / module).read_text(encoding="utf-8")
    assert _unhinted(ast.parse(text)) == []


def test_a_missing_hint_is_found():
    text = """
def one(a, *b: int, c: int = 0, **d) -> int: ...
def two(): ...
def _private(a): ...
class Public(_Base):
    def __init__(self, a) -> None: ...
    def _private(self, a): ...
    @staticmethod
    def three(a) -> int: ...
    @property
    def four(self): ...
class _Base:
    def five(self) -> int: ...
    def six(self, a): ...
class _Private:
    def seven(self, a): ...
"""
    assert _unhinted(ast.parse(text)) == [
        "one(a)",
        "one(d)",
        "two(return)",
        "Public.__init__(a)",
        "Public.three(a)",
        "Public.four(return)",
        "_Base.six(a)",
        "_Base.six(return)",
    ]


def test_the_marker_for_type_checkers_is_shipped():
    assert resources.files("rnn_utils").joinpath("py.typed").is_file()
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    assert "py.typed" in project["tool"]["setuptools"]["package-data"]["rnn_utils"]


def test_a_type_checker_sees_the_layers_that_load_on_first_use():
    tree = ast.parse((PACKAGE / "__init__.py").read_text(encoding="utf-8"))
    (block,) = [
        node
        for node in tree.body
        if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING"
    ]
    seen = [name.name for node in block.body for name in node.names]
    assert sorted([*seen, "__version__"]) == sorted(rnn_utils.__all__)
    assert all(hasattr(rnn_utils, name) for name in rnn_utils.__all__)
