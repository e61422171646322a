import base64
import io
import re

import numpy as np
import pytest
from PIL import Image, ImageSequence

from rnn_utils.figures.animation import animate_clips, film_html


@pytest.fixture
def film():
    """A film of a dark and a bright clip, three frames each."""
    clips = np.zeros((2, 3, 8, 8), np.uint8)
    clips[1] = 200
    captions = [["one", "two", "three"], ["one", "two", "three"]]
    return animate_clips(clips, ["dark", "bright"], captions, scale=10)


def test_film_has_a_frame_for_each_frame_and_rests_on_the_last(film):
    with Image.open(io.BytesIO(film)) as image:
        durations = [page.info["duration"] for page in ImageSequence.Iterator(image)]
        assert image.info["loop"] == 0
    assert durations == [250, 250, 1000]


def test_film_shows_the_clips_side_by_side(film):
    with Image.open(io.BytesIO(film)) as image:
        page = np.array(image.convert("L"))
    middle = page.shape[0] // 2
    assert page.shape[1] == 2 * (80 + 8) + 8
    np.testing.assert_allclose(page[middle, [40, 136]], [0, 200], atol=12)


def test_captions_change_with_the_frames(film):
    with Image.open(io.BytesIO(film)) as image:
        pages = [np.array(p.convert("L")) for p in ImageSequence.Iterator(image)]
    below = [page[-24:] for page in pages]
    assert not np.array_equal(below[0], below[1])
    np.testing.assert_array_equal(pages[0][:24], pages[1][:24])


def test_html_holds_the_film_and_a_description_that_is_escaped(film):
    text = film_html(film, 'a "dark" <clip>')
    data = re.search(r'src="data:image/gif;base64,([^"]+)"', text)[1]
    assert base64.b64decode(data) == film
    assert 'alt="a &quot;dark&quot; &lt;clip&gt;"' in text


def test_bad_clips_and_texts_are_refused():
    with pytest.raises(ValueError, match=r"clips has the shape \(3, 8, 8\)"):
        animate_clips(np.zeros((3, 8, 8)), [], [])
    clips = np.zeros((1, 3, 8, 8), np.uint8)
    with pytest.raises(ValueError, match=r"1 titles and captions of \[2\]"):
        animate_clips(clips, ["a"], [["b", "c"]])


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        (
            {"clips": np.full((1, 1, 4, 4), 0.5)},
            "clips holds 0.5; expected whole numbers",
        ),
        (
            {"clips": np.full((1, 1, 4, 4), 256)},
            "clips holds 256; expected .* 0 to 255",
        ),
        ({"clips": np.full((1, 1, 4, 4), np.nan)}, "clips holds nan; expected whole"),
        ({"clips": np.zeros((1, 0, 4, 4))}, r"clips has the shape \(1, 0, 4, 4\)"),
        ({"scale": 0}, "scale is 0; expected 1 or more"),
        ({"milliseconds": -5}, "milliseconds is -5; expected 1 or more"),
    ],
)
def test_what_cannot_be_filmed_is_refused(changed, message):
    options = {
        "clips": np.zeros((1, 1, 4, 4), np.uint8),
        "titles": ["a"],
        "captions": [["b"]],
        **changed,
    }
    with pytest.raises(ValueError, match=message):
        animate_clips(**options)


def test_greys_may_be_of_any_type():
    clips = np.arange(16).reshape(1, 1, 4, 4) * 16
    films = [animate_clips(clips.astype(t), ["a"], [["b"]]) for t in ("uint8", float)]
    assert films[0] == films[1]
