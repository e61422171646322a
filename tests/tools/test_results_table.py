"""What RESULTS.md and the README say was measured, and comes from the records."""

import json
import math

import nbformat
import pytest

from rnn_utils.evaluation.results import Result
from rnn_utils.scorecard import MIME_TYPE
from tools import notebook_files, results_table

v4 = nbformat.v4
TEXT = (
    "# Project\n| 11 | <!-- 11:begin -->old<!-- 11:end --> |\n"
    "<!-- bench:begin -->\nold\n<!-- bench:end -->\nEnd.\n"
)


@pytest.fixture
def folder(tmp_path):
    accuracy = {
        "name": "accuracy",
        "value": 0.8912,
        "interval": [0.885, 0.897],
        "rivals": {"n-grams | tuned": 0.86, "all positive": 0.5},
        "floor": 0.88,
        "beats": True,
    }
    error = {"name": "MAE", "value": 1.234, "floor": 1.5}
    error |= {"percent": False, "higher_is_better": False}
    record = {"results": [accuracy, error], "wall_seconds": 83.4, "seed": 0}
    record |= {"versions": {}, "device": "CPU, 2 cores", "peak_memory_mb": None}
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


@pytest.fixture
def benchmarks(tmp_path):
    ratios = [{"Keras": [1, 2.0, 3], "JAX": [1, 1.0, 2]}, {"Keras": [3, 4.0, 5]}]
    filled = {"Keras jit": [1, 1, 1], "torch": [0.5, 0.6, 0.7], "JAX": [1, 1.5, 2]}
    rows = [{"training": True, "ratio": {**filled, **each}} for each in ratios]
    rows.append({"training": False, "ratio": {**filled, "Keras": [9, 9, 9]}})
    path = tmp_path / "results.json"
    cells = dict.fromkeys(("SimpleRNN", "LSTM", "GRU"), {"rows": rows})
    path.write_text(json.dumps(cells), encoding="utf-8")
    return path


def test_front_page_and_results_hold_what_the_notebooks_say():
    assert results_table.main(["--check"]) == 0


def test_table_has_a_row_for_each_result(folder):
    shown = results_table.tables(folder).replace("\u00a0", " ").splitlines()
    start = shown.index("## [11 Sentiment](notebooks/11_sentiment.ipynb)")
    assert shown[start + 4 : start + 6] == [
        "| accuracy | 86.0 % (n-grams \\| tuned) "
        "| **89.0 %** (88.4 % to 89.7 %) [5] | ≥ 88.0 % |",
        "| MAE |  | **1.23** | ≤ 1.5 |",
    ]
    assert "The notebook takes 83 s on CPU, 2 cores." in shown


def test_notebook_without_a_scorecard_does_not_appear(folder):
    assert "Start here" not in results_table.tables(folder)


def test_the_interval_holds_seeds_and_items_and_the_mean():
    result = Result("accuracy", 0.80, interval=(0.77, 0.82))
    row = {"mean": 0.90, "sd": 0.02, "n": 4}
    value, (low, high) = results_table.published(result, row)
    seeds = 3.1824 * 0.02 / 2  # Student's t with three degrees of freedom.
    assert value == 0.90
    assert low == pytest.approx(0.90 - math.hypot(0.03, seeds), abs=1e-5)
    assert high == pytest.approx(0.90 + math.hypot(0.02, seeds), abs=1e-5)
    alone = Result("accuracy", 0.80)
    _, (low, high) = results_table.published(alone, row)
    assert (high - 0.90) == pytest.approx(seeds, abs=1e-5) == 0.90 - low
    assert results_table.published(result, None) == (0.80, (0.77, 0.82))


def test_no_share_is_below_nothing_or_above_all():
    row = {"mean": 0.005, "sd": 0.01, "n": 4}
    error = Result("WER", 0.004, interval=(0.0, 0.01), higher_is_better=False)
    assert results_table.published(error, row)[1][0] == 0.0
    right = Result("exact", 0.999, interval=(0.99, 1.0))
    assert results_table.published(right, {**row, "mean": 0.99})[1][1] == 1.0
    bits = Result("bits", 1.5, interval=(1.4, 1.6), percent=False)
    assert results_table.published(bits, {**row, "mean": 1.5})[1][1] > 1.5


def test_front_page_takes_the_first_row_and_the_speeds(folder, benchmarks):
    text = results_table.front_page(TEXT, folder, benchmarks).replace("\u00a0", " ")
    assert "accuracy: **89.0 %** (88.4 % to 89.7 %) [5]; 86.0 % (n-grams" in text
    assert "| `LSTM` | 3.0 (2.0 to 4.0) | 1.0 (1.0 to 1.0) | 0.6 (0.6 to 0.6)" in text
    assert "old" not in text
    assert text.startswith("# Project\n") and text.endswith("-->\nEnd.\n")
    assert results_table.front_page(text, folder, benchmarks).count("accuracy") == 1


@pytest.mark.parametrize(
    "text",
    [
        "# No markers\n",
        TEXT.replace("<!-- 11:end -->", ""),
        TEXT.replace("11:begin", "x").replace("11:end", "11:begin"),
        TEXT + TEXT,
    ],
)
def test_text_without_one_pair_of_markers_is_refused(text, folder, benchmarks):
    with pytest.raises(ValueError, match="<!-- 11:"):
        results_table.front_page(text, folder, benchmarks)


def test_check_fails_with_a_diff_and_writes_nothing(
    folder, benchmarks, monkeypatch, capsys
):
    readme, results = folder / "README.md", folder / "RESULTS.md"
    readme.write_text(TEXT, encoding="utf-8")
    monkeypatch.setattr(results_table, "README", readme)
    monkeypatch.setattr(results_table, "RESULTS", results)
    page, tables = results_table.front_page, results_table.tables
    monkeypatch.setattr(
        results_table, "front_page", lambda text: page(text, folder, benchmarks)
    )
    monkeypatch.setattr(results_table, "tables", lambda: tables(folder))
    assert results_table.main(["--check"]) == 1
    shown = capsys.readouterr().out
    assert "-| 11 | <!-- 11:begin -->old" in shown and "+# What was measured" in shown
    assert readme.read_text(encoding="utf-8") == TEXT and not results.exists()
    assert results_table.main([]) == 0
    assert results_table.main(["--check"]) == 0


def test_missing_readme_is_said(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(results_table, "README", tmp_path / "README.md")
    assert results_table.main([]) == 1
    assert "no README.md" in capsys.readouterr().err
