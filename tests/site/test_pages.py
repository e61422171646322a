"""The built site in a browser: nothing is missing, nobody is shut out."""

import functools
import html.parser
import posixpath
import re
import urllib.parse

import notebook_pages
import pytest

from tools import notebook_files
from tools.build_site import SITE

PAGES = sorted(path.relative_to(SITE).as_posix() for path in SITE.rglob("*.html"))
# Parts of pages that a theme loads into others.
PAGES = [page for page in PAGES if not page.startswith("_static/")]
NOTEBOOKS = {f"notebooks/{p.stem}.html": p for p in notebook_files.all_notebooks()}
LSTM = "notebooks/05_lstm.html"

# WCAG's smallest contrast of text, level AA.
CONTRAST = 4.5

# In the page: whatever a reader with a narrow screen, or none, would miss.
LOOK = """
async () => {
  await Promise.all([...document.images].map(image => {
    image.loading = "eager";
    return image.decode().catch(() => {});
  }));
  await window.MathJax?.startup?.promise;
  const found = [];
  for (const image of document.images) {
    if (!image.naturalWidth) { found.push(`not loaded: ${image.src}`); }
    if (!image.alt.trim()) { found.push(`no alt text: ${image.src}`); }
  }
  for (const math of document.querySelectorAll(".math")) {
    if (!math.querySelector("mjx-container svg")) {
      found.push(`not rendered: ${math.textContent}`);
    }
    if (!math.querySelector("mjx-assistive-mml math")) {
      found.push(`not for screen readers: ${math.textContent}`);
    }
    if (math.querySelector("[data-mjx-error], mjx-merror")) {
      found.push(`wrong: ${math.textContent}`);
    }
  }
  const wide = document.documentElement.scrollWidth;
  if (wide > innerWidth) { found.push(`${wide} pixels wide, not ${innerWidth}`); }
  return found;
}
"""
# What sticks out of its box or of the screen, and cannot be scrolled to.
CUT_OFF = """
() => [...document.querySelectorAll(
    "article table, article pre, article img, article svg, article iframe")]
  .filter(part => {
    if (part.closest("details:not([open])")) { return false; }
    const {left, width} = part.getBoundingClientRect();
    let right = left + Math.max(width, part.scrollWidth);
    for (let box = part; box; box = box.parentElement) {
      const edge = box.getBoundingClientRect().right;
      const overflow = getComputedStyle(box).overflowX;
      if (["hidden", "clip"].includes(overflow) && right > edge + 1) { return true; }
      if (["auto", "scroll"].includes(overflow)) { right = Math.min(right, edge); }
    }
    return right > innerWidth + 1;
  })
  .map(part => part.outerHTML.slice(0, 100))
"""


def test_there_are_all_pages():
    wanted = {*NOTEBOOKS, "index.html", "docs/teaching.html", "RESULTS.html"}
    wanted |= {"benchmarks/README.html", "benchmarks/RESULTS.html"}
    wanted |= {"data/README.html", "CONTRIBUTING.html"}
    wanted |= {"CHANGELOG.html", "api/index.html", "api/layers.html", "search.html"}
    wanted.add("notebooks/glossary.html")
    assert wanted <= set(PAGES)


@pytest.mark.parametrize("page", PAGES)
def test_page_is_whole_and_fits_a_telephone(visit, page):
    tab = visit(page, width=360)
    assert tab.evaluate(LOOK) == []
    assert tab.evaluate(CUT_OFF) == []
    assert tab.heard == []


class Links(html.parser.HTMLParser):
    """Ids, and the targets of links, images and scripts, of one page."""

    def __init__(self, text):
        super().__init__()
        self.targets, self.ids = [], set()
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        attributes = dict(attributes)
        self.ids |= {attributes.get("id"), attributes.get("name")}
        self.targets += [attributes[k] for k in ("href", "src") if attributes.get(k)]


@functools.cache
def links(page):
    return Links((SITE / page).read_text(encoding="utf-8"))


def broken(page):
    """Links of a page that lead to no file of the site, or to no place on its page."""
    for target in links(page).targets:
        url = urllib.parse.urlsplit(target)
        if url.scheme or url.netloc or target == "#":
            continue
        path = urllib.parse.unquote(url.path)
        other = posixpath.normpath(posixpath.join(posixpath.dirname(page), path))
        other = other if path else page
        if not (SITE / other).is_file():
            yield f"{target}: no such file"
        elif url.fragment and other.endswith(".html"):
            place = urllib.parse.unquote(url.fragment)
            if place not in links(other).ids:
                yield f"{target}: no such place"


