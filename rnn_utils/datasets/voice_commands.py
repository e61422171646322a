"""Commands to a smart home, with the slots that a voice assistant must fill.

"turn on the desk lamp in the study" is made from a template that people wrote for the
assistant of Home Assistant, `<turn> on [<the>] {name} in [<the>] {area}`. Templates,
intents and closed lists (colours, states, numbers) come from the package. What differs
from home to home (rooms, devices, items) it leaves open: those values are ours, below.
`load_voice_commands` gives the sentences with a tag in B-..., I-..., O for each word.
"""

import itertools
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
import tensorflow_datasets as tfds

from rnn_utils.datasets.building.package_builder import PackageBuilder, columns
from rnn_utils.datasets.building.preparation import prepared
from rnn_utils.datasets.building.registry_package import RegistryPackage, read_members
from rnn_utils.datasets.building.splits import (
    SPLITS,
    split_at_random,
    split_within_kinds,
)
from rnn_utils.datasets.building.tagged_sentences import (
    load_full_size,
    without_shared_sentences,
)

PACKAGE = RegistryPackage(
    name="home-assistant-intents",
    version="2026.10.27",
    sha256="256eb1e4fc6e6f4943d0ba4e089c9639d74d0e9d62ccddeb7148bc168de55e40",
)
MEMBER = "home_assistant_intents/data/en.json"

# A text, and the slot that it fills or None.
_Piece = tuple[str, str | None]

_VALUES = {
    "area": """kitchen, living room, bedroom, bathroom, hall, study, office, garage,
        attic, cellar, pantry, nursery, guest room, dining room, laundry room, library,
        workshop, garden, balcony, terrace, porch, conservatory, gym, studio, den,
        playroom, music room, utility room, wine cellar, greenhouse, shed, lobby,
        staircase, corridor, back yard, front yard, lounge, sun room, cloakroom,
        boiler room""",
    "floor": """ground, first, second, third, fourth, top, upper, lower, middle, main,
        basement, mezzanine""",
    "name": """desk lamp, floor lamp, ceiling fan, coffee machine, kettle, heater,
        radiator, thermostat, air purifier, humidifier, stereo, television, soundbar,
        projector, printer, washing machine, dryer, dishwasher, oven, freezer, aquarium,
        fountain, sprinkler, porch light, night light, reading lamp, fairy lights,
        christmas tree, front door, back door, cat flap, skylight, roller blind,
        old radio, electric blanket, towel rail, bread maker, slow cooker, robot,
        mower, doorbell, boiler, charger, hi-fi, record player, mirror light, lava lamp,
        chandelier""",
    "timer_name": """pizza, egg, laundry, tea, pasta, workout, homework, bread, nap,
        meditation, roast, cookie, rice, shower, parking, reading, soup, cake""",
    "item": """milk, eggs, butter, brown bread, apples, bananas, olive oil, rice,
        oat milk, toothpaste, washing powder, coffee beans, green tea, tomatoes, onions,
        garlic, goat cheese, yoghurt, chicken breast, salmon, flour, sugar, dark
        chocolate, orange juice, light bulbs, batteries, dog food, cat litter, paper
        towels, soap, water the plants, call the plumber, pay the rent, book a table,
        renew the passport, clean the windows, feed the fish, post the letter""",
    "search_query": """the moonlight sonata, mozart, the four seasons, bach, swan lake,
        the magic flute, debussy, water music, carmen, bolero, the planets, chopin,
        the blue danube, a night at the opera, la mer, peer gynt, the nutcracker,
        verdi, for elise, the ring, rhapsody in blue, greensleeves, auld lang syne""",
    "message": """dinner is ready, the taxi is here, please come down, we leave in ten
        minutes, somebody is at the door, the film starts now, time for bed,
        breakfast is on the table, i am home, the cake is done""",
    "timer_command": """turn off the oven, close the windows, open the gate, play some
        music, lock the door, switch on the heater, stop the fan, lower the blinds,
        start the dishwasher, dim the lights, wake the children, feed the cat""",
    "zone": "home, work, school, the gym, the office, the station, town, the beach",
}
# Two lists of the package hold the same kind of thing.
_VALUES["todo_list_item"] = _VALUES["shopping_list_item"] = _VALUES.pop("item")

_SEED = 2022
_SENTENCES_PER_GROUP = 20
_SYMBOLS = re.compile(r"[()\[\]|;]|\{[^}]+\}|<[^>]+>|[^()\[\]|;{}<>]+")
_WORD = re.compile(r"\d+|[^\W\d]+(?:['-][^\W\d]+)*|[^\w\s]")
_UNIT = re.compile(r"hour|minute|second|half|\ban? ")


