"""Claims about scenes: what their captions say is what is drawn, and what is not."""

import itertools

import numpy as np
import pytest

pytest.importorskip("tensorflow_datasets")

from rnn_utils.datasets.drawn_things import SIDE, Things  # noqa: E402
from rnn_utils.datasets.scenes import (  # noqa: E402
    CANVAS,
    KINDS,
    Group,
    HeldOut,
    Scene,
    captions_of,
    close_ups,
    draw_scenes,
    facts_of,
    hold_out,
    kind_of,
    plural,
    random_scenes,
    scene_of,
    vocabulary,
)

NAMES = ["key", "owl", "red heart", "butterfly", "bus", "orange book"]
NOTHING = HeldOut(frozenset(), frozenset())


def things(artists=("one", "other")):
    """Plain squares: the red of a drawing tells the thing, its green the artist."""
    drawings = np.zeros((len(NAMES), len(artists), SIDE, SIDE, 3), np.uint8)
    drawings[..., 0] = 10 * np.arange(len(NAMES))[:, None, None, None]
    drawings[..., 1] = 100 * np.arange(len(artists))[None, :, None, None]
    return Things(NAMES, list(artists), drawings)


@pytest.mark.parametrize(
    ("groups", "captions"),
    [
        ([Group(0)], ["a key"]),
        ([Group(1, small=True)], ["a small owl"]),
        ([Group(3, 2, small=True)], ["two small butterflies"]),
        (
            [Group(2, 3), Group(5)],
            [
                "three red hearts left of an orange book",
                "an orange book right of three red hearts",
            ],
        ),
        (
            [Group(4, 2), Group(0), Group(1)],
            [
                "two buses left of a key left of an owl",
                "an owl right of a key right of two buses",
            ],
        ),
    ],
)
def test_captions_say_number_size_colour_thing_and_relation(groups, captions):
    assert captions_of(Scene(tuple(groups)), NAMES) == captions


def test_captions_are_read_back_from_either_end():
    rng = np.random.default_rng(0)
    for scene in random_scenes(rng, 500, len(NAMES), NOTHING, groups=(1, 2, 3, 4)):
        for caption in captions_of(scene, NAMES):
            assert scene_of(caption, NAMES) == scene


@pytest.mark.parametrize(
    "caption",
    [
        "",
        "key",
        "a keys",
        "two key",
        "a heart",
        "a red key",
        "a key left of",
        "a key left of an owl right of a key",
        "a key above an owl",
        "small a key",
        "a key an owl",
    ],
)
def test_what_is_no_caption_is_not_read(caption):
    assert scene_of(caption, NAMES) is None


def test_facts_of_a_scene():
    scene = Scene((Group(2, 3), Group(0, small=True), Group(1)))
    assert facts_of(scene) == {
        "thing": {(0,), (1,), (2,)},
        "count": {(2, 3), (0, 1), (1, 1)},
        "size": {(2, False), (0, True), (1, False)},
        "relation": {(2, 0), (0, 1)},
    }
    assert facts_of(Scene((Group(0),)))["relation"] == set()


@pytest.mark.parametrize(
    ("noun", "many"),
    [
        ("key", "keys"),
        ("monkey", "monkeys"),
        ("strawberry", "strawberries"),
        ("bus", "buses"),
        ("tomato", "tomatoes"),
        ("whale", "whales"),
    ],
)
def test_plurals(noun, many):
    assert plural(noun) == many


def test_the_vocabulary_has_the_words_of_all_captions():
    scenes = random_scenes(np.random.default_rng(0), 2000, len(NAMES), NOTHING)
    used = {
        word
        for scene in scenes
        for c in captions_of(scene, NAMES)
        for word in c.split()
    }
    words = vocabulary(NAMES)
    assert used <= set(words)
    assert words == sorted(set(words))
    assert set(words) - used <= {"green", "blue", "yellow", "purple", "black"}


def test_what_is_held_out_is_so_many_and_the_same_each_time():
    held_out = hold_out(10, pairs=12, counts=4)
    assert len(held_out.pairs) == 12
    assert all(len(pair) == 2 for pair in held_out.pairs)
    assert len({thing for thing, _ in held_out.counts}) == 4
    assert {count for _, count in held_out.counts} == {2, 3}
    assert held_out == hold_out(10, pairs=12, counts=4)
    assert held_out != hold_out(10, pairs=12, counts=4, seed=1)


def test_a_scene_is_new_by_any_pair_or_count_of_its_groups():
    held_out = HeldOut(frozenset([frozenset([0, 2])]), frozenset([(1, 3)]))
    kinds = {
        (Group(0), Group(1)): "known",
        (Group(2), Group(1), Group(0)): "new pair",
        (Group(3), Group(1, 3)): "new count",
        (Group(1, 3), Group(0), Group(2)): None,
    }
    for groups, kind in kinds.items():
        assert kind_of(Scene(groups), held_out) == kind


@pytest.mark.parametrize("kind", KINDS)
def test_random_scenes_are_of_their_kind_and_use_everything(kind):
    held_out = hold_out(len(NAMES), pairs=3, counts=3)
    groups = (2, 3) if kind == "new pair" else (1, 2, 3)
    rng = np.random.default_rng(0)
    scenes = random_scenes(rng, 900, len(NAMES), held_out, kind, groups)
    assert {kind_of(scene, held_out) for scene in scenes} == {kind}
    assert {len(scene.groups) for scene in scenes} == set(groups)
    every = [group for scene in scenes for group in scene.groups]
    assert {g.thing for g in every} == set(range(len(NAMES)))
    assert {g.count for g in every} == {1, 2, 3}
    assert {g.small for g in every} == {False, True}
    for scene in scenes:
        indices = [group.thing for group in scene.groups]
        assert len(set(indices)) == len(indices)


