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
from rnn_utils.evaluation.intervals import bootstrap_interval
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
    rivals={"word counts": 0.86, "all positive": 0.5},
    floor=0.88,
    beats=True,
)
SOUND_ERROR = Result(
    "MAE",
    1.5,
    interval=(1.4, 1.6),
    rivals={"last value": 1.7, "mean": 2.0},
    floor=1.55,
    beats=True,
    higher_is_better=False,
    percent=False,
)
GAIN = Result(
    "gain of the mask",
    0.021,
    kind="difference",
    interval=(0.01, 0.03),
    rivals={"no mask": 0.869},
    floor=0.005,
    beats=True,
)
BROKEN = Result(
    "accuracy in capitals",
    0.41,
    kind="failure",
    interval=(0.4, 0.42),
    rivals={"intact": 0.89},
)
ALL = [SOUND, SOUND_ERROR, GAIN, BROKEN]


def test_sound_figures_pass_and_are_shown(capsys):
    scorecard.report(Session(), ALL)
    shown = capsys.readouterr().out.replace("\u00a0", " ")
    for text in ("86.0 % (word counts)", "89.0 %", "88.0 % to 90.0 %", "≥ 88.0 %"):
        assert text in shown
    for text in ("1.7 (last value)", "1.4 to 1.6", "≤ 1.55", "✓", "12 s", "seed 3"):
        assert text in shown
    for text in ("+2.10 points", "over 86.9 % (no mask)", "≥ +0.50 points"):
        assert text in shown
    for text in ("41.0 %", "before: 89.0 % (intact)", "shown, not claimed"):
        assert text in shown
    assert "Keras 3.15.1" in shown


@pytest.mark.parametrize("result", ALL, ids=lambda result: result.kind)
def test_figures_stay_with_their_units(result):
    assert " %" not in result.figure(0.5) and " points" not in result.figure(0.5)


def test_three_digits_are_enough():
    bits = dataclasses.replace(SOUND_ERROR)
    assert [bits.figure(x) for x in (2.0617, 0.005762, 12.38, -1269.4)] == [
        "2.06",
        "0.00576",
        "12.4",
        "−1,269",
    ]
    shown = [SOUND.figure(x).replace("\u00a0", " ") for x in (0.97622, 0.0041, 1.0)]
    assert shown == ["97.6 %", "0.41 %", "100.0 %"]
    assert GAIN.figure(-0.0115) == "−1.15\u00a0points"


@pytest.mark.parametrize(
    ("result", "changes", "sentence"),
    [
        (SOUND, {"floor": 0.895}, "accuracy is 89.0 %, below its floor 89.5 %"),
        (SOUND, {"rivals": {"word counts": 0.881}}, "does not beat word counts"),
        (SOUND, {"rivals": {"word counts": 0.88}}, "does not beat word counts"),
        (SOUND_ERROR, {"floor": 1.45}, "MAE is 1.5, above its floor 1.45"),
        (SOUND_ERROR, {"rivals": {"mean": 1.55}}, "MAE does not beat mean"),
        (GAIN, {"interval": (-0.01, 0.03)}, "gain of the mask does not beat no mask"),
        (GAIN, {"floor": 0.03}, "gain of the mask is +2.10 points, below its floor"),
    ],
)
def test_claim_that_does_not_hold_fails_with_its_figures(
    result, changes, sentence, capsys
):
    broken = dataclasses.replace(result, **changes)
    with pytest.raises(AssertionError) as raised:
        scorecard.report(Session(), [broken])
    assert sentence in str(raised.value).replace("\u00a0", " ")
    assert "✗" in capsys.readouterr().out


def test_all_failures_are_named_at_once():
    broken = [
        dataclasses.replace(SOUND, floor=0.95),
        dataclasses.replace(GAIN, floor=1),
    ]
    with pytest.raises(AssertionError, match="accuracy is .*; gain of the mask is"):
        scorecard.report(Session(), broken)


def test_the_strongest_rival_is_shown_and_no_other_can_be():
    assert SOUND.strongest == "word counts"
    assert SOUND_ERROR.strongest == "last value"
    stronger = {**SOUND.rivals, "n-grams": 0.93}
    ahead = dataclasses.replace(SOUND, rivals=stronger, beats=False)
    assert "93.0" in ahead.rival() and "n-grams" in ahead.rival()
    assert "beats" not in ahead.verdict
    assert dataclasses.replace(SOUND, rivals=stronger).failures


def test_what_is_not_claimed_is_measured():
    plain = dataclasses.replace(SOUND, floor=None, beats=False)
    assert plain.verdict == "measured"


HITS = {
    "network": np.repeat([1, 0], [80, 20]),
    "n-grams": np.repeat([1, 0], [70, 30]),
    "all positive": np.repeat([1, 0], [50, 50]),
    "oracle": np.ones(100),
}


def test_measured_scores_all_and_shows_the_strongest():
    why = {"oracle": "it is told the answer"}
    result = scorecard.measured("accuracy", np.mean, HITS, "network", no_rivals=why)
    assert (result.value, result.strongest) == (0.8, "n-grams")
    assert result.rivals == {"n-grams": 0.7, "all positive": 0.5}
    assert result.interval == bootstrap_interval(np.mean, HITS["network"])
    every = scorecard.measured("accuracy", np.mean, HITS, "network")
    assert every.strongest == "oracle"


