"""A class gets the notebook without answers, and it still is a notebook."""

import nbformat
import pytest

from tools import notebook_files, solution_rules, stamp_links, student_version

v4 = nbformat.v4


def cell(make, source, *tags):
    return make(source, metadata={"tags": list(tags)})


def run_cells(notebook):
    """Runs the code as a kernel would, one cell after the other."""
    names = {}
    for _, cell in notebook_files.code_cells(notebook):
        exec(compile(cell.source, "cell", "exec"), names)
    return names


@pytest.fixture
def path(tmp_path):
    folder = tmp_path / "notebooks"
    (folder / "images").mkdir(parents=True)
    (folder / "images" / "plan.png").write_bytes(b"picture")
    made = v4.new_notebook()
    made.metadata.rnn_utils = {"seeds": {}}
    text, code = v4.new_markdown_cell, v4.new_code_cell
    made.cells = [
        text(f"# Toy\n\nSee [the map](00_map.ipynb).\n\n{stamp_links.MARKER}"),
        cell(code, "n = 2\nprint(n)", "nbval-check-output"),
        text('![plan](images/plan.png) <a href="https://doi.org/1">1</a>'),
        text("## Exercises\n\n1. Double it ([solution](#Solution-1)). Above is $n$."),
        cell(text, "### Solution 1", "solution"),
        cell(code, "twice = 2 * n", "solution"),
        text("<details><summary>Answer</summary>Two.</details>"),
        cell(code, "thrice = 3 * n", "solution"),
        text("## Scorecard"),
        code("card = n + 1"),
    ]
    for _, each in notebook_files.code_cells(made):
        each.execution_count = 1
        each.outputs = [v4.new_output("stream", text="2\n")]
    solution_rules.fold(made)
    notebook_files.write(folder / "11_toy.ipynb", made)
    return folder / "11_toy.ipynb"


@pytest.fixture
def student(path, tmp_path):
    return notebook_files.read(
        student_version.write(path, tmp_path / "build" / "class")
    )


def sources(notebook):
    return [cell.source for cell in notebook.cells]


def test_solutions_and_outputs_are_gone(student):
    nbformat.validate(student)
    assert "solution" not in "".join(sources(student)).replace("# Your solution", "")
    assert "twice" not in "".join(sources(student))
    for _, code in notebook_files.code_cells(student):
        assert (code.outputs, code.execution_count) == ([], None)
    assert student.metadata == {}
    assert all(each.metadata == {} for each in student.cells)


def test_a_cell_to_write_into_stands_where_each_solution_was(student):
    ids = [each.id for each in student.cells if each.source == "# Your solution"]
    assert ids == ["your-solution-1", "your-solution-2"]
    assert sources(student)[4] == sources(student)[6] == "# Your solution"


def test_the_rest_stays(student, path):
    before = notebook_files.read(path)
    kept = [c.source for c in before.cells if not notebook_files.is_solution(c)]
    assert len(student.cells) == len(kept) + 2
    assert "<details><summary>Answer</summary>Two.</details>" in sources(student)
    assert sources(student)[3] == "## Exercises\n\n1. Double it. Above is $n$."


def test_it_still_runs_from_top_to_bottom(student):
    assert run_cells(student)["card"] == 3


def test_links_still_lead_somewhere(student, path, tmp_path):
    folder = tmp_path / "build" / "class"
    assert (folder / "images" / "plan.png").read_bytes() == b"picture"
    assert (
        '![plan](images/plan.png) <a href="https://doi.org/1">' in sources(student)[2]
    )
    assert "[the map](../../notebooks/00_map.ipynb)" in sources(student)[0]
    assert (folder / "../../notebooks").resolve() == path.parent


def test_stamped_notebook_leads_to_its_repository(path, tmp_path):
    made = notebook_files.read(path)
    made.cells.insert(1, v4.new_code_cell(stamp_links.SETUP_CELL))
    notebook_files.write(path, made)
    stamp_links.stamp_all(tmp_path, "someone", "rnn")
    first, setup, *_ = sources(student_version.student_version(path))
    address = "https://github.com/someone/rnn/blob/main/notebooks/00_map.ipynb"
    assert f"[the map]({address})" in first
    assert "colab" not in first  # The badge opens the notebook with its solutions.
    assert "%pip install" in setup


def test_without_solutions_there_is_a_cell_below_the_exercises(path):
    made = notebook_files.read(path)
    made.cells = [c for c in made.cells if not notebook_files.is_solution(c)]
    notebook_files.write(path, made)
    texts = sources(student_version.student_version(path))
    assert texts.count("# Your solution") == 1
    assert texts[texts.index("# Your solution") + 1] == "## Scorecard"


def test_committed_notebooks_can_be_given_to_a_class():
    for path in notebook_files.all_notebooks():
        notebook = student_version.student_version(path)
        nbformat.validate(notebook)
        assert not any(map(notebook_files.is_solution, notebook.cells))
        assert notebook_files.is_map(path) or "# Your solution" in sources(notebook)
