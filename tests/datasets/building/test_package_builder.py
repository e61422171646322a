"""Claims about the base of builders: a dataset adds what is its own, and no more."""

import numpy as np
import pytest

tfds = pytest.importorskip("tensorflow_datasets")

from rnn_utils.datasets.building.package_builder import (  # noqa: E402
    PackageBuilder,
    columns,
)
from rnn_utils.datasets.building.preparation import prepared  # noqa: E402

ROWS = [{"word": f"né{i}", "count": i} for i in range(2500)]


class SomeWords(PackageBuilder):
    """Builder of words in two sizes."""

    VERSION = tfds.core.Version("1.2.0")
    CITATION = "Nobody (2000)."
    BUILDER_CONFIGS = [
        tfds.core.BuilderConfig(name=name, description=name) for name in ("all", "few")
    ]

    def _features(self):
        return {"word": tfds.features.Text(), "count": np.int64}

    def _splits(self):
        rows = ROWS if self.builder_config.name == "all" else ROWS[:40]
        return {"train": rows[5:], "test": rows[:5]}


class SomeWordsInBlocks(SomeWords):
    IN_BLOCKS = True


class SomeWordsShuffled(SomeWords):
    SUPERVISED_KEYS = ("word", "count")
    SHUFFLED = True


class SomeStreamedWords(SomeWords):
    def _splits(self):
        return {name: iter(rows) for name, rows in super()._splits().items()}


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    """The data folder."""
    monkeypatch.setenv("RNN_DATA_DIR", str(tmp_path))
    return tmp_path


def read(builder, split):
    rows = tfds.as_numpy(builder.as_dataset(split=split))
    return [{"word": r["word"].decode(), "count": int(r["count"])} for r in rows]


@pytest.mark.parametrize("make", [SomeWords, SomeStreamedWords])
def test_rows_come_back_in_their_order(make):
    builder = prepared(make, config="few")
    assert read(builder, "train") == ROWS[5:40]
    assert read(builder, "test") == ROWS[:5]


def test_the_class_and_its_version_name_the_folder(folder):
    prepared(SomeWords, config="few")
    assert (folder / "some_words/few/1.2.0/dataset_info.json").is_file()


def test_what_is_prepared_is_found_again(monkeypatch):
    prepared(SomeWords, config="few")
    monkeypatch.setattr(SomeWords, "_splits", lambda self: pytest.fail("made again"))
    assert len(read(prepared(SomeWords, config="few"), "test")) == 5


def test_the_module_describes_the_dataset(folder):
    info = SomeWordsShuffled(config="few", data_dir=folder).info
    assert info.description.startswith("Claims about the base of builders")
    assert info.citation == "Nobody (2000)."
    assert info.supervised_keys == ("word", "count")
    assert SomeWords(config="few", data_dir=folder).info.supervised_keys is None


def test_shuffled_rows_are_the_same_in_another_order():
    rows = read(prepared(SomeWordsShuffled, config="few"), "train")
    assert rows != ROWS[5:40]
    assert sorted(rows, key=lambda row: row["count"]) == ROWS[5:40]


def test_blocks_are_read_column_by_column():
    builder = prepared(SomeWordsInBlocks, config="all")
    assert builder.info.splits["train"].num_examples == 3
    train = columns(builder, "train")
    assert train["word"] == [row["word"] for row in ROWS[5:]]
    np.testing.assert_array_equal(train["count"], np.arange(5, 2500))


def test_the_base_is_no_dataset():
    assert "some_words" in tfds.list_builders()
    assert "package_builder" not in tfds.list_builders()


def test_a_dataset_without_splits_cannot_be_made(tmp_path):
    class NoSplits(PackageBuilder):
        VERSION = tfds.core.Version("1.0.0")

        def _features(self):
            return {}

    with pytest.raises(TypeError, match="_splits"):
        NoSplits(data_dir=tmp_path)