class Commands(NamedTuple):
    """One split. Everything is a list with one entry a sentence.

    Attributes:
        words: Lists of str, in lower case.
        tags: Lists of str, B-SLOT, I-SLOT or O for each word.
        intents: What the command asks for, such as `"HassTurnOn"`; None where it is
            not known.
    """

    words: list[list[str]]
    tags: list[list[str]]
    intents: list[str] | None = None


class VoiceCommands(PackageBuilder):
    """Builder of the commands.

    An example holds up to 1,000 sentences, so that reading is fast. Words and tags are
    texts with a space between two words.
    """

    VERSION = tfds.core.Version("1.0.0")
    RELEASE_NOTES = {"1.0.0": "Split by template, by open value and by pattern."}
    CITATION = "The Home Assistant Authors, Intents for Home Assistant."
    IN_BLOCKS = True

    def _features(self):
        return {name: tfds.features.Text() for name in ("words", "tags", "intent")}

    def _splits(self):
        grammar = json.loads(read_members(PACKAGE, [MEMBER])[MEMBER])
        return {
            name: [
                {"words": " ".join(words), "tags": " ".join(tags), "intent": intent}
                for words, tags, intent in commands
            ]
            for name, commands in make_commands(grammar).items()
        }


def load_voice_commands(dataset: str = "embedded") -> dict[str, Commands]:
    """Loads the three splits, preparing the data the first time.

    Args:
        dataset: `"embedded"` for `VoiceCommands`, or a public dataset with typed names:
            `"conll2003"` or `"wikiann/en"`.

    Returns:
        A dict from `"train"`, `"validation"`, `"test"` to `Commands`.

    Raises:
        FetchError: The data is not prepared and cannot be had.
        ValueError: `dataset` is not there, or has no tags.
    """
    if dataset != "embedded":
        parts = load_full_size(dataset)
        return {name: Commands(part.words, part.tags) for name, part in parts.items()}
    builder = prepared(VoiceCommands)
    return {name: _commands(columns(builder, name)) for name in SPLITS}


def _commands(part):
    words, tags = (
        [text.split(" ") for text in part[name]] for name in ("words", "tags")
    )
    return Commands(words, tags, part["intent"])


def make_commands(
    grammar: Mapping[str, Any],
) -> dict[str, list[tuple[list[str], list[str], str]]]:
    """Makes the sentences of each split from the templates.

    Args:
        grammar: The content of the package's file: a dict with `intents`, `lists` and
            `expansion_rules`.

    Returns:
        A dict from split name to its list of `(words, tags, intent)`.
    """
    groups = group_templates(grammar["intents"])
    kinds = {key: intent for key, (intent, _) in groups.items()}
    open_values = split_values(_VALUES)
    rng = np.random.default_rng(_SEED)
    parts = {}
    for name, keys in split_within_kinds(kinds, _SEED).items():
        values = {**closed_values(grammar["lists"]), **open_values[name]}
        sampler = Sampler(grammar["expansion_rules"], values, rng)
        parts[name] = [row for key in keys for row in _sentences(*groups[key], sampler)]
    parts = without_shared_sentences(parts)
    return {
        name: [parts[name][i][1:] for i in rng.permutation(len(parts[name]))]
        for name in SPLITS
    }


def group_templates(intents: Mapping[str, Any]) -> dict[str, tuple[str, list[str]]]:
    """Returns groups of templates that differ in the unit of time only.

    Args:
        intents: A dict from intent to its `data`, a list of dicts with `sentences`.

    Returns:
        A dict from what the templates of a group share to `(intent, templates)`.
    """
    groups = {}
    for intent, content in intents.items():
        for template in (
            each for data in content["data"] for each in data["sentences"]
        ):
            key = f"{intent}: {_UNIT.sub('', template)}"
            groups.setdefault(key, (intent, []))[1].append(template)
    return groups


def split_values(values: Mapping[str, str]) -> dict[str, dict[str, list[str]]]:
    """Deals the values of each open list to the splits: none is in two of them.

    Args:
        values: A dict from list name to a text with commas between values.

    Returns:
        A dict from split name to a dict from list name to its values.
    """
    dealt = {name: {} for name in SPLITS}
    for key, text in values.items():
        all_values = [" ".join(value.split()) for value in text.split(",")]
        for name, chosen in split_at_random(all_values, _SEED).items():
            dealt[name][key] = chosen
    return dealt


