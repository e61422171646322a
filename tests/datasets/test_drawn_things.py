"""Claims about the drawn things: who drew what, how it is cut out, and from where."""

import json

import numpy as np
import pytest

tfds = pytest.importorskip("tensorflow_datasets")
pytest.importorskip("resvg_py")

from rnn_utils.datasets import drawn_things  # noqa: E402
from rnn_utils.datasets.drawn_things import (  # noqa: E402
    ARTISTS,
    ICONS,
    NAMES_OF_THINGS,
    SIDE,
    load_things,
    pixels,
    svg_of,
)

SVG = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 100 100">{}</svg>'


def rectangle(red, green, left=30, top=30, width=40, height=40):
    return (
        f'<rect x="{left}" y="{top}" width="{width}" height="{height}" '
        f'fill="rgb({red},{green},0)"/>'
    )


@pytest.fixture
def made_up_packages(monkeypatch, tmp_path):
    """Each thing is a square; its red tells the thing, its green the artist."""
    signs = {name: chr(0x1F400 + i) for i, name in enumerate(NAMES_OF_THINGS)}

    def read(package, members):
        if package == drawn_things.NAMES:
            rows = {s: {"en": f":{n}:", "status": 2, "E": 1} for n, s in signs.items()}
            return {members[0]: json.dumps(rows).encode()}
        if package == drawn_things.OPENMOJI:
            assert len(members) == len(NAMES_OF_THINGS)
            return {
                member: SVG.format(rectangle(i, 0)).encode()
                for i, member in enumerate(members)
            }
        artist = list(ARTISTS).index(
            next(name for name, other in ICONS.items() if other == package)
        )
        icons = {
            name.replace(" ", "-"): {"body": rectangle(i, 50 * artist)}
            for i, name in enumerate(NAMES_OF_THINGS)
        }
        collection = {"icons": icons, "width": 100, "height": 100}
        return {members[0]: json.dumps(collection).encode()}

    monkeypatch.setattr(drawn_things, "read_members", read)
    monkeypatch.setenv("RNN_DATA_DIR", str(tmp_path))


def test_every_thing_is_there_once_from_every_artist(made_up_packages):
    things = load_things()
    assert things.names == list(NAMES_OF_THINGS)
    assert len(set(things.names)) == 56
    assert things.artists == list(ARTISTS)
    assert things.drawings.shape == (56, 5, SIDE, SIDE, 3)
    assert things.drawings.dtype == np.uint8
    middle = things.drawings[:, :, SIDE // 2, SIDE // 2]
    assert np.array_equal(middle[..., 0], np.tile(np.arange(56)[:, None], 5))
    assert np.array_equal(middle[..., 1], np.tile(50 * np.arange(5), (56, 1)))


def test_a_drawing_fills_the_square_and_keeps_its_proportions():
    drawn = pixels(SVG.format(rectangle(255, 0, left=10, top=60, width=40, height=20)))
    red = drawn[..., 1] < 128
    rows, columns = np.nonzero(red.any(1))[0], np.nonzero(red.any(0))[0]
    assert (columns[0], columns[-1]) == (0, SIDE - 1)
    assert (rows[0], rows[-1]) == (SIDE // 4, 3 * SIDE // 4 - 1)
    assert np.all(drawn[~red] > 200)  # But for what resampling leaves at the edge.


def test_an_icon_has_its_own_size_or_that_of_the_collection_and_may_have_an_alias():
    icons = {
        "icons": {"red-heart": {"body": "<a/>"}, "key": {"body": "<b/>", "height": 8}},
        "aliases": {"latchkey": {"parent": "key"}},
        "width": 16,
        "height": 32,
    }
    assert 'viewBox="0 0 16 32"><a/></svg>' in svg_of(icons, "red heart")
    assert 'viewBox="0 0 16 8"><b/></svg>' in svg_of(icons, "latchkey")
