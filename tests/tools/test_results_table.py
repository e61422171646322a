"""The README's results come from the notebooks' records, and from nowhere else."""

import nbformat
import pytest

from rnn_utils.scorecard import MIME_TYPE
from tools import notebook_files, results_table

v4 = nbformat.v4
TEXT = "# Project\n<!-- results:begin -->\nold\n<!-- results:end -->\nEnd.\n"


@pytest.fixture
def folder(tmp_path):
    accuracy = {
        "name": "accuracy",
        "value": 0.8912,
        "interval": [0.885, 0.897],
        "baseline": 0.86,
        "baseline_name": "word counts | tuned",
        "floor": 0.88,
        "beats_baseline": True,
    }
    error = {"name": "MAE", "value": 1.234, "floor": 1.5}
    error |= {"percent": False, "higher_is_better": False}
    record = {"results": [accuracy, error], "wall_seconds": 83.4, "seed": 0}
    record |= {"versions": {}, "device": "CPU", "peak_memory_mb": None}
    card = v4.new_output("display_data", data={MIME_TYPE: record})
    notebook = v4.new_notebook(
        cells=[v4.new_markdown_cell("# Sentiment"), v4.new_code_cell(outputs=[card])]
    )
    row = {"mean": 0.8905, "sd": 0.0021, "n": 5, "values": []}
    notebook.metadata.rnn_utils = {"seeds": {"accuracy": row}}
    notebook_files.write(tmp_path / "11_sentiment.ipynb", notebook)
    start = v4.new_notebook(cells=[v4.new_markdown_cell("# Start here")])
    notebook_files.write(tmp_path / "00_start_here.ipynb", start)
    return tmp_path


def test_readme_holds_what_the_notebooks_say():
    assert results_table.main(["--check"]) == 0


def test_table_has_a_row_for_each_result(folder):
    assert results_table.table(folder).splitlines()[2:] == [
        "| [11 Sentiment](notebooks/11_sentiment.ipynb) | accuracy "
        "| 86.00\u00a0% (word counts \\| tuned) "
        "| **89.12\u00a0%** (88.50\u00a0% to 89.70\u00a0%) "
        "| 89.05\u00a0±\u00a00.21\u00a0% (5) | ≥\u00a088.00\u00a0% | 83\u00a0s |",
        "|  | MAE |  | **1.234** |  | ≤\u00a01.5 |  |",
    ]


def test_notebook_without_a_scorecard_does_not_appear(folder):
    assert "Start here" not in results_table.table(folder)


def test_only_the_marked_part_changes(folder):
    text = results_table.updated(TEXT, folder)
    assert text.startswith("# Project\n<!-- results:begin -->\n| notebook |")
    assert text.endswith("|\n<!-- results:end -->\nEnd.\n")
    assert "old" not in text
    assert results_table.updated(text, folder) == text


@pytest.mark.parametrize(
    "text",
    [
        "# No markers\n",
        "<!-- results:begin -->\n",
        "<!-- results:end -->\n<!-- results:begin -->\n",
        TEXT + TEXT,
    ],
)
def test_text_without_one_pair_of_markers_is_refused(text, folder):
    with pytest.raises(ValueError, match="<!-- results:"):
        results_table.updated(text, folder)


def test_the_training_times_are_copied_between_their_markers(folder):
    measured = folder / "RESULTS.md"
    text = TEXT + "<!-- bench:begin -->\n<!-- bench:end -->\n"
    assert "ratio" not in results_table.updated(text, folder, measured)
    report = "# Times\n\n## Training\n\n| ratio |\n\n## Inference\n\n| other |\n"
    measured.write_text(report, encoding="utf-8")
    updated = results_table.updated(text, folder, measured)
    assert updated.endswith("<!-- bench:begin -->\n| ratio |\n<!-- bench:end -->\n")
    with pytest.raises(ValueError, match="## Memory"):
        results_table.section(report, "Memory")


def test_check_fails_with_a_diff_and_writes_nothing(folder, monkeypatch, capsys):
    readme = folder / "README.md"
    readme.write_text(TEXT, encoding="utf-8")
    monkeypatch.setattr(results_table, "README", readme)
    assert results_table.main(["--check"]) == 1
    assert "-old" in capsys.readouterr().out
    assert readme.read_text(encoding="utf-8") == TEXT
    assert results_table.main([]) == 0
    assert results_table.main(["--check"]) == 0


def test_missing_readme_is_said(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(results_table, "README", tmp_path / "README.md")
    assert results_table.main([]) == 1
    assert "no README.md" in capsys.readouterr().err
