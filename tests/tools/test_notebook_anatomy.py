"""Every committed notebook keeps the rules, and every rule can be broken."""

import re

import nbformat
import pytest

from rnn_utils.scorecard import MIME_TYPE
from tools import notebook_anatomy, notebook_files, notebook_links, stamp_links

v4 = nbformat.v4

SOURCES = """\
- Elman (1990), ["Finding structure in time"](https://doi.org/10.1/x): the network.
- Attention (Vaswani et al. 2017): ["All you need"](https://arxiv.org/abs/1706.03762).
- Data: Pang and Lee (2005); `data/README.md` has its card.
- Data: synthetic."""
LINKS = f"{notebook_links.MARKER}\n[Glossary](glossary.md)"


@pytest.mark.parametrize(
    "path", notebook_files.all_notebooks(), ids=lambda path: path.stem
)
def test_committed_notebook_keeps_the_rules(path):
    assert notebook_anatomy.problems(path) == []


def test_numbers_are_unique():
    numbers = [path.name[:2] for path in notebook_files.all_notebooks()]
    assert len(numbers) == len(set(numbers))


def record(**changes):
    result = {"name": "accuracy", "value": 0.89, "floor": 0.88, **changes}
    return {
        "results": [result],
        "wall_seconds": 12.3,
        "peak_memory_mb": 600,
        "versions": {"Keras": "3.15.1"},
        "device": "CPU, 2 cores",
        "seed": 0,
    }


def code(source, *outputs):
    return v4.new_code_cell(source, outputs=list(outputs))


def data(**content):
    bundle = {key.replace("_", "/"): value for key, value in content.items()}
    return v4.new_output("display_data", data=bundle)


def picture(alt="A line that rises to the right."):
    metadata = {"image/png": {"alt": alt}} if alt is not None else {}
    bundle = {"image/png": "iVBOR/tmp/w0KGgo="}
    return v4.new_output("display_data", data=bundle, metadata=metadata)


def sound_notebook():
    notebook = v4.new_notebook()
    notebook.metadata.kernelspec = dict(notebook_files.KERNELSPEC)
    language = {**notebook_files.LANGUAGE_INFO, "version": "3.11.7"}
    notebook.metadata.language_info = language
    seeds = {"accuracy": {"mean": 0.89, "sd": 0.003, "n": 5, "values": []}}
    notebook.metadata.rnn_utils = {"seeds": seeds}
    card = v4.new_output("display_data", data={MIME_TYPE: record()})
    notebook.cells = [
        v4.new_markdown_cell(
            f"# Title\n\nA question.\n\n{stamp_links.MARKER}\n\n{LINKS}"
        ),
        v4.new_markdown_cell("## What you will learn"),
        v4.new_markdown_cell("## Set-up"),
        code(stamp_links.SETUP_CELL, v4.new_output("stream", text="Python 3\n")),
        v4.new_markdown_cell("## See the data"),
        code("import keras\nimport sklearn\n1 + 1", picture()),
        v4.new_markdown_cell("The picture shows a line.\n\n## The baseline first"),
        v4.new_markdown_cell("## Train"),
        v4.new_markdown_cell("## Measure\n\n### Worst errors"),
        v4.new_markdown_cell("## Look inside\n\n```\n# no heading\n```"),
        v4.new_markdown_cell("## What breaks it"),
        v4.new_markdown_cell("## Try it yourself"),
        v4.new_markdown_cell("## Exercises"),
        v4.new_markdown_cell("## Scorecard"),
        code("report()", card),
        v4.new_markdown_cell(f"## Sources\n\n{SOURCES}\n\n{LINKS}"),
    ]
    return notebook


def number(notebook):
    cells = [cell for cell in notebook.cells if cell.cell_type == "code"]
    for count, cell in enumerate(cells, 1):
        cell.execution_count = count


def problems(folder, change=lambda notebook: None, name="11_toy.ipynb", numbered=True):
    notebook = sound_notebook()
    change(notebook)
    if numbered:
        number(notebook)
    path = folder / name
    notebook_files.write(path, notebook)
    return notebook_anatomy.problems(path)


def test_sound_notebook_has_no_problem(tmp_path):
    assert problems(tmp_path) == []


def add(cell, place=6):
    return lambda notebook: notebook.cells.insert(place, cell)


def add_output(output):
    return lambda notebook: notebook.cells[3].outputs.append(output)


def stream(text, name="stdout"):
    return add_output(v4.new_output("stream", name=name, text=text))


def tag(name):
    return lambda notebook: notebook.cells[3].metadata.update(tags=[name])


