"""The Makefile finds a Python that fits and never takes a broken set-up for done."""

import os
import re
import shutil
import subprocess

import pytest

from tools.notebook_files import ROOT

pytestmark = pytest.mark.skipif(not shutil.which("make"), reason="needs make")

# Stands for an interpreter that fits, and for the one of the environment it makes.
FAKE_PYTHON = """\
#!/bin/sh
case "$1 $2 $3" in
    "-c "*) exit 0 ;;
    "-m venv "*) mkdir -p "$4/bin" && cp "$0" "$4/bin/python" ;;
    "-m pip install") echo "$@" >> pip.log; exit "${PIP_STATUS:-0}" ;;
esac
"""


@pytest.fixture
def checkout(tmp_path):
    for name in ("Makefile", "pyproject.toml", "constraints.txt"):
        shutil.copy(ROOT / name, tmp_path)
    python = tmp_path / "python"
    python.write_text(FAKE_PYTHON, encoding="utf-8")
    python.chmod(0o755)
    return tmp_path


# What a `make test NB=11` around us hands down.
FROM_OUTSIDE = {"MAKEFLAGS", "MFLAGS", "MAKELEVEL", "NB", "SEEDS", "URL", "PYTHON"}


def make(checkout, *arguments, **variables):
    clean = {k: v for k, v in os.environ.items() if k not in FROM_OUTSIDE}
    return subprocess.run(
        ["make", f"PYTHON={checkout}/python", *arguments],
        cwd=checkout,
        env={**clean, **variables},
        capture_output=True,
        text=True,
    )


def installations(checkout):
    log = checkout / "pip.log"
    return log.read_text(encoding="utf-8").splitlines() if log.exists() else []


def test_help_tells_every_command(checkout):
    text = (ROOT / "Makefile").read_text("utf-8").replace("\\\n", " ")
    phony = re.search(r"^\.PHONY: (.*)$", text, re.M)[1].split()
    shown = make(checkout).stdout
    # Parts of test-compat, which the help of that command names.
    for target in set(phony) - {"test-jax", "test-torch"}:
        assert re.search(rf"make {target} +\w", shown), target


def test_environment_is_installed_once(checkout):
    for _ in range(2):
        assert make(checkout, ".venv/.installed").returncode == 0
    (installation,) = installations(checkout)
    assert "-c constraints.txt -e .[cpu,notebooks,test]" in installation


@pytest.mark.parametrize("name", ["pyproject.toml", "constraints.txt"])
def test_changed_versions_are_installed(checkout, name):
    make(checkout, ".venv/.installed")
    later = (checkout / ".venv" / ".installed").stat().st_mtime + 10
    os.utime(checkout / name, (later, later))
    make(checkout, ".venv/.installed")
    assert len(installations(checkout)) == 2


def test_failed_installation_is_taken_up_again(checkout):
    assert make(checkout, ".venv/.installed", PIP_STATUS="1").returncode != 0
    assert not (checkout / ".venv" / ".installed").exists()
    assert make(checkout, ".venv/.installed").returncode == 0
    assert len(installations(checkout)) == 2


def test_failed_renewal_leaves_no_stamp(checkout):
    make(checkout, ".venv/.installed")
    later = (checkout / ".venv" / ".installed").stat().st_mtime + 10
    os.utime(checkout / "pyproject.toml", (later, later))
    make(checkout, ".venv/.installed", PIP_STATUS="1")
    assert not (checkout / ".venv" / ".installed").exists()


def test_python_that_does_not_fit_is_refused_by_name(checkout):
    done = make(checkout, "PYTHON=/bin/false", ".venv/.installed")
    assert done.returncode != 0
    assert "No Python from 3.11 to 3.13 among: /bin/false" in done.stderr
    assert installations(checkout) == []


@pytest.mark.parametrize("target", ["seeds", "mutate"])
def test_long_work_asks_for_a_notebook(checkout, target):
    done = make(checkout, target)
    assert done.returncode != 0
    assert f"make {target} NB=11" in done.stderr


def test_clean_removes_environments_alone(checkout):
    make(checkout, ".venv/.installed")
    (checkout / "data").mkdir()
    before = set(checkout.iterdir()) - {checkout / ".venv"}
    make(checkout, "clean")
    assert set(checkout.iterdir()) == before