@pytest.mark.parametrize("page", PAGES)
def test_no_link_is_broken(page):
    assert list(broken(page)) == []


@pytest.mark.parametrize("page", NOTEBOOKS)
def test_a_notebook_keeps_its_number_its_images_texts_and_its_file(visit, page):
    path = NOTEBOOKS[page]
    tab = visit(page)
    number = path.stem[:2]
    assert tab.title().startswith(f"{number} ")
    assert tab.locator("article h1").inner_text().startswith(f"{number} ")
    alts = notebook_pages.alt_texts(notebook_files.read(path))
    images = tab.locator(
        ".cell_output > img, .cell_output > p > img, .cell_output a > img"
    )
    shown = images.evaluate_all("all => all.map(image => image.alt)")
    assert shown == [alt or notebook_pages.NO_ALT for alt in alts]
    download = tab.locator("a.btn-download-source-button").first.get_attribute("href")
    copy = SITE / posixpath.normpath(posixpath.join("notebooks", download))
    assert copy.read_bytes() == path.read_bytes()


def test_search_finds_the_notebook(visit):
    tab = visit("search.html?q=forget+gate")
    results = tab.locator("#search-results li a")
    results.first.wait_for()
    assert any(
        "05_lstm.html" in link
        for link in results.evaluate_all(
            "all => all.slice(0, 5).map(link => link.href)"
        )
    )
    assert tab.heard == []


def test_search_works_from_a_folder_without_a_server(browser):
    tab = browser.new_page()
    tab.goto(f"{(SITE / 'search.html').as_uri()}?q=teacher+forcing")
    tab.locator("#search-results li a").first.wait_for()
    tab.close()


def test_the_keyboard_reaches_the_text_and_shows_where_it_is(visit):
    tab = visit(LSTM)
    tab.keyboard.press("Tab")
    focused = tab.locator(":focus")
    assert focused.inner_text() == "Skip to main content"
    box = focused.bounding_box()
    assert box["y"] >= 0 and box["height"] > 10  # It is seen while it has the focus.
    tab.keyboard.press("Enter")
    assert tab.url.endswith("#main-content")
    inside = "document.activeElement.closest('article') !== null"
    for _ in range(10):
        tab.keyboard.press("Tab")
        if tab.evaluate(inside):
            break
    assert tab.evaluate(inside)
    style = tab.locator(":focus").evaluate(
        "e => [getComputedStyle(e).outlineStyle, getComputedStyle(e).boxShadow]"
    )
    assert style[0] != "none" or style[1] != "none"


def colours(locator):
    """Text colour, and the colour behind it, each as three numbers up to 1."""
    texts = locator.evaluate("""
      element => {
        let box = element;
        const clear = /^rgba\\(.*, 0\\)$/;
        while (clear.test(getComputedStyle(box).backgroundColor)) {
          box = box.parentElement;
        }
        return [getComputedStyle(element).color, getComputedStyle(box).backgroundColor];
      }
    """)
    return [[int(n) / 255 for n in re.findall(r"\d+", text)[:3]] for text in texts]


def contrast(front, behind):
    """The ratio of two colours' luminance, as WCAG defines it."""

    def luminance(colour):
        linear = [
            c / 12.92 if c <= 0.03928 else ((c + 0.055) / 1.055) ** 2.4 for c in colour
        ]
        return sum(w * c for w, c in zip((0.2126, 0.7152, 0.0722), linear, strict=True))

    dark, light = sorted((luminance(front), luminance(behind)))
    return (light + 0.05) / (dark + 0.05)


def test_contrast_is_what_wcag_says():
    assert contrast([1, 1, 1], [0, 0, 0]) == pytest.approx(21)
    assert contrast([0x77 / 255] * 3, [1, 1, 1]) == pytest.approx(4.48, abs=0.01)


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_texts_code_and_figures_are_legible_in_both_themes(visit, dark):
    tab = visit(LSTM, dark=dark)
    for part in ("article p", "article h1", ".cell_input pre", ".cell_output pre"):
        assert contrast(*colours(tab.locator(part).first)) >= CONTRAST, part
    cells = tab.locator(".cell_output .text_html td")
    assert contrast(*colours(cells.last)) >= CONTRAST
    _, behind = colours(tab.locator(".cell_output img").first)
    assert behind == [1, 1, 1]
    _, page = colours(tab.locator("article").first)
    assert (max(page) < 0.2) == dark
