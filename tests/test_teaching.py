"""The teacher's page speaks of the notebooks that exist, and CITATION.cff of us."""

import re
import tomllib

import pytest
import yaml

from tools import notebook_files

ROOT = notebook_files.ROOT
PAGE = (ROOT / "docs" / "teaching.md").read_text(encoding="utf-8")
ROW = re.compile(
    r"^\| \[(\d\d)\]\(\.\./notebooks/(\S+)\) \| .* \| (\d+) \| (\d+) \| (\d+) \|$", re.M
)
GOALS = {name: tuple(map(int, rest)) for _, name, *rest in ROW.findall(PAGE)}
NOTEBOOKS = notebook_files.all_notebooks()
WORDS_PER_MINUTE = 100
# A notebook may change by so much before the page has to follow.
MINUTES = 3


def section(heading):
    return re.search(rf"^## {heading}\n(.*?)(?=^## )", PAGE, re.M | re.S)[1]


def words(path):
    cells = notebook_files.read(path).cells
    return sum(
        len(cell.source.split())
        for cell in cells
        if cell.cell_type == "markdown" and not notebook_files.is_solution(cell)
    )


def test_every_notebook_has_its_goal_once():
    assert [name for _, name, *_ in ROW.findall(PAGE)] == [p.name for p in NOTEBOOKS]


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_times_are_those_of_the_notebook_and_of_the_map(path):
    reading, run, exercises = GOALS[path.name]
    assert abs(reading - words(path) / WORDS_PER_MINUTE) <= MINUTES
    assert 45 <= exercises <= 120
    text = "\n".join(c.source for c in notebook_files.read(NOTEBOOKS[0]).cells)
    name = "00 Start here" if notebook_files.is_map(path) else rf"\({path.name}\)"
    row = re.search(rf"^\| .*{name}.* \| (\d+) \| (\d+) \|$", text, re.M)
    assert tuple(map(int, row.groups())) == (reading, run)


@pytest.mark.parametrize("heading", ["Twelve weeks", "Two days"])
def test_syllabi_name_only_notebooks_that_exist(heading):
    numbers = {path.stem[:2] for path in NOTEBOOKS}
    rows = re.findall(r"^\|[^|]*\|(.*)", section(heading), re.M)  # Not the first cell.
    named = set(re.findall(r"\b\d\d\b", "\n".join(rows)))
    assert len(named) >= 10
    assert named <= numbers


def test_the_sums_of_the_two_days_are_right():
    def total(column, *numbers):
        return sum(GOALS[name][column] for name in GOALS if name[:2] in numbers)

    first = ("00", "01", "02", "03", "05", "06")
    second = ("11", "14", "15")
    most = [max(total(c, n) for n in ("13", "17", "19", "20")) for c in (0, 1)]
    sums = [total(0, *first), total(1, *first)]
    sums += [total(c, *second) + most[c] for c in (0, 1)]
    sentence = re.search(r"Day one is .*", PAGE)[0]
    assert [int(n) for n in re.findall(r"\d+", sentence)] == sums


def test_the_citation_is_ours():
    citation = yaml.safe_load((ROOT / "CITATION.cff").read_text(encoding="utf-8"))
    text = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    project = tomllib.loads(text)["project"]
    assert citation["version"] == project["version"]
    assert citation["license"] == project["license"]
    for said in (citation["title"], citation["authors"][0]["name"], project["version"]):
        assert said in PAGE
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    assert readme.startswith(f"# {citation['title']}\n")
