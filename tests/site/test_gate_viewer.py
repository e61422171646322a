"""The gate viewer in a browser: what a reader does, and what the page then says."""

import re

import matplotlib
import numpy as np
import pytest

from rnn_utils import figures

TEXT = "Ada ran.\nBob sat."
STEPS, UNITS = len(TEXT), 5
HOSTILE = "</script><img src=x onerror=alert(1)>"

random = np.random.default_rng(0)
GATES = {
    "cell_state": 3 * random.normal(size=(STEPS, UNITS)),
    "forget_gate": random.uniform(size=(STEPS, UNITS)),
    "input_gate": random.uniform(size=(STEPS, UNITS)),
}
# The capital of its own sentence, and next to nothing else.
INFLUENCE = np.tril(np.full((STEPS, STEPS), 0.01))
INFLUENCE[:9, 0], INFLUENCE[9:, 9] = 2.0, 4.0


@pytest.fixture
def visit(browser, tmp_path):
    """Opens a page; at the end, it must have been quiet and asked for nothing."""
    contexts, heard = [], []

    def open_page(text, width=1000, **options):
        size = {"width": width, "height": 900}
        contexts.append(browser.new_context(viewport=size, **options))
        tab = contexts[-1].new_page()
        path = tmp_path / "page.html"
        path.write_text(text, encoding="utf-8")
        tab.on("console", lambda message: heard.append(message.text))
        tab.on("pageerror", lambda error: heard.append(str(error)))
        tab.on("dialog", lambda dialog: heard.append(dialog.message))
        tab.on("request", lambda request: heard.append(request.url))
        tab.goto(path.as_uri())
        assert heard.pop(0) == path.as_uri()
        return tab

    yield open_page
    for context in contexts:
        context.close()
    assert heard == []


@pytest.fixture
def viewer(visit):
    return visit(figures.gate_viewer(TEXT, GATES, INFLUENCE))


def _token(tab, step):
    return tab.locator(f"#text [data-step='{step}']")


def _step(tab):
    """The step that is chosen, as the text, the slider and the read-out say."""
    chosen = tab.locator("#text .chosen")
    assert chosen.count() == 1
    step = int(chosen.get_attribute("data-step"))
    assert tab.get_by_label("Step", exact=True).input_value() == str(step)
    assert tab.locator("#at-step").inner_text().startswith(f"Step {step}, ")
    return step


def _value(tab):
    """The number at the end of the read-out's first line."""
    line = tab.locator("#at-step").inner_text()
    return float(re.search(r" is (−?[\d.]+)$", line)[1].replace("−", "-"))


def _click_map(tab, canvas, step, row):
    """Clicks the middle of a cell; rows of units from 0 at the top."""
    box = tab.locator(canvas).bounding_box()
    place = {
        "x": (step + 0.5) / STEPS * box["width"],
        "y": (row + 0.5) / UNITS * box["height"],
    }
    tab.locator(canvas).click(position=place)


def test_it_opens_on_a_gate_and_says_what_is_shown(viewer):
    assert (
        viewer.get_by_label("Gate", exact=True).locator(":checked").inner_text()
        == "forget gate"
    )
    unit = GATES["forget_gate"].std(axis=0).argmax()
    assert viewer.get_by_label("Unit", exact=True).input_value() == str(unit)
    assert _step(viewer) == STEPS - 1
    assert "Activity, not cause." in viewer.locator("main").inner_text()
    assert viewer.locator("#text").inner_text() == "Ada·ran.¶\nBob·sat."


@pytest.mark.parametrize("gate", GATES)
def test_every_value_that_is_read_out_is_right_within_what_the_page_says(viewer, gate):
    viewer.get_by_label("Gate", exact=True).select_option(gate.replace("_", " "))
    error = float(re.search(r"±([\d.]+)", viewer.locator("#precision").inner_text())[1])
    assert error < 0.02 * np.abs(GATES[gate]).max()
    for step in range(STEPS):
        unit = step % UNITS
        viewer.get_by_label("Unit", exact=True).select_option(str(unit))
        _token(viewer, step).hover()
        assert abs(_value(viewer) - GATES[gate][step, unit]) <= error + 1e-9


