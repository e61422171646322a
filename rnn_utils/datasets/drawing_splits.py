"""Which drawings test: combinations of words and whole things that training lacks.

Drawings that are the same, or nearly, are found first, so that none of them straddles
two splits. `distinct` keeps one of each, `split_drawings` deals them.
"""

import collections
from collections.abc import Hashable, Mapping, Sequence

import numpy as np

from rnn_utils.datasets.building.splits import groups_with_shared_keys
from rnn_utils.datasets.caption_words import CLASSES, without_skin_tones, word_classes

# Signs that only change others: the skin tones, what joins two signs to one, and what
# asks for a picture in the place of a letter.
TONE_SIGNS = "\U0001f3fb\U0001f3fc\U0001f3fd\U0001f3fe\U0001f3ff"
JOINER, AS_PICTURE = "\u200d", "\ufe0f"
DRAWING_SPLITS = ("train", "validation", "test", "validation_concept", "test_concept")

_SEED = 2014
# Root mean square difference of two pictures, in grey levels of 255.
_SAME, _ALIKE = 1.0, 8.0
# How many are held out, and in how many others each word of theirs stays in training.
_CONCEPTS_HELD_OUT, _FEWEST_CONCEPTS = {"test_concept": 80, "validation_concept": 40}, 1
_VARIANTS_HELD_OUT, _FEWEST_VARIANTS = {"test": 130, "validation": 65}, 2
# The heads of men and women with their hair, or families, are too many to hold out.
_LARGEST_UNIT = 10

# Left out of the signs when concepts are compared: female and male, to the right, hair.
_VARIATIONS = TONE_SIGNS + JOINER + AS_PICTURE + "\u2640\u2642\u27a1🦰🦱🦲🦳"
_NEUTRAL = str.maketrans("👨👩👦👧", "🧑🧑🧒🧒", _VARIATIONS)
_NOT_CONCEPT = set(CLASSES) - {"concept", "clothing", "function"}


def differences(pictures: np.ndarray) -> np.ndarray:
    """Returns how much each two pictures differ.

    Args:
        pictures: uint8 array of shape `(pictures, ...)`.

    Returns:
        float32 array of shape `(pictures, pictures)`: root mean squares of the
        differences of their values, 0 to 255.
    """
    flat = pictures.reshape(len(pictures), -1).astype(np.float32)
    squares = np.sum(flat**2, axis=1)
    sums = squares[:, None] + squares - 2 * flat @ flat.T
    return np.sqrt(np.maximum(sums, 0) / flat.shape[1])


def distinct(
    names: Mapping[str, tuple[str, float]], pictures: np.ndarray
) -> tuple[list[str], list[str], np.ndarray]:
    """Keeps one of all signs whose pictures are the same.

    No reader could tell their captions apart: "astronaut" and "man astronaut". The one
    with the fewest words stays, one without man or woman first.

    Args:
        names: A dict from sign to `(caption, version)`.
        pictures: uint8 array of shape `(signs, side, side, 3)`.

    Returns:
        `(signs, captions, pictures)` of those that stay: two lists and an array.
    """
    signs, captions = list(names), [caption for caption, _ in names.values()]
    groups = groups_with_shared_keys(_pairs_within(pictures, _SAME))
    kept = sorted(min(group, key=lambda i: _plainness(captions[i])) for group in groups)
    return [signs[i] for i in kept], [captions[i] for i in kept], pictures[kept]


def _plainness(caption):
    words = caption.split()
    return len(words), bool({"man", "men", "woman", "women"} & set(words)), caption


def _pairs_within(pictures, limit):
    """Returns for each picture one key for each other that differs by less."""
    keys = [[] for _ in pictures]
    for i, j in zip(*np.nonzero(differences(pictures) < limit), strict=True):
        if i < j:
            keys[i].append((int(i), int(j)))
            keys[j].append((int(i), int(j)))
    return keys


def concept_keys(sign: str, caption: str) -> list[Hashable]:
    """Returns what a drawing shares with all others of the same concept.

    "man judge" and "woman judge", "red heart" and "blue heart", all clock faces: two
    drawings share a key when their signs are the same but for sex, skin, hair and
    direction, or when their captions are the same without the words for persons, hair,
    directions, colours, sizes, numbers and skin tones.

    Args:
        sign: The sign.
        caption: Its caption.

    Returns:
        A list of keys.
    """
    words, classes = caption.split(), word_classes(caption)
    core = tuple(
        word
        for word, kind in zip(words, classes, strict=True)
        if kind not in _NOT_CONCEPT
    )
    # Where nothing else is said, the kind of words is the concept.
    kinds = frozenset(classes) - {"skin tone"}
    return [frozenset(sign.translate(_NEUTRAL)), core or kinds]


def split_drawings(
    signs: Sequence[str], captions: Sequence[str], pictures: np.ndarray
) -> dict[str, list[int]]:
    """Deals the drawings to the splits.

    First whole concepts are held out, each with all drawings that look nearly the
    same. Of the rest, variants are held out: all skin tones of "woman judge". Every
    word of a held-out caption stays in training.

    Args:
        signs: List of signs.
        captions: List of their captions.
        pictures: uint8 array of shape `(signs, side, side, 3)`.

    Returns:
        A dict from split name to a list of indices.
    """
    variants = [without_skin_tones(caption) for caption in captions]
    keys = [concept_keys(*pair) for pair in zip(signs, captions, strict=True)]
    alike = _pairs_within(pictures, _ALIKE)
    groups = groups_with_shared_keys([a + b for a, b in zip(keys, alike, strict=True)])
    concepts = [sorted({variants[i] for i in group}) for group in groups]
    names = hold_out(concepts, _FEWEST_CONCEPTS, _CONCEPTS_HELD_OUT)
    split_of = {
        variant: name
        for concept, name in zip(concepts, names, strict=True)
        for variant in concept
    }
    rest = sorted(variant for variant in split_of if split_of[variant] == "train")
    names = hold_out([[v] for v in rest], _FEWEST_VARIANTS, _VARIANTS_HELD_OUT)
    split_of |= dict(zip(rest, names, strict=True))
    return {
        name: [i for i, variant in enumerate(variants) if split_of[variant] == name]
        for name in DRAWING_SPLITS
    }


def hold_out(
    units: Sequence[Sequence[str]], fewest: int, wanted: Mapping[str, int]
) -> list[str]:
    """Chooses units to hold out of training whose words all occur in others.

    Args:
        units: List of lists of variants that must not be parted. Units of more than 10
            variants, and those of a single word, stay in training.
        fewest: In how many units of the training data each word must stay.
        wanted: A dict from split name to how many units it has.

    Returns:
        A list with the split of each unit.
    """
    words = [set(" ".join(unit).split()) for unit in units]
    counts = collections.Counter(word for each in words for word in each)
    names = ["train"] * len(units)
    free = [name for name, count in wanted.items() for _ in range(count)]
    for i in np.random.default_rng(_SEED).permutation(len(units)):
        spare = all(counts[word] > fewest for word in words[i])
        fits = len(units[i]) <= _LARGEST_UNIT and len(words[i]) > 1
        if free and spare and fits:
            names[i] = free.pop(0)
            counts -= collections.Counter(words[i])
    return names
