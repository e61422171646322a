"""What the extensions of Sphinx in docs/extensions make of notebooks and docstrings."""

import base64
import re
import runpy
import subprocess
import sys

import docstrings
import nbformat
import notebook_pages
import pytest
from nbformat import v4

from tools import notebook_files, stamp_links

# One pixel, which every browser shows.
PIXEL = (
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAA"
    "AABJRU5ErkJggg=="
)


def image(alt=None, pixel=PIXEL):
    metadata = {"image/png": {"alt": alt}} if alt else {}
    data = {"image/png": pixel, "text/plain": "<Figure>"}
    return v4.new_output("display_data", data=data, metadata=metadata)


def notebook():
    """A notebook with solutions, images and a stamp."""
    row = stamp_links.badges("someone", "a-fork", "05_lstm.ipynb")
    code = v4.new_code_cell("answer = 41 + 1", metadata={"tags": ["solution"]})
    cells = [
        v4.new_markdown_cell(f"# Gates\n\nText.\n\n{stamp_links.MARKER}\n{row}"),
        v4.new_code_cell("show()", outputs=[image("A line"), image(), image("A bar")]),
        v4.new_markdown_cell("## Solutions", metadata={"tags": ["solution"]}),
        v4.new_markdown_cell(
            "### Exercise 1\n\nIt is **42**.\n\n#### Why\n\nBecause.",
            metadata={"tags": ["solution"]},
        ),
        code,
        v4.new_markdown_cell(
            "Predict first.\n\n<details><summary>Answer</summary>\n\nYes: $x^2$.\n\n"
            "</details>\n\nSee [the first page](../README.md)."
        ),
    ]
    metadata = {
        "kernelspec": notebook_files.KERNELSPEC,
        "language_info": notebook_files.LANGUAGE_INFO,
    }
    return v4.new_notebook(cells=cells, metadata=metadata)


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    """A site of one notebook, built with the suite's own configuration."""
    folder = tmp_path_factory.mktemp("sources")
    (folder / "notebooks").mkdir()
    nbformat.write(notebook(), folder / "notebooks" / "05_lstm.ipynb")
    contents = "# Home\n\n```{toctree}\nnotebooks/05_lstm\n```\n"
    (folder / "index.md").write_text(contents, encoding="utf-8")
    target = tmp_path_factory.mktemp("site")
    command = [
        sys.executable,
        "-m",
        "sphinx",
        "-q",
        "-W",
        "-c",
        str(notebook_files.ROOT / "docs"),
    ]
    # Without the reference, for which the library would be imported.
    command += ["-D", "extensions=myst_nb,sphinx.ext.mathjax,notebook_pages"]
    done = subprocess.run(
        [*command, str(folder), str(target)], capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    return target


@pytest.fixture
def tab(browser, site):
    page = browser.new_page()
    page.goto((site / "notebooks" / "05_lstm.html").as_uri())
    yield page
    page.close()


def test_an_image_says_what_its_metadata_say(tab):
    shown = tab.locator(".cell_output img").evaluate_all("all => all.map(i => i.alt)")
    assert shown == ["A line", notebook_pages.NO_ALT, "A bar"]


def test_the_number_stands_in_title_and_contents(tab, site):
    assert tab.locator("article h1").inner_text().startswith("05 Gates")
    home = (site / "index.html").read_text(encoding="utf-8")
    assert re.search(r">\s*05 Gates\s*</a>", home)


def test_badges_give_way_to_the_themes_buttons(tab):
    assert "colab" not in tab.locator("article.bd-article").inner_html()


@pytest.mark.parametrize("text", ["It is 42.", "answer = 41 + 1", "Yes: "])
def test_solutions_and_answers_are_folded_and_open_on_a_click(tab, text):
    found = tab.locator("details").locator(":is(p, pre)", has_text=text)
    assert not found.is_visible()
    folded = found.locator("xpath=ancestor::details")
    folded.locator("summary").click()
    assert found.is_visible()
    folded.locator("summary").click()
    assert not found.is_visible()


def test_a_solution_opens_with_the_keyboard(tab):
    tab.locator("details.solution summary").focus()
    tab.keyboard.press("Enter")
    assert tab.get_by_text("Because.").is_visible()


def test_the_heading_of_solutions_is_not_folded(tab):
    for heading in ("Solutions", "Exercise 1"):
        assert tab.get_by_role("heading", name=heading).is_visible()


def test_the_link_to_the_readme_leads_home(tab):
    link = tab.get_by_role("link", name="the first page")
    assert link.get_attribute("href") == "../index.html"


def test_the_downloaded_file_is_unchanged(site):
    copy = nbformat.read(site / "_sources" / "notebooks" / "05_lstm.ipynb", 4)
    assert [cell.source for cell in copy.cells] == [
        cell.source for cell in notebook().cells
    ]


def test_an_image_is_one_that_a_browser_shows():
    assert base64.b64decode(PIXEL).startswith(b"\x89PNG")


@pytest.mark.parametrize(
    ("docstring", "expected"),
    [
        (
            "The state `h_t`, of (batch, units).",
            "The state ``h_t``, of (batch, units).",
        ),
        ("As `a\nb` says.", "As ``a\nb`` says."),
        ("A * b and x_ y | z.", "A \\* b and x\\_ y \\| z."),
        ("Sum:\n\n    a_b * c\n\nDone.", "Sum:\n\n::\n\n    a_b * c\n\nDone."),
        (
            "Args:\n    x: One.\n\n    y: Two `z`.",
            "Args:\n    x: One.\n\n    y: Two ``z``.",
        ),
        ("Returns:\n    Array: the norm.", ":returns:\n    Array: the norm."),
    ],
)
def test_docstrings_become_restructured_text(docstring, expected):
    assert docstrings.convert(docstring.split("\n")) == expected.split("\n")


@pytest.mark.parametrize("address", [None, ("someone", "a-fork")])
def test_buttons_lead_to_a_fork_that_is_stamped_and_nowhere_else(monkeypatch, address):
    monkeypatch.setattr(stamp_links, "stamped_address", lambda root: address)
    monkeypatch.setattr(sys, "path", [*sys.path])
    settings = runpy.run_path(str(notebook_files.ROOT / "docs" / "conf.py"))
    options = settings["html_theme_options"]
    assert ("sphinx.ext.githubpages" in settings["extensions"]) == bool(address)
    if address is None:
        assert "http" not in str(options)
    else:
        assert options["repository_url"] == "https://github.com/someone/a-fork"
        assert {"colab_url", "binderhub_url"} <= set(options["launch_buttons"])
