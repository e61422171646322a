"""Short films for a notebook's output: clips side by side, and what is said of them.

A film is a GIF inside HTML. It moves in Jupyter and on the web, and needs neither a
kernel nor a script.
"""

from __future__ import annotations

import base64
import html
import io
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageDraw, ImageFont

from rnn_utils import _checks

_MARGIN, _LINE = 8, 22


_FONT_SIZE = 15


def animate_clips(
    clips: npt.ArrayLike,
    titles: Sequence[str],
    captions: Sequence[Sequence[str]],
    scale: int = 6,
    milliseconds: int = 250,
) -> bytes:
    """Makes a film of clips side by side, with a caption that changes frame by frame.

    Args:
        clips: Array of shape `(clips, frames, height, width)`, whole numbers from 0,
            black, to 255, white.
        titles: A text for each clip, above it.
        captions: For each clip a list of texts, one for each frame, below it.
        scale: How many times larger a pixel is drawn.
        milliseconds: How long a frame is shown. The last stays four times as long.

    Returns:
        Bytes of a GIF that begins again when it ends.

    Raises:
        ValueError: `clips` has another shape, or numbers that are no greys; there is
            not one title for each clip and one caption for each frame; or `scale` or
            `milliseconds` is less than 1.
    """
    _checks.whole_number("scale", scale)
    _checks.whole_number("milliseconds", milliseconds)
    clips = np.asarray(clips)
    if clips.ndim != 4 or not clips.size:
        raise ValueError(
            f"clips has the shape {clips.shape}; expected (clips, frames, height, "
            "width), none of them 0"
        )
    clips = _checks.whole_numbers("clips", clips, 0, 255, ndim=4).astype(np.uint8)
    counts = [len(texts) for texts in captions]
    if len(titles) != len(clips) or counts != [clips.shape[1]] * len(clips):
        raise ValueError(
            f"{len(titles)} titles and captions of {counts}; expected {len(clips)} "
            f"titles and captions of {clips.shape[1]} texts each"
        )
    pages = [
        _page(clips[:, i], titles, [texts[i] for texts in captions], scale)
        for i in range(clips.shape[1])
    ]
    file = io.BytesIO()
    durations = [milliseconds] * (len(pages) - 1) + [4 * milliseconds]
    pages[0].save(
        file, "GIF", save_all=True, append_images=pages[1:], duration=durations, loop=0
    )
    return file.getvalue()


def film_html(gif: bytes, description: str) -> str:
    """Returns HTML that shows a GIF.

    Args:
        gif: Bytes of the GIF.
        description: What is to be seen, for those who cannot see it.
    """
    data = base64.b64encode(gif).decode("ascii")
    return (
        f'<img src="data:image/gif;base64,{data}" '
        f'alt="{html.escape(description, quote=True)}">'
    )


def _page(pictures, titles, captions, scale):
    """Returns one frame of the film: pictures in a row, texts above and below."""
    height, width = (scale * side for side in pictures.shape[1:])
    size = (len(pictures) * (width + _MARGIN) + _MARGIN, height + 2 * _LINE + 8)
    page = Image.new("L", size, 255)
    pen, font = ImageDraw.Draw(page), ImageFont.load_default(_FONT_SIZE)
    for i, (picture, *texts) in enumerate(zip(pictures, titles, captions, strict=True)):
        left = _MARGIN + i * (width + _MARGIN)
        page.paste(Image.fromarray(picture).resize((width, height)), (left, _LINE + 4))
        for text, top in zip(texts, (2, _LINE + height + 8), strict=True):
            pen.text((left, top), text, fill=0, font=font)
    # Sixteen greys, the same for all frames: a third of the size.
    return page.point(lambda level: level // 16 * 17)
