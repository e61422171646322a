"""The scorecard shows every figure, and fails where a claim does not hold."""

import dataclasses
import json
import os
import pathlib
import subprocess
import sys

import numpy as np
import pytest

from rnn_utils import scorecard
from rnn_utils.scorecard import Result


@dataclasses.dataclass
class Session:
    """What `notebook.start` returns, without its imports."""

    seed: int = 3
    elapsed: float = 12.34
    device: str = "CPU, 2 cores"
    versions: dict = dataclasses.field(default_factory=lambda: {"Keras": "3.15.1"})


SOUND = Result(
    "accuracy",
    0.89,
    interval=(0.88, 0.90),
    baseline=0.86,
    baseline_name="word counts",
    floor=0.88,
    beats_baseline=True,
)
SOUND_ERROR = Result(
    "MAE",
    1.5,
    interval=(1.4, 1.6),
    baseline=1.7,
    floor=1.55,
    beats_baseline=True,
    higher_is_better=False,
    percent=False,
)


def test_sound_figures_pass_and_are_shown(capsys):
    scorecard.report(Session(), [SOUND, SOUND_ERROR])
    shown = capsys.readouterr().out
    for text in (
        "86.00\u00a0% (word counts)",
        "89.00\u00a0%",
        "88.00\u00a0% to 90.00\u00a0%",
        "≥\u00a088.00\u00a0%",
    ):
        assert text in shown
    for text in (
        "1.5",
        "1.4 to 1.6",
        "≤\u00a01.55",
        "✓",
        "12 s",
        "seed 3",
        "Keras 3.15.1",
    ):
        assert text in shown


@pytest.mark.parametrize(
    ("result", "changes", "sentence"),
    [
        (
            SOUND,
            {"floor": 0.895},
            "accuracy is 89.00\u00a0%, below its floor 89.50\u00a0%",
        ),
        (SOUND, {"baseline": 0.881}, "does not beat word counts"),
        (SOUND, {"baseline": 0.88}, "does not beat word counts"),
        (SOUND_ERROR, {"floor": 1.45}, "MAE is 1.5, above its floor 1.45"),
        (SOUND_ERROR, {"baseline": 1.55}, "does not beat its baseline"),
        (SOUND_ERROR, {"baseline": 1.6}, "does not beat its baseline"),
    ],
)
def test_claim_that_does_not_hold_fails_after_it_is_shown(
    result, changes, sentence, capsys
):
    result = dataclasses.replace(result, **changes)
    with pytest.raises(AssertionError, match=sentence):
        scorecard.report(Session(), [result])
    assert f"✗ {result.failures[0]}" in capsys.readouterr().out


def test_value_on_its_floor_holds():
    assert dataclasses.replace(SOUND, floor=0.89).failures == []
    assert dataclasses.replace(SOUND_ERROR, floor=1.5).failures == []


def test_every_failing_claim_is_named():
    bad = dataclasses.replace(SOUND, floor=0.95, baseline=0.89)
    bad_error = dataclasses.replace(SOUND_ERROR, floor=1.0)
    with pytest.raises(AssertionError) as error:
        scorecard.report(Session(), [bad, bad_error])
    for text in ("below its floor 95.00\u00a0%", "does not beat", "above its floor 1"):
        assert text in str(error.value)


def test_baseline_may_win_where_nothing_is_claimed():
    result = dataclasses.replace(SOUND, baseline=0.95, beats_baseline=False)
    assert result.failures == []
    assert "beats" not in result.verdict


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"name": ""}, "name is ''"),
        ({"value": float("nan")}, "value of 'accuracy' is nan; expected a finite"),
        ({"value": "high"}, "value of 'accuracy' is 'high'"),
        ({"value": None}, "value of 'accuracy' is None"),
        ({"floor": float("inf")}, "floor of 'accuracy' is inf"),
        ({"baseline": float("nan")}, "baseline of 'accuracy' is nan"),
        ({"interval": (0.9, 0.95)}, r"interval of 'accuracy' is \(0.9, 0.95\)"),
        ({"interval": (0.9, 0.88)}, "expected low <= value <= high"),
        ({"interval": (float("nan"), 1)}, "interval of 'accuracy' is nan"),
        ({"interval": 0.9}, r"interval of 'accuracy' is 0.9; expected \(low, high\)"),
        ({"interval": None}, "interval of 'accuracy' is None; beats_baseline"),
        ({"baseline": None}, "baseline of 'accuracy' is None; beats_baseline"),
    ],
)
def test_bad_argument_is_named(changes, message):
    with pytest.raises(ValueError, match=message):
        dataclasses.replace(SOUND, **changes)


@pytest.mark.parametrize(
    ("results", "message"),
    [
        ([], "results is empty"),
        ([SOUND, SOUND], r"\['accuracy'\] twice"),
        ([dataclasses.replace(SOUND, floor=None)], "no floor"),
        ([0.89], "expected Result objects"),
    ],
)
def test_scorecard_that_proves_nothing_is_refused(results, message, capsys):
    with pytest.raises(ValueError, match=message):
        scorecard.report(Session(), results)
    assert capsys.readouterr().out == ""


def test_record_survives_json_and_numpy_figures():
    result = Result("F1", np.float32(0.5), interval=np.array([0.25, 0.75]), floor=0.5)
    record = json.loads(json.dumps(scorecard._record(Session(), [result, SOUND])))
    assert scorecard.results_of(record) == [result, SOUND]
    assert record["seed"] == 3
    assert record["wall_seconds"] == 12.3
    assert record["peak_memory_mb"] is None or record["peak_memory_mb"] > 10


def test_html_escapes_names():
    result = Result("<b>", 1.0, floor=0.5)
    markup = scorecard._as_html(scorecard._record(Session(), [result]), [result])
    assert "&lt;b&gt;" in markup
    assert "<b>" not in markup


def test_old_windows_code_pages_show_the_verdict_too():
    text = scorecard.as_text(scorecard._record(Session(), [SOUND]))
    assert "✓ reaches its floor" in scorecard.printable(text, "utf-8")
    assert scorecard.printable(text, None) == text
    shown = scorecard.printable(text, "cp1252")
    assert "ok: reaches its floor" in shown and ">=" in shown
    shown.encode("cp1252")
    assert "\\u" not in scorecard.printable("WER 界 ≤ 1 %", "ascii")


def test_report_is_printed_where_a_pipe_knows_few_letters():
    code = (
        "import tests.test_scorecard as t; t.scorecard.report(t.Session(), [t.SOUND])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=pathlib.Path(__file__).parent.parent,
        env={**os.environ, "PYTHONIOENCODING": "cp1252"},
        capture_output=True,
    )
    assert done.returncode == 0, done.stderr
    assert b"ok: reaches its floor" in done.stdout
