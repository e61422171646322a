"""Short clips of a moving person, drawn from motion capture: which action is it?

Real movements, made frames: joints are computed from recorded angles, seen by a camera
at some angle, and drawn to 12 grey pictures of 32 by 32. Four of the actions are others
played backwards, so nothing but the order of frames tells them apart. `load_clips`
gives the splits, `draw` draws a clip again at any size.
"""

import json
from typing import NamedTuple

import numpy as np
import tensorflow_datasets as tfds

from rnn_utils.datasets.building.preparation import prepared
from rnn_utils.datasets.building.registry_package import RegistryPackage, read_members
from rnn_utils.datasets.building.splits import SPLITS

PACKAGE = RegistryPackage(
    name="pybullet",
    version="3.2.7",
    sha256="042879db8d101ac7590dee475fc6aded508b85fe1273fdbbfde1d88bd200e14f",
    # The wheels are one for each platform; the source archive is the same everywhere.
    kind="sdist",
)
MEMBER = (
    "pybullet-3.2.7/examples/pybullet/gym/pybullet_data/data/motions/"
    "humanoid3d_{take}.txt"
)
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

# Each joint: its parent (an index), how many numbers its rotation has (4 a quaternion,
# 1 an angle), and where it is from its parent's joint, in metres. The body's measures
# are those of the package's file humanoid.urdf, in a quarter of its size.
_JOINTS = (
    (None, 4, (0, 0, 0)),  # 0 hip
    (0, 4, (0, 0.236, 0)),  # 1 chest
    (1, 4, (0, 0.224, 0)),  # 2 neck
    (0, 4, (0, 0, 0.085)),  # 3 right hip
    (3, 1, (0, -0.422, 0)),  # 4 right knee
    (4, 4, (0, -0.410, 0)),  # 5 right ankle
    (1, 4, (-0.024, 0.244, 0.183)),  # 6 right shoulder
    (6, 1, (0, -0.275, 0)),  # 7 right elbow
    (0, 4, (0, 0, -0.085)),  # 8 left hip
    (8, 1, (0, -0.422, 0)),  # 9 left knee
    (9, 4, (0, -0.410, 0)),  # 10 left ankle
    (1, 4, (-0.024, 0.244, -0.183)),  # 11 left shoulder
    (11, 1, (0, -0.275, 0)),  # 12 left elbow
    (2, 0, (0.02, 0.14, 0)),  # 13 head
    (5, 0, (0.15, -0.04, 0)),  # 14 right toes
    (7, 0, (0, -0.259, 0)),  # 15 right hand
    (10, 0, (0.15, -0.04, 0)),  # 16 left toes
    (12, 0, (0, -0.259, 0)),  # 17 left hand
)
# What is drawn between which points, and how thick (the radius in metres).
_LIMBS = (
    *((0, 1, 0.10), (1, 2, 0.11), (2, 13, 0.05), (13, 13, 0.11)),
    *((6, 11, 0.06), (3, 8, 0.08)),
    *((3, 4, 0.07), (4, 5, 0.055), (5, 14, 0.045)),
    *((8, 9, 0.07), (9, 10, 0.055), (10, 16, 0.045)),
    *((6, 7, 0.05), (7, 15, 0.045), (11, 12, 0.05), (12, 17, 0.045)),
)
# The picture's width in metres, and how far the floor is above its lower edge.
_FIELD, _FLOOR = 2.4, 0.3
# Grey levels; a metre nearer to the camera is so much brighter.
_BACKGROUND, _GROUND, _BODY, _DARKEST, _DEPTH_SHADE = 60, 90, 190, 110, 110
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


