"""A figure in a notebook's output carries alt text, and is the figure that it was."""

import matplotlib.pyplot as plt
import nbformat
import pytest
from nbclient import NotebookClient

from rnn_utils.figures import show

SENTENCE = "The loss falls from 2 to 1."
IMPORTS = """\
import matplotlib.pyplot as plt
from rnn_utils import figures, notebook
notebook.apply_figure_style()
"""
DRAWING = """\
figure, axes = plt.subplots(1, 2)
figure.suptitle("Two runs")
axes[0].plot([2, 1, 1])
axes[0].set_title("With\\nclipping")
axes[1].set_title("Does it explode?", loc="right")
"""
TWICE = """\
for name in ("first", "second"):
    plt.subplots()[1].set_title(name)
    figures.show("An empty plot.")
"""


@pytest.fixture(autouse=True)
def close_figures():
    yield
    plt.close("all")


@pytest.fixture(scope="module")
def executed():
    """A notebook that shows a figure by `plt.show`, by `show`, and two in one cell."""
    sources = [
        IMPORTS,
        f"{DRAWING}plt.show()",
        f"{DRAWING}figures.show({SENTENCE!r})",
        TWICE,
        "1",
    ]
    cells = [nbformat.v4.new_code_cell(source) for source in sources]
    notebook = nbformat.v4.new_notebook(cells=cells)
    NotebookClient(notebook, kernel_name="python3", timeout=120).execute()
    return notebook


def pictures(cell):
    """The outputs of a cell that are pictures; it must have no others."""
    assert all("image/png" in output.data for output in cell.outputs)
    return cell.outputs


def alt(output):
    return output.metadata["image/png"]["alt"]


def test_the_titles_and_the_description_are_the_alt_text(executed):
    (output,) = pictures(executed.cells[2])
    assert alt(output) == f"Two runs. With clipping. Does it explode? {SENTENCE}"


def test_the_picture_is_that_of_plt_show(executed):
    (plain,), (described,) = map(pictures, executed.cells[1:3])
    assert described.output_type == plain.output_type == "display_data"
    assert described.data == plain.data
    assert plain.metadata == {}


def test_each_figure_is_shown_once(executed):
    outputs = pictures(executed.cells[3])
    assert [alt(output)[:6] for output in outputs] == ["first.", "second"]
    assert not [out for out in executed.cells[4].outputs if "image/png" in out.data]


def test_without_a_notebook_it_is_plt_show(monkeypatch):
    shown = []
    monkeypatch.setattr(plt, "show", lambda: shown.append(plt.get_fignums()))
    plt.figure()
    show("An empty figure.")
    assert shown == [[1]]


@pytest.mark.parametrize("description", ["", " \n", None])
def test_a_figure_without_a_description_is_refused(description):
    plt.figure()
    with pytest.raises(ValueError, match="description is .*expected a sentence"):
        show(description)


def test_nothing_to_show_is_refused():
    with pytest.raises(ValueError, match="no open figure"):
        show("A figure that nobody drew.")
