"""What CI takes for Colab is what Colab says, and what our readers add to it."""

import ast
import importlib.metadata
import re
import tomllib

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tools import colab_listing, notebook_anatomy, notebook_files, stamp_links

TEXT = (notebook_files.ROOT / colab_listing.FILE).read_text(encoding="utf-8")
PROJECT = tomllib.loads(
    (notebook_files.ROOT / "pyproject.toml").read_text(encoding="utf-8")
)["project"]
COLAB, _, TESTS = TEXT.partition(colab_listing.TESTS_ONLY)


def imports(path):
    """The packages that a notebook's cells import."""
    cells = notebook_files.code_cells(notebook_files.read(path))
    trees = [
        ast.parse(re.sub(r"(?m)^(\s*)[%!].*$", r"\1pass", c.source)) for _, c in cells
    ]
    nodes = [node for tree in trees for node in ast.walk(tree)]
    return {name for node in nodes for name in notebook_anatomy.imported(node)}


def in_colab():
    """What can be imported in Colab once the set-up cell has run."""
    extra = colab_listing.requirements(PROJECT, "colab", "datasets")
    names = [canonicalize_name(Requirement(line).name) for line in extra]
    return notebook_anatomy.import_names([*names, *colab_listing.listed(COLAB)])


@pytest.mark.parametrize(
    "path", notebook_files.all_notebooks(), ids=lambda path: path.stem
)
def test_colab_and_the_set_up_cell_bring_what_a_notebook_imports(path):
    assert imports(path) <= in_colab() | {"rnn_utils"}


def test_a_package_that_colab_lacks_is_noticed():
    assert "seqeval" in in_colab()  # By the extra.
    assert "tensorflow" in in_colab()  # By Colab.
    assert "nbval" not in in_colab()


def test_the_date_and_the_python_of_the_listing_stand_in_its_head():
    assert re.match(r"# Google Colab's .* of 20\d\d-\d\d-\d\d \(Python 3\.\d+", TEXT)


def test_the_extra_leaves_the_large_packages_alone():
    extra = colab_listing.replaced(PROJECT)
    assert not extra & {"tensorflow", "tensorflow-cpu", "keras", "numpy", "protobuf"}
    assert stamp_links.requirement("ADDRESS") == "rnn-utils[colab] @ ADDRESS"


def test_lines_are_kept_letter_for_letter(monkeypatch):
    listing = (
        "# Colab\nPyYAML==6.0.3\nkeras==3.13.2\nrl @ file:///x\npolars==1\nwide==2\n"
    )
    needed = {"pyyaml": "pyyaml==6.0.3", "keras": "keras==3.13.2", "new": "new==1"}
    monkeypatch.setattr(colab_listing, "closure", lambda *_: needed)
    text = colab_listing.constraints(PROJECT, listing, "2026-08-19", "3.13.15")
    kept = [line for line in text.splitlines() if not line.startswith("#")]
    assert kept == ["keras==3.13.2", "PyYAML==6.0.3", "new==1"]
    assert "2026-08-19" in text and "3.13.15" in text


def test_an_environment_that_has_changed_colabs_versions_is_told():
    version = importlib.metadata.version("keras")
    assert not list(colab_listing.changes(PROJECT, f"keras=={version}"))
    (line,) = colab_listing.changes(PROJECT, "keras==3.0.0\ntensorflow-metadata==0.1")
    assert line == f"keras is {version}; Colab has 3.0.0"
    (line,) = colab_listing.changes(PROJECT, "no-such-package==1.0")
    assert line == "no-such-package is None; Colab has 1.0"