def closed_values(lists: Mapping[str, Any]) -> dict[str, list[str]]:
    """Returns the values of the package's lists that have some.

    Args:
        lists: A dict from list name to a dict with `values` or a `range` of numbers.

    Returns:
        A dict from list name to its values, which may be templates.
    """
    found = {}
    for name, content in lists.items():
        if "values" in content:
            found[name] = [value["in"] for value in content["values"]]
        elif "range" in content:
            low, high = content["range"]["from"], content["range"]["to"]
            step = content["range"].get("step", 1)
            found[name] = [str(number) for number in range(low, high + 1, step)]
    return found


def _sentences(intent, templates, sampler):
    """Returns distinct sentences of a group as `(pattern, words, tags, intent)`."""
    rows = {}
    for number in range(_SENTENCES_PER_GROUP):
        pattern, words, tags = tagged(
            sampler.sample(templates[number % len(templates)])
        )
        rows[" ".join(words)] = (pattern, words, tags, intent)
    return list(rows.values())


class Sampler:
    """Makes random sentences from templates.

    In a template `(a|b)` is a choice, `[a]` may be left out, `(a;b)` stands in any
    order, `<rule>` is a template of that name, and `{list:slot}` a value of the list
    that fills the slot; `{slot}` is short for `{slot:slot}`.

    Args:
        rules: A dict from rule name to template.
        values: A dict from list name to its values, which may be templates.
        rng: A `numpy.random.Generator`.
    """

    def __init__(
        self,
        rules: Mapping[str, str],
        values: Mapping[str, Sequence[str]],
        rng: np.random.Generator,
    ) -> None:
        self.rules = rules
        self.values = values
        self.rng = rng

    def sample(self, template: str) -> list[_Piece]:
        """Returns one sentence as a list of `(text, slot)`; slot is None outside."""
        return self._expand(parse(template))

    def _expand(self, tree):
        if isinstance(tree, str):
            return self._leaf(tree)
        kind, options = tree
        if kind == "maybe" and self.rng.random() < 0.5:
            return []
        if kind != "shuffled":
            options = [options[self.rng.integers(len(options))]]
        pieces = []
        for i in self.rng.permutation(len(options)):
            pieces += [(" ", None)] if pieces else []
            pieces += [piece for part in options[i] for piece in self._expand(part)]
        return pieces

    def _leaf(self, symbol):
        if symbol[0] == "<":
            return self.sample(self.rules[symbol[1:-1]])
        if symbol[0] == "{":
            name, _, slot = symbol[1:-1].partition(":")
            values = self.values[name]
            value = self.sample(values[self.rng.integers(len(values))])
            return [("".join(text for text, _ in value), slot or name)]
        return [(symbol, None)]


def parse(template: str) -> tuple[str, list]:
    """Returns a template as a tree.

    Args:
        template: A str in the form that `Sampler` describes.

    Returns:
        `(kind, options)`: kind is `"any"`, `"maybe"` or `"shuffled"`, and an option is
        a list of trees and of leaves, which are str.
    """
    return _parse_group(iter(_SYMBOLS.findall(template)), "any")


def _parse_group(symbols, kind):
    """Reads up to the closing bracket of the group that has just been opened."""
    options = [[]]
    for symbol in symbols:
        if symbol in (")", "]"):
            break
        if symbol in ("|", ";"):
            kind = "shuffled" if symbol == ";" else kind
            options.append([])
        elif symbol in ("(", "["):
            inner = "any" if symbol == "(" else "maybe"
            options[-1].append(_parse_group(symbols, inner))
        else:
            options[-1].append(symbol)
    return kind, options


def tagged(pieces: Iterable[_Piece]) -> tuple[list[str], list[str], list[str]]:
    """Cuts a sentence into words and tags them.

    Args:
        pieces: List of `(text, slot)`.

    Returns:
        The pattern, which is the words with `{slot}` for each filled slot; the words in
        lower case; and their tags, B-slot, I-slot or O.
    """
    pattern, words, tags = [], [], []
    for slot, group in itertools.groupby(pieces, key=lambda piece: piece[1]):
        found = _WORD.findall("".join(text for text, _ in group).lower())
        words += found
        if slot is None:
            pattern += found
            tags += ["O"] * len(found)
        else:
            pattern.append(f"{{{slot}}}")
            tags += [f"B-{slot}", *[f"I-{slot}"] * (len(found) - 1)]
    return pattern, words, tags
