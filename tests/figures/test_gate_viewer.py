"""The page of the gate viewer holds what it was given; tests/site tries its script."""

import base64
import html.parser
import json
import re

import matplotlib
import nbformat
import numpy as np
import pytest

from rnn_utils import figures
from rnn_utils.layers import LSTM
from tools import output_rules

TEXT = "A cat.\n"
random = np.random.default_rng(0)


def _gates(steps=7, units=3):
    return {
        "forget_gate": random.uniform(size=(steps, units)),
        "cell_state": 4 * random.normal(size=(steps, units)),
    }


class _Elements(html.parser.HTMLParser):
    """The elements of a page as (tag, attributes), and the text of each script."""

    def __init__(self, page):
        super().__init__()
        self.elements, self.scripts, self._in_script = [], [], False
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))
        self._in_script = tag == "script"
        if self._in_script:
            self.scripts.append("")

    def handle_endtag(self, tag):
        self._in_script = False

    def handle_data(self, data):
        if self._in_script:
            self.scripts[-1] += data


def _data(page):
    data, _ = _Elements(page).scripts
    return json.loads(data)


def _values(text, low, high):
    levels = np.frombuffer(base64.urlsafe_b64decode(text), np.uint8)
    return low + levels / 254 * (high - low)


def _shown(page, monkeypatch, **options):
    """What `show_viewer` hands to the notebook."""
    shown = []
    monkeypatch.setattr(
        "IPython.display.display", lambda data, raw: shown.append((data, raw))
    )
    figures.show_viewer(page, **options)
    ((data, raw),) = shown
    assert raw
    return data


def test_the_values_come_back_within_the_error_that_the_page_states():
    gates = _gates() | {"tiny": 1e-5 * random.normal(size=(len(TEXT), 3))}
    for (name, given), gate in zip(
        gates.items(), _data(figures.gate_viewer(TEXT, gates))["gates"], strict=True
    ):
        stored = _values(gate["levels"], gate["low"], gate["high"]).reshape(given.shape)
        assert gate["label"] == name.replace("_", " ")
        assert np.abs(np.round(stored, gate["digits"]) - given).max() <= gate["error"]
        assert gate["error"] <= 0.01 * (gate["high"] - gate["low"])


@pytest.mark.parametrize(
    ("values", "low", "high", "scale"),
    [
        ([0.2, 0.7], 0, 1, "sequential"),
        ([0.0, 0.0], 0, 1, "sequential"),
        ([0.2, 2.2], 0, 3, "sequential"),
        ([-0.97, 0.3], -1, 1, "diverging"),
        ([-0.1, 0.43], -0.5, 0.5, "diverging"),
        ([-21.0, -3.0], -30, 30, "diverging"),
        ([-0.004, 0.002], -0.004, 0.004, "diverging"),
    ],
)
def test_the_scale_fits_the_kind_of_values(values, low, high, scale):
    page = figures.gate_viewer("ab", {"values": np.array(values)[:, None]})
    (gate,) = _data(page)["gates"]
    assert (gate["low"], gate["high"], gate["scale"]) == (low, high, scale)


def test_zero_is_stored_exactly_where_the_scale_is_symmetric():
    page = figures.gate_viewer("abc", {"state": [[-1.0], [0.0], [0.5]]})
    (gate,) = _data(page)["gates"]
    assert _values(gate["levels"], gate["low"], gate["high"])[1] == 0


@pytest.mark.parametrize("signed", [True, False])
def test_every_influence_comes_back_within_a_percent_of_the_largest_on_its_step(signed):
    steps = 40
    given = np.tril(random.normal(size=(steps, steps)) ** 3)
    given = given * np.logspace(-6, 2, steps)[:, None]
    given = given if signed else np.abs(given)
    given[7] = 0
    page = figures.gate_viewer("x" * steps, _gates(steps), given)
    influence = _data(page)["influence"]
    assert influence["signed"] == signed
    shares = _values(influence["levels"], -1 if signed else 0, 1)
    stored = np.zeros((steps, steps))
    stored[np.tril_indices(steps)] = shares
    stored *= np.array(influence["largest"])[:, None]
    largest = np.abs(given).max(axis=1, keepdims=True)
    assert np.all(np.abs(stored - given) <= 0.005 * largest)


