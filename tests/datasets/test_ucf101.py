"""Claims about the videos: a few whole frames of each, from the official split."""

import numpy as np
import pytest

tf = pytest.importorskip("tensorflow")
tfds = pytest.importorskip("tensorflow_datasets")

from rnn_utils.datasets.building.splits import SPLITS  # noqa: E402
from rnn_utils.datasets.ucf101 import few_frames, load_videos  # noqa: E402

# What the dataset says of its splits once it is prepared, but smaller.
COUNTS = {"train": 20, "test": 5}


def video(frames, size=40):
    """A video whose every pixel says the frame's number."""
    return np.broadcast_to(
        np.arange(frames, dtype=np.uint8)[:, None, None, None], (frames, size, size, 3)
    )


@pytest.mark.parametrize(
    "length, chosen",
    [(9, [0, 4, 8]), (100, [0, 50, 99]), (3, [0, 1, 2]), (2, [0, 0, 1]), (1, [0] * 3)],
)
def test_frames_are_taken_in_equal_steps_from_first_to_last(length, chosen):
    few = few_frames(video(length), frames=3, size=8).numpy()
    assert few.shape == (3, 8, 8, 3)
    assert few.dtype == np.uint8
    np.testing.assert_array_equal(few[:, 0, 0, 0], chosen)
    assert (few == few[:, :1, :1, :1]).all()


def test_a_picture_keeps_its_brightness_when_it_shrinks():
    noise = np.random.default_rng(0).integers(0, 256, size=(1, 64, 64, 3))
    few = few_frames(noise.astype(np.uint8), frames=1, size=8).numpy()
    assert abs(few.mean() - noise.mean()) < 3
    # Each pixel is a mean of many, not one of them.
    assert few.std() < noise.std() / 3


@pytest.fixture
def asked(monkeypatch, tmp_path):
    """Videos made up in the form that the real builder declares; notes what is read."""
    monkeypatch.setenv("RNN_DATA_DIR", str(tmp_path))
    files = tfds.core.ShardedFileTemplate(
        data_dir=tmp_path, dataset_name="ucf101", filetype_suffix="tfrecord"
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

    def made_up(builder, split, **_):
        read.append((builder.info.full_name, split))

        def examples():
            for number in range(builder.info.splits[split].num_examples):
                yield {"video": video(number + 5, size=256), "label": number}

        return tf.data.Dataset.from_generator(
            examples, output_signature=builder.info.features.get_tensor_spec()
        )

    with tfds.testing.mock_data(as_dataset_fn=made_up):
        yield read


def test_the_splits_are_streams_of_the_official_videos(asked):
    videos = load_videos(frames=4, size=32)
    assert sorted(videos.parts) == sorted(SPLITS)
    assert asked == [
        ("ucf101/ucf101_1_256/2.0.0", part)
        for part in ("train[:90%]", "train[90%:]", "test")
    ]
    counts = {name: sum(1 for _ in part) for name, part in videos.parts.items()}
    assert counts == {"train": 18, "validation": 2, "test": 5}
    assert len(videos.names) == 101
    assert videos.names[0] == "ApplyEyeMakeup"


def test_a_stream_gives_batches_for_an_encoder_and_can_be_read_again(asked):
    part = load_videos(frames=4, size=32).parts["test"].batch(3)
    assert part.element_spec[0].shape == (None, 4, 32, 32, 3)
    for _ in range(2):
        frames, labels = next(iter(part))
        assert frames.shape == (3, 4, 32, 32, 3)
        np.testing.assert_array_equal(labels, [0, 1, 2])
        np.testing.assert_array_equal(frames[:, -1, 0, 0, 0], [4, 5, 6])


def test_a_dataset_without_videos_is_refused(asked):
    with pytest.raises(ValueError, match="'imdb_reviews' with .*expected 'ucf101'"):
        load_videos("imdb_reviews")


@pytest.mark.parametrize("frames, size", [(0, 32), (4, 0)])
def test_no_frames_are_refused(frames, size):
    with pytest.raises(ValueError, match=f"frames is {frames} and size is {size}"):
        load_videos(frames=frames, size=size)
