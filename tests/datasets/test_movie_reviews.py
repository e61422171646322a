"""Claims about the film reviews: splits are whole, balanced and do not leak."""

import contextlib
import csv
import io
import os

import numpy as np
import pytest
import requests

tfds = pytest.importorskip("tensorflow_datasets")

from rnn_utils.datasets import movie_reviews  # noqa: E402
from rnn_utils.datasets.building import preparation  # noqa: E402
from rnn_utils.datasets.building.registry_package import FetchError  # noqa: E402
from rnn_utils.datasets.movie_reviews import (  # noqa: E402
    SPLITS,
    load_reviews,
    split_by_film,
    without_near_duplicates,
)


def words(rng, count=40):
    return " ".join(f"word{i}" for i in rng.integers(5000, size=count))


def made_up_rows(count=13_000, seed=0):
    """Rows like the package's: label by label, film by film (25 rows a film)."""
    rng = np.random.default_rng(seed)
    return [
        (f"film{label}x{i // 25} {words(rng)}", label)
        for label in (0, 1)
        for i in range(count // 2)
    ]


@pytest.fixture
def small_package(monkeypatch, tmp_path):
    """The builder's package replaced by 7,000 made-up rows of each source."""
    table = io.StringIO()
    writer = csv.writer(table)
    writer.writerow(["text", "label", "source"])
    for source in ("imdb", "rotten_tomatoes"):
        rows = made_up_rows(7000)
        writer.writerows([f"{t}<br /><br />end", y, source] for t, y in rows)
    content = table.getvalue().encode()
    monkeypatch.setattr(
        movie_reviews, "read_members", lambda package, members: {members[0]: content}
    )
    monkeypatch.setenv("RNN_DATA_DIR", str(tmp_path))


def film(row):
    return row[0].split()[0]


def test_no_film_is_in_two_splits():
    parts = split_by_film(made_up_rows())
    films = {name: {film(row) for row in parts[name]} for name in SPLITS}
    assert not films["train"] & (films["test"] | films["validation"])
    assert not films["validation"] & films["test"]


def test_every_split_has_both_labels_in_equal_shares():
    parts = split_by_film(made_up_rows())
    for name in SPLITS:
        share = np.mean([label for _, label in parts[name]])
        assert abs(share - 0.5) < 0.05
    assert len(parts["test"]) > len(parts["validation"]) > 500


def test_near_duplicates_of_held_out_rows_leave_training():
    rng = np.random.default_rng(0)
    text = words(rng)
    copy = (f"{text} and a new end", 1)
    other = (words(rng), 0)
    parts = without_near_duplicates(
        {"train": [copy, other], "validation": [(text, 1)], "test": [(text, 1)]}
    )
    assert parts == {"test": [(text, 1)], "validation": [], "train": [other]}


def test_a_shared_phrase_is_no_duplicate():
    rng = np.random.default_rng(0)
    phrase = "one of the best films of the year"
    rows = [(f"{words(rng)} {phrase} {words(rng)}", 1) for _ in range(2)]
    parts = {"train": rows[:1], "validation": [], "test": rows[1:]}
    assert without_near_duplicates(parts) == parts


def test_a_text_of_a_few_words_is_no_duplicate_of_a_longer_one_but_of_itself():
    rows = [("A fine film.", 1), ("a fine film!", 1), ("a fine film indeed", 1)]
    parts = without_near_duplicates({"train": rows, "validation": [], "test": []})
    assert parts["train"] == [rows[0], rows[2]]


@pytest.mark.parametrize("config", ["imdb", "sentences"])
def test_the_builder_prepares_once_and_then_reads(
    small_package, config, cut_off, capfd
):
    first = load_reviews(config=config)
    # A notebook's first run must show what every later run shows.
    assert capfd.readouterr().out == ""
    texts, labels = first["train"]
    assert len(texts) == len(labels) > 4500
    assert set(labels) == {0, 1}
    assert not any("<br" in text for text in texts)
    cut_off(movie_reviews)
    again = load_reviews(config=config)
    assert again["test"][0] == first["test"][0]


def test_a_preparation_that_fails_is_not_taken_for_complete(small_package, monkeypatch):
    def breaks_off(self, rows):
        yield 0, rows[0]
        raise OSError("disk full")

    with monkeypatch.context() as patch:
        patch.setattr(movie_reviews.MovieReviews, "_generate_examples", breaks_off)
        with pytest.raises(OSError, match="disk full"):
            load_reviews()
    assert len(load_reviews()["test"][0]) > 500


def test_prepared_data_is_read_from_a_read_only_folder(small_package, tmp_path):
    load_reviews(config="sentences")
    folders = [tmp_path, *(path for path in tmp_path.rglob("*") if path.is_dir())]
    with contextlib.ExitStack() as stack:
        for folder in folders:
            stack.callback(os.chmod, folder, 0o755)
            os.chmod(folder, 0o555)
        assert len(load_reviews(config="sentences")["test"][0]) > 500


def test_an_unknown_config_is_named():
    with pytest.raises(ValueError, match="'tweets'; expected one of"):
        load_reviews(config="tweets")


def test_the_full_size_twin_has_the_same_form(monkeypatch, tmp_path):
    monkeypatch.setenv("RNN_DATA_DIR", str(tmp_path))
    files = tfds.core.ShardedFileTemplate(
        data_dir=tmp_path, dataset_name="imdb_reviews", filetype_suffix="tfrecord"
    )
    splits = tfds.core.splits.SplitDict(
        [
            tfds.core.SplitInfo(
                name=name,
                shard_lengths=[200],
                num_bytes=1,
                filename_template=files.replace(split=name),
            )
            for name in ("train", "test")
        ]
    )
    monkeypatch.setattr(tfds.core.DatasetInfo, "splits", property(lambda info: splits))
    # The mock serves the same examples in every split: all would be duplicates.
    monkeypatch.setattr(movie_reviews, "without_near_duplicates", lambda parts: parts)
    with tfds.testing.mock_data(num_examples=200):
        parts = load_reviews("imdb_reviews")
    assert sorted(parts) == sorted(SPLITS)
    texts, labels = parts["train"]
    assert isinstance(texts[0], str)
    assert labels.shape == (len(texts),)
    assert set(labels) == {0, 1}


def test_no_network_is_said_within_seconds(monkeypatch, tmp_path):
    def unreachable(url, timeout):
        raise requests.ConnectionError("no route")

    monkeypatch.setenv("RNN_DATA_DIR", str(tmp_path))
    monkeypatch.setattr(preparation.requests, "head", unreachable)
    with pytest.raises(FetchError, match="imdb_reviews is not prepared.*embedded"):
        load_reviews("imdb_reviews")


def test_an_unknown_full_size_name_is_a_clear_error(monkeypatch, tmp_path):
    monkeypatch.setenv("RNN_DATA_DIR", str(tmp_path))
    with pytest.raises(ValueError, match="'imdb_reviewz'; expected 'embedded'"):
        load_reviews("imdb_reviewz")
