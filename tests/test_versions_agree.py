"""Versions are said once, in pyproject.toml; every other file agrees with it."""

import re
import tomllib
from pathlib import Path

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name
from packaging.version import Version

ROOT = Path(__file__).resolve().parent.parent


def text_of(name):
    return (ROOT / name).read_text(encoding="utf-8")


PROJECT = tomllib.loads(text_of("pyproject.toml"))["project"]
LISTS = [PROJECT["dependencies"], *PROJECT["optional-dependencies"].values()]
DIRECT = [
    requirement
    for requirement in (Requirement(line) for lines in LISTS for line in lines)
    if canonicalize_name(requirement.name) != "rnn-utils"
]
# Colab's constraints need not name what only our tests and benchmarks install.
IN_COLAB = [
    Requirement(line)
    for name in ("cpu", "tensorflow", "datasets")
    for line in PROJECT["optional-dependencies"][name]
]


def pins(name):
    """The exact versions in a constraints file, by canonical name."""
    found = {}
    for line in text_of(name).splitlines():
        if line and not line.startswith("#"):
            requirement = Requirement(line)
            (specifier,) = requirement.specifier
            assert specifier.operator == "==", line
            assert "*" not in specifier.version, line
            key = canonicalize_name(requirement.name)
            assert key not in found, f"{line} is named twice in {name}"
            found[key] = Version(specifier.version)
    return found


CONSTRAINTS = ["constraints.txt", "constraints-colab.txt"]


@pytest.mark.parametrize("name", CONSTRAINTS)
@pytest.mark.parametrize("requirement", DIRECT, ids=str)
def test_pinned_version_lies_in_the_range(name, requirement):
    pinned = pins(name).get(canonicalize_name(requirement.name))
    assert pinned is None or pinned in requirement.specifier


@pytest.mark.parametrize("requirement", DIRECT, ids=str)
def test_every_direct_dependency_is_pinned(requirement):
    assert canonicalize_name(requirement.name) in pins("constraints.txt")


@pytest.mark.parametrize("requirement", IN_COLAB, ids=str)
def test_colabs_versions_are_pinned(requirement):
    assert canonicalize_name(requirement.name) in pins("constraints-colab.txt")


def test_colabs_versions_are_the_older_ones():
    newest, colab = pins("constraints.txt"), pins("constraints-colab.txt")
    for name in ("keras", "tensorflow-cpu", "numpy", "matplotlib", "ipython"):
        assert colab[name] < newest[name]


def test_both_tensorflow_packages_have_one_version():
    for name in CONSTRAINTS:
        assert pins(name)["tensorflow"] == pins(name)["tensorflow-cpu"]


def test_environment_file_adds_no_version_of_its_own():
    environment = yaml.safe_load(text_of("environment.yml"))
    python, pip, lines = environment["dependencies"]
    assert pip == "pip"
    assert lines == {"pip": ["-c constraints.txt", "-e .[cpu,notebooks,test]"]}
    name, version = python.split("=")
    assert name == "python"
    assert Version(version) in SpecifierSet(PROJECT["requires-python"])


def test_makefile_accepts_the_pythons_that_the_project_accepts():
    low, high = re.search(
        r"\((\d+, \d+)\) <= sys.version_info\[:2\] < \((\d+, \d+)\)",
        text_of("Makefile"),
    ).groups()
    low, high = low.replace(", ", "."), high.replace(", ", ".")
    assert SpecifierSet(f">={low},<{high}") == SpecifierSet(PROJECT["requires-python"])


def test_makefile_installs_with_the_constraints():
    makefile = text_of("Makefile").replace("$(comma)", ",")
    assert '-c constraints.txt -e ".[cpu,notebooks,test]"' in makefile
    assert '-c constraints-colab.txt -e ".[cpu,notebooks,test]"' in makefile
    calls = re.findall(r"\$\(call install,.*", makefile)
    calls += re.findall(r"\$\(PIP_INSTALL\) -.*", makefile)
    assert len(calls) == 4
    assert all("-c constraints" in call for call in calls)


def workflow_steps():
    workflow = yaml.safe_load(text_of(".github/workflows/test.yml"))
    return [step for job in workflow["jobs"].values() for step in job["steps"]]


def test_workflow_runs_make_and_nothing_else():
    commands = {step["run"] for step in workflow_steps() if "run" in step}
    assert {"make test", "make test-compat"} <= commands
    assert all(command.startswith("make ") for command in commands)
    assert all("\n" not in command and ";" not in command for command in commands)


def test_workflow_tests_the_oldest_and_the_newest_python():
    workflow = yaml.safe_load(text_of(".github/workflows/test.yml"))
    job = workflow["jobs"]["notebooks-and-code"]
    supported = SpecifierSet(PROJECT["requires-python"])
    versions = [f"3.{minor}" for minor in range(30) if f"3.{minor}" in supported]
    assert job["strategy"]["matrix"]["python"] == [versions[0], versions[-1]]


def test_ci_runs_the_tests_and_then_the_compatibility():
    lines = text_of(".ci/run").splitlines()
    assert [line for line in lines if line.startswith("make")] == [
        "make test",
        "make test-compat",
    ]
    assert "set -euo pipefail" in lines
    assert (ROOT / ".ci" / "run").stat().st_mode & 0o111
