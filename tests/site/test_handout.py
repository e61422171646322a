"""The page that is printed holds the notebook, typeset, and asks no network."""

import re

import nbformat
import pytest

from tools import handout, notebook_files, stamp_links

v4 = nbformat.v4
TEXT = r"""# Toy title

With $x_t < 1$ see [the map](00_map.ipynb) and [the paper](https://doi.org/1).

$$h_t = \tanh(x_t W_{xh}) \qquad p = \frac{1}{2}$$

\begin{align*} a &= b \end{align*}"""


@pytest.fixture
def path(tmp_path):
    folder = tmp_path / "notebooks"
    folder.mkdir()
    answer = "<details><summary>Answer</summary>The answer is $n$.</details>"
    solved = {"tags": [notebook_files.SOLUTION]}
    shown = [
        v4.new_output(
            "display_data", data={"text/html": '<iframe srcdoc="a"></iframe>'}
        ),
        v4.new_output("stream", text="the output\n"),
    ]
    made = v4.new_notebook()
    made.cells = [
        v4.new_markdown_cell(f"{TEXT}\n\n{stamp_links.MARKER}"),
        v4.new_code_cell(stamp_links.SETUP_CELL),
        v4.new_code_cell('print("$5")', outputs=shown),
        v4.new_markdown_cell(f"## Exercises\n\n{answer}"),
        v4.new_code_cell("solve()", metadata=solved),
    ]
    notebook_files.write(folder / "11_toy.ipynb", made)
    return folder / "11_toy.ipynb"


def test_page_holds_text_code_and_outputs(path):
    html = handout.page(path)
    assert "Toy title" in html
    assert "the output" in html
    assert "$5" in html  # In code, a dollar is a dollar.


def test_formulas_are_typeset(path):
    html = handout.page(path)
    assert html.count("<math") == 4  # A wide space parts the second into two.
    assert "<mfrac>" in html
    for raw in (r"\tanh", r"\frac", r"\begin", r"\qquad", "$$", "$x_t"):
        assert raw not in html


def test_formula_that_cannot_be_typeset_is_told(path):
    notebook = notebook_files.read(path)
    notebook.cells[0].source = r"# Toy with $\nonsense{x}$"
    notebook_files.write(path, notebook)
    with pytest.raises(ValueError, match=r"nonsense.* latex2mathml does not know"):
        handout.page(path)


def test_nothing_on_the_page_is_live_or_elsewhere(path):
    html = handout.page(path)
    for sign in ("<script", "<iframe", "<link", 'src="http', "@import", "00_map"):
        assert sign not in html
    assert "the map" in html
    assert 'href="https://doi.org/1"' in html


def test_stamped_notebook_leads_to_its_repository(path, tmp_path):
    stamp_links.stamp_all(tmp_path, "someone", "rnn")
    address = "https://github.com/someone/rnn/blob/main/notebooks/00_map.ipynb"
    assert f'href="{address}"' in handout.page(path)


def test_solutions_and_answers_are_printed_on_demand_alone(path):
    without, with_them = handout.page(path), handout.page(path, solutions=True)
    assert "solve" not in without and "The answer is" not in without
    assert "solve" in with_them and "The answer is" in with_them
    assert "<details open" in with_them


def test_chromium_prints_it(path, tmp_path):
    target = handout.write(path, folder=tmp_path / "build")
    assert target.name == "11_toy.pdf"
    printed = target.read_bytes()
    assert printed.startswith(b"%PDF")
    assert len(re.findall(rb"/Type\s*/Page\b", printed)) == 1
    assert [left.name for left in target.parent.iterdir()] == ["11_toy.pdf"]


def test_browser_that_does_not_print_leaves_nothing(path, tmp_path, monkeypatch):
    monkeypatch.setattr(handout, "BROWSERS", ("false",))
    with pytest.raises(RuntimeError, match="did not print: exit status 1"):
        handout.write(path, folder=tmp_path / "build")
    assert list((tmp_path / "build").iterdir()) == []


def test_no_browser_is_said_in_a_sentence(path, monkeypatch, capsys):
    monkeypatch.setattr(handout, "BROWSERS", ("no-such-browser",))
    status = handout.main(["--folder", str(path.parent)])
    assert status == 1
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith("11_toy.ipynb: A handout is printed by Chromium")


@pytest.mark.parametrize(
    "notebook", notebook_files.all_notebooks(), ids=lambda path: path.stem
)
def test_committed_formulas_can_be_typeset(notebook):
    for cell in notebook_files.read(notebook).cells:
        if cell.cell_type == "markdown":
            html = handout.markdown(cell.source)
            assert "$$" not in html and r"\mathrm" not in html
