"""What a frozen network sees in the frames of videos, computed once for each frame.

A network for pictures that is not trained further gives the same features for a frame
in every epoch. `encode_videos` computes them once, many frames a call, and keeps them.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from rnn_utils import _checks

if TYPE_CHECKING:
    import keras
    import tensorflow as tf


def encode_videos(
    videos: tf.data.Dataset,
    encoder: keras.Model,
    cache: str | Path | None = None,
    batch_size: int = 8,
) -> tuple[np.ndarray, np.ndarray]:
    """Returns features for every frame of every video, and the videos' labels.

    Args:
        videos: A `tf.data.Dataset` of `(frames, label)`, as `load_videos` gives it:
            frames of shape `(frames, height, width, 3)`, an int.
        encoder: A Keras model from pictures, `(pictures, height, width, 3)`, to
            features, `(pictures, units)`.
        cache: Path of an `.npz` file. If it exists it is read, and neither the videos
            nor the encoder are used; else it is written when all is encoded.
        batch_size: How many videos are encoded in one call.

    Returns:
        `(features, labels)`: float16 of shape `(videos, frames, units)`, which takes
        half the memory of float32, and int64 of shape `(videos,)`.

    Raises:
        ValueError: There is no video, `batch_size` is less than 1, or a feature is not
            finite as float16.
    """
    _checks.whole_number("batch_size", batch_size)
    cache = Path(cache) if cache else None
    if cache and cache.exists():
        with np.load(cache) as stored:
            return stored["features"], stored["labels"]
    features, labels = [], []
    for frames, label in videos.batch(batch_size).as_numpy_iterator():
        videos, steps, *picture = frames.shape
        units = encoder.predict_on_batch(frames.reshape(-1, *picture))
        features.append(_as_float16(units.reshape(videos, steps, -1)))
        labels.append(label)
    if not features:
        raise ValueError("videos holds no video; expected at least one")
    result = np.concatenate(features), np.concatenate(labels)
    if cache:
        _save(cache, *result)
    return result


def _as_float16(units):
    with np.errstate(over="ignore"):
        narrow = units.astype(np.float16)
    if not np.isfinite(narrow).all():
        value = units[~np.isfinite(narrow)][0].item()
        raise ValueError(
            f"encoder gives the feature {value!r}; expected finite ones, up to 65504"
        )
    return narrow


def _save(cache, features, labels):
    """Writes beside the file first, so that what has its name is complete."""
    cache.parent.mkdir(parents=True, exist_ok=True)
    unfinished = cache.with_suffix(".unfinished.npz")
    np.savez(unfinished, features=features, labels=labels)
    unfinished.replace(cache)
