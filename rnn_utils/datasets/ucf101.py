"""Real videos of people's actions, a few frames of each: the full-size action data.

`load_videos` reads `ucf101` of tensorflow-datasets with its first official split, as
streams: 13,320 videos fit on no computer's memory.
"""

from typing import NamedTuple

import tensorflow as tf
import tensorflow_datasets as tfds

from rnn_utils.datasets.building.preparation import full_size

_EXPECTED = (
    "'ucf101', or another dataset of tensorflow-datasets with the features video and "
    "label and the splits train and test"
)
# Official training and test videos; what training leaves is for validation.
_PARTS = {"train": "train[:90%]", "validation": "train[90%:]", "test": "test"}


class Videos(NamedTuple):
    """All splits.

    Attributes:
        parts: A dict from `"train"`, `"validation"`, `"test"` to a `tf.data.Dataset` of
            `(frames, label)`: uint8 of shape `(frames, size, size, 3)`, and an int64.
            Each can be read again and again, in the same order.
        names: List of str, the name of each label.
    """

    parts: dict[str, tf.data.Dataset]
    names: list[str]


def load_videos(dataset: str = "ucf101", frames: int = 16, size: int = 112) -> Videos:
    """Opens the three splits as streams.

    Clips of one film are many, and the official split keeps them together. Validation
    is the last tenth of the training videos and does not: its score flatters, so use it
    to stop training, not to judge.

    Args:
        dataset: A dataset of tensorflow-datasets with the features `video` and `label`
            and the splits train and test. `"ucf101"` is the first of three official
            splits, in 256 by 256 pixels.
        frames: How many frames to take of each video, in equal steps from its first to
            its last. A video with fewer shows some of them twice.
        size: Width and height to which frames are resized, in pixels.

    Returns:
        `Videos`.

    Raises:
        FetchError: It is not prepared yet and cannot be had.
        ValueError: It is not there or has no labelled videos, or `frames` or `size` is
            not positive.
    """
    if min(frames, size) < 1:
        raise ValueError(f"frames is {frames} and size is {size}; expected 1 or more")
    builder = full_size(dataset, _EXPECTED, _has_videos, ("train", "test"))

    def prepare(example):
        return few_frames(example["video"], frames, size), example["label"]

    parts = {
        name: builder.as_dataset(split=part).map(
            prepare, num_parallel_calls=tf.data.AUTOTUNE
        )
        for name, part in _PARTS.items()
    }
    return Videos(parts, builder.info.features["label"].names)


def _has_videos(info):
    features = dict(info.features.items())
    return (
        isinstance(features.get("video"), tfds.features.Video) and "label" in features
    )


def few_frames(video: tf.Tensor, frames: int, size: int) -> tf.Tensor:
    """Returns a few frames of a video, in equal steps, resized.

    Args:
        video: Uint8 tensor of shape `(all_frames, height, width, 3)`.
        frames: How many.
        size: Their new width and height.

    Returns:
        Uint8 tensor of shape `(frames, size, size, 3)`.
    """
    last = tf.cast(tf.shape(video)[0] - 1, tf.float32)
    chosen = tf.cast(tf.round(tf.linspace(0.0, last, frames)), tf.int32)
    small = tf.image.resize(tf.gather(video, chosen), (size, size), antialias=True)
    small = tf.clip_by_value(tf.round(small), 0, 255)
    return tf.ensure_shape(tf.cast(small, tf.uint8), (frames, size, size, 3))
