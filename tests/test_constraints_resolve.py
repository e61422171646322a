"""The pinned versions can be installed wherever the project says that it runs."""

import os
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from packaging.specifiers import SpecifierSet

from rnn_utils.datasets.building.source_archive import pip_options

ROOT = Path(__file__).resolve().parent.parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
SUPPORTED = SpecifierSet(PROJECT["project"]["requires-python"])
MINORS = [f"3.{n}" for n in range(30) if f"3.{n}" in SUPPORTED]
# The very first release of the lowest Python: Debian 12 has 3.11.2.
LOWEST, HIGHEST = f"{MINORS[0]}.0", MINORS[-1]
PLATFORMS = [
    "x86_64-unknown-linux-gnu",
    "x86_64-pc-windows-msvc",
    "aarch64-apple-darwin",
]


def resolve(constraints, python, platform, tensorflow="cpu"):
    """Asks uv, which can speak for machines that are not at hand."""
    command = [sys.executable, "-m", "uv", "pip", "compile", "--quiet", "--no-header"]
    extras = (tensorflow, "notebooks", "test", "site", "handout")
    command += [f"--extra={extra}" for extra in extras]
    command += [f"--constraint={constraints}", f"--python-version={python}"]
    command += [f"--python-platform={platform}", str(ROOT / "pyproject.toml")]
    return subprocess.run(
        command, env=registry(), capture_output=True, text=True, encoding="utf-8"
    )


def registry():
    """The environment, with the registry that pip is configured for."""
    command = [sys.executable, "-m", "pip", "config", "list"]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    index = pip_options(done.stdout).get("index-url")
    return {**os.environ, "UV_DEFAULT_INDEX": index} if index else dict(os.environ)


@pytest.mark.parametrize("platform", PLATFORMS)
@pytest.mark.parametrize("python", [LOWEST, HIGHEST])
def test_every_pin_can_be_had(python, platform):
    done = resolve(ROOT / "constraints.txt", python, platform)
    assert done.returncode == 0, done.stderr


def test_a_gpu_brings_cuda_and_a_cpu_does_not():
    for tensorflow, wanted in (("gpu", True), ("cpu", False)):
        done = resolve(ROOT / "constraints.txt", LOWEST, PLATFORMS[0], tensorflow)
        assert done.returncode == 0, done.stderr
        assert ("nvidia-cuda-runtime" in done.stdout) == wanted


def test_a_pin_that_the_lowest_python_cannot_have_is_noticed(tmp_path):
    text = (ROOT / "constraints.txt").read_text(encoding="utf-8")
    lines = [line for line in text.splitlines() if not line.startswith("soupsieve==")]
    # It asks for Python 3.11.5.
    changed = tmp_path / "constraints.txt"
    changed.write_text("\n".join([*lines, "soupsieve==4.1.2"]), encoding="utf-8")
    done = resolve(changed, LOWEST, PLATFORMS[0])
    assert done.returncode == 1
    assert "soupsieve==4.1.2 depends on Python>=3.11.5" in done.stderr


def test_intel_macs_have_no_tensorflow_of_these_versions():
    # The README says so; when this fails, the README can be kinder.
    done = resolve(ROOT / "constraints.txt", LOWEST, "x86_64-apple-darwin")
    assert done.returncode == 1
    assert "tensorflow" in done.stderr and "macosx_12_0_arm64" in done.stderr
