"""Recordings of speech changed as other speakers and other rooms would change them.

For training on few voices. Each function returns new frames; which changes are drawn,
and how strong, is for the caller to say.
"""

from __future__ import annotations

import functools

import numpy as np
import numpy.typing as npt

from rnn_utils import _checks

# Above this share of the frequency axis the warp bends back, so that its end stays.
_KNEE = 0.8
_POINTS = 128


def warped_spectrum(cepstra: npt.ArrayLike, factor: float) -> np.ndarray:
    """Returns cepstra of a voice whose spectrum is stretched along its frequency axis.

    A longer vocal tract has its resonances at lower frequencies. The cepstra are turned
    back into a smooth spectrum, the spectrum is read at `factor` times each place of
    the mel axis, and turned into cepstra again. All of it is one matrix.

    Args:
        cepstra: Array of shape `(time, coefficients)`, from an orthonormal cosine
            transform of a log mel spectrum, the first coefficient included.
        factor: From 0.8 to 1.25: above 1 for a longer vocal tract, 1 for no change.

    Raises:
        ValueError: `cepstra` has another shape or what is not finite, or `factor` is
            out of range.

    Source: Lee and Rose (1996), "Speaker normalization using efficient frequency
    warping procedures", ICASSP; as augmentation: Jaitly and Hinton (2013), "Vocal tract
    length perturbation (VTLP) improves speech recognition", ICML workshop.
    """
    cepstra = _checks.finite("cepstra", cepstra)
    _checks.shaped("cepstra", cepstra, "(time, coefficients)")
    factor = _checks.number(
        "factor", factor, lambda f: 0.8 <= f <= 1.25, "a number from 0.8 to 1.25"
    )
    return cepstra @ _warp(factor, cepstra.shape[1])


@functools.lru_cache(maxsize=64)
def _warp(factor, coefficients):
    """The matrix from the right, `(coefficients, coefficients)`."""
    places = (np.arange(_POINTS) + 0.5) / _POINTS
    knee = _KNEE * min(1, 1 / factor)
    slope = (1 - factor * knee) / (1 - knee)
    read_at = np.where(
        places <= knee, factor * places, factor * knee + slope * (places - knee)
    )
    return _cosines(read_at, coefficients).T @ _cosines(places, coefficients)


def _cosines(places, coefficients):
    """The basis of the orthonormal cosine transform, `(places, coefficients)`."""
    number = np.arange(coefficients)
    scale = np.sqrt(np.where(number == 0, 1, 2) / _POINTS)
    return scale * np.cos(np.pi * np.outer(places, number))


def changed_speed(frames: npt.ArrayLike, factor: float) -> np.ndarray:
    """Returns the frames of somebody who speaks `factor` times as fast.

    Args:
        frames: Array of shape `(time, features)`, of at least one step.
        factor: From 0.5 to 2; what lies between two frames is interpolated.

    Raises:
        ValueError: `frames` has another shape, no step or what is not finite, or
            `factor` is out of range.
    """
    frames = _checks.finite("frames", frames)
    _checks.shaped("frames", frames, "(time, features)")
    factor = _checks.number(
        "factor", factor, lambda f: 0.5 <= f <= 2, "a number from 0.5 to 2"
    )
    places = np.linspace(0, len(frames) - 1, max(1, round(len(frames) / factor)))
    before = places.astype(int)
    share = (places - before)[:, None]
    after = np.minimum(before + 1, len(frames) - 1)
    return (1 - share) * frames[before] + share * frames[after]


def masked(
    frames: npt.ArrayLike, rng: np.random.Generator, steps: int, features: int
) -> np.ndarray:
    """Returns the frames with a block of steps and one of features set to zero.

    Args:
        frames: Array of shape `(time, features)`, whose features have the mean 0.
        rng: Draws the two widths, each from 0 to the largest, and the places.
        steps: The most steps of a block.
        features: The most features of a block.

    Raises:
        ValueError: `frames` has another shape or what is not finite, or a block may be
            as large as all of them.

    Source: Park and others (2019), "SpecAugment: a simple data augmentation method for
    automatic speech recognition", Interspeech, arXiv:1904.08779, without its warping.
    """
    frames = _checks.finite("frames", frames).copy()
    _checks.shaped("frames", frames, "(time, features)")
    _checks.whole_number("steps", steps, 0, len(frames) - 1)
    _checks.whole_number("features", features, 0, frames.shape[1] - 1)
    for axis, most in enumerate((steps, features)):
        width = rng.integers(most + 1)
        start = rng.integers(frames.shape[axis] - width + 1)
        block = [slice(None), slice(None)]
        block[axis] = slice(start, start + width)
        frames[tuple(block)] = 0
    return frames
