"""Movements of a whole body, as motion capture recorded them: one take of each.

`load_takes` gives where the body's points are, moment by moment. `motion_clips` draws
short films of some of these takes; here they are whole, and not drawn.
"""

import json
from collections.abc import Iterable
from typing import NamedTuple

import numpy as np
import tensorflow_datasets as tfds

from rnn_utils.datasets.building.body import POINTS, forward_kinematics
from rnn_utils.datasets.building.package_builder import PackageBuilder
from rnn_utils.datasets.building.preparation import prepared
from rnn_utils.datasets.building.registry_package import RegistryPackage, read_members

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
TAKES = (
    *("backflip", "cartwheel", "crawl", "dance_a", "dance_b", "getup_facedown"),
    *("getup_faceup", "jump", "kick", "punch", "roll", "run", "spin", "spinkick"),
    "walk",
)


class Take(NamedTuple):
    """One recorded movement.

    Attributes:
        times: Float64 array of shape `(frames,)`, seconds from the start, in even
            steps; 16 to 60 a second, by take.
        points: Float32 array of shape `(frames, 18, 3)`: the body's points in metres,
            forwards, upwards and to the right of the first frame. The first is the hip.
    """

    times: np.ndarray
    points: np.ndarray


class MotionTakes(PackageBuilder):
    """Builder of the takes: computes the points from recorded angles."""

    VERSION = tfds.core.Version("1.0.0")
    RELEASE_NOTES = {"1.0.0": "Fifteen takes."}
    CITATION = "Coumans and Bai (2016-2025), PyBullet; Peng et al. (2018)."

    def _features(self):
        return {
            "name": tfds.features.Text(),
            "times": tfds.features.Tensor(shape=(None,), dtype=np.float64),
            "points": tfds.features.Tensor(shape=(None, POINTS, 3), dtype=np.float32),
        }

    def _splits(self):
        takes = read_takes(TAKES).items()
        return {
            "takes": [
                {"name": name, "times": times, "points": points.astype(np.float32)}
                for name, (times, points) in takes
            ]
        }


def load_takes() -> dict[str, Take]:
    """Loads the takes, preparing the data the first time.

    Returns:
        A dict from name, as in `TAKES`, to `Take`. There is one take of each movement,
        so there are no splits.

    Raises:
        FetchError: The data is not prepared and the package cannot be had.
    """
    builder = prepared(MotionTakes)
    rows = tfds.as_numpy(builder.as_dataset(split="takes"))
    return {
        row["name"].decode("utf-8"): Take(row["times"], row["points"]) for row in rows
    }


def read_takes(names: Iterable[str]) -> dict[str, tuple[np.ndarray, np.ndarray]]:
    """Returns the takes of these names out of the package, each as from `read_take`.

    Args:
        names: Names as in `TAKES`.
    """
    members = {name: MEMBER.format(take=name) for name in names}
    files = read_members(PACKAGE, list(members.values()))
    return {name: read_take(files[member]) for name, member in members.items()}


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