class MotionClips(tfds.core.GeneratorBasedBuilder):
    """Builder of the clips: draws each once."""

    VERSION = tfds.core.Version("1.0.0")
    RELEASE_NOTES = {"1.0.0": "Twelve actions, split by camera angle and by time."}

    def _info(self):
        points = (FRAMES, len(_JOINTS), 3)
        return tfds.core.DatasetInfo(
            builder=self,
            description=__doc__,
            features=tfds.features.FeaturesDict(
                {
                    "frames": tfds.features.Tensor(
                        shape=(FRAMES, SIZE, SIZE), dtype=np.uint8
                    ),
                    "label": tfds.features.ClassLabel(names=LABELS),
                    "points": tfds.features.Tensor(shape=points, dtype=np.float32),
                    "angle": np.float32,
                    "take": tfds.features.Text(),
                }
            ),
            supervised_keys=("frames", "label"),
            disable_shuffling=True,
            citation="Coumans and Bai (2016-2025), PyBullet; Peng et al. (2018).",
        )

    def _split_generators(self, dl_manager):
        del dl_manager  # The package is fetched and checked by its own module.
        names = {take for takes, _ in ACTIONS.values() for take in takes}
        members = {name: MEMBER.format(take=name) for name in sorted(names)}
        files = read_members(PACKAGE, list(members.values()))
        takes = {name: read_take(files[member]) for name, member in members.items()}
        return {
            name: self._generate_examples(
                takes, name, np.random.default_rng([_SEED, i])
            )
            for i, name in enumerate(_SECTORS)
        }

    def _generate_examples(self, takes, split, rng):
        labels = np.repeat(np.arange(len(LABELS)), _CLIPS_PER_ACTION[split])
        for index, label in enumerate(rng.permutation(labels)):
            names, direction = ACTIONS[LABELS[label]]
            take = names[rng.integers(len(names))]
            angle = _draw_angle(split, rng)
            body = film(takes[take], window(split, rng), direction, rng)
            points = seen_from(body, angle, elevation=rng.uniform(0, 15))
            yield (
                index,
                {
                    "frames": with_noise(draw(points), rng),
                    "label": label,
                    "points": points,
                    "angle": angle,
                    "take": take,
                },
            )


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


def read_take(content: bytes) -> tuple[np.ndarray, np.ndarray]:
    """Returns where the body's points are over a take.

    Args:
        content: Bytes of the package's file: for each frame its duration, the position
            of the hip, and the rotations of the joints.

    Returns:
        `(times, points)`: seconds, of shape `(frames,)`; metres, of shape
        `(frames, 18, 3)`, forwards, upwards and to the right of the first frame.
    """
    rows = np.array(json.loads(content)["Frames"])
    durations, positions, rotations = np.split(rows, [1, 4], axis=1)
    times = np.concatenate([[0], np.cumsum(durations[:-1])])
    return times, forward_kinematics(positions, rotations)


def forward_kinematics(positions: np.ndarray, rotations: np.ndarray) -> np.ndarray:
    """Returns the body's points, joint by joint from the hip outwards.

    A joint's place is its parent's place, plus the bone between them turned as all
    joints before it are turned.

    Args:
        positions: Places of the hip, of shape `(frames, 3)`, in metres.
        rotations: Quaternions (w, x, y, z), for knees and elbows angles in radians, of
            shape `(frames, 40)`, in the order of the joints.

    Returns:
        Array of shape `(frames, 18, 3)`.
    """
    points, turns, start = [], [], 0
    for parent, numbers, offset in _JOINTS:
        place, turn = positions, np.eye(3)
        if parent is not None:
            place = points[parent] + turns[parent] @ np.array(offset)
            turn = turns[parent]
        own = rotations[:, start : start + numbers]
        start += numbers
        points.append(place)
        turns.append(turn @ rotation_matrices(own) if numbers else turn)
    return np.stack(points, axis=1)


