"""Claims about the books: whole passages in order, and no text in two splits."""

import gzip

import pytest
import requests

tfds = pytest.importorskip("tensorflow_datasets")

from rnn_utils.datasets import books  # noqa: E402
from rnn_utils.datasets.books import (  # noqa: E402
    load_book,
    read_bible,
    read_classic,
    split_in_order,
)
from rnn_utils.datasets.building import preparation  # noqa: E402
from rnn_utils.datasets.building.registry_package import FetchError  # noqa: E402
from rnn_utils.datasets.building.splits import SPLITS  # noqa: E402

LINES = [f"line {i:03d} of the book\n" for i in range(400)]


@pytest.fixture
def small_package(monkeypatch, tmp_path):
    """Books of 400 numbered lines, the Bible with a verse a chapter."""
    verses = "".join(
        f'{i},1,{i},1,"{line[:-1]}{{A note}}"\n' for i, line in enumerate(LINES)
    )
    bible = gzip.compress(("field,field,field,field,field\n" + verses).encode())
    classic = "".join(LINES).encode()

    def read_members(package, members):
        return {
            name: bible if name == books.MEMBERS["bible"] else classic
            for name in members
        }

    monkeypatch.setattr(books, "read_members", read_members)
    monkeypatch.setenv("RNN_DATA_DIR", str(tmp_path))


def test_a_classic_has_plain_line_ends_and_no_preface():
    content = b"About this file\r\nBook I\r\n\r\nOf Man's first disobedience \r\n"
    content += b"  00021053\r\nand the fruit\r\n[The End]\x1a\x1a\r\n"
    assert read_classic(content) == (
        "Book I\n\nOf Man's first disobedience\nand the fruit\n"
    )


def test_a_text_without_preface_is_kept_from_its_first_line():
    assert read_classic(b"\n\tAS YOU LIKE IT") == "\n\tAS YOU LIKE IT\n"


def test_the_bible_is_a_verse_a_line_without_notes():
    rows = [
        "field,field,field,field,field",
        '"1","1","1","1","In the beginning God{a ""note""} created."',
        '"2","1","1","2","{All of it a note}"',
        '"3","1","1","3","He said, ""Let there  be light."""',
        '"4","1","2","1","The heavens were finished."',
    ]
    assert read_bible(gzip.compress("\n".join(rows).encode())) == (
        'In the beginning God created.\nHe said, "Let there be light."\n'
        "\nThe heavens were finished.\n"
    )


def test_passages_are_contiguous_and_together_the_whole_text():
    text = "".join(LINES)
    parts = split_in_order(text)
    assert [len(parts[name]) for name in SPLITS] == [4, 4, 4]
    for passage in sum(parts.values(), []):
        assert passage in text
        assert passage.endswith("\n")
    in_order = zip(*(parts[name] for name in SPLITS), strict=True)
    assert "".join("".join(row) for row in in_order) == text
    sizes = [sum(map(len, parts[name])) / len(text) for name in SPLITS]
    assert sizes == pytest.approx([0.8, 0.1, 0.1], abs=0.01)


def test_a_line_that_the_test_split_nearly_has_leaves_training():
    words = "will you join the dance, he said to all the others"
    lines = [f"{i} " + "*" * (len(words) - len(f"{i} ")) + "\n" for i in range(400)]
    refrain = f"{words}\n"
    # Lines 90 to 99 are the tenth piece of forty.
    lines[95] = refrain
    lines[10] = "Will you join the dance? he said to all the others!\n"
    lines[85] = refrain
    parts = split_in_order("".join(lines))
    assert refrain in parts["test"][0]
    assert "dance" not in parts["train"][0] + parts["validation"][0]
    assert len("".join(sum(parts.values(), [])).splitlines()) == 398


def test_short_lines_may_be_in_several_splits():
    parts = split_in_order("[Exeunt]\n" * 400)
    assert len("".join(sum(parts.values(), [])).splitlines()) == 400


@pytest.mark.parametrize("config", sorted(books.MEMBERS))
def test_every_line_is_in_one_split(small_package, config, capfd):
    parts = load_book(config=config)
    assert capfd.readouterr().out == ""
    lines = [set("".join(parts[name]).splitlines()) - {""} for name in SPLITS]
    assert sum(map(len, lines)) == len(set.union(*lines)) == 400
    assert "note" not in "".join(parts["train"])


def test_the_builder_prepares_once_and_then_reads(small_package, cut_off):
    first = load_book(config="alice")
    cut_off(books)
    assert load_book(config="alice") == first


def test_an_unknown_book_is_named():
    with pytest.raises(ValueError, match="'ulysses'; expected one of.*'alice'"):
        load_book(config="ulysses")


@pytest.fixture
def mocked(monkeypatch, tmp_path):
    """Returns a function that makes all public datasets have the given splits."""
    monkeypatch.setenv("RNN_DATA_DIR", str(tmp_path))

    def make(names):
        splits = tfds.core.splits.SplitDict(
            [
                tfds.core.SplitInfo(name=name, shard_lengths=[1], num_bytes=1)
                for name in names
            ]
        )
        monkeypatch.setattr(
            tfds.core.DatasetInfo, "splits", property(lambda info: splits)
        )

    with tfds.testing.mock_data(num_examples=1):
        yield make


def test_the_full_size_twin_has_the_same_form(mocked):
    mocked(SPLITS)
    parts = load_book("tiny_shakespeare")
    assert sorted(parts) == sorted(SPLITS)
    for passages in parts.values():
        assert len(passages) == 1
        assert isinstance(passages[0], str)
        assert passages[0]


def test_a_dataset_without_text_is_refused(mocked):
    mocked(SPLITS)
    with pytest.raises(ValueError, match="'mnist' with the features.*feature text"):
        load_book("mnist")


def test_a_dataset_without_validation_is_refused(mocked):
    mocked(["train", "test"])
    with pytest.raises(ValueError, match="'imdb_reviews' with the splits .*expected"):
        load_book("imdb_reviews")


def test_without_network_the_twin_fails_at_once(monkeypatch, tmp_path):
    monkeypatch.setenv("RNN_DATA_DIR", str(tmp_path))

    def unreachable(url, timeout):
        raise requests.ConnectionError

    monkeypatch.setattr(preparation.requests, "head", unreachable)
    with pytest.raises(FetchError, match="tiny_shakespeare is not prepared"):
        load_book("tiny_shakespeare")
