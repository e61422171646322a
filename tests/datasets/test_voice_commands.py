"""Claims about the voice commands: templates expand as defined, and nothing leaks."""

import json

import numpy as np
import pytest

tfds = pytest.importorskip("tensorflow_datasets")

from rnn_utils.datasets import voice_commands  # noqa: E402
from rnn_utils.datasets.building.splits import SPLITS  # noqa: E402
from rnn_utils.datasets.building.tagged_sentences import TaggedSentences  # noqa: E402
from rnn_utils.datasets.voice_commands import (  # noqa: E402
    Sampler,
    closed_values,
    group_templates,
    load_voice_commands,
    make_commands,
    parse,
    split_values,
    tagged,
)

VERBS = (
    "start",
    "stop",
    "check",
    "find",
    "fix",
    "clean",
    "move",
    "hide",
    "show",
    "sell",
)
GRAMMAR = {
    "intents": {
        "Act": {
            "data": [
                {"sentences": [f"{verb} [<the>] {{name}} in [<the>] {{area}}"]}
                for verb in VERBS
            ]
        },
        "Set": {
            "data": [
                {"sentences": [f"{verb} it to {{level:volume}} percent"]}
                for verb in VERBS
            ]
        },
    },
    "lists": {"level": {"range": {"from": 0, "to": 100}}},
    "expansion_rules": {"the": "(the|my)"},
}


def all_sentences(template, rules=None, values=None):
    """Every sentence that a template gives, found by making many."""
    sampler = Sampler(rules or {}, values or {}, np.random.default_rng(0))
    return {" ".join(tagged(sampler.sample(template))[1]) for _ in range(300)}


def test_a_template_becomes_a_tree():
    assert parse("turn (on|off) [the] {x}") == (
        "any",
        [["turn ", ("any", [["on"], ["off"]]), " ", ("maybe", [["the"]]), " ", "{x}"]],
    )
    assert parse("(a;b)") == ("any", [[("shuffled", [["a"], ["b"]])]])


@pytest.mark.parametrize(
    "template, sentences",
    [
        ("turn (on|off)", {"turn on", "turn off"}),
        ("light[s]", {"light", "lights"}),
        ("[a|b] c", {"c", "a c", "b c"}),
        (
            "(pause;now;[it])",
            {"pause now", "now pause", "pause now it", "pause it now"},
        ),
        ("say (so( |-)far|no)", {"say so far", "say so-far", "say no"}),
    ],
)
def test_every_reading_of_a_template_is_made(template, sentences):
    assert sentences <= all_sentences(template)
    assert len(all_sentences(template)) >= len(sentences)


def test_rules_and_values_may_be_templates():
    made = all_sentences("<the> {x}", {"the": "(the|my)"}, {"x": ["blind[s]"]})
    assert made == {"the blind", "the blinds", "my blind", "my blinds"}


def test_slots_are_tagged_and_leave_a_pattern():
    sampler = Sampler({}, {"x": ["Living Room"], "n": ["20"]}, np.random.default_rng(0))
    pieces = sampler.sample("dim the {x:area} light to {n}%")
    assert tagged(pieces) == (
        ["dim", "the", "{area}", "light", "to", "{n}", "%"],
        ["dim", "the", "living", "room", "light", "to", "20", "%"],
        ["O", "O", "B-area", "I-area", "O", "O", "B-n", "O"],
    )


def test_templates_that_differ_in_the_unit_of_time_stay_together():
    timers = [
        f"{{timer_{unit}s:{unit}s}} {unit}[s] more" for unit in ("hour", "minute")
    ]
    intents = {"Timer": {"data": [{"sentences": [*timers, "stop it"]}]}}
    groups = group_templates(intents).values()
    assert list(groups) == [("Timer", timers), ("Timer", ["stop it"])]


def test_closed_lists_have_the_values_of_the_package():
    lists = {
        "color": {"values": [{"in": "red", "out": "red"}, {"in": "(blue|navy)"}]},
        "kelvin": {"range": {"from": 1000, "to": 1200, "step": 100}},
        "message": {"wildcard": True},
    }
    assert closed_values(lists) == {
        "color": ["red", "(blue|navy)"],
        "kelvin": ["1000", "1100", "1200"],
    }


def test_no_open_value_is_in_two_splits():
    parts = split_values(voice_commands._VALUES)
    for name in voice_commands._VALUES:
        chosen = sum((parts[split][name] for split in SPLITS), [])
        assert len(chosen) == len(set(chosen)) >= 8
        assert all(parts[split][name] for split in SPLITS)


def test_no_template_is_in_two_splits():
    parts = make_commands(GRAMMAR)
    verbs = {name: {words[0] for words, _, _ in parts[name]} for name in SPLITS}
    by_intent = {
        name: {(words[0], intent) for words, _, intent in parts[name]}
        for name in SPLITS
    }
    assert set().union(*verbs.values()) == set(VERBS)
    assert not by_intent["train"] & (by_intent["test"] | by_intent["validation"])
    assert not by_intent["validation"] & by_intent["test"]


def test_commands_are_made_the_same_way_each_time():
    assert make_commands(GRAMMAR) == make_commands(GRAMMAR)


@pytest.fixture
def small_package(monkeypatch, tmp_path):
    content = json.dumps(GRAMMAR).encode()
    monkeypatch.setattr(
        voice_commands, "read_members", lambda package, members: {members[0]: content}
    )
    monkeypatch.setenv("RNN_DATA_DIR", str(tmp_path))


def test_the_builder_prepares_once_and_then_reads(small_package, cut_off, capfd):
    first = load_voice_commands()
    assert capfd.readouterr().out == ""
    train = first["train"]
    assert [len(words) for words in train.words] == [len(tags) for tags in train.tags]
    assert set(train.intents) == {"Act", "Set"}
    cut_off(voice_commands)
    assert load_voice_commands() == first


def test_the_full_size_twin_has_the_same_form(monkeypatch):
    sentence = TaggedSentences(words=[["Rome"]], tags=[["B-LOC"]])
    monkeypatch.setattr(
        voice_commands, "load_full_size", lambda dataset: {"train": sentence}
    )
    (train,) = load_voice_commands("conll2003").values()
    assert (train.words, train.tags, train.intents) == ([["Rome"]], [["B-LOC"]], None)
