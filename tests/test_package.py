"""Importing the package costs nothing and tells its version."""

import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

import rnn_utils

ROOT = Path(__file__).resolve().parent.parent


def test_import_is_light():
    heavy = {"tensorflow", "keras", "tensorflow_datasets", "matplotlib", "IPython"}
    code = f"import rnn_utils, sys; print(sorted({heavy} & set(sys.modules)))"
    command = [sys.executable, "-c", code]
    done = subprocess.run(command, capture_output=True, text=True, cwd=ROOT, check=True)
    assert done.stdout.strip() == "[]"


def test_version_is_the_projects():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    assert rnn_utils.__version__ == project["project"]["version"]


def test_unknown_name_is_an_attribute_error():
    with pytest.raises(AttributeError, match="no attribute 'Transformer'"):
        rnn_utils.Transformer  # noqa: B018


def test_every_file_of_the_package_is_shipped():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    patterns = project["tool"]["setuptools"]["package-data"]["rnn_utils"]
    package = ROOT / "rnn_utils"
    shipped = {path for pattern in patterns for path in package.glob(pattern)}
    files = {path for path in package.rglob("*") if path.is_file()}
    data = {path for path in files if path.suffix not in (".py", ".pyc")}
    assert package / "figures" / "_viewer" / "page.html" in data
    assert data <= shipped
