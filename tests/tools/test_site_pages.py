"""The site's pages lie as in the repository, and a link to nothing is an error."""

import pytest

from tools import notebook_files, site_pages, stamp_links

ROOT = notebook_files.ROOT


@pytest.mark.parametrize(
    ("folder", "link", "expected"),
    [
        ("", "notebooks/05_lstm.ipynb", "notebooks/05_lstm.ipynb"),
        ("notebooks", "../README.md", "../index.md"),
        ("notebooks", "../README.md#start", "../index.md#start"),
        ("docs", "../README.md", "../index.md"),
        ("", "data/README.md", "data/README.md"),
        ("", "rnn_utils/layers", "api/layers.rst"),
        ("notebooks", "../rnn_utils/scorecard.py", "../api/scorecard.rst"),
        ("data", "../rnn_utils/datasets/brown.py", "../api/datasets.rst"),
        ("", "rnn_utils", "api/index.rst"),
        ("docs", "../LICENSE", "../LICENSE"),
        ("notebooks", "#scorecard", "#scorecard"),
        ("notebooks", "https://doi.org/10.1/x", "https://doi.org/10.1/x"),
    ],
)
def test_links_lead_where_the_site_has_it(folder, link, expected):
    text = f"See [it]({link}), *now*."
    assert site_pages.rewritten(text, folder) == f"See [it]({expected}), *now*."


@pytest.mark.parametrize(
    ("link", "message"),
    [
        ("99_none.ipynb", "no file is at notebooks/99_none.ipynb"),
        ("../tools", "tools is a folder, and the site has no page of it"),
    ],
)
def test_a_link_to_nothing_is_refused_by_name(link, message):
    with pytest.raises(ValueError, match=message):
        site_pages.rewritten(f"[it]({link})", "notebooks")


@pytest.fixture(scope="module")
def sources(tmp_path_factory):
    folder = tmp_path_factory.mktemp("site") / "sources"
    (folder / "left").mkdir(parents=True)
    site_pages.gather(ROOT, folder)
    return folder


def test_nothing_of_an_older_gathering_is_left(sources):
    assert not (sources / "left").exists()


def test_notebooks_are_copied_byte_by_byte(sources):
    for path in notebook_files.all_notebooks():
        assert (sources / "notebooks" / path.name).read_bytes() == path.read_bytes()


def test_every_page_is_in_the_contents(sources):
    text = (sources / "index.md").read_text(encoding="utf-8")
    pages = {p.relative_to(sources) for p in sources.rglob("*") if p.suffix == ".md"}
    pages |= {p.relative_to(sources) for p in sources.rglob("*.ipynb")}
    for page in pages - {(sources / "index.md").relative_to(sources)}:
        assert f"\n{page.with_suffix('').as_posix()}\n" in text


def test_images_and_licences_come_along(sources):
    for path in ("notebooks/images/reading.png", "LICENSE", "CITATION.cff"):
        assert (sources / path).read_bytes() == (ROOT / path).read_bytes()


def test_research_is_a_part_once_it_exists(tmp_path):
    (tmp_path / "notebooks").mkdir()
    for name in ("00_map", "05_lstm", "10_captioning"):
        (tmp_path / "notebooks" / f"{name}.ipynb").write_text("{}", encoding="utf-8")
    assert "Research" not in site_pages.contents(tmp_path)
    (tmp_path / "notebooks" / "31_memory.ipynb").write_text("{}", encoding="utf-8")
    assert ":caption: Research\n\nnotebooks/31_memory\n" in site_pages.contents(
        tmp_path
    )


def test_the_first_page_of_a_stamped_fork_asks_no_other_server_for_badges(tmp_path):
    row = stamp_links.badges("someone", "a-fork", "00_start_here.ipynb")
    (tmp_path / "notebooks").mkdir()
    text = f"# Title\n\n{stamp_links.MARKER}\n{row}\n"
    (tmp_path / "README.md").write_text(text, encoding="utf-8")
    assert row not in site_pages.first_page(tmp_path)
    assert "# Title" in site_pages.first_page(tmp_path)