def test_measured_takes_arrays_for_a_score_and_scores_that_are_known():
    def share(right, total):
        return right.sum() / total.sum()

    systems = {"ours": (np.array([1, 2]), np.array([2, 2])), "chance": 0.5}
    result = scorecard.measured("words", share, systems, "ours", floor=0.7)
    assert result.value == 0.75 and result.rivals == {"chance": 0.5}
    known = scorecard.measured("chrF", share, {"ours": 41.5}, "ours", percent=False)
    assert known.interval is None


@pytest.mark.parametrize(
    "names", [{"ours": "networks"}, {"no_rivals": {"orakle": "it knows"}}]
)
def test_measured_names_a_system_that_it_does_not_have(names):
    arguments = {"ours": "network", **names}
    with pytest.raises(ValueError, match="lack .*(networks|orakle)"):
        scorecard.measured("accuracy", np.mean, HITS, **arguments)


def test_difference_is_paired_and_positive_where_ours_is_better():
    gain = scorecard.difference(
        "gain", np.mean, HITS["network"], HITS["n-grams"], over="n-grams", beats=True
    )
    assert gain.value == pytest.approx(0.1)
    assert gain.interval[0] > 0  # Unpaired it would reach below zero.
    assert gain.rivals == {"n-grams": 0.7}
    errors = np.array([1.0, 2.0, 3.0]), np.array([2.0, 4.0, 6.0])
    saved = {"over": "theirs", "lower_is_better": True}
    less = scorecard.difference("less", np.mean, *errors, **saved, percent=False)
    assert (less.kind, less.value) == ("difference", 2.0)
    share = scorecard.difference("share", np.mean, *errors, **saved, relative=True)
    assert (share.kind, share.value) == ("share", 0.5)
    assert share.figure(share.value) == "+50.0\u00a0%"
    assert share.rival() == "over 4 (theirs)"
    with pytest.raises(ValueError, match="relative of 'share' is True"):
        scorecard.difference("share", np.mean, *errors, over="theirs", relative=True)


def test_difference_of_scores_that_are_known_cannot_be_paired():
    for both in ((0.8, HITS["n-grams"]), (HITS["network"], 0.7)):
        with pytest.raises(ValueError, match="ours and theirs of 'gain' are"):
            scorecard.difference("gain", np.mean, *both, over="n-grams")


def test_failure_shows_what_is_left_and_claims_nothing():
    shown = scorecard.failure(
        "capitals", np.mean, HITS["all positive"], before=HITS["network"]
    )
    assert (shown.value, shown.rivals) == (0.5, {"intact": 0.8})
    for claim in ({"floor": 0.4}, {"beats": True}):
        with pytest.raises(ValueError, match="'capitals' is a failure that is shown"):
            scorecard.failure("capitals", np.mean, HITS["network"], before=0.9, **claim)


def test_blocks_of_neighbours_reach_the_interval():
    walk = np.random.default_rng(0).normal(size=200).cumsum()
    systems = {"ours": walk}
    options = {"percent": False}
    alone = scorecard.measured("walk", np.mean, systems, "ours", **options)
    blocks = scorecard.measured("walk", np.mean, systems, "ours", block=50, **options)
    assert np.diff(blocks.interval) > np.diff(alone.interval)


@pytest.mark.parametrize(
    ("result", "changes", "message"),
    [
        (SOUND, {"name": ""}, "name is ''"),
        (SOUND, {"kind": "gain"}, "kind of 'accuracy' is 'gain'"),
        (SOUND, {"value": float("nan")}, "value of 'accuracy' is nan; expected a fin"),
        (SOUND, {"value": "high"}, "value of 'accuracy' is 'high'"),
        (SOUND, {"value": None}, "value of 'accuracy' is None"),
        (SOUND, {"floor": float("inf")}, "floor of 'accuracy' is inf"),
        (SOUND, {"rivals": {"it": float("nan")}}, "rival 'it' of 'accuracy' is nan"),
        (SOUND, {"interval": (0.9, 0.95)}, r"interval of 'accuracy' is \(0.9, 0.95\)"),
        (SOUND, {"interval": (0.9, 0.88)}, "expected low <= value <= high"),
        (SOUND, {"interval": (float("nan"), 1)}, "interval of 'accuracy' is nan"),
        (SOUND, {"interval": 0.9}, r"interval of 'accuracy' is 0.9; expected \(low"),
        (SOUND, {"interval": None}, "'accuracy' beats needs a rival and an interval"),
        (SOUND, {"rivals": {}}, "'accuracy' beats needs a rival and an interval"),
        (GAIN, {"rivals": {}}, "rivals of 'gain of the mask' are"),
        (GAIN, {"higher_is_better": False}, "turn the difference round"),
        (BROKEN, {"rivals": {"a": 1, "b": 2}}, "the one that this failure is about"),
    ],
)
def test_bad_argument_is_named(result, changes, message):
    with pytest.raises(ValueError, match=message):
        dataclasses.replace(result, **changes)


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
    figures = {"interval": np.array([0.25, 0.75]), "rivals": {"it": np.float32(0.25)}}
    result = Result("F1", np.float32(0.5), floor=0.5, **figures)
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
