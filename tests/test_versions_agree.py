"""Versions are said once, in pyproject.toml; every other file agrees with it."""

import os
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


# What the extra `colab` asks for where Colab's own version does not work.
REPLACED = {"tensorflow-metadata"}


@pytest.mark.parametrize("requirement", DIRECT, ids=str)
def test_pinned_version_lies_in_the_range(requirement):
    name = canonicalize_name(requirement.name)
    if name not in REPLACED:
        for file in ("constraints.txt", "constraints-colab.txt"):
            pinned = pins(file).get(name)
            assert pinned is None or pinned in requirement.specifier, file


@pytest.mark.parametrize("requirement", DIRECT, ids=str)
def test_every_direct_dependency_is_pinned(requirement):
    assert canonicalize_name(requirement.name) in pins("constraints.txt")


def test_colabs_versions_are_the_older_ones():
    newest, colab = pins("constraints.txt"), pins("constraints-colab.txt")
    for name in ("keras", "tensorflow", "numpy", "matplotlib", "ipython"):
        assert colab[name] < newest[name]


def test_both_tensorflow_packages_have_one_version():
    pinned = pins("constraints.txt")
    assert pinned["tensorflow"] == pinned["tensorflow-cpu"]


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
    makefile = text_of("Makefile").replace("$(comma)", ",").replace("\\\n", "")
    assert '".[$(if $(GPU),gpu,cpu),notebooks,test]"' in makefile
    calls = re.findall(r"\$\(call install,.*", makefile)
    calls += re.findall(r"\$\(PIP_INSTALL\)\s+[-\"].*", makefile)
    as_in_colab = [call for call in calls if "-c constraints.txt" not in call]
    assert len(calls) == 7
    # Colab's versions letter for letter, then the set-up cell's own command.
    assert ["--no-deps -r constraints-colab.txt" in call for call in as_in_colab] == [
        True,
        False,
    ]
    assert (
        '"$$($(COLAB)/bin/python -m tools.stamp_links --show-requirement)"' in makefile
    )


WORKFLOW = yaml.safe_load(text_of(".github/workflows/test.yml"))


def commands(job):
    return [step["run"] for step in WORKFLOW["jobs"][job]["steps"] if "run" in step]


def test_workflow_runs_make_and_nothing_else_but_on_windows():
    assert commands("pages") == []  # It publishes what the job `site` has built.
    for job in set(WORKFLOW["jobs"]) - {"windows", "pages"}:
        (command,) = commands(job)
        target = r"[\w-]+(\$\{\{ [\w.]+ \}\})?"
        assert re.fullmatch(rf"make {target}( NB=none| GPU=1)?", command)
    assert commands("notebooks-and-code") == ["make test"]
    assert commands("colab") == ["make test-colab"]
    assert commands("gpu") == ["make test GPU=1"]
    assert commands("site") == ["make test-site"]
    assert WORKFLOW["jobs"]["gpu"]["if"] == "vars.GPU_RUNNER == 'true'"
    assert WORKFLOW["jobs"]["other-backends"]["strategy"]["matrix"] == {
        "backend": ["jax", "torch"]
    }


def test_two_notebooks_a_night_are_broken_on_purpose():
    workflow = yaml.safe_load(text_of(".github/workflows/mutate.yml"))
    (job,) = workflow["jobs"].values()
    assert [s["run"] for s in job["steps"] if "run" in s] == ["make mutate NB=today"]
    assert "schedule" in workflow[True]  # YAML reads the key `on` so.


def readme_lines(before):
    """The commands in the README's code block after some words."""
    block = text_of("README.md").partition(before)[2].split("```")[1]
    return [line.partition("   #")[0] for line in block.splitlines()[1:]]


def test_windows_runs_the_lines_of_the_readme():
    *lines, last = readme_lines("On Windows")
    assert len(lines) == 3
    (script,) = commands("windows")
    assert script.splitlines()[:3] == lines
    assert "-m jupyterlab" in last  # It serves until it is stopped.


def test_all_systems_have_the_same_lines():
    translated = [
        line.replace("python3", "python").replace(".venv/bin/", ".venv\\Scripts\\")
        for line in readme_lines("Without make")
    ]
    assert translated == readme_lines("On Windows")


def test_workflow_tests_the_oldest_and_the_newest_python():
    job = WORKFLOW["jobs"]["notebooks-and-code"]
    supported = SpecifierSet(PROJECT["requires-python"])
    versions = [f"3.{minor}" for minor in range(30) if f"3.{minor}" in supported]
    assert job["strategy"]["matrix"]["python"] == [versions[0], versions[-1]]


def test_ci_runs_everything_and_tells_how_long_it_took():
    lines = text_of(".ci/run").splitlines()
    parts = [line.split()[1] for line in lines if line.startswith("part ")]
    of_test = re.search(r"^test: (.*?) *##", text_of("Makefile"), re.M)[1].split()
    of_compat = re.search(r"^test-compat: (.*?) *##", text_of("Makefile"), re.M)[1]
    assert parts == [*of_test, *of_compat.split()]
    assert "set -euo pipefail" in lines
    if os.name == "posix":
        assert (ROOT / ".ci" / "run").stat().st_mode & 0o111
