"""Movements of a whole body, as motion capture recorded them: one take of each.

`load_takes` gives where the body's points are, moment by moment. `motion_clips` draws
short films of some of these takes; here they are whole, and not drawn.
"""

from typing import NamedTuple

import numpy as np
import tensorflow_datasets as tfds

from rnn_utils.datasets.building.preparation import prepared
from rnn_utils.datasets.building.registry_package import read_members
from rnn_utils.datasets.motion_clips import MEMBER, PACKAGE, read_take

TAKES = (
    *("backflip", "cartwheel", "crawl", "dance_a", "dance_b", "getup_facedown"),
    *("getup_faceup", "jump", "kick", "punch", "roll", "run", "spin", "spinkick"),
    "walk",
)
POINTS = 18


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


class MotionTakes(tfds.core.GeneratorBasedBuilder):
    """Builder of the takes: computes the points from recorded angles."""

    VERSION = tfds.core.Version("1.0.0")
    RELEASE_NOTES = {"1.0.0": "Fifteen takes."}

    def _info(self):
        return tfds.core.DatasetInfo(
            builder=self,
            description=__doc__,
            features=tfds.features.FeaturesDict(
                {
                    "name": tfds.features.Text(),
                    "times": tfds.features.Tensor(shape=(None,), dtype=np.float64),
                    "points": tfds.features.Tensor(
                        shape=(None, POINTS, 3), dtype=np.float32
                    ),
                }
            ),
            disable_shuffling=True,
            citation="Coumans and Bai (2016-2025), PyBullet; Peng et al. (2018).",
        )

    def _split_generators(self, dl_manager):
        del dl_manager  # The package is fetched and checked by its own module.
        members = {name: MEMBER.format(take=name) for name in TAKES}
        files = read_members(PACKAGE, list(members.values()))
        takes = {name: read_take(files[member]) for name, member in members.items()}
        return {"takes": self._generate_examples(takes)}

    def _generate_examples(self, takes):
        for index, (name, (times, points)) in enumerate(takes.items()):
            row = {"name": name, "times": times, "points": points.astype(np.float32)}
            yield index, row


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