def result(**changes):
    def change(notebook):
        notebook.cells[-2].outputs[0].data[MIME_TYPE] = record(**changes)

    return change


def seeds(**changes):
    return lambda notebook: notebook.metadata.rnn_utils.seeds.accuracy.update(changes)


def kernel(notebook):
    notebook.metadata.kernelspec.name = "conda-env"


def bare_language(notebook):
    notebook.metadata.language_info = {"name": "python"}


def retitle(old, new):
    def change(notebook):
        for cell in notebook.cells:
            cell.source = cell.source.replace(old, new)

    return change


def too_much_code(notebook):
    notebook.cells += [code(f"{n}") for n in range(30)]


LONG_FUNCTION = "def f():\n" + "    x = 1\n" * 15
BROKEN = [
    (kernel, "kernel is not python3"),
    (bare_language, "language is not as JupyterLab writes it"),
    (lambda notebook: notebook.metadata.update(widgets={}), "state of widgets"),
    (add(code("")), "is empty"),
    (add_output(v4.new_output("error", ename="KeyError", evalue="")), "error KeyError"),
    (stream("oops", "stderr"), "writes to stderr"),
    (stream("x.py:3: UserWarning: careful"), "shows a warning"),
    (stream("WARNING:tensorflow:5 out of"), "shows a warning"),
    (stream("I0000 00:00:17 port.cc] oneDNN"), "shows a warning"),
    (stream("Dl Completed...: 100%"), "a download log"),
    (stream(" 45%|████▌     | 9/20"), "a download log"),
    (stream("Downloading data from somewhere"), "a download log"),
    (stream("epoch 1\repoch 2"), "a terminal control"),
    (stream("saved in /root/x"), "machine path: 'saved in /root/x'"),
    (stream("/home/me/x"), "machine path"),
    (stream("'/tmp/x'"), "machine path"),
    (stream("/Users/me"), "machine path"),
    (stream("/work/main"), "machine path"),
    (stream("C:\\Users"), "machine path"),
    (add_output(data(text_html="<p>/tmp/x</p>")), "machine path"),
    (result(rivals={"/tmp/x": 0.5}), "machine path"),
    (add(v4.new_markdown_cell("See /home/me/notes.")), "machine path"),
    (tag("nbval-skip"), "tag nbval-skip"),
    (tag("skip-execution"), "tag skip-execution"),
    (tag("raises-exception"), "tag raises-exception"),
    (add(code("# NBVAL_IGNORE_OUTPUT\n1")), "in a comment"),
    (add(code("x = 1\n" * 31)), "31 lines; at most 30"),
    (add(code(LONG_FUNCTION)), "defines f with 16 lines"),
    (add(code("import pandas")), "imports pandas"),
    (add(code("from torch.nn import LSTM")), "imports torch"),
    (add(code("from . import x")), "imports ., which"),
    (add(code("x = = 1")), "does not parse"),
    (retitle("# Title", "## Title"), "the H1 headings are in the cells []"),
    (add(v4.new_markdown_cell("# Second")), "the H1 headings are in the cells [0, 6]"),
    (add(v4.new_markdown_cell("#### Deep")), "'Deep' below H3"),
    (retitle(stamp_links.MARKER, ""), "lacks the line <!-- badges -->"),
    (too_much_code, "13 Markdown cells for 33 code cells"),
    (add_output(data(**{"image_svg+xml": "<svg/>"})), "only PNG"),
    (add(code("2 + 2"), 6), "no Markdown cell after cell 5"),
    (add(code("plot()", picture()), 16), "after cell 16"),
    (add_output(picture(alt=None)), "a picture with the alt text ''"),
    (add_output(picture(alt="A picture.")), "a picture with the alt text 'A pic"),
    (add_output(data(text_html="<p><img src='x'></p>")), "the alt text ''"),
    (add_output(data(text_html='<img src="x" alt="A film.">')), "text 'A film.'"),
    (add(v4.new_markdown_cell("Look: ![](images/x.png)")), "without alt text"),
    (retitle("[Glossary]", "[Words]"), "does not end with the links"),
    (retitle(LINKS, f"{LINKS}\n\nMore."), "does not end with the links"),
    (add(v4.new_markdown_cell(LINKS)), "cell 6 has links that belong into"),
    (retitle("https://doi.org/10.1/x", "https://example.org/x"), "no DOI or other"),
    (retitle("](https://arxiv.org/abs/1706.03762)", "]"), "no DOI or other"),
    (retitle("`data/README.md`", "Somewhere"), "no DOI or other"),
    (lambda notebook: notebook.cells[-2].outputs.clear(), "0 scorecards"),
    (lambda notebook: notebook.cells[-2].outputs.append(
        notebook.cells[-2].outputs[0]), "2 scorecards"),
    (retitle("A question.", "It is 89.4 % right."), "says 89.4 %, which nothing"),
    (retitle("A question.", "It wins 1.2 points."), "says 1.2 %, which nothing"),
    (result(value=0.87), "accuracy is 87.0\u00a0%, below its floor"),
    (lambda notebook: notebook.metadata.pop("rnn_utils"), "0 seeds measured"),
    (result(name="F1"), "F1: 0 seeds measured"),
    (seeds(n=4), "4 seeds measured, 5 needed"),
    (seeds(sd=0.005), "the floor is nearer than 3 sd"),
    (seeds(sd=0.0, mean=0.8902), "the floor is too far to ever fail"),
    (result(floor=0.5), "the floor is too far to ever fail"),
    (seeds(mean=0.91, sd=0.002), "is not from the runs"),
]  # fmt: skip


