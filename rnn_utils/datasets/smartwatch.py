"""Shoulder exercises as a smartwatch on the wrist records them.

Ten people did seven exercises with either arm: 140 recordings of acceleration and
rotation. `load_exercises` gives them split by person; `leave_people_out` makes the
folds in which everybody is a stranger once.
"""

import codecs
import io
import pickle
from collections.abc import Iterator, Mapping
from typing import NamedTuple

import numpy as np
import tensorflow_datasets as tfds

from rnn_utils.datasets.building.package_builder import PackageBuilder
from rnn_utils.datasets.building.preparation import prepared
from rnn_utils.datasets.building.registry_package import RegistryPackage, read_members
from rnn_utils.datasets.building.splits import SPLITS, split_at_random

PACKAGE = RegistryPackage(
    name="seglearn",
    version="1.2.5",
    sha256="ec6b952c85c9627050102854b372d85951563d3b990df677d7c55547e87413dd",
)
MEMBER = "seglearn/data/watch_dataset.npy"
CHANNELS = ("ax", "ay", "az", "wx", "wy", "wz")
# In the package's order.
LABELS = (
    *("pendulum", "abduction", "forward elevation", "internal rotation"),
    *("external rotation", "trapezius extension", "upright row"),
)
RATE = 50

_SEED = 2018
_VALIDATION_SHARE = 0.2
_MIRROR = np.float32([-1, 1, 1, 1, -1, -1])
# All that the package's pickle of arrays, lists and texts refers to.
_HARMLESS = {
    ("numpy", "ndarray"): np.ndarray,
    ("numpy", "dtype"): np.dtype,
    ("numpy.core.multiarray", "_reconstruct"): np.empty(0).__reduce__()[0],
    ("_codecs", "encode"): codecs.encode,
}


class Exercises(NamedTuple):
    """Recordings, or windows of them.

    Attributes:
        signals: Float32 arrays of shape `(timesteps, 6)`, 50 a second: acceleration
            along three axes of the watch, in units of gravity, and rotation around
            them, in radians a second. A list of recordings, one array of windows.
        labels: Int array, places in `LABELS`.
        people: Int array, who does the exercise, 1 to 10.
        sides: Int array, the arm that wears the watch, 0 left and 1 right.
    """

    signals: list[np.ndarray] | np.ndarray
    labels: np.ndarray
    people: np.ndarray
    sides: np.ndarray


class Smartwatch(PackageBuilder):
    """Builder of the recordings."""

    VERSION = tfds.core.Version("1.0.0")
    RELEASE_NOTES = {"1.0.0": "Split by person."}
    CITATION = "Burns et al. (2018), Physiological Measurement 39(7)."
    SUPERVISED_KEYS = ("signal", "label")

    def _features(self):
        return {
            "signal": tfds.features.Tensor(
                shape=(None, len(CHANNELS)), dtype=np.float32
            ),
            "label": tfds.features.ClassLabel(names=LABELS),
            "person": np.int64,
            "side": tfds.features.ClassLabel(names=["left", "right"]),
        }

    def _splits(self):
        rows = read_recordings(read_members(PACKAGE, [MEMBER])[MEMBER])
        people = sorted({row["person"] for row in rows})
        parts = split_at_random(people, _SEED, validation_share=_VALIDATION_SHARE)
        return {
            name: [row for row in rows if row["person"] in parts[name]]
            for name in SPLITS
        }


def load_exercises() -> dict[str, Exercises]:
    """Loads the three splits, preparing the data the first time.

    Returns:
        A dict from `"train"`, `"validation"`, `"test"` to `Exercises`, of six, two and
        two people.

    Raises:
        FetchError: The data is not prepared and the package cannot be had.
    """
    builder = prepared(Smartwatch)
    return {name: _exercises(builder, name) for name in SPLITS}


def _exercises(builder, split):
    rows = list(tfds.as_numpy(builder.as_dataset(split=split)))
    return Exercises(
        [row["signal"] for row in rows],
        *(np.array([row[key] for row in rows]) for key in ("label", "person", "side")),
    )


