"""A revised notebook keeps the rules of the pattern, and every rule can be broken."""

import re

import nbformat
import pytest

from rnn_utils.scorecard import MIME_TYPE
from tools import notebook_anatomy, notebook_files, pattern_rules, vocabulary

v4 = nbformat.v4

TERMS = (
    "[memory blocks](glossary.md), [cell states](glossary.md) on a [conveyor "
    "belt](glossary.md), [forget gates](glossary.md), [input gates](glossary.md), "
    "[output gates](glossary.md), an *ablation*, and `units` parameters"
)
PLAIN = """\
import sys
import keras
from keras.layers import LSTM

model = keras.Sequential([LSTM(4)])
model.save("model.keras")
keras.saving.load_model("model.keras")
fresh = sys.executable
assert fresh"""
EXERCISES = """\
## Exercises

1. **Predict first.** What comes out?

   <details><summary>Answer</summary>Nothing.</details>
2. Change the size.
3. Take a gate out."""
ANSWER = """\
**Answer.** It depends.

- **Holding.** It is right in 96.8 % of 256 sentences of 1997.
- **Replacing.** It loses 20.8 to 22.8 points.
- **Learning.** A gate has to be learnt."""


def markdown(source, **metadata):
    return v4.new_markdown_cell(source, metadata=metadata)


def code(source, **metadata):
    return v4.new_code_cell(source, metadata=metadata)


def record(**changes):
    result = {"name": "accuracy", "value": 0.9, "rivals": {"rule": 0.5}, **changes}
    return v4.new_output("display_data", data={MIME_TYPE: {"results": [result]}})


def revised_notebook():
    solution = {"tags": [notebook_files.SOLUTION]}
    cells = [
        markdown(f"# LSTM: a title\n\n{ANSWER}\n\n<!-- badges -->"),
        markdown(
            "## Before you start\n\nBuilds on [04](04_truncated_bptt.ipynb). Reading "
            "takes 30 minutes, running 75 s."
        ),
        markdown("## Set-up"),
        code("from rnn_utils import LSTM, figures"),
        markdown(f"## The block\n\nIt has {TERMS}."),
        code("figures.plot_lstm_block(LSTM(2))"),
        *(
            markdown(f"## {heading}")
            for heading in (
                "The data", "The baseline first", "The idea in code", "Train it",
                "Measure", "Look inside", "What breaks it", "Try it yourself",
                "Take it with you",
            )
        ),
        code(PLAIN),
        markdown(EXERCISES),
        markdown("## Solutions"),
        code("# Exercise 2\nLSTM(8)", **solution),
        markdown("A larger one is slower.", **solution),
        code("# Exercise 3\nmodel.count_params()", **solution),
        markdown("## Scorecard"),
        code("report()"),
        markdown("## Takeaways\n\n- One.\n\n## Sources"),
    ]  # fmt: skip
    notebook = v4.new_notebook(cells=cells)
    notebook.cells[-2].outputs = [record()]
    notebook.metadata.rnn_utils = {"solution_share": 0.2}
    return notebook


def problems(tmp_path, change=lambda notebook: None):
    notebook = revised_notebook()
    change(notebook)
    path = tmp_path / "05_toy.ipynb"
    return [
        problem
        for check in (notebook_anatomy.check_sections, *notebook_anatomy.PATTERN_CHECKS)
        for problem in check(path, notebook)
    ]


def test_a_revised_notebook_has_no_problem(tmp_path):
    assert problems(tmp_path) == []


def retitle(old, new):
    def change(notebook):
        assert any(old in cell.source for cell in notebook.cells)
        for cell in notebook.cells:
            cell.source = cell.source.replace(old, new)

    return change


def add(cell, place=5):
    return lambda notebook: notebook.cells.insert(place, cell)


def add_many(count):
    def change(notebook):
        notebook.cells[5:5] = [markdown("One.") for _ in range(count)]

    return change


def tags(names):
    def change(notebook):
        for cell in notebook.cells:
            if "tags" in cell.metadata:
                cell.metadata.tags = names

    return change


def share(value):
    return lambda notebook: notebook.metadata.rnn_utils.update(solution_share=value)


def result(**changes):
    def change(notebook):
        notebook.cells[-2].outputs = [record(**changes)]

    return change


