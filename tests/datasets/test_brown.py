"""Claims about the Brown corpus: whole files, every genre, tags as documented."""

import pytest

tfds = pytest.importorskip("tensorflow_datasets")

from rnn_utils.datasets import brown  # noqa: E402
from rnn_utils.datasets.brown import (  # noqa: E402
    coarse_tag,
    load_brown,
    load_name_spans,
    name_tags,
    read_sentences,
)
from rnn_utils.datasets.building.splits import SPLITS  # noqa: E402

GENRES = {f"c{letter}{i:02d}": letter for letter in "am" for i in range(1, 7)}


def made_up_file(name):
    return (
        f"\n\n\tThe/at Fulton/np-tl {name}/nn said/vbd so/rb ./.\n"
        "``/`` Yes/uh ''/'' !/. !/.\n"
    ).encode("latin-1")


@pytest.fixture
def small_package(monkeypatch, tmp_path):
    contents = "\n".join(f"{file} {genre}" for file, genre in GENRES.items())
    files = {f"package/{file}": made_up_file(file) for file in GENRES}
    files[brown.CONTENTS] = contents.encode()
    monkeypatch.setattr(
        brown,
        "read_members",
        lambda package, members: {name: files[name] for name in members},
    )
    monkeypatch.setenv("RNN_DATA_DIR", str(tmp_path))


@pytest.mark.parametrize(
    "raw, coarse",
    [
        ("nn-tl", "NOUN"),
        ("np$", "PROPN"),
        ("nps-hl", "PROPN"),
        ("jj-tl-hl", "ADJ"),
        ("md*", "AUX"),
        ("bedz-nc", "AUX"),
        ("dod", "AUX"),
        ("dti", "DET"),
        ("vbn", "VERB"),
        ("ppss+ber", "PRON"),
        ("vbg+to", "VERB"),
        ("fw-in+at-tl", "X"),
        ("fw-np", "X"),
        ("*", "PART"),
        ("*-hl", "PART"),
        ("to", "PART"),
        (".", "PUNCT"),
        ("---hl", "PUNCT"),
        ("``", "PUNCT"),
        ("cs", "SCONJ"),
        ("wp$", "PRON"),
        ("wrb", "ADV"),
    ],
)
def test_coarse_tags_are_as_documented(raw, coarse):
    assert coarse_tag(raw) == coarse


def test_an_unknown_tag_is_named():
    with pytest.raises(ValueError, match="'zz'; expected a tag of the Brown corpus"):
        coarse_tag("zz")


@pytest.mark.parametrize(
    "raw_tags, labels",
    [
        ("np np$ nn", "B-NAME I-NAME O"),  # John Smith's hat
        ("jj-tl np-tl nn-tl", "B-NAME I-NAME I-NAME"),  # New York State
        ("at vbn-tl nns-tl", "O B-TITLE I-TITLE"),  # the United States
        ("np , np cc nn-tl-hl", "B-NAME O B-NAME O B-TITLE"),
        ("fw-np fw-nn fw-in+np-tl", "B-NAME O B-NAME"),
        ("np+bez at jj nn", "B-NAME O O O"),  # Penny's an awful girl
    ],
)
def test_names_are_runs_of_proper_nouns_and_words_of_titles(raw_tags, labels):
    assert name_tags(raw_tags.split()) == labels.split()


def test_no_word_no_name():
    assert name_tags([]) == []


def test_a_file_is_read_sentence_by_sentence():
    content = b"\n\n\tand/or/cc caf\xe9/nn ./.\n \nhas/nil made/nil ./.\nYes/uh\n"
    assert read_sentences(content) == [
        (["and/or", "caf\xe9", "."], ["cc", "nn", "."]),
        (["Yes"], ["uh"]),
    ]


def test_no_file_and_no_sentence_is_in_two_splits(small_package, capfd):
    parts = load_brown()
    assert capfd.readouterr().out == ""
    files = sum((sorted(set(parts[name].files)) for name in SPLITS), [])
    assert sorted(files) == sorted(GENRES)
    answered = [
        name for name in SPLITS if ["``", "Yes", "''", "!", "!"] in parts[name].words
    ]
    assert answered == ["test"]


def test_a_sentence_comes_with_all_that_is_known_of_it(small_package):
    train = load_brown()["train"]
    assert train.words[0] == ["The", "Fulton", train.files[0], "said", "so", "."]
    assert train.tags[0] == ["DET", "PROPN", "NOUN", "VERB", "ADV", "PUNCT"]
    assert train.raw_tags[0][1] == "np-tl"
    assert train.genres[0] == GENRES[train.files[0]]
    spans = load_name_spans()["train"]
    assert spans.words == train.words
    assert spans.tags[0] == ["O", "B-NAME", "O", "O", "O", "O"]


def test_the_builder_prepares_once_and_then_reads(small_package, cut_off):
    first = load_brown()
    cut_off(brown)
    assert load_brown() == first


def test_the_full_size_twin_is_one_setting_away(monkeypatch):
    monkeypatch.setattr(brown, "load_full_size", lambda *told: told)
    twin, expected = load_brown("universal_dependencies/en_ewt")
    assert repr(twin) in expected
    # For names there are others than for parts of speech.
    assert load_name_spans("conll2003") == ("conll2003",)
