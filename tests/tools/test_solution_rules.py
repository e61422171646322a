"""Solutions are folded, stand below the exercises, and nothing else needs them."""

from pathlib import Path

import nbformat
import pytest

from tools import solution_rules

v4 = nbformat.v4
PATH = Path("11_toy.ipynb")


def solved(*sources, cells=v4.new_code_cell):
    return [cells(source, metadata={"tags": ["solution"]}) for source in sources]


def notebook(*solutions, before="model = 1", after="print(model)"):
    made = v4.new_notebook()
    made.cells = [
        v4.new_markdown_cell("# Toy"),
        v4.new_code_cell(before),
        v4.new_markdown_cell("## Exercises\n\n1. Change the model."),
        *solutions,
        v4.new_markdown_cell("## Scorecard"),
        v4.new_code_cell(after),
    ]
    solution_rules.fold(made)
    return made


def problems(made):
    return list(solution_rules.check_solutions(PATH, made))


def test_folded_solution_below_the_exercises_is_sound():
    text = solved("Take another.", cells=v4.new_markdown_cell)
    made = notebook(*text, *solved("other = model + 1\nprint(other)"))
    assert problems(made) == []
    assert made.cells[3].metadata.jupyter == {"source_hidden": True}
    assert made.cells[4].metadata.jupyter == {
        "source_hidden": True,
        "outputs_hidden": True,
    }


def test_solution_that_is_open_is_told_and_folded():
    made = notebook(*solved("1 + 1"))
    del made.cells[3].metadata["jupyter"]
    (problem,) = problems(made)
    assert "cell 3" in problem and "`make run` folds" in problem
    solution_rules.fold(made)
    assert problems(made) == []


def test_other_cell_that_is_folded_is_told_and_opened():
    made = notebook()
    made.cells[1].metadata.jupyter = {"source_hidden": True}
    (problem,) = problems(made)
    assert "cell 1" in problem
    solution_rules.fold(made)
    assert problems(made) == []


def test_solution_stands_below_the_exercises():
    made = notebook()
    made.cells += solved("1 + 1")
    solution_rules.fold(made)
    (problem,) = problems(made)
    assert problem == "cell 5 is a solution outside the exercises, in 'Scorecard'"


def test_heading_of_solutions_has_the_tag_too():
    made = notebook(v4.new_markdown_cell("### Solutions"))
    (problem,) = problems(made)
    assert problem == "cell 3 has the heading 'Solutions' and lacks the tag solution"


@pytest.mark.parametrize(
    ("before", "solution", "after"),
    [
        ("1", "other = 2", "print(other)"),
        ("other = 1", "other = 2", "print(other)"),
        ("other = 1", "other += 1", "other = other + 1"),
        ("other = 1", "import numpy as other", "def f():\n    return other"),
        ("def f():\n    return other", "other = 2", "1"),
        ("1", "[other := i for i in range(3)]", "print(other)"),
    ],
    ids=["new", "anew", "read first", "in a function", "in one above", "walrus"],
)
def test_name_that_only_a_solution_gives_is_told(before, solution, after):
    (problem,) = problems(notebook(*solved(solution), before=before, after=after))
    assert "reads other, which the solution in cell 3 binds" in problem


@pytest.mark.parametrize(
    ("solution", "after"),
    [
        ("fig = 1", "fig = 2\nprint(fig)"),
        ("i = 1", "for i in range(3):\n    print(i)"),
        ("i = 1", "print([i for i in range(3)], {i: i for i in range(3)})"),
        ("print([i for i in range(3)])", "def f():\n    return i"),
        ("def f(x):\n    y = x\n    return y", "def g(y):\n    return y"),
        ("%time y = 1", "print(model)"),
    ],
    ids=["bound again", "loop", "comprehension", "its own", "local", "magic"],
)
def test_name_that_is_another_one_is_no_problem(solution, after):
    assert problems(notebook(*solved(solution), after=after)) == []


def test_name_that_other_cells_bind_again_is_theirs():
    made = notebook(*solved("other = 2"), after="other = 3")
    made.cells.append(v4.new_code_cell("print(other)"))
    assert problems(made) == []