def rotation_matrices(rotations: np.ndarray) -> np.ndarray:
    """Returns the matrices of rotations, of shape `(frames, 3, 3)`.

    Args:
        rotations: Quaternions, of shape `(frames, 4)`, or angles in radians around the
            axis from left to right, of shape `(frames, 1)`.
    """
    if rotations.shape[1] == 1:
        half = rotations[:, 0] / 2
        zero = np.zeros_like(half)
        rotations = np.stack([np.cos(half), zero, zero, np.sin(half)], axis=1)
    w, x, y, z = (rotations / np.linalg.norm(rotations, axis=1, keepdims=True)).T
    return np.array(
        [
            [1 - 2 * (y * y + z * z), 2 * (x * y - z * w), 2 * (x * z + y * w)],
            [2 * (x * y + z * w), 1 - 2 * (x * x + z * z), 2 * (y * z - x * w)],
            [2 * (x * z - y * w), 2 * (y * z + x * w), 1 - 2 * (x * x + y * y)],
        ]
    ).transpose(2, 0, 1)


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


def seen_from(body: np.ndarray, angle: float, elevation: float) -> np.ndarray:
    """Returns points as a camera sees them, of the same shape as float32.

    Args:
        body: Array of shape `(..., 3)`: forwards, upwards, to the right.
        angle: Where the camera stands around the person, in degrees: 0 at the right
            hand, 90 in front.
        elevation: How far it looks down, in degrees.
    """
    around, down = np.radians([angle, elevation])
    forwards, upwards, right = np.moveaxis(body, -1, 0)
    across = forwards * np.cos(around) - right * np.sin(around)
    near = forwards * np.sin(around) + right * np.cos(around)
    height = upwards * np.cos(down) - near * np.sin(down)
    near = near * np.cos(down) + upwards * np.sin(down)
    return np.stack([across, height, near], axis=-1).astype(np.float32)


def draw(points: np.ndarray, size: int = SIZE) -> np.ndarray:
    """Draws bodies as thick limbs, smooth at the edges, the nearer the brighter.

    Args:
        points: Array of shape `(frames, 18, 3)`, as `seen_from` returns it.
        size: Width and height of a picture in pixels.

    Returns:
        Uint8 array of shape `(frames, size, size)`.
    """
    pixel = np.float32(_FIELD / size)
    middles = (np.arange(size, dtype=np.float32) + 0.5) * pixel
    across, height = np.meshgrid(middles - _FIELD / 2, _FIELD - _FLOOR - middles)
    empty = np.where(height < 0, _GROUND, _BACKGROUND).astype(np.float32)
    picture = np.repeat(empty[None], len(points), axis=0)
    starts, stops, radii = (np.array(column) for column in zip(*_LIMBS, strict=True))
    ends = np.stack([points[:, starts], points[:, stops]]).astype(np.float32)
    depth = ends[..., 2].mean(axis=0)
    shade = np.clip(_BODY + _DEPTH_SHADE * depth, _DARKEST, 255)
    order = np.argsort(depth, axis=1)
    rows = np.arange(len(points))
    for limb in order.T:
        inside = radii[limb].astype(np.float32) / pixel + np.float32(0.5)
        distance = _distance(across, height, *ends[:, rows, limb, :2]) / pixel
        cover = np.clip(inside[:, None, None] - distance, 0, 1)
        picture += cover * (shade[rows, limb][:, None, None] - picture)
    return picture.round().astype(np.uint8)


def _distance(across, height, start, stop):
    """Returns pixels' distances from a segment a frame, `(frames, size, size)`."""
    x, y, dx, dy = np.concatenate([start, stop - start], axis=1).T[:, :, None, None]
    square = np.maximum(dx * dx + dy * dy, np.float32(1e-9))
    right, up = across - x, height - y
    along = np.clip((right * dx + up * dy) / square, 0, 1)
    right -= along * dx
    up -= along * dy
    return np.sqrt(right * right + up * up)


def with_noise(frames: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Returns frames as a poor camera takes them: uint8, of the same shape."""
    noisy = frames + rng.normal(scale=_NOISE, size=frames.shape)
    return np.clip(noisy.round(), 0, 255).astype(np.uint8)
