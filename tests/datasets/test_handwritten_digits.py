"""Claims about the digits: pictures keep their labels, and no picture is shared."""

import numpy as np
import pytest

tfds = pytest.importorskip("tensorflow_datasets")
import tensorflow as tf  # noqa: E402

from rnn_utils.datasets import handwritten_digits as digits  # noqa: E402
from rnn_utils.datasets.building.splits import SPLITS  # noqa: E402
from rnn_utils.datasets.handwritten_digits import (  # noqa: E402
    LABELS,
    PICTURES,
    load_digits,
    read_numbers,
)

COUNTS = {"train": 1500, "t10k": 60}


def saved(numbers):
    """The bytes of a file that holds an array of uint8."""
    sizes = np.array(numbers.shape, ">u4").tobytes()
    return bytes([0, 0, 8, numbers.ndim]) + sizes + numbers.tobytes()


@pytest.fixture
def small_package(monkeypatch, tmp_path):
    """Pictures of which the first pixels say which one it is, and their label."""
    content = {}
    for offset, (part, count) in enumerate(COUNTS.items()):
        pictures = np.zeros((count, 28, 28), np.uint8)
        rows = np.arange(count)
        labels = (rows * 7 % 10).astype(np.uint8)
        pictures[:, 0, :4] = np.stack(
            [rows % 256, rows // 256, np.full(count, offset), labels], 1
        )
        content |= {PICTURES[part]: saved(pictures), LABELS[part]: saved(labels)}
    monkeypatch.setattr(
        digits,
        "read_members",
        lambda package, members: {name: content[name] for name in members},
    )
    monkeypatch.setenv("RNN_DATA_DIR", str(tmp_path))


def test_a_file_gives_its_array():
    numbers = np.arange(24, dtype=np.uint8).reshape(2, 3, 4)
    np.testing.assert_array_equal(read_numbers(saved(numbers)), numbers)


@pytest.mark.parametrize(
    "content, message",
    [
        (b"\0\0\x0d\1\0\0\0\1\7", r"content begins with b'\\x00\\x00\\r\\x01'"),
        (saved(np.zeros((2, 3), np.uint8))[:-1], r"5 numbers; expected \(2, 3\)"),
    ],
)
def test_another_file_is_refused(content, message):
    with pytest.raises(ValueError, match=message):
        read_numbers(content)


def test_every_picture_is_in_one_split_with_its_label(small_package, capfd):
    parts = load_digits()
    assert capfd.readouterr().out == ""
    assert [len(parts[name].labels) for name in SPLITS] == [1250, 250, 60]
    seen = set()
    for name, part in parts.items():
        assert (part.pictures.shape[1:], part.pictures.dtype) == ((28, 28), np.uint8)
        np.testing.assert_array_equal(part.pictures[:, 0, 3], part.labels)
        assert set(part.pictures[:, 0, 2]) == {int(name == "test")}
        seen |= {tuple(picture[0, :3]) for picture in part.pictures}
    assert len(seen) == 1560


def test_the_builder_prepares_once_and_then_reads(small_package, cut_off):
    first = load_digits()
    cut_off(digits)
    again = load_digits()
    for name in SPLITS:
        np.testing.assert_array_equal(again[name].pictures, first[name].pictures)


@pytest.fixture
def mocked(monkeypatch, tmp_path):
    """A public dataset, made up in the shapes that its real builder declares."""
    monkeypatch.setenv("RNN_DATA_DIR", str(tmp_path))
    splits = tfds.core.splits.SplitDict(
        [
            tfds.core.SplitInfo(name=name, shard_lengths=[12], num_bytes=1)
            for name in ("train", "test")
        ]
    )
    monkeypatch.setattr(tfds.core.DatasetInfo, "splits", property(lambda info: splits))

    def made_up(builder, split, **_):
        shape = builder.info.features["image"].shape
        rows = {"image": tf.fill([12, *shape], tf.constant(9, tf.uint8))}
        rows["label"] = tf.range(12, dtype=tf.int64) % 10
        return tf.data.Dataset.from_tensor_slices(rows)

    with tfds.testing.mock_data(as_dataset_fn=made_up):
        yield


def test_the_full_size_twin_has_the_same_form(mocked):
    parts = load_digits("fashion_mnist")
    assert [len(parts[name].labels) for name in SPLITS] == [10, 2, 12]
    for part in parts.values():
        assert part.pictures.shape == (len(part.labels), 28, 28)
        assert np.all(part.pictures == 9)


def test_pictures_of_another_size_are_refused(mocked):
    with pytest.raises(ValueError, match="'cifar10' with the features .*'kmnist'"):
        load_digits("cifar10")
