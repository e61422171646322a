"""Claims about the photographs: streams of pictures, lists of captions, one order."""

import numpy as np
import pytest

tf = pytest.importorskip("tensorflow")
tfds = pytest.importorskip("tensorflow_datasets")

from rnn_utils.datasets.coco_captions import load_photographs  # noqa: E402
from rnn_utils.datasets.splits import SPLITS  # noqa: E402

# What the dataset says of its splits once it is prepared, but smaller.
COUNTS = {"train": 20, "val": 3, "test": 2}


@pytest.fixture
def asked(monkeypatch, tmp_path):
    """Photographs made up in the form of the real builder; notes what is read."""
    monkeypatch.setenv("RNN_DATA_DIR", str(tmp_path))
    files = tfds.core.ShardedFileTemplate(
        data_dir=tmp_path, dataset_name="coco_captions", filetype_suffix="tfrecord"
    )
    splits = tfds.core.splits.SplitDict(
        [
            tfds.core.SplitInfo(
                name=name,
                shard_lengths=[count],
                num_bytes=1,
                filename_template=files.replace(split=name),
            )
            for name, count in COUNTS.items()
        ]
    )
    monkeypatch.setattr(tfds.core.DatasetInfo, "splits", property(lambda info: splits))
    read = []

    def made_up(builder, split, decoders=None, **_):
        read.append((builder.info.name, split, bool(decoders)))

        def examples():
            for number in range(builder.info.splits[split].num_examples):
                picture = np.full((30 + number, 50, 3), number, np.uint8)
                texts = [f"picture {number}", "another caption", "é"]
                yield {
                    "image": b"undecoded" if decoders else picture,
                    "captions": {"text": texts},
                }

        signature = {
            "image": tf.TensorSpec((), tf.string)
            if decoders
            else tf.TensorSpec((None, None, 3), tf.uint8),
            "captions": {"text": tf.TensorSpec((None,), tf.string)},
        }
        return tf.data.Dataset.from_generator(examples, output_signature=signature)

    with tfds.testing.mock_data(as_dataset_fn=made_up):
        yield read


def test_pictures_and_captions_have_the_same_order(asked):
    parts = load_photographs(size=8)
    assert tuple(parts) == tuple(SPLITS)
    assert {name for name, _, _ in asked} == {"coco_captions"}
    expected = ["train[:20%]", "val", "test"]
    assert [split for _, split, undecoded in asked if not undecoded] == expected
    assert [split for _, split, undecoded in asked if undecoded] == expected
    counts = {name: len(part.captions) for name, part in parts.items()}
    assert counts == {"train": 4, "validation": 3, "test": 2}
    for part in parts.values():
        for captions, (picture, number) in zip(
            part.captions, part.pictures.as_numpy_iterator(), strict=True
        ):
            assert picture.shape == (1, 8, 8, 3) and picture.dtype == np.uint8
            assert (picture == number).all()
            assert captions == [f"picture {number}", "another caption", "é"]


def test_a_dataset_without_captions_is_refused(asked):
    with pytest.raises(ValueError, match="'imdb_reviews'.*expected image and captions"):
        load_photographs("imdb_reviews")


def test_a_size_of_zero_is_refused():
    with pytest.raises(ValueError, match="size is 0; expected 1 or more"):
        load_photographs(size=0)