def test_hovering_looks_a_click_holds_and_escape_lets_go(viewer):
    _token(viewer, 3).hover()
    assert _step(viewer) == 3
    assert "space" in viewer.locator("#at-step").inner_text()
    _token(viewer, 9).click()
    assert _step(viewer) == 9
    assert "“B” (held)" in viewer.locator("#at-step").inner_text()
    _token(viewer, 2).hover()
    assert _step(viewer) == 9
    viewer.keyboard.press("Escape")
    _token(viewer, 1).hover()
    assert _step(viewer) == 1
    _token(viewer, 4).click()
    _token(viewer, 4).click()
    _token(viewer, 5).hover()
    assert _step(viewer) == 5


def test_arrow_keys_go_by_step_and_unit_and_stop_at_the_ends(viewer):
    viewer.locator("#text").focus()
    unit = viewer.get_by_label("Unit", exact=True)
    for key, step in (
        ("Home", 0), ("ArrowLeft", 0), ("ArrowRight", 1), ("ArrowRight", 2),
        ("End", STEPS - 1), ("ArrowRight", STEPS - 1), ("ArrowLeft", STEPS - 2),
    ):  # fmt: skip
        viewer.keyboard.press(key)
        assert _step(viewer) == step
    for _ in range(UNITS):
        viewer.keyboard.press("ArrowUp")
    assert unit.input_value() == "0"
    viewer.keyboard.press("ArrowDown")
    assert unit.input_value() == "1"


def test_tab_reaches_every_control_and_shows_where_it_is(viewer):
    reached = []
    for _ in range(6):
        viewer.keyboard.press("Tab")
        focus = "document.activeElement"
        reached.append(viewer.evaluate(f"{focus}.id || {focus}.name"))
        outline = viewer.evaluate(f"getComputedStyle({focus}).outline")
        assert "solid 3px" in outline
    assert reached == ["gate", "unit", "order", "shown", "text", "step"]


def test_the_slider_chooses_a_step_and_says_its_token(viewer):
    slider = viewer.get_by_label("Step", exact=True)
    slider.fill("9")
    assert _step(viewer) == 9
    slider.press("ArrowLeft")
    assert _step(viewer) == 8
    assert slider.get_attribute("aria-valuetext") == "8, line end"


def test_screen_readers_are_told_what_changes(viewer):
    readout = viewer.locator("#readout")
    assert readout.get_attribute("aria-live") == "polite"
    viewer.locator("#text").press("Home")
    before = readout.inner_text()
    viewer.locator("#text").press("ArrowRight")
    after = readout.inner_text()
    assert "Step 0, “A”" in before and "Step 1, “d”" in after
    values = GATES["forget_gate"]
    furthest = np.abs(values[1] - values.mean(axis=0)).argmax()
    assert f"Furthest from their own mean: unit {furthest} at" in after


def test_a_click_in_the_map_chooses_step_and_unit_one_in_the_bars_a_unit(viewer):
    _click_map(viewer, "#map", 6, 3)
    assert _step(viewer) == 6
    assert viewer.get_by_label("Unit", exact=True).input_value() == "3"
    assert abs(_value(viewer) - GATES["forget_gate"][6, 3]) < 0.003
    viewer.keyboard.press("ArrowRight")
    assert _step(viewer) == 7
    _click_map(viewer, "#bars", 0, 1)
    assert viewer.get_by_label("Unit", exact=True).input_value() == "1"
    assert _step(viewer) == 7


@pytest.mark.parametrize("width", [360, 760, 1000])
def test_the_map_stays_where_it_is_while_the_read_out_changes(visit, width):
    tab = visit(figures.gate_viewer(TEXT, GATES, INFLUENCE), width=width)
    tab.get_by_label("influence on the step").check()
    places = set()
    for step in range(STEPS):
        _token(tab, step).hover()
        places.add(tab.locator("#map").bounding_box()["y"])
    assert len(places) == 1