def test_three_hundred_characters_fit_into_300_kb_in_the_notebook_too(monkeypatch):
    gates = {f"gate_{i}": random.uniform(size=(300, 48)) for i in range(4)}
    influence = np.tril(random.normal(size=(300, 300)))
    page = figures.gate_viewer("<a> & b" * 42 + "!?'\"\n ", gates, influence)
    assert len(page.encode()) < 300_000
    assert len(json.dumps(_shown(page, monkeypatch))) < 300_000


def test_the_page_is_complete_and_asks_for_nothing():
    page = figures.gate_viewer(TEXT, _gates())
    assert "{{" not in page
    elements = _Elements(page).elements
    linked = [
        link
        for _, attributes in elements
        for name in ("src", "href", "srcset", "action")
        if (link := attributes.get(name)) is not None
    ]
    assert linked == ["data:,"]
    assert not re.search(r"https?://|@import|url\(", page)
    assert "Activity, not cause." in page and "<noscript>" in page


def test_no_token_can_break_out_of_the_page():
    tokens = ["</script>", "<script>", "<!--", "{{script}}", "&lt;", "\u2028", '"', "é"]
    page = figures.gate_viewer(tokens, {"gate": np.zeros((8, 2))})
    plain = figures.gate_viewer(["a"] * 8, {"gate": np.zeros((8, 2))})
    assert _Elements(page).elements == _Elements(plain).elements
    assert _data(page)["tokens"] == tokens


def test_the_name_of_a_gate_is_text_as_well():
    page = figures.gate_viewer("a", {"</script><b>": [[0.5]]})
    assert [gate["label"] for gate in _data(page)["gates"]] == ["</script><b>"]


def test_it_opens_on_the_first_gate_and_its_liveliest_unit():
    still, lively = np.full(len(TEXT), 0.5), np.arange(len(TEXT)) % 2
    gates = {
        "cell_state": random.normal(size=(len(TEXT), 2)),
        "forget_gate": np.stack([still, lively], axis=1),
        "input_gate": random.uniform(size=(len(TEXT), 2)),
    }
    start = _data(figures.gate_viewer(TEXT, gates))["start"]
    assert start == {"gate": 1, "unit": 1, "step": len(TEXT) - 1}
    del gates["forget_gate"], gates["input_gate"]
    assert _data(figures.gate_viewer(TEXT, gates))["start"]["gate"] == 0


def test_the_gates_of_a_layer_are_taken_as_they_come():
    layer = LSTM(4, return_sequences=True, return_gates=True)
    inputs = random.normal(size=(1, len(TEXT), 2)).astype("float32")
    _, gates = layer(inputs)
    page = figures.gate_viewer(TEXT, {name: gate[0] for name, gate in gates.items()})
    labels = [gate["label"] for gate in _data(page)["gates"]]
    assert labels == [name.replace("_", " ") for name in gates]


def test_the_frame_runs_scripts_and_nothing_else_and_holds_the_page(monkeypatch):
    page = figures.gate_viewer(["'\"<&>"], {"gate": [[0.5]]})
    shown = _shown(page, monkeypatch, height=500)
    ((tag, attributes),) = _Elements(shown["text/html"]).elements
    assert tag == "iframe"
    assert attributes["srcdoc"] == page
    assert attributes["sandbox"] == "allow-scripts"
    assert attributes["title"].startswith("Gate viewer")
    assert "height: 500px" in attributes["style"]
    assert "gate viewer" in shown["text/plain"]


def test_a_notebook_may_hold_the_frame(monkeypatch):
    """The usual alphabet of base64 would write `/tmp/` and `9kB/s` now and then."""
    # All pairs of levels, and so all pairs of characters.
    levels = np.array([[i, j] for i in range(255) for j in range(255)]) / 254
    page = figures.gate_viewer("x" * len(levels), {"gate": levels})
    (gate,) = _data(page)["gates"]
    assert re.fullmatch(r"[\w-]+=*", gate["levels"])
    page = figures.gate_viewer("\r\x08\x1b[0m", {"gate": np.zeros((6, 1))})
    output = nbformat.v4.new_output("display_data", _shown(page, monkeypatch))
    cell = nbformat.v4.new_code_cell("", outputs=[output])
    notebook = nbformat.v4.new_notebook(cells=[cell])
    assert list(output_rules.check_texts(None, notebook)) == []


