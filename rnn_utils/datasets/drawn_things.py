"""Things as five artists drew them, to be put together into scenes.

A key, a pig, a red heart: 56 things, each drawn once for OpenMoji, Noto, Twemoji,
Fluent Emoji and EmojiOne. `load_things` gives the drawings, and `scenes` puts them into
pictures.
"""

import io
import json
from collections.abc import Mapping
from typing import NamedTuple

import numpy as np
import tensorflow_datasets as tfds
from PIL import Image

from rnn_utils.datasets.building.package_builder import PackageBuilder
from rnn_utils.datasets.building.preparation import prepared
from rnn_utils.datasets.building.registry_package import RegistryPackage, read_members
from rnn_utils.datasets.captioned_drawings import (
    NAMES,
    NAMES_MEMBER,
    OPENMOJI,
    openmoji_member,
    read_names,
)

ICONS = {
    "noto": RegistryPackage(
        name="@iconify-json/noto",
        version="1.2.9",
        sha256="3e918d88fc945c0bb3d468dbace6f88caef67f01c9f0e7bcae0915a042e8f1ad",
        kind="npm",
    ),
    "twemoji": RegistryPackage(
        name="@iconify-json/twemoji",
        version="1.2.5",
        sha256="19046dff7d8707ce96212ec86468b36ac5f8e60409629dd13f809265c6d0ebb7",
        kind="npm",
    ),
    "fluent": RegistryPackage(
        name="@iconify-json/fluent-emoji-flat",
        version="1.2.6",
        sha256="7d064769dee690815f823bc5bcc511d957198caf9f5edd8dd9c1aa48a6aeb175",
        kind="npm",
    ),
    "emojione": RegistryPackage(
        name="@iconify-json/emojione",
        version="1.2.3",
        sha256="26a14f44284407e8bcde91799388dca2bfd91dbcd55a97f425524a1c5b73610e",
        kind="npm",
    ),
}
ICONS_MEMBER = "package/icons.json"
ARTISTS = ("openmoji", *ICONS)

# Pixels a side: twice and three times what the drawings in a scene have.
SIDE = 36
# What all five drew so that one word says what it is, and no other word here does.
_NOUNS = """
    anchor avocado balloon banana bell bicycle bus butterfly camera carrot crab crown
    doughnut drum duck elephant frog guitar hamburger hammer horse house key lemon
    monkey mushroom owl pear penguin pig pineapple rocket snail spider strawberry
    tomato trophy trumpet turtle umbrella watermelon whale
"""
COLOURS = {
    "apple": ("red", "green"),
    "book": ("green", "blue", "orange"),
    "circle": ("red", "blue", "black"),
    "heart": ("red", "yellow", "green", "blue", "purple", "black"),
}
NAMES_OF_THINGS = (
    *_NOUNS.split(),
    *(f"{colour} {noun}" for noun, colours in COLOURS.items() for colour in colours),
)


class Things(NamedTuple):
    """The drawings.

    Attributes:
        names: List of str, such as "key" and "red heart": a noun, perhaps after a
            colour.
        artists: List of str.
        drawings: uint8 array of shape `(things, artists, SIDE, SIDE, 3)`, RGB on white.
    """

    names: list[str]
    artists: list[str]
    drawings: np.ndarray


class DrawnThings(PackageBuilder):
    """Builder of the things; an example is the drawing of one thing by one artist."""

    VERSION = tfds.core.Version("1.0.0")
    RELEASE_NOTES = {"1.0.0": "56 things by five artists, 36 x 36 pixels."}
    CITATION = (
        "OpenMoji (openmoji.org), CC BY-SA 4.0; Noto Emoji, Google, Apache 2.0; "
        "Twemoji, Twitter, CC BY 4.0; Fluent Emoji, Microsoft, MIT; EmojiOne 2 by way "
        "of EmojiTwo, CC BY 4.0."
    )
    SUPERVISED_KEYS = ("drawing", "name")

    def _features(self):
        return {
            "drawing": tfds.features.Image(shape=(SIDE, SIDE, 3)),
            "name": tfds.features.Text(),
            "artist": tfds.features.Text(),
        }

    def _splits(self):
        drawn = {"openmoji": _openmoji_drawings()}
        for artist, package in ICONS.items():
            content = read_members(package, [ICONS_MEMBER])[ICONS_MEMBER]
            icons = json.loads(content)
            drawn[artist] = [svg_of(icons, name) for name in NAMES_OF_THINGS]
        rows = [
            {"drawing": pixels(svg), "name": name, "artist": artist}
            for artist, svgs in drawn.items()
            for name, svg in zip(NAMES_OF_THINGS, svgs, strict=True)
        ]
        return {"train": rows}


def _openmoji_drawings():
    names = read_names(read_members(NAMES, [NAMES_MEMBER])[NAMES_MEMBER])
    signs = {caption: sign for sign, (caption, _) in names.items()}
    members = [openmoji_member(signs[name]) for name in NAMES_OF_THINGS]
    content = read_members(OPENMOJI, members)
    return [content[member].decode("utf-8") for member in members]


def svg_of(icons: Mapping, name: str) -> str:
    """Returns an icon of a collection in Iconify's format as an SVG file.

    Args:
        icons: The collection: `icons` has the bodies by name, `aliases`, where there
            are any, other names for them; width and height are the collection's unless
            the icon has its own.
        name: Words with a space between two.
    """
    key = name.replace(" ", "-")
    key = icons.get("aliases", {}).get(key, {}).get("parent", key)
    icon = icons["icons"][key]
    width, height = (icon.get(s, icons.get(s)) for s in ("width", "height"))
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" '
        'xmlns:xlink="http://www.w3.org/1999/xlink" '
        f'viewBox="0 0 {width} {height}">{icon["body"]}</svg>'
    )


def pixels(svg: str) -> np.ndarray:
    """Returns an SVG drawing as uint8 of shape `(SIDE, SIDE, 3)`, RGB on white.

    What is empty around the drawing is cut off, and the rest fills the square.
    """
    # Needed once, to prepare the data.
    import resvg_py

    png = resvg_py.svg_to_bytes(
        svg_string=svg,
        width=8 * SIDE,
        height=8 * SIDE,
        # The drawings have no text, and finding fonts takes longer than drawing.
        skip_system_fonts=True,
    )
    with Image.open(io.BytesIO(bytes(png))) as file:
        picture = file.convert("RGBA")
    picture = picture.crop(picture.getchannel("A").getbbox())
    whole = max(picture.size)
    square = Image.new("RGB", (whole, whole), "white")
    corner = (whole - picture.width) // 2, (whole - picture.height) // 2
    square.paste(picture, corner, mask=picture)
    return np.asarray(square.resize((SIDE, SIDE), Image.Resampling.LANCZOS))


def load_things() -> Things:
    """Loads the drawings, preparing the data the first time.

    Raises:
        FetchError: The data is not prepared and cannot be had.
    """
    builder = prepared(DrawnThings)
    drawings = {}
    for row in tfds.as_numpy(builder.as_dataset(split="train")):
        key = row["name"].decode("utf-8"), row["artist"].decode("utf-8")
        drawings[key] = row["drawing"]
    names, artists = list(NAMES_OF_THINGS), list(ARTISTS)
    stacked = [
        np.stack([drawings[name, artist] for artist in artists]) for name in names
    ]
    return Things(names, artists, np.stack(stacked))
