"""Claims about downloading a source archive: pip's configuration is what counts."""

from rnn_utils.datasets.building.source_archive import pip_options, sources

LISTING = """\
:env:.index-url='https://mine/simple'
:env:.timeout='180'
download.find-links='/nowhere'
global.extra-index-url='file:///a/simple file:///b/simple'
global.find-links='/somewhere'
global.index-url='https://ours/simple'
install.user='true'
"""


def test_the_environment_goes_before_the_files():
    options = pip_options(LISTING)
    assert options["index-url"] == "https://mine/simple"
    assert options["find-links"] == "/nowhere"
    assert options["timeout"] == "180"
    assert "user" not in options


def test_all_indexes_are_asked_in_order():
    index_urls, links = sources(pip_options(LISTING))
    assert index_urls == [
        "https://mine/simple",
        "file:///a/simple",
        "file:///b/simple",
    ]
    assert links == []


def test_without_configuration_it_is_the_public_registry():
    assert sources(pip_options("")) == (["https://pypi.org/simple"], [])


def test_no_index_leaves_the_links_only(tmp_path):
    options = {"no-index": "true", "find-links": f"{tmp_path} https://links/page"}
    assert sources(options) == ([], [str(tmp_path), "https://links/page"])
    assert sources({"no-index": "0"})[0] == ["https://pypi.org/simple"]
