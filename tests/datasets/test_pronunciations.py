"""Claims about the spoken words: clean spelling, and no stem in two splits."""

import pytest

tfds = pytest.importorskip("tensorflow_datasets")

from rnn_utils.datasets import pronunciations  # noqa: E402
from rnn_utils.datasets.building.splits import SPLITS  # noqa: E402
from rnn_utils.datasets.pronunciations import (  # noqa: E402
    count_syllables,
    group_by_stem,
    load_pronunciations,
    read_dictionary,
    stem,
)


@pytest.fixture
def small_package(monkeypatch, tmp_path):
    """200 made-up stems, each with four inflections."""
    bases = [f"b{x}{y}n" for x in "aeiouy" for y in "bcdfghjklmnpqrtvwxz" * 2][:200]
    lines = [f"{base}{end} B AA1 N" for base in bases for end in ("", "s", "ing", "ed")]
    content = "\n".join(lines).encode()
    monkeypatch.setattr(
        pronunciations, "read_members", lambda package, members: {members[0]: content}
    )
    monkeypatch.setenv("RNN_DATA_DIR", str(tmp_path))


def test_only_first_pronunciations_of_plain_words_are_read():
    table = """\
abbe AE1 B IY0
abbe(2) AE0 B EY1
abbey's AE1 B IY0 Z
dr. D AA1 K T ER0
html EY1 CH T IY1 EH1 M EH1 L
aalborg AO1 L B AO0 R G # place, danish
"""
    assert read_dictionary(table) == [
        ("abbe", ["AE1", "B", "IY0"]),
        ("aalborg", ["AO1", "L", "B", "AO0", "R", "G"]),
    ]


def test_syllables_are_vowels():
    assert count_syllables(["AH0", "B", "R", "IY1", "V", "IY0", "EY2", "T"]) == 4
    assert count_syllables(["HH", "M"]) == 0


@pytest.mark.parametrize(
    "words",
    [
        "walk walks walked walking walker walkers",
        "stop stops stopped stopping",
        "city cities",
        "try tries tried trying",
        "make makes making maker",
        "use uses used using",
        "refer refers referred referring",
        "need needs needed needing",
        "focus focuses focused",
        "glass glasses",
        "happy happier happiest",
        "agree agrees agreed agreeing",
    ],
)
def test_inflections_have_one_stem(words):
    assert len({stem(word) for word in words.split()}) == 1


def test_different_words_have_different_stems():
    assert (
        len(
            {stem(word) for word in ["walk", "talk", "run", "bring", "thing", "string"]}
        )
        == 6
    )


def test_groups_hold_every_word_once():
    rows = [("walk", ["W"]), ("talk", ["T"]), ("walks", ["W"])]
    groups = group_by_stem(rows)
    assert groups == [[rows[0], rows[2]], [rows[1]]]


def test_no_stem_is_in_two_splits(small_package, capfd):
    parts = load_pronunciations()
    assert capfd.readouterr().out == ""
    stems = {name: {stem(word) for word in parts[name].words} for name in SPLITS}
    assert not stems["train"] & (stems["validation"] | stems["test"])
    assert not stems["validation"] & stems["test"]
    assert all(parts[name].words for name in SPLITS)
    assert parts["test"].phonemes[0] == ["B", "AA1", "N"]


def test_the_builder_prepares_once_and_then_reads(small_package, cut_off):
    first = load_pronunciations()
    cut_off(pronunciations)
    assert load_pronunciations() == first
