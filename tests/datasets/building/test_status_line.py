"""Claims about the line that says what takes long: seen at once, gone at the end."""

import io
from pathlib import Path

import nbclient
import nbformat
import pytest

from rnn_utils.datasets.building.status_line import status_line, watch_cells

ROOT = Path(__file__).resolve().parents[3]
IMPORT = """
from IPython.display import display
from rnn_utils.datasets.building.status_line import status_line, watch_cells
watch_cells()
"""
WORK = "with status_line('Preparing {name}, once ...'):\n    pass\n"


def executed(*cells, watched):
    """Executes cells and returns their outputs, and all that they displayed.

    Args:
        *cells: Code.
        watched: Whether a reader is there, as in JupyterLab or Colab, who could answer
            when a cell asks for input.

    Returns:
        A list of each cell's outputs, as texts; and a list of the texts of all
        displays, also of those that were cleared.
    """
    notebook = nbformat.v4.new_notebook(
        cells=list(map(nbformat.v4.new_code_cell, cells))
    )
    client = nbclient.NotebookClient(notebook, kernel_name="python3", allow_errors=True)
    process, shown = client.process_message, []

    def process_and_note(message, cell, index):
        if message["msg_type"] == "display_data":
            shown.append(message["content"]["data"]["text/plain"])
        return process(message, cell, index)

    client.process_message = process_and_note
    with client.setup_kernel():
        client.kc.allow_stdin = watched
        for index, cell in enumerate(notebook.cells):
            client.execute_cell(cell, index)
    return [list(map(text_of, cell.outputs)) for cell in notebook.cells], shown


def text_of(output):
    if output.output_type == "stream":
        return output.text
    if output.output_type == "error":
        return "\n".join(output.traceback)
    return output.data["text/plain"]


CELLS = {
    "alone": WORK.format(name="a"),
    "and then print": WORK.format(name="b") + "print('done')",
    "two": WORK.format(name="c") + WORK.format(name="d"),
    "failing": "with status_line('e'):\n    raise ValueError('broken')",
    "after print": "print('first')\n" + WORK.format(name="hidden"),
    "after display": "display(1)\n" + WORK.format(name="hidden"),
    "between": WORK.format(name="f") + "print('first')\n" + WORK.format(name="hidden"),
    "captured": "%%capture\n" + WORK.format(name="hidden"),
    "cell within": "print('first')\n_ = get_ipython().run_cell('''"
    + WORK.format(name="hidden")
    + "''')",
}


@pytest.fixture(scope="module")
def live():
    outputs, shown = executed(IMPORT, *CELLS.values(), watched=True)
    return dict(zip(CELLS, outputs[1:], strict=True)), shown


def test_a_reader_sees_the_line_and_the_notebook_keeps_none(live):
    outputs, shown = live
    assert "Preparing a, once ..." in shown
    assert outputs["alone"] == []
    assert outputs["and then print"] == ["done\n"]


def test_each_of_two_lines_is_seen(live):
    outputs, shown = live
    assert outputs["two"] == []
    assert {"Preparing c, once ...", "Preparing d, once ..."} <= set(shown)


def test_an_error_takes_the_place_of_the_line(live):
    outputs, shown = live
    assert "e" in shown
    (error,) = outputs["failing"]
    assert error.endswith("broken")


@pytest.mark.parametrize(
    "cell, kept",
    [
        ("after print", ["first\n"]),
        ("after display", ["1"]),
        ("between", ["first\n"]),
        ("captured", []),
        ("cell within", ["first\n"]),
    ],
)
def test_what_a_cell_has_shown_before_is_never_cleared(live, cell, kept):
    outputs, shown = live
    assert outputs[cell] == kept
    assert not any("hidden" in text for text in shown)


def test_programs_that_execute_notebooks_see_nothing():
    outputs, shown = executed(IMPORT, CELLS["alone"], CELLS["two"], watched=False)
    assert outputs == [[], [], []]
    assert shown == []


def test_a_preparation_shows_its_line_before_it_begins(tmp_path, monkeypatch):
    pytest.importorskip("tensorflow_datasets")
    monkeypatch.setenv("RNN_DATA_DIR", str(tmp_path / "data"))
    first = f"""
import sys
# By its folder: other packages, too, bring something called tests along.
sys.path[:0] = [{str(ROOT)!r}, {str(ROOT / "tests" / "datasets")!r}]
from IPython.display import display
from toy_builder import ToyNumbers, numbers, prepared
ToyNumbers.half_the_way = lambda builder: display("half the way")
"""
    load = "builder = prepared(ToyNumbers)\nprint(numbers(builder))"
    outputs, shown = executed(first, load, load, watched=True)
    assert shown == ["Preparing toy_numbers, once ...", "'half the way'"]
    # The first run leaves in the notebook what all later ones leave.
    assert outputs[1] == outputs[2] == ["[0, 1, 2, 3, 4]\n"]


def test_a_failed_preparation_is_one_sentence_in_a_notebook(tmp_path, monkeypatch):
    pytest.importorskip("tensorflow_datasets")
    (tmp_path / "data").write_text("not a folder")
    monkeypatch.setenv("RNN_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.setenv("FORCE_COLOR", "1")
    load = "from rnn_utils.datasets.census_names import load_names\nload_names()"
    (((error,),), _) = executed(load, watched=True)
    assert error.startswith("FetchError: cannot write to")
    assert len(error.splitlines()) <= 5


class Terminal(io.StringIO):
    def isatty(self):
        return True


def test_a_terminals_line_is_overwritten(monkeypatch):
    terminal = Terminal()
    monkeypatch.setattr("sys.stderr", terminal)
    with status_line("Preparing names"):
        assert terminal.getvalue() == "\rPreparing names\r"
    assert terminal.getvalue().endswith("\r" + " " * len("Preparing names") + "\r")


def test_a_log_stays_empty(capfd):
    watch_cells()  # Where there is no notebook there is nothing to watch.
    with status_line("Preparing names"):
        pass
    assert capfd.readouterr() == ("", "")
