"""A small builder, for tests of preparation in this process and in others.

    python -m tests.datasets.toy_builder FOLDER COUNT

prepares it, together with others: when COUNT processes have come half the way, each
with a file in FOLDER, all go on.
"""

import sys
import time
from pathlib import Path

import numpy as np
import tensorflow_datasets as tfds

from rnn_utils.datasets.building.preparation import prepared

NUMBERS = list(range(5))


class ToyNumbers(tfds.core.GeneratorBasedBuilder):
    """Builder of five numbers."""

    VERSION = tfds.core.Version("1.0.0")

    def _info(self):
        features = tfds.features.FeaturesDict({"number": np.int64})
        return tfds.core.DatasetInfo(builder=self, features=features)

    def _split_generators(self, dl_manager):
        return {"train": self._generate_examples()}

    def _generate_examples(self):
        for number in NUMBERS:
            if number == NUMBERS[-1]:
                self.half_the_way()
            yield number, {"number": number}

    def half_the_way(self):
        """Does nothing; tests let it do other things."""


def numbers(builder):
    """Returns what a builder has prepared."""
    return sorted(int(row["number"]) for row in builder.as_dataset(split="train"))


def meet(folder, count):
    """Returns what waits for as many processes, and gives up after two minutes."""

    def wait(builder):
        (folder / Path(builder.data_dir).name).touch()
        until = time.monotonic() + 120
        while len(list(folder.iterdir())) < count:
            assert time.monotonic() < until, "not all have come"
            time.sleep(0.05)

    return wait


if __name__ == "__main__":
    ToyNumbers.half_the_way = meet(Path(sys.argv[1]), int(sys.argv[2]))
    print(numbers(prepared(ToyNumbers)))
