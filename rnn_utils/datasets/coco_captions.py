"""Photographs with five captions each, by people: the full-size captioning data.

`load_photographs` reads `coco_captions` of tensorflow-datasets: the pictures as
streams, as they fit on few computers' memory, the captions as lists.
"""

from typing import NamedTuple

import tensorflow as tf
import tensorflow_datasets as tfds

from rnn_utils.datasets.preparation import full_size

# A fifth of the training pictures: their features fit into a gigabyte.
_PARTS = {"train": "train[:20%]", "validation": "val", "test": "test"}


class Photographs(NamedTuple):
    """One split.

    Attributes:
        pictures: A `tf.data.Dataset` of `(picture, number)`: uint8 of shape `(1, size,
            size, 3)`, which is what `rnn_utils.video_features.encode_videos` takes for
            a video of one frame, and an int64. It can be read again and again, in the
            same order.
        captions: For each picture a list of str, in the order of the pictures.
    """

    pictures: tf.data.Dataset
    captions: list


def load_photographs(dataset="coco_captions", size=128):
    """Opens the three splits.

    Args:
        dataset: A dataset of tensorflow-datasets with the features `image` and
            `captions` and the splits train, val and test. Of train a fifth is used.
        size: Width and height to which pictures are resized, in pixels, whatever their
            proportions.

    Returns:
        A dict from `"train"`, `"validation"`, `"test"` to `Photographs`.

    Raises:
        FetchError: It is not prepared yet and there is no network.
        ValueError: It has no pictures with captions, or `size` is not positive.
    """
    if size < 1:
        raise ValueError(f"size is {size}; expected 1 or more")
    builder = full_size(dataset)
    features = builder.info.features
    if not {"image", "captions"} <= set(features):
        raise ValueError(
            f"RNN_DATASET is {dataset!r} with the features {sorted(features)}; "
            "expected image and captions, as 'coco_captions' has them"
        )

    def prepare(number, example):
        picture = tf.image.resize(example["image"], (size, size), antialias=True)
        picture = tf.clip_by_value(tf.round(picture), 0, 255)
        return tf.cast(picture, tf.uint8)[None], number

    return {
        name: Photographs(
            builder.as_dataset(split=part).enumerate().map(prepare),
            _captions(builder, part),
        )
        for name, part in _PARTS.items()
    }


def _captions(builder, part):
    """The captions of each picture, without decoding a picture."""
    undecoded = {"image": tfds.decode.SkipDecoding()}
    rows = tfds.as_numpy(builder.as_dataset(split=part, decoders=undecoded))
    return [[text.decode() for text in row["captions"]["text"]] for row in rows]
