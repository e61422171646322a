"""Claims about captions: every word has its class, and skin tones can be left out."""

import pytest

from rnn_utils.datasets.caption_words import (
    CLASSES,
    caption_of,
    clean,
    without_skin_tones,
    word_classes,
)


@pytest.mark.parametrize(
    "name, caption",
    [
        (":eight_o’clock:", "eight o'clock"),
        (":three-thirty:", "three thirty"),
        (":A_button_(blood_type):", "a button blood type"),
        (":Mrs._Claus_medium-dark_skin_tone:", "mrs claus medium-dark skin tone"),
        (":UP!_button:", "up button"),
        (":piñata:", "piñata"),
    ],
)
def test_a_name_becomes_words(name, caption):
    assert caption_of(name) == caption


def test_captions_of_photographs_get_the_same_form():
    assert clean("A man, on a  T-shirt.\n") == "a man on a t shirt"


@pytest.mark.parametrize(
    "caption, rest",
    [
        ("woman judge medium-light skin tone", "woman judge"),
        ("woman dark skin tone red hair", "woman red hair"),
        ("kiss dark skin tone light skin tone", "kiss"),
        ("light bulb", "light bulb"),
    ],
)
def test_only_skin_tones_are_left_out(caption, rest):
    assert without_skin_tones(caption) == rest


@pytest.mark.parametrize(
    "caption, classes",
    [
        ("woman judge", ["person", "concept"]),
        ("man dark skin tone beard", ["person"] + ["skin tone"] * 3 + ["hair"]),
        ("person red hair", ["person", "hair", "hair"]),
        ("red heart", ["colour", "concept"]),
        ("person wearing turban", ["person", "concept", "clothing"]),
        ("man running facing right", ["person", "concept", "direction", "direction"]),
        ("light bulb", ["concept", "concept"]),
        ("white medium square", ["colour", "size", "concept"]),
    ],
)
def test_each_word_has_its_class(caption, classes):
    assert word_classes(caption) == classes
    assert set(classes) <= set(CLASSES)