def test_drawings_are_where_the_boxes_say_and_nowhere_else():
    scenes = random_scenes(
        np.random.default_rng(1), 300, len(NAMES), NOTHING, groups=(1, 2, 3, 4)
    )
    pictures, boxes = draw_scenes(scenes, things(), ["other"], np.random.default_rng(2))
    assert pictures.shape == (300, CANVAS, CANVAS, 3)
    for picture, scene, of_groups in zip(pictures, scenes, boxes, strict=True):
        free = np.ones((CANVAS, CANVAS), bool)
        for group, of_group in zip(scene.groups, of_groups, strict=True):
            assert of_group.shape == (group.count, 4)
            for top, left, bottom, right in of_group:
                assert bottom - top == right - left == (12 if group.small else 18)
                assert min(top, left) >= 0
                assert max(bottom, right) <= CANVAS
                inside = picture[top:bottom, left:right]
                assert np.all(inside == [10 * group.thing, 100, 0])
                assert free[top:bottom, left:right].all()  # No two overlap.
                free[top:bottom, left:right] = False
        assert np.all(picture[free] == 255)


def test_groups_stand_side_by_side_around_one_height():
    rng = np.random.default_rng(3)
    scenes = random_scenes(rng, 500, len(NAMES), NOTHING, groups=(2, 3, 4))
    _, boxes = draw_scenes(scenes, things(), ["one"], rng)
    for of_groups in boxes:
        for before, after in itertools.pairwise(of_groups):
            assert before[:, 3].max() <= after[:, 1].min()
            middles = [(b[:, 0] + b[:, 2]).mean() / 2 for b in (before, after)]
            assert abs(middles[0] - middles[1]) <= 7


@pytest.mark.parametrize("shift", [0, 5])
def test_close_ups_have_every_drawing_near_the_middle(shift):
    rng = np.random.default_rng(4)
    scenes = random_scenes(rng, 200, len(NAMES), NOTHING)
    pictures, boxes = draw_scenes(scenes, things(), ["one"], rng)
    cut, rows = close_ups(pictures, boxes, 32, rng, shift)
    assert cut.shape == (sum(g.count for s in scenes for g in s.groups), 32, 32, 3)
    off = []
    for picture, (index, place) in zip(cut, rows, strict=True):
        group = scenes[index].groups[place]
        half = 6 if group.small else 9
        ys, xs = np.nonzero(picture[:, :, 2] == 0)
        assert np.all(picture[ys, xs, 1] == 0)
        middle = picture[16 - half + shift : 16 + half - shift, 16]
        assert np.all(middle == [10 * group.thing, 0, 0])
        alone = len(scenes[index].groups) == 1 and group.count == 1
        if alone:
            assert len(ys) == (2 * half) ** 2
            off.append((ys.mean() - 15.5, xs.mean() - 15.5))
    off = np.array(off)
    assert np.all(np.abs(off) <= shift)
    assert np.all(off.max(axis=0) - off.min(axis=0) >= shift)


def test_nothing_is_cut_out_of_no_scenes():
    nothing = np.zeros((0, CANVAS, CANVAS, 3), np.uint8)
    cut, rows = close_ups(nothing, [], 32, np.random.default_rng(0))
    assert cut.shape == (0, 32, 32, 3)
    assert rows.shape == (0, 2)


def test_drawings_are_smaller_by_means_of_pixels():
    drawings = things(["one"])
    drawings.drawings[0, 0, ::2] = 100  # Every second row, and 0 in between.
    pictures, ((box,),) = draw_scenes(
        [Scene((Group(0),))], drawings, ["one"], np.random.default_rng(0)
    )
    top, left, bottom, right = box[0]
    assert np.all(pictures[0, top:bottom, left:right] == 50)


def test_groups_of_a_scene_are_of_any_of_the_artists():
    scenes = [Scene((Group(0), Group(1)))] * 50
    pictures, _ = draw_scenes(
        scenes, things(), ["one", "other"], np.random.default_rng(0)
    )
    greens = {
        frozenset(np.unique(p[..., 1][p[..., 2] == 0]).tolist()) for p in pictures
    }
    assert greens == {frozenset([0]), frozenset([100]), frozenset([0, 100])}


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: hold_out(4, 7, 0), "pairs is 7; expected 0 to 6"),
        (lambda: hold_out(4, 0, 5), "counts is 5; expected 0 to 4"),
        (
            lambda: random_scenes(np.random.default_rng(0), 1, 6, NOTHING, "new"),
            "kind is 'new'; expected one of",
        ),
        (
            lambda: random_scenes(
                np.random.default_rng(0), 1, 6, NOTHING, "new pair", [1, 2]
            ),
            "groups holds 1; expected whole numbers from 2 to 4",
        ),
        (
            lambda: draw_scenes([], things(), ["nobody"], np.random.default_rng(0)),
            "artists has 'nobody'; expected some of",
        ),
        (
            lambda: draw_scenes([], things(), [], np.random.default_rng(0)),
            "artists",
        ),
    ],
)
def test_what_does_not_fit_is_refused(call, message):
    with pytest.raises(ValueError, match=message):
        call()
