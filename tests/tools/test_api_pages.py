"""The reference has a page for each room, under the paths from which one imports."""

import inspect
import re

from rnn_utils import decoding, layers, text, training
from tools import api_pages
from tools.notebook_files import ROOT

PAGES = api_pages.pages(ROOT / "rnn_utils")


def names(page):
    """What a page documents, by dotted path."""
    return re.findall(r"^\.\. auto(?:class|function):: (\S+)$", PAGES[page], re.M)


def test_every_public_room_has_a_page():
    rooms = {path.stem for path in (ROOT / "rnn_utils").iterdir()}
    public = {f"{room}.rst" for room in rooms if not room.startswith(("_", "py"))}
    assert set(PAGES) == {*public, "index.rst"}
    for page in public:
        assert f"\n   {page.removesuffix('.rst')}" in PAGES["index.rst"]


def test_exported_names_stand_under_their_package():
    for room in (decoding, layers, text, training):
        page = f"{room.__name__.rpartition('.')[2]}.rst"
        exported = {name: getattr(room, name) for name in room.__all__}
        wanted = {
            f"{room.__name__}.{name}"
            for name, found in exported.items()
            if inspect.isclass(found) or inspect.isfunction(found)
        }
        assert wanted and wanted <= set(names(page))


def test_other_public_names_stand_under_their_module():
    assert "rnn_utils.layers.lstm.lstm_step" in names("layers.rst")
    assert "rnn_utils.datasets.brown.load_brown" in names("datasets.rst")
    assert "rnn_utils.scorecard.report" in names("scorecard.rst")


def test_nothing_stands_twice_and_nothing_private():
    found = [name for page in PAGES for name in names(page)]
    assert len(found) == len(set(found))
    assert not [name for name in found if "._" in name]


def test_packages_inside_of_packages_are_sections():
    package = "rnn_utils.datasets.building"
    assert f"\n{package}\n{'-' * len(package)}\n" in PAGES["datasets.rst"]
    module = f"{package}.preparation"
    assert f"\n{module}\n{'~' * len(module)}\n" in PAGES["datasets.rst"]