def test_a_frame_without_height_is_refused():
    with pytest.raises(ValueError, match="height is 0; expected 1 or more"):
        figures.show_viewer("", height=0)


_BAD = [
    ({"tokens": []}, "tokens is empty; expected at least one token"),
    ({"tokens": [1, 2]}, "tokens holds 1; expected str"),
    ({"gates": {}}, "gates is empty; expected at least one gate"),
    ({"tokens": "abc"}, r"gates\['gate'\] has 2 entries; expected .* the 3 tokens"),
    (
        {"gates": {"gate": np.zeros((1, 2, 3))}},
        r"gates\['gate'\] has the shape \(1, 2, 3\); expected \(time, units\)",
    ),
    ({"gates": {"gate": [[0], [np.nan]]}}, r"gates\['gate'\] holds nan; expected fini"),
    (
        {"gates": {"gate": [[0], [1]], "other": [[0, 1], [1, 0]]}},
        r"gates\['other'\] has 2 units; expected 1, as the first gate has",
    ),
]


@pytest.mark.parametrize("make", [figures.gate_viewer, figures.plot_gates])
@pytest.mark.parametrize(("changed", "message"), _BAD)
def test_what_has_no_gates_to_show_is_refused(make, changed, message):
    arguments = {"tokens": "ab", "gates": {"gate": [[0.0], [1.0]]}} | changed
    with pytest.raises(ValueError, match=message):
        make(**arguments)
    assert not matplotlib.pyplot.get_fignums(), "nothing is left half drawn"


@pytest.mark.parametrize(
    ("influence", "message"),
    [
        (np.zeros((2, 3)), r"influence has the shape \(2, 3\); expected .* \(2, 2\)"),
        ([[1, 0.5], [1, 1]], r"influence\[0, 1\] is 0.5; expected 0, as that input"),
        ([[1, 0], [np.inf, 1]], "influence holds inf; expected finite numbers"),
    ],
)
def test_an_influence_that_does_not_fit_is_refused(influence, message):
    with pytest.raises(ValueError, match=message):
        figures.gate_viewer("ab", {"gate": [[0.0], [1.0]]}, influence)


def _panels(figure):
    """The axes that show gates, without those of their colour bars."""
    return [ax for ax in figure.axes if ax.get_ylabel() == "unit"]


def test_the_picture_has_a_panel_for_each_gate_with_the_tokens_below_the_last():
    gates = _gates()
    first, second = _panels(figures.plot_gates(TEXT, gates))
    assert [ax.get_title("left") or ax.get_title() for ax in (first, second)] == [
        "forget gate",
        "cell state",
    ]
    np.testing.assert_allclose(first.images[0].get_array(), gates["forget_gate"].T)
    assert first.images[0].get_clim() == (0, 1)
    low, high = second.images[0].get_clim()
    assert low == -high and high >= np.abs(gates["cell_state"]).max()
    assert not first.get_xticklabels()
    written = [label.get_text() for label in second.get_xticklabels()]
    assert written == list("A·cat.¶")


def test_the_units_stand_in_the_given_order_under_their_own_numbers():
    gates = _gates(units=4)
    ax, _ = _panels(figures.plot_gates(TEXT, gates, order=[2, 0, 3, 1]))
    expected = gates["forget_gate"][:, [2, 0, 3, 1]].T
    np.testing.assert_allclose(ax.images[0].get_array(), expected)
    assert [label.get_text() for label in ax.get_yticklabels()] == list("2031")


@pytest.mark.parametrize("order", [[0, 1], [0, 1, 1], [0, 1, 3]])
def test_an_order_that_does_not_name_each_unit_once_is_refused(order):
    with pytest.raises(ValueError, match="order .*expected"):
        figures.plot_gates(TEXT, _gates(), order=order)


def test_a_longer_text_goes_on_in_the_next_line():
    gates = {"gate": np.arange(14).reshape(7, 2) / 13}
    panels = _panels(figures.plot_gates(TEXT, gates, columns=4))
    steps = [ax.images[0].get_array().shape[1] for ax in panels]
    assert steps == [4, 3]
    texts = [[t.get_text() for t in ax.get_xticklabels()] for ax in panels]
    assert texts == [list("A·ca"), list("t.¶")]
    with pytest.raises(ValueError, match="columns is 0; expected 1 or more"):
        figures.plot_gates(TEXT, gates, columns=0)
