"""Scenes of drawn things, their captions, and what is held out of training.

"two keys left of a small red heart": a scene is a row of groups, each of one to three
drawings of one thing, one below the other, all of them normal or small. Scenes are
drawn anew whenever they are asked for; and since a scene is made from a description,
its captions and the place of every drawing are known.
"""

import itertools
from collections.abc import Iterable, Sequence
from typing import NamedTuple

import numpy as np

from rnn_utils import _checks
from rnn_utils.datasets.drawn_things import COLOURS, SIDE, Things

CANVAS = 72
# Pixels a side of normal and of small drawings. Four groups of normal ones fit.
NORMAL, SMALL = SIDE // 2, SIDE // 3
# Between the centres of neighbours in a group; and by how much a drawing leaves its
# place.
SPACING, JITTER = 24, 3
MOST_IN_GROUP, MOST_GROUPS = 3, 4
NUMBERS = {2: "two", 3: "three"}
# How a row is told from its left and from its right end.
RELATIONS = ("left of", "right of")

KINDS = ("known", "new pair", "new count")


class Group(NamedTuple):
    """Drawings of one thing.

    Attributes:
        thing: Index of the thing.
        count: How many there are, 1 to 3.
        small: Whether they are small.
    """

    thing: int
    count: int = 1
    small: bool = False


class Scene(NamedTuple):
    """A row of groups.

    Attributes:
        groups: Tuple of one to four objects `Group`, from left to right, of different
            things.
    """

    groups: tuple[Group, ...]


class HeldOut(NamedTuple):
    """What training never shows.

    Attributes:
        pairs: Frozenset of pairs of things, each a frozenset of two indices, that are
            never in one scene.
        counts: Frozenset of pairs `(thing, count)`.
    """

    pairs: frozenset[frozenset[int]]
    counts: frozenset[tuple[int, int]]


def hold_out(things: int, pairs: int, counts: int, seed: int = 0) -> HeldOut:
    """Chooses what training never shows.

    Args:
        things: How many things there are.
        pairs: How many pairs to hold out.
        counts: Of how many things to hold out a count, 2 or 3.
        seed: Of the choice.

    Raises:
        ValueError: There are not as many pairs or things.
    """
    things = _checks.whole_number("things", things, 2)
    every = list(itertools.combinations(range(things), 2))
    pairs = _checks.whole_number("pairs", pairs, 0, len(every))
    counts = _checks.whole_number("counts", counts, 0, things)
    rng = np.random.default_rng(seed)
    chosen = rng.choice(len(every), pairs, replace=False)
    of_things = rng.choice(things, counts, replace=False)
    return HeldOut(
        frozenset(frozenset(every[index]) for index in chosen),
        frozenset((int(thing), 2 + i % 2) for i, thing in enumerate(of_things)),
    )


def kind_of(scene: Scene, held_out: HeldOut) -> str | None:
    """Tells which of `KINDS` a scene is of, or None where it is new in both ways."""
    indices = [group.thing for group in scene.groups]
    together = map(frozenset, itertools.combinations(indices, 2))
    new_pair = any(pair in held_out.pairs for pair in together)
    new_count = any(
        (group.thing, group.count) in held_out.counts for group in scene.groups
    )
    if new_pair and new_count:
        return None
    return KINDS[new_pair + 2 * new_count]


def random_scenes(
    rng: np.random.Generator,
    number: int,
    things: int,
    held_out: HeldOut,
    kind: str = "known",
    groups: Sequence[int] = (1, 2, 3),
) -> list[Scene]:
    """Draws descriptions of scenes.

    Args:
        rng: Source of the draws.
        number: How many scenes.
        things: How many things there are.
        held_out: What a "known" scene does not have.
        kind: One of `KINDS`; a "new pair" needs two groups or more.
        groups: The numbers of groups, each as frequent as the others.

    Returns:
        A list of objects `Scene`. Things, counts and sizes are drawn evenly, but for
        what the kind does not let pass.

    Raises:
        ValueError: `kind` is no kind, or `groups` has a number that does not fit.
    """
    if kind not in KINDS:
        raise ValueError(f"kind is {kind!r}; expected one of {list(KINDS)}")
    fewest = 2 if kind == "new pair" else 1
    most = min(MOST_GROUPS, things)
    sizes = _checks.whole_numbers("groups", groups, fewest, most)
    scenes = []
    while len(scenes) < number:
        scene = _any_scene(rng, int(rng.choice(sizes)), things)
        if kind_of(scene, held_out) == kind:
            scenes.append(scene)
    return scenes


