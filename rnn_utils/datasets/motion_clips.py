"""Short clips of a moving person, drawn from motion capture: which action is it?

Real movements, made frames: joints are computed from recorded angles, seen by a camera
at some angle, and drawn to 12 grey pictures of 32 by 32. Four of the actions are others
played backwards, so nothing but the order of frames tells them apart. `load_clips`
gives the splits; `draw` of `building.body` draws a clip again at any size.
"""

from typing import NamedTuple

import numpy as np
import tensorflow_datasets as tfds

from rnn_utils.datasets.building.body import POINTS, draw, seen_from
from rnn_utils.datasets.building.package_builder import PackageBuilder
from rnn_utils.datasets.building.preparation import prepared
from rnn_utils.datasets.building.splits import SPLITS
from rnn_utils.datasets.motion_takes import read_takes

FRAMES, SIZE = 12, 32
# Each action: its takes, and whether they are played forwards or backwards.
ACTIONS = {
    "get up": (("getup_facedown", "getup_faceup"), 1),
    "lie down": (("getup_facedown", "getup_faceup"), -1),
    "walk forward": (("walk",), 1),
    "walk backward": (("walk",), -1),
    "crawl forward": (("crawl",), 1),
    "crawl backward": (("crawl",), -1),
    "backflip": (("backflip",), 1),
    "front flip": (("backflip",), -1),
    "jump": (("jump",), 1),
    "kick": (("kick",), 1),
    "punch": (("punch",), 1),
    "dance": (("dance_a", "dance_b"), 1),
}
LABELS = tuple(ACTIONS)
# Actions that only the order of frames tells apart.
PAIRS = tuple(zip(LABELS[0:8:2], LABELS[1:8:2], strict=True))

_SEED = 1973
# The first part of each take is for training; what follows is seen in "later" only.
_TRAINING_SHARE = 0.6
# A clip shows between these shares of a take, so its actions have several tempi.
_SHORTEST, _LONGEST = 0.32, 0.4
# The circle of camera angles in six sectors: training ones and others alternate.
_SECTOR_DEGREES = 60
_SECTORS = {"train": (0, 2, 4), "validation": (5,), "test": (1, 3), "later": (0, 2, 4)}
_CLIPS_PER_ACTION = {"train": 200, "validation": 30, "test": 60, "later": 60}
# Standard deviation, in grey levels.
_NOISE = 6.0


class Clips(NamedTuple):
    """One split.

    Attributes:
        frames: Uint8 array of shape `(clips, 12, 32, 32)`, 0 black to 255 white.
        labels: Int array of shape `(clips,)`, places in `LABELS`.
        points: Float32 array of shape `(clips, 12, 18, 3)`: the body's points that the
            frames show, as the camera sees them (to the right, upwards, towards it), in
            metres. `draw` makes larger pictures of them.
        angles: Float32 array of shape `(clips,)`: where the camera stands, in degrees
            around the person: 0 at the right hand, 90 in front, 180 at the left hand.
        takes: List of str, the recording that a clip is from.
    """

    frames: np.ndarray
    labels: np.ndarray
    points: np.ndarray
    angles: np.ndarray
    takes: list[str]


class MotionClips(PackageBuilder):
    """Builder of the clips: draws each once."""

    VERSION = tfds.core.Version("1.0.0")
    RELEASE_NOTES = {"1.0.0": "Twelve actions, split by camera angle and by time."}
    CITATION = "Coumans and Bai (2016-2025), PyBullet; Peng et al. (2018)."
    SUPERVISED_KEYS = ("frames", "label")

    def _features(self):
        tensor = tfds.features.Tensor
        return {
            "frames": tensor(shape=(FRAMES, SIZE, SIZE), dtype=np.uint8),
            "label": tfds.features.ClassLabel(names=LABELS),
            "points": tensor(shape=(FRAMES, POINTS, 3), dtype=np.float32),
            "angle": np.float32,
            "take": tfds.features.Text(),
        }

    def _splits(self):
        names = {take for takes, _ in ACTIONS.values() for take in takes}
        takes = read_takes(sorted(names))
        return {
            name: _filmed(takes, name, np.random.default_rng([_SEED, i]))
            for i, name in enumerate(_SECTORS)
        }


def _filmed(takes, split, rng):
    """Yields the clips of a split, as rows, in a random order."""
    labels = np.repeat(np.arange(len(LABELS)), _CLIPS_PER_ACTION[split])
    for label in rng.permutation(labels):
        names, direction = ACTIONS[LABELS[label]]
        take = names[rng.integers(len(names))]
        angle = _draw_angle(split, rng)
        body = film(takes[take], window(split, rng), direction, rng)
        points = seen_from(body, angle, elevation=rng.uniform(0, 15))
        yield {
            "frames": with_noise(draw(points, SIZE), rng),
            "label": label,
            "points": points,
            "angle": angle,
            "take": take,
        }


def load_clips() -> dict[str, Clips]:
    """Loads the splits, preparing the data the first time.

    Returns:
        A dict from split name to `Clips`: `"train"`; `"validation"` and `"test"`, the
        same parts of the takes from camera angles that training has not; `"later"`, the
        parts of the takes that follow, from angles like those of training.

    Raises:
        FetchError: The data is not prepared and the package cannot be had.
    """
    builder = prepared(MotionClips)
    return {name: _clips(builder, name) for name in (*SPLITS, "later")}


def _clips(builder, split):
    rows = list(tfds.as_numpy(builder.as_dataset(split=split)))
    column = {key: np.array([row[key] for row in rows]) for key in rows[0]}
    return Clips(
        frames=column["frames"],
        labels=column["label"],
        points=column["points"],
        angles=column["angle"],
        takes=[take.decode("utf-8") for take in column["take"]],
    )


def window(split: str, rng: np.random.Generator) -> tuple[float, float]:
    """Draws the part of a take that a clip of the split shows.

    Returns:
        `(start, stop)`, shares of the take: before 0.6, after 0.6 for `"later"`.
    """
    first, last = (_TRAINING_SHARE, 1) if split == "later" else (0, _TRAINING_SHARE)
    length = rng.uniform(_SHORTEST, _LONGEST)
    start = rng.uniform(first, last - length)
    return start, start + length


def _draw_angle(split, rng):
    return _SECTOR_DEGREES * (rng.choice(_SECTORS[split]) + rng.random())


def film(
    take: tuple[np.ndarray, np.ndarray],
    part: tuple[float, float],
    direction: int,
    rng: np.random.Generator,
) -> np.ndarray:
    """Returns the body's points at the times of a clip's frames, in a random build.

    Args:
        take: `(times, points)`.
        part: `(start, stop)`, shares of the take.
        direction: 1 forwards, -1 backwards.
        rng: A `numpy.random.Generator`.

    Returns:
        Array of shape `(12, 18, 3)` in metres, around the middle of the clip's path.
    """
    times, points = take
    moments = np.linspace(*part, FRAMES)[::direction] * times[-1]
    flat = points.reshape(len(points), -1)
    body = np.stack([np.interp(moments, times, column) for column in flat.T], axis=1)
    body = body.reshape(FRAMES, -1, 3)
    middle = body[:, :1].mean(axis=0) * [1, 0, 1]
    # Tall and short, slim and stout people.
    return (body - middle) * rng.uniform(0.85, 1.1) * [1, rng.uniform(0.93, 1.07), 1]


def with_noise(frames: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Returns frames as a poor camera takes them: uint8, of the same shape."""
    noisy = frames + rng.normal(scale=_NOISE, size=frames.shape)
    return np.clip(noisy.round(), 0, 255).astype(np.uint8)
