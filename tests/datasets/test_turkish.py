"""Claims about the Turkish sentences: whole words, whole documents."""

import pytest

tfds = pytest.importorskip("tensorflow_datasets")

from rnn_utils.datasets import turkish  # noqa: E402
from rnn_utils.datasets.building.splits import SPLITS  # noqa: E402
from rnn_utils.datasets.turkish import (  # noqa: E402
    genre,
    load_turkish,
    read_conllu,
    whole_words,
)


def row(number, form, tag="NOUN", raw="NN", relation="root"):
    return "\t".join(
        [str(number), form, "_", tag, raw, "_", "0", relation, "_", "SpaceAfter=No"]
    )


def made_up_text(documents):
    """Two sentences a document, one of them the same in all documents."""
    blocks = []
    for name in documents:
        for number, word in enumerate([f"kelime{name}", "Evet"]):
            lines = [f"# sent_id = {name}:S{number:03d}", "# text = " + word]
            lines += [row(1, word, relation="ig"), row(2, "ler"), row(3, ".", "PUNCT")]
            blocks.append("\n".join(lines))
    return "\n\n".join(blocks) + "\n\n"


@pytest.fixture
def small_package(monkeypatch, tmp_path):
    web = [f"tr-{kind}:{i:08d}" for kind in ("blog", "forum") for i in range(10)]
    wiki = [f"http://tr.wikipedia.org/wiki/A:_{i}" for i in range(10)]
    texts = dict(zip(turkish.MEMBERS, map(made_up_text, (web, wiki)), strict=True))
    monkeypatch.setattr(
        turkish,
        "read_members",
        lambda package, members: {name: texts[name].encode() for name in members},
    )
    monkeypatch.setenv("RNN_DATA_DIR", str(tmp_path))


def test_only_rows_of_words_are_read():
    lines = ["# sent_id = a:b:S001", row("1-2", "xy"), row(1, "x"), row("1.1", "z")]
    ((name, rows),) = read_conllu("\n".join([*lines, row(2, "y")]) + "\n\n")
    assert name == "a:b:S001"
    assert [columns[:2] for columns in rows] == [["1", "x"], ["2", "y"]]


def test_the_parts_of_a_word_are_joined_and_the_last_one_gives_the_tag():
    rows = [
        row(1, "bil", "VERB", "VB", "ig"),
        row(2, "mek", "NOUN", "VN", "csubj"),
        row(3, "açık", "NOUN", "NN", "ig"),
        row(4, "la", "VERB", "VB", "ig"),
        row(5, "yıcı", "ADJ", "VJ", "rcmod"),
        row(6, ".", "PUNCT", ".", "p"),
    ]
    assert whole_words([text.split("\t") for text in rows]) == (
        ["bilmek", "açıklayıcı", "."],
        ["NOUN", "ADJ", "PUNCT"],
        ["VN", "VJ", "."],
    )


def test_genres_are_read_from_the_names():
    assert genre("tr-howto:00000222") == "howto"
    assert genre("http://tr.wikipedia.org/wiki/Hero:_108") == "wiki"


def test_no_document_and_no_sentence_is_in_two_splits(small_package, capfd):
    parts = load_turkish()
    assert capfd.readouterr().out == ""
    files = sum((sorted(set(parts[name].files)) for name in SPLITS), [])
    assert len(files) == len(set(files)) == 30
    with_shared = [name for name in SPLITS if ["Evetler", "."] in parts[name].words]
    assert with_shared == ["test"]
    for part in parts.values():
        assert set(part.genres) == {"blog", "forum", "wiki"}
        assert [len(words) for words in part.words] == [len(tags) for tags in part.tags]


def test_the_builder_prepares_once_and_then_reads(small_package, cut_off):
    first = load_turkish()
    cut_off(turkish)
    assert load_turkish() == first


def test_the_full_size_twin_is_one_setting_away(monkeypatch):
    monkeypatch.setattr(turkish, "load_full_size", lambda *told: told)
    twin, expected = load_turkish("universal_dependencies/tr_imst")
    assert repr(twin) in expected
