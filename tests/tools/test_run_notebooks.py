"""A notebook is saved when it ran through, and left as it was when it did not."""

import platform
import re

import nbformat
import pytest

from tools import notebook_files, run_notebooks

v4 = nbformat.v4

SCORECARD = """\
import os, types
from rnn_utils import scorecard
seed = int(os.environ.get("RNN_SEED", "0"))
session = types.SimpleNamespace(seed=seed, elapsed=1.0, versions={}, device="CPU")
results = [scorecard.Result("accuracy", 0.5 + 0.1 * seed, floor=FLOOR)]
scorecard.report(session, results)
"""


@pytest.fixture
def saved(tmp_path):
    def save(*sources, name="11_toy.ipynb"):
        cells = [v4.new_markdown_cell("# Toy"), v4.new_markdown_cell("## Count")]
        cells += [v4.new_code_cell(source) for source in sources]
        notebook = v4.new_notebook(cells=cells)
        notebook.metadata.widgets = {"state": {}}
        notebook.metadata.rnn_utils = {"seeds": {"old": {"n": 5}}}
        notebook_files.write(tmp_path / name, notebook)
        return tmp_path / name

    return save


def run(path, *arguments):
    return run_notebooks.main(["--folder", str(path.parent), *arguments])


def test_outputs_are_saved_without_volatile_metadata(saved):
    path = saved("import os\nprint(os.path.exists('11_toy.ipynb'))", "1 + 1")
    assert run(path) == 0
    notebook = notebook_files.read(path)
    _, _, first, second = notebook.cells
    assert first.outputs[0].text == "True\n"  # It runs in the notebook's folder.
    assert (first.execution_count, second.execution_count) == (1, 2)
    assert first.metadata == {}
    version = {"version": platform.python_version()}
    assert notebook.metadata == {
        "kernelspec": notebook_files.KERNELSPEC,
        "language_info": {**notebook_files.LANGUAGE_INFO, **version},
        "rnn_utils": {"seeds": {"old": {"n": 5}}},
    }


def test_solutions_are_saved_folded(saved):
    path = saved("1 + 1")
    notebook = notebook_files.read(path)
    notebook.cells[2].metadata.tags = ["solution"]
    notebook_files.write(path, notebook)
    assert run(path) == 0
    folded = notebook_files.read(path).cells[2].metadata.jupyter
    assert folded == {"source_hidden": True, "outputs_hidden": True}


def test_second_run_changes_no_byte(saved):
    path = saved("for n in range(3):\n    print(n)", "1 + 1")
    run(path)
    before = path.read_bytes()
    run(path)
    assert path.read_bytes() == before


def test_failing_cell_is_shown_and_the_file_is_left_alone(saved, capsys):
    path = saved("1 + 1", "answer = 6 * 9\nassert answer == 42, 'no answer'", "2 + 2")
    before = path.read_bytes()
    assert run(path) == 1
    shown = capsys.readouterr().err
    assert "cell 3 (Count: answer = 6 * 9) failed" in shown
    assert "AssertionError: no answer" in shown
    assert "11_toy.ipynb is left as it was" in shown
    assert "\x1b[" not in shown.split("failed")[1]
    assert path.read_bytes() == before
    assert list(path.parent.iterdir()) == [path]


def test_kernel_that_dies_is_a_failure(saved, capsys):
    path = saved("import os\nos._exit(1)")
    before = path.read_bytes()
    assert run(path) == 1
    assert "Kernel died" in capsys.readouterr().err
    assert path.read_bytes() == before


def test_scorecard_is_printed(saved, capsys):
    path = saved(SCORECARD.replace("FLOOR", "0.4"))
    assert run(path, "--notebook", "11") == 0
    assert re.search("accuracy +50.0\u00a0%", capsys.readouterr().out)


def test_progress_names_the_cell(saved, capsys):
    run(saved("first_line = 1"))
    progress = capsys.readouterr().err
    assert "11_toy" in progress
    assert "Count: first_line = 1" in progress
    assert "1/1" in progress


def test_unknown_notebook_is_a_usage_error(saved, capsys):
    path = saved("1 + 1")
    with pytest.raises(SystemExit) as exit:
        run(path, "--notebook", "77")
    assert exit.value.code == 2
    assert "there are: 11_toy" in capsys.readouterr().err


def test_seeds_store_mean_and_deviation_and_no_output(saved, capsys):
    path = saved(SCORECARD.replace("FLOOR", "0.4"))
    assert run(path, "--notebook", "11", "--seeds", "3") == 0
    notebook = notebook_files.read(path)
    assert notebook.cells[-1].outputs == []
    assert notebook.cells[-1].execution_count is None
    assert notebook_files.seeds(notebook) == {
        "accuracy": {"mean": 0.6, "sd": 0.1, "n": 3, "values": [0.5, 0.6, 0.7]}
    }
    assert "accuracy: mean 0.6, sd 0.1, n 3" in capsys.readouterr().out


def test_seed_below_its_floor_counts_as_well(saved):
    path = saved(SCORECARD.replace("FLOOR", "0.55"))
    assert run(path, "--seeds", "2") == 0
    seeds = notebook_files.seeds(notebook_files.read(path))
    assert seeds["accuracy"]["values"] == [0.5, 0.6]


def test_seed_that_never_reaches_its_scorecard_fails(saved, capsys):
    path = saved("1 / 0", SCORECARD.replace("FLOOR", "0.4"))
    before = path.read_bytes()
    assert run(path, "--seeds", "2") == 1
    assert "ZeroDivisionError" in capsys.readouterr().err
    assert path.read_bytes() == before


def test_seeds_need_a_scorecard(saved, capsys):
    assert run(saved("1 + 1"), "--seeds", "2") == 1
    assert "0 scorecards" in capsys.readouterr().err


def test_one_seed_has_no_deviation(saved, capsys):
    with pytest.raises(SystemExit):
        run(saved("1 + 1"), "--seeds", "1")
    assert "needs at least 2" in capsys.readouterr().err


def test_seed_summary_rounds_to_six_digits():
    summary = run_notebooks.summarise([{"loss": 1 / 3}, {"loss": 2 / 3}])
    assert summary == {
        "loss": {"mean": 0.5, "sd": 0.235702, "n": 2, "values": [0.333333, 0.666667]}
    }


def test_the_share_of_the_solutions_is_measured(saved, capsys):
    path = saved("import time\ntime.sleep(0.9)", "time.sleep(0.3)")
    notebook = notebook_files.read(path)
    notebook.cells[-1].metadata.tags = [notebook_files.SOLUTION]
    notebook_files.write(path, notebook)
    assert run(path) == 0
    share = notebook_files.solution_share(notebook_files.read(path))
    assert 0.1 < share < 0.4
    assert f"{share:.0%} of the time" in capsys.readouterr().out


def test_without_solutions_there_is_no_share(saved):
    path = saved("1")
    notebook = notebook_files.read(path)
    notebook.metadata.rnn_utils["solution_share"] = 0.5
    notebook_files.write(path, notebook)
    assert run(path) == 0
    assert notebook_files.solution_share(notebook_files.read(path)) is None
    assert notebook_files.seeds(notebook_files.read(path)) == {"old": {"n": 5}}