def test_the_units_can_stand_in_the_order_of_their_means(viewer):
    viewer.get_by_label("Order of units").select_option("by mean")
    by_mean = np.argsort(-GATES["forget_gate"].mean(axis=0))
    for row, unit in enumerate(by_mean):
        _click_map(viewer, "#map", 2, row)
        assert viewer.get_by_label("Unit", exact=True).input_value() == str(unit)


def _colours(tab):
    return tab.eval_on_selector_all(
        "#text span", "all => all.map(s => s.style.background)"
    )


def test_another_gate_or_unit_colours_the_text_anew(viewer):
    before = _colours(viewer)
    viewer.get_by_label("Gate", exact=True).select_option("input gate")
    assert viewer.locator("#text-title").inner_text().startswith("The text by input")
    of_gate = _colours(viewer)
    viewer.get_by_label("Unit", exact=True).select_option("0")
    assert len({tuple(before), tuple(of_gate), tuple(_colours(viewer))}) == 3


def test_the_colour_of_a_token_is_that_of_its_value(viewer):
    viewer.get_by_label("Unit", exact=True).select_option("2")
    # In this scale, the larger value is the lighter one.
    sums = [sum(map(int, re.findall(r"\d+", colour))) for colour in _colours(viewer)]
    order = np.argsort(GATES["forget_gate"][:, 2])
    assert np.all(np.diff(np.array(sums)[order]) >= 0)


def _pixels(tab, canvas, places):
    """The colours at places of a canvas, given as shares of width and height."""
    return tab.evaluate(
        """([name, places]) => {
            const { width, height } = document.querySelector(name);
            const pen = document.querySelector(name).getContext("2d");
            const { data } = pen.getImageData(0, 0, width, height);
            return places.map(([x, y]) => {
                const pixel = Math.floor(y * height) * width + Math.floor(x * width);
                return [...data.slice(4 * pixel, 4 * pixel + 3)];
            });
        }""",
        [canvas, places],
    )


def test_the_map_has_the_colour_of_each_value_in_its_place(viewer):
    cells = [(step, unit) for step in range(STEPS) for unit in range(UNITS)]
    places = [((step + 0.5) / STEPS, (unit + 0.5) / UNITS) for step, unit in cells]
    colours = matplotlib.colormaps["cividis"](GATES["forget_gate"].ravel())
    shown = _pixels(viewer, "#map", places)
    np.testing.assert_allclose(shown, 255 * colours[:, :3], atol=5)


def test_the_bars_are_as_long_as_the_values_at_the_step(viewer):
    viewer.get_by_label("Gate", exact=True).select_option("input gate")
    _token(viewer, 4).hover()
    along, units = np.meshgrid(np.linspace(0.02, 0.98, 25), np.arange(UNITS))
    places = np.stack([along, (units + 0.5) / UNITS], axis=-1).reshape(-1, 2)
    grey = [240, 240, 240]
    shown = _pixels(viewer, "#bars", places.tolist())
    drawn = np.array([colour != grey for colour in shown]).reshape(along.shape)
    values = GATES["input_gate"]
    # Not where the mean is marked.
    clear = np.abs(along - values.mean(axis=0)[:, None]) > 0.04
    expected = along < values[4][:, None]
    np.testing.assert_array_equal(drawn[clear], expected[clear])


@pytest.mark.parametrize("signed", [True, False])
def test_the_strongest_inputs_of_a_step_are_named_with_their_influence(visit, signed):
    influence = np.tril(random.normal(size=(STEPS, STEPS)))
    influence = influence if signed else np.abs(influence)
    tab = visit(figures.gate_viewer(TEXT, GATES, influence))
    for step in (0, 1, 8, STEPS - 1):
        _token(tab, step).hover()
        line = tab.locator("#at-inputs").inner_text().replace("−", "-")
        named = re.findall(r"at step (\d+) \((-?[\d.]+)\)", line)
        strongest = np.argsort(-np.abs(influence[step, : step + 1]))[:3]
        assert [int(source) for source, _ in named] == strongest.tolist()
        shown = [float(value) for _, value in named]
        largest = np.abs(influence[step]).max()
        expected = influence[step, strongest]
        np.testing.assert_allclose(shown, expected, rtol=0, atol=0.01 * largest)