def _any_scene(rng, groups, things):
    chosen = rng.choice(things, groups, replace=False)
    counts = rng.integers(1, MOST_IN_GROUP + 1, groups)
    small = rng.integers(2, size=groups)
    rows = zip(chosen.tolist(), counts.tolist(), small.tolist(), strict=True)
    return Scene(tuple(Group(t, c, bool(s)) for t, c, s in rows))


def captions_of(scene: Scene, names: Sequence[str]) -> list[str]:
    """Returns all right captions: from the left end of the scene and from its right.

    Args:
        scene: The `Scene`.
        names: The name of each thing, such as "key" and "red heart".

    Returns:
        Two, such as "two keys left of a small pig" and "a small pig right of two keys";
        one where there is one group.
    """
    phrases = [_phrase(group, names[group.thing]) for group in scene.groups]
    if len(phrases) == 1:
        return phrases
    left, right = RELATIONS
    return [f" {left} ".join(phrases), f" {right} ".join(phrases[::-1])]


def scene_of(caption: str, names: Sequence[str]) -> Scene | None:
    """Reads a caption: what scene it tells.

    Args:
        caption: Words with a space between two.
        names: As for `captions_of`.

    Returns:
        The `Scene`, or None where the words are no caption of one.
    """
    left, right = RELATIONS
    backwards = f" {right} " in caption
    phrases = caption.split(f" {right if backwards else left} ")
    groups = [_group(phrase, names) for phrase in phrases]
    if None in groups:
        return None
    return Scene(tuple(groups[::-1] if backwards else groups))


def _group(phrase, names):
    """The group of which a phrase is, or None."""
    for thing, name in enumerate(names):
        words = name.split()
        if not set(words[:-1]) <= set(phrase.split()):
            continue
        for count, small in itertools.product(range(1, MOST_IN_GROUP + 1), (0, 1)):
            group = Group(thing, count, bool(small))
            if _phrase(group, name) == phrase:
                return group
    return None


def facts_of(scene: Scene) -> dict[str, set[tuple]]:
    """Returns what a scene says, fact by fact.

    Returns:
        Sets by kind: "thing" of things, "count" of things with their counts, "size" of
        things and whether they are small, and "relation" of things and their right
        neighbours.
    """
    row = [group.thing for group in scene.groups]
    return {
        "thing": {(group.thing,) for group in scene.groups},
        "count": {(group.thing, group.count) for group in scene.groups},
        "size": {(group.thing, group.small) for group in scene.groups},
        "relation": set(itertools.pairwise(row)),
    }


def _phrase(group, name):
    words = ["small"] * group.small + name.split()
    if group.count > 1:
        return " ".join([NUMBERS[group.count], *words[:-1], plural(words[-1])])
    return " ".join(["an" if words[0][0] in "aeiou" else "a", *words])


def plural(noun: str) -> str:
    """Returns the plural of one of the nouns, "butterflies" of "butterfly"."""
    if noun.endswith("y") and noun[-2] not in "aeiou":
        return f"{noun[:-1]}ies"
    return f"{noun}es" if noun.endswith(("s", "sh", "ch", "x", "to")) else f"{noun}s"


def vocabulary(names: Iterable[str]) -> list[str]:
    """Returns all words that captions have, in the order of the alphabet."""
    nouns = {name.split()[-1] for name in names}
    words = {*nouns, *map(plural, nouns), *NUMBERS.values(), "a", "an", "small"}
    words.update(*COLOURS.values())
    words.update(word for relation in RELATIONS for word in relation.split())
    return sorted(words)


