"""Claims about the drawing of the mappings."""

from collections import Counter

import matplotlib

from rnn_utils.figures.mappings import plot_mappings
from tests.figures.helpers import illegible, named, texts


def panels(ax):
    """The letters in each column below each title, from left to right."""
    titles = {
        text.get_text(): text.get_position()
        for text in ax.texts
        if text.get_weight() == "bold"
    }
    columns = {name: {} for name in titles}
    for text in ax.texts:
        if text.get_text().startswith("$"):
            x, y = text.get_position()
            row = min(top for _, top in titles.values() if top > y)
            beside = [n for n, (left, top) in titles.items() if top == row and left < x]
            name = max(beside, key=lambda name: titles[name][0])
            columns[name].setdefault(round(x, 2), []).append(text.get_text()[1])
    return {
        name: ["".join(sorted(letters[x])) for x in sorted(letters)]
        for name, letters in columns.items()
    }


def test_every_mapping_reads_and_puts_out_at_its_steps():
    assert panels(plot_mappings()) == {
        "one to one": ["hxy"],
        "one to many": ["hxy", "hy", "hy"],
        "many to one": ["hx", "hx", "hxy"],
        "many to many, synchronous": ["hxy", "hxy", "hxy"],
        "many to many, asynchronous": ["hx", "hx", "hx", "hy", "hy", "hy"],
    }


def test_roles_differ_in_colour_and_in_shape():
    ax = plot_mappings()
    roles = ("input", "state", "output")
    shapes = {role: {type(node) for node in named(ax, role)} for role in roles}
    colours = {role: {n.get_facecolor() for n in named(ax, role)} for role in roles}
    assert all(len(kinds) == 1 for kinds in (*shapes.values(), *colours.values()))
    assert len(set.union(*shapes.values())) == len(set.union(*colours.values())) == 3
    assert {type(node) for node in named(ax, "key")} == set.union(*shapes.values())


def test_every_node_hangs_together_with_another():
    ax = plot_mappings()
    symbols = Counter(text[1] for text in texts(ax) if text.startswith("$"))
    assert len(named(ax, "read")) == len(named(ax, "input")) == symbols["x"]
    assert len(named(ax, "put out")) == len(named(ax, "output")) == symbols["y"]
    assert len(named(ax, "state")) == symbols["h"] == len(named(ax, "forward")) + 5


def test_no_text_lies_on_another():
    assert illegible(plot_mappings()) == []
    ax = matplotlib.pyplot.subplots(figsize=(7, 5), layout="constrained")[1]
    assert illegible(plot_mappings(ax)) == []