@pytest.mark.parametrize(("change", "message"), BROKEN)
def test_broken_rule_is_found(change, message, tmp_path):
    found = problems(tmp_path, change)
    assert any(message in problem for problem in found), found


def test_a_figure_in_the_prose_may_be_rounded(tmp_path):
    def change(notebook):
        stream("accuracy 89.34 %")(notebook)
        retitle("A question.", "It is 89.3 % right, with 95 % confidence.")(notebook)

    assert problems(tmp_path, change) == []


@pytest.mark.parametrize("section", notebook_anatomy.SECTIONS)
def test_missing_section_is_found(section, tmp_path):
    def remove(notebook):
        for cell in notebook.cells:
            if cell.cell_type == "markdown" and cell.source.startswith("## "):
                pattern = notebook_anatomy.SECTIONS[section]
                if re.search(pattern, cell.source, re.IGNORECASE):
                    cell.source = "Nothing."
            elif "baseline first" in cell.source and section == "Baseline":
                cell.source = "Nothing."

    found = problems(tmp_path, remove)
    assert any(f"section {section!r} is missing" in problem for problem in found)


def test_section_in_the_wrong_place_is_found(tmp_path):
    def swap(notebook):
        retitle("## Exercises", "## Sources, first")(notebook)
        retitle("## Sources", "## Exercises")(notebook)

    assert any("missing after" in problem for problem in problems(tmp_path, swap))


def test_lower_is_better_turns_the_floor_around(tmp_path):
    def error(floor):
        return result(value=0.89, floor=floor, higher_is_better=False)

    assert problems(tmp_path, error(0.90)) == []
    assert "nearer than 3 sd" in problems(tmp_path, error(0.895))[0]
    assert "too far" in problems(tmp_path, error(1.2))[0]


@pytest.mark.parametrize("counts", [[1, 2, None], [1, 3, 4], [2, 1, 3]])
def test_cells_run_out_of_order_are_found(counts, tmp_path):
    def change(notebook):
        cells = [cell for cell in notebook.cells if cell.cell_type == "code"]
        for cell, count in zip(cells, counts, strict=True):
            cell.execution_count = count

    (problem,) = problems(tmp_path, change, numbered=False)
    assert problem == f"execution counts are {counts}, not 1 to 3"


def test_map_needs_neither_sections_nor_scorecard(tmp_path):
    def bare(notebook):
        notebook.cells = notebook.cells[:1]

    assert problems(tmp_path, bare, name="00_start_here.ipynb") == []
    assert problems(tmp_path, bare) != []


def test_name_without_a_number_is_found(tmp_path):
    (problem,) = problems(tmp_path, name="sentiment.ipynb")
    assert "not of the form" in problem


def test_large_file_is_found(tmp_path):
    (problem,) = problems(tmp_path, stream("x" * 1_000_000))
    assert "at most 1,000,000" in problem


def test_file_in_another_form_is_found(tmp_path):
    problems(tmp_path)
    path = tmp_path / "11_toy.ipynb"
    path.write_text(path.read_text(encoding="utf-8") + "\n", encoding="utf-8")
    assert "not as Jupyter saves it" in notebook_anatomy.problems(path)[0]


def test_old_format_is_found(tmp_path):
    def age(notebook):
        notebook.nbformat_minor = 4
        for cell in notebook.cells:
            del cell["id"]

    found = problems(tmp_path, age)
    assert "the format is older than 4.5" in found
    assert "a cell has no id of its own" in found


def test_texts_in_data_may_warn(tmp_path):
    review = "WARNING: SPOILERS! See http://example.org/home/tmp/ and 24/7 work/life."
    assert problems(tmp_path, stream(review)) == []
