"""Claims about which drawings are held out: none has its like in training."""

import numpy as np
import pytest

from rnn_utils.datasets.drawing_splits import concept_keys, distinct, hold_out


def test_of_drawings_that_are_the_same_the_plainest_caption_stays():
    names = {
        "a": ("man astronaut", 1),
        "b": ("astronaut", 1),
        "c": ("man kneeling", 1),
        "d": ("person kneeling", 1),
        "e": ("cat", 1),
    }
    pictures = np.zeros((5, 4, 4, 3), np.uint8)
    pictures[2:4], pictures[4] = 100, 103
    _, captions, kept = distinct(names, pictures)
    assert captions == ["astronaut", "person kneeling", "cat"]
    assert kept[:, 0, 0, 0].tolist() == [0, 100, 103]


@pytest.mark.parametrize(
    "one, other",
    [
        (("👨🏻\u200d🚀", "man astronaut"), ("🧑\u200d🚀", "astronaut")),
        (("🏃\u200d♂\ufe0f\u200d➡\ufe0f", "a"), ("🏃🏿", "b")),
        (("💙", "blue heart"), ("💜", "purple heart")),
        (("🕐", "one o'clock"), ("🕝", "two thirty")),
        (("◼", "black medium square"), ("▫", "white small square")),
    ],
)
def test_drawings_of_one_concept_share_a_key(one, other):
    assert set(concept_keys(*one)) & set(concept_keys(*other))


def test_other_concepts_share_none():
    one, other = concept_keys("🐱", "cat face"), concept_keys("🐶", "dog face")
    assert not set(one) & set(other)


def test_words_of_what_is_held_out_stay_in_training():
    units = [["red cat"], ["red dog"], ["blue cat"], ["blue dog"], ["cat"], ["owl x"]]
    names = hold_out(units, 1, {"test": 5})
    train = [unit[0] for unit, name in zip(units, names, strict=True) if name != "test"]
    assert names.count("test") >= 1
    assert names[4:] == ["train", "train"]
    assert {"red", "blue", "cat", "dog"} <= set(" ".join(train).split())