def draw_scenes(
    scenes: Sequence[Scene],
    things: Things,
    artists: Sequence[str],
    rng: np.random.Generator,
) -> tuple[np.ndarray, list[list[np.ndarray]]]:
    """Draws scenes: each group by an artist, and each drawing in a place, by chance.

    Args:
        scenes: List of objects `Scene`.
        things: The drawings.
        artists: Names of the artists to choose from.
        rng: Source of the draws.

    Returns:
        A uint8 array of shape `(scenes, CANVAS, CANVAS, 3)`, and for each scene a list
        with an int array of shape `(count, 4)` for each group: top, left, bottom and
        right of its drawings in pixels, bottom and right not included.

    Raises:
        ValueError: `artists` is empty or has one who did not draw the things.
    """
    _checks.not_empty("artists", artists, "artist")
    for artist in artists:
        if artist not in things.artists:
            raise ValueError(
                f"artists has {artist!r}; expected some of {things.artists}"
            )
    pictures = np.full((len(scenes), CANVAS, CANVAS, 3), 255, np.uint8)
    columns = [things.artists.index(artist) for artist in artists]
    boxes, rows = [], {NORMAL: [], SMALL: []}
    for index, scene in enumerate(scenes):
        boxes.append([])
        middle = _middle(rng, scene)
        for place, group in enumerate(scene.groups):
            side, column = SMALL if group.small else NORMAL, rng.choice(columns)
            corners = _corners(rng, scene, place, middle, side)
            boxes[-1].append(np.concatenate([corners, corners + side], axis=1))
            rows[side].extend((index, group.thing, column, *c) for c in corners)
    for side, of_size in rows.items():
        if of_size:
            scene, thing, column, top, left = np.array(of_size).T
            ys, xs = (start[:, None] + np.arange(side) for start in (top, left))
            small = _shrunk(things.drawings, side)
            where = scene[:, None, None], ys[:, :, None], xs[:, None]
            pictures[where] = small[thing, column]
    return pictures, boxes


def close_ups(
    pictures: np.ndarray,
    boxes: Sequence[Sequence[np.ndarray]],
    side: int,
    rng: np.random.Generator,
    shift: int = 6,
) -> tuple[np.ndarray, np.ndarray]:
    """Cuts every drawing out of pictures of scenes, with what lies around it.

    Args:
        pictures: uint8 array of shape `(scenes, CANVAS, CANVAS, 3)`.
        boxes: As `draw_scenes` returns them.
        side: Pixels a side of what is cut out; beyond the canvas all is white.
        rng: Source of the shifts.
        shift: Most pixels by which a drawing is off the middle, either way.

    Returns:
        A uint8 array of shape `(drawings, side, side, 3)`, and an int array of shape
        `(drawings, 2)`: the scene of each drawing, and which of its groups it is of.
    """
    rows = [
        (scene, group, *(box[:2] + box[2:] - side) // 2)
        for scene, groups in enumerate(boxes)
        for group, of_group in enumerate(groups)
        for box in of_group
    ]
    scene, group, top, left = np.array(rows, int).reshape(-1, 4).T
    shifts = rng.integers(-shift, shift + 1, (2, len(rows)))
    edge = side // 2 + shift + 1
    around = ((0, 0), (edge, edge), (edge, edge), (0, 0))
    padded = np.pad(pictures, around, constant_values=255)
    ys, xs = (start[:, None] + edge + np.arange(side) for start in (top, left) + shifts)
    cut = padded[scene[:, None, None], ys[:, :, None], xs[:, None]]
    return cut, np.stack([scene, group], axis=1)


def _corners(rng, scene, place, middle, side):
    """Returns where the drawings of a group begin, `(count, 2)`, without overlaps."""
    count = scene.groups[place].count
    parts = CANVAS * np.array([place, place + 1]) // len(scene.groups)
    left = rng.integers(parts[0], parts[1] - side + 1, count)
    centres = middle + SPACING * (np.arange(count) - (count - 1) / 2)
    top = centres - side / 2 + rng.integers(-JITTER, JITTER + 1, count)
    return np.stack([top, left], axis=1).astype(int)


def _middle(rng, scene):
    """Draws the height of the row, so that all groups fit."""
    half = SPACING * max(group.count for group in scene.groups) // 2
    return rng.integers(half, CANVAS - half + 1)


def _shrunk(drawings, side):
    """Returns drawings of a smaller side, each pixel the mean of those it covers."""
    step = SIDE // side
    shape = *drawings.shape[:2], side, step, side, step, 3
    return drawings.reshape(shape).mean(axis=(3, 5)).round().astype(np.uint8)