def read_recordings(content: bytes) -> list[dict[str, np.ndarray | int]]:
    """Returns the package's recordings as dicts: signal, label, person, side.

    Args:
        content: Bytes of its file, a dict of arrays and lists saved by NumPy.
    """
    data = read_object(content)
    columns = (data[name] for name in ("X", "y", "subject", "side"))
    return [
        {
            "signal": signal.astype(np.float32),
            "label": int(label),
            "person": int(person),
            "side": int(side),
        }
        for signal, label, person, side in zip(*columns, strict=True)
    ]


def read_object(content: bytes) -> object:
    """Returns an object that NumPy saved as a pickle, without running anything.

    A pickle can call any function that it names. This one may name what arrays are made
    of, and nothing else.

    Args:
        content: Bytes of a `.npy` file that holds one object of dicts, lists, numbers,
            texts and arrays.

    Raises:
        pickle.UnpicklingError: It refers to anything else.
    """
    file = io.BytesIO(content)
    np.lib.format.read_magic(file)
    np.lib.format.read_array_header_1_0(file)
    return _ArraysOnly(file).load().item()


class _ArraysOnly(pickle.Unpickler):
    def find_class(self, module: str, name: str) -> object:
        """Returns one of the few harmless things, and refuses all others."""
        if (module, name) not in _HARMLESS:
            raise pickle.UnpicklingError(
                f"the file refers to {module}.{name}; expected nothing but arrays"
            )
        return _HARMLESS[module, name]


def leave_people_out(
    parts: Mapping[str, Exercises], folds: int = 5
) -> Iterator[tuple[Exercises, Exercises]]:
    """Yields folds of the people of all splits: each is tested in one fold.

    Args:
        parts: A dict from split name to `Exercises`.
        folds: In how many groups the people are dealt, in the order of their numbers.

    Yields:
        `(rest, left_out)`, both `Exercises`: of everybody else, and of a group.

    Raises:
        ValueError: `folds` is not between 2 and the number of people.
    """
    signals, *columns = zip(*parts.values(), strict=True)
    everything = Exercises(
        [signal for part in signals for signal in part],
        *(np.concatenate(column) for column in columns),
    )
    people = np.unique(everything.people)
    if not 2 <= folds <= len(people):
        raise ValueError(f"folds is {folds}; expected between 2 and {len(people)}")
    for group in np.array_split(people, folds):
        left_out = np.isin(everything.people, group)
        yield _select(everything, ~left_out), _select(everything, left_out)


def _select(exercises, chosen):
    rows = np.flatnonzero(chosen)
    signals, *columns = exercises
    return Exercises([signals[row] for row in rows], *(each[rows] for each in columns))


def as_left_arm(exercises: Exercises) -> Exercises:
    """Returns exercises with those of the right arm mirrored, as if all were left.

    On the other wrist the watch's x axis points the other way. In a mirror across it,
    acceleration along x changes its sign, and so does rotation around the other axes.

    Args:
        exercises: `Exercises` of recordings.
    """
    mirrored = [
        signal * _MIRROR if side else signal
        for signal, side in zip(exercises.signals, exercises.sides, strict=True)
    ]
    return exercises._replace(signals=mirrored)


def cut_windows(exercises: Exercises, length: int = 100, step: int = 50) -> Exercises:
    """Cuts recordings into windows of one length, which overlap.

    Windows of one recording are much alike, so cut after people were parted.

    Args:
        exercises: `Exercises` of recordings.
        length: Time steps of a window. What is left at a recording's end is not used,
            nor is a recording that is shorter.
        step: Time steps from the beginning of a window to that of the next.

    Returns:
        `Exercises` whose signals are one array of shape `(windows, length, 6)`.

    Raises:
        ValueError: `length` or `step` is not positive.
    """
    if min(length, step) < 1:
        raise ValueError(f"length is {length} and step is {step}; expected 1 or more")
    signals, *columns = exercises
    cut = [
        [signal[i : i + length] for i in range(0, len(signal) - length + 1, step)]
        for signal in signals
    ]
    windows = [window for part in cut for window in part]
    counts = [len(part) for part in cut]
    return Exercises(
        np.array(windows, np.float32).reshape(-1, length, len(CHANNELS)),
        *(np.repeat(column, counts) for column in columns),
    )