def test_the_influence_colours_past_inputs_and_names_the_strongest(viewer):
    viewer.get_by_label("influence on the step").check()
    _token(viewer, 12).click()
    assert viewer.locator("#text-title").inner_text() == (
        "Influence of each input on step 12"
    )
    colours = _colours(viewer)
    assert colours[13:] == ["none"] * (STEPS - 13)
    assert len(set(colours[:9] + colours[10:13])) == 1 and colours[9] != colours[0]
    named = viewer.locator("#at-inputs").inner_text()
    assert named.startswith("Inputs with most influence on it: “B” at step 9 (4.00), ")
    assert viewer.locator("#text-high").inner_text() == "4.00"


def test_without_influence_nothing_of_it_is_offered(visit):
    tab = visit(figures.gate_viewer(TEXT, GATES))
    for part in ("#shown", "#strip", "#strip-label", "#at-inputs"):
        assert not tab.locator(part).is_visible()
    _token(tab, 2).hover()
    assert _step(tab) == 2


def test_a_token_that_is_html_is_shown_as_text(visit):
    tokens = [HOSTILE, "<b>", "&amp;", "", "constructor"]
    gate = random.uniform(size=(5, 2))
    tab = visit(figures.gate_viewer(tokens, {HOSTILE: gate}))
    texts = tab.locator("#text span").all_inner_texts()
    assert texts == [HOSTILE.replace(" ", "·"), "<b>", "&amp;", "∅", "constructor"]
    assert tab.locator("img").count() == 0
    assert "Step 4, “constructor”" in tab.locator("#at-step").inner_text()


@pytest.mark.parametrize("width", [360, 760])
def test_nothing_sticks_out_of_a_narrow_screen(visit, width):
    tab = visit(figures.gate_viewer(TEXT, GATES, INFLUENCE), width=width)
    assert tab.evaluate("document.documentElement.scrollWidth") <= width


def test_the_text_scrolls_to_the_step_and_the_page_does_not(visit):
    gates = {name: np.tile(gate, (40, 1)) for name, gate in GATES.items()}
    tab = visit(figures.gate_viewer(TEXT * 40, gates), width=360)
    scrolled = "document.getElementById('text').scrollTop"
    assert tab.evaluate(scrolled) > 0  # To the last step.
    tab.set_viewport_size({"width": 360, "height": 500})
    tab.locator("#help").scroll_into_view_if_needed()
    before = tab.evaluate("scrollY")
    assert before > 0
    tab.locator("#map").click(position={"x": 1, "y": 60})
    assert _step(tab) < 5
    assert tab.evaluate(scrolled) == 0
    assert tab.evaluate("scrollY") == before


def test_without_scripts_the_page_says_why_it_is_empty(visit):
    tab = visit(figures.gate_viewer(TEXT, GATES), java_script_enabled=False)
    assert "needs JavaScript" in tab.locator("noscript").inner_text()


def test_in_the_frame_of_a_notebook_it_works_as_well(visit, monkeypatch):
    shown = []
    monkeypatch.setattr("IPython.display.display", lambda data, raw: shown.append(data))
    figures.show_viewer(figures.gate_viewer(TEXT, GATES, INFLUENCE))
    tab = visit(f"<!doctype html><body>{shown[0]['text/html']}</body>")
    frame = tab.frame_locator("iframe[title^='Gate viewer']")
    frame.locator("#text [data-step='3']").hover()
    assert "Step 3, space" in frame.locator("#at-step").inner_text()
    frame.locator("#text [data-step='9']").click()
    tab.keyboard.press("ArrowRight")
    assert "Step 10, “o”" in frame.locator("#at-step").inner_text()
    frame.get_by_label("Gate", exact=True).select_option("cell state")
    frame.get_by_label("influence on the step").check()
    assert "“B” at step 9" in frame.locator("#at-inputs").inner_text()