BROKEN = [
    (add_many(40), "there are 61 cells; at most 60"),
    (add(markdown("word " * 2200)), "words; at most 2,200"),
    (retitle(ANSWER, "**Answer.** It depends."), "the answer has 0 bullets"),
    (retitle("- **Learning.**", "- **Time.** No.\n- **Learning.**"), "has 4 bullets"),
    (retitle("256 sentences", "5 % of"), "the figures ['96.8', '5']; at most one"),
    (retitle("[04](04_truncated_bptt.ipynb)", "04"), "links to no notebook"),
    (retitle("Reading takes 30 minutes, running", "It takes"), "it takes to read"),
    (retitle("running 75 s", "no more"), "it takes to run"),
    (retitle("takes 30 minutes", "is quick"), "does not give two times"),
    (retitle("figures.plot_lstm_block", "figures.plot_words"), "nothing is drawn"),
    (retitle("import keras\n", "import keras\n" + "1 + 1\n" * 19), "27 lines; at most"),
    (retitle("model.save(", "print("), "does not save the model"),
    (retitle("keras.saving.load_model", "print"), "does not load it again"),
    (retitle("= sys.executable", "= 1"), "does not load it in a fresh process"),
    (retitle("assert fresh", "fresh"), "does not assert that both agree"),
    (retitle("from keras.layers import LSTM", "from rnn_utils import LSTM"),
     "needs rnn_utils"),
    (retitle("from keras.layers import LSTM\n", ""), "uses ['LSTM'] of rnn_utils"),
    (retitle("3. Take", "Take"), "there are 2 exercises; expected 3 to 5"),
    (retitle("3. Take", "3. A\n4. B\n5. C\n6. D\n7. Take"), "there are 7 exercises"),
    (retitle("Predict first", "Predict"), "no exercise is marked 'Predict first'"),
    (retitle("</details>", ""), "no exercise hides its answer"),
    (tags([]), "0 code cells have the tag solution, for 2 exercises"),
    (retitle("3. Take a gate out.", "3. A gate?\n4. Two?"), "2 code cells have"),
    (lambda notebook: notebook.metadata.pop("rnn_utils"), "was not measured"),
    (share(0.26), "take 26% of the notebook's time; at most 25%"),
    (result(rivals={}), "accuracy: no rival was measured"),
    (retitle("an *ablation*", "a study"), "the term 'ablation' does not occur"),
    (retitle("It depends.", "The readout."), "cell 0 says 'readout'; the field says"),
    (add(markdown("A [gizmo](glossary.md)."), 7), "links 'gizmo', which the glossary"),
    (add(markdown("The forget gate."), 3), "'forget gate' to the glossary, not its f"),
    (add(markdown("[GRU](glossary.md), [GRU](glossary.md)")), "links 'GRU' to the"),
    (retitle("](glossary.md)", "]"), "0 terms lead to glossary.md"),
]  # fmt: skip


@pytest.mark.parametrize(("change", "message"), BROKEN)
def test_a_broken_rule_is_found(change, message, tmp_path):
    found = problems(tmp_path, change)
    assert any(message in problem for problem in found), found


@pytest.mark.parametrize("section", pattern_rules.SECTIONS)
def test_a_missing_section_is_found(section, tmp_path):
    def remove(notebook):
        for cell in notebook.cells:
            for text, _ in notebook_files.sections(v4.new_notebook(cells=[cell])):
                if re.search(pattern_rules.SECTIONS[section], text, re.IGNORECASE):
                    cell.source = cell.source.replace(f"## {text}", "Nothing.")

    found = problems(tmp_path, remove)
    assert any(f"section {section!r} is missing" in problem for problem in found)


def test_words_and_cells_of_solutions_do_not_count(tmp_path):
    def change(notebook):
        cells = [markdown("2. word " * 1000, tags=["solution"]) for _ in range(60)]
        notebook.cells[20:20] = cells

    assert problems(tmp_path, change) == []


def test_addresses_and_comments_are_no_words(tmp_path):
    links = "[word](https://doi.org/10.1/x) <!-- one two three -->\n" * 2000
    assert problems(tmp_path, add(markdown(links))) == []


def test_the_glossary_may_be_named_without_a_term(tmp_path):
    assert problems(tmp_path, add(markdown("See the [glossary](glossary.md)."))) == []


def test_a_section_with_a_drawing_is_enough(tmp_path):
    def change(notebook):
        retitle("figures.plot_lstm_block", "plot")(notebook)
        retitle("## The block", "## A drawing of the block")(notebook)

    assert problems(tmp_path, change) == []


def test_a_row_that_is_known_to_have_no_rival_may_stand_alone(tmp_path):
    name = next(iter(pattern_rules.WITHOUT_RIVALS))
    assert problems(tmp_path, result(name=name, rivals={})) == []


@pytest.mark.parametrize("word", vocabulary.HOUSE_WORDS)
def test_every_house_word_is_found(word, tmp_path):
    found = problems(tmp_path, add(markdown(f"Here it says {word.capitalize()}.")))
    assert any(f"says {word!r}" in problem for problem in found)


def test_only_revised_notebooks_are_held_to_the_pattern(tmp_path):
    notebook = revised_notebook()
    for name in ("05_toy.ipynb", "11_toy.ipynb"):
        notebook_files.write(tmp_path / name, notebook)
    share(0.9)(notebook)
    notebook_files.write(tmp_path / "05_toy.ipynb", notebook)
    revised = notebook_anatomy.problems(tmp_path / "05_toy.ipynb")
    other = notebook_anatomy.problems(tmp_path / "11_toy.ipynb")
    assert any("solutions take 90%" in problem for problem in revised)
    assert not any("What you will learn" in problem for problem in revised)
    assert not any("solutions take" in problem for problem in other)
    assert any("'What you will learn' is missing" in problem for problem in other)
