"""Who speaks in recordings that do not say it: voices found by how they sound.

For words that every voice says equally often. What a word sounds like is taken away, so
that what is left of a recording tells the voice; a mixture of Gaussians groups the
recordings, and each voice is then dealt its share of every word.
"""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from rnn_utils import _checks

_PERCENTILES = (10, 90)
_COMPONENTS = 20
# Keeps a covariance regular, in units of the standardised features' variance.
_FLOOR = 1e-3
_STARTS, _MOST_ROUNDS = 5, 50


def inferred_voices(
    recordings: Sequence[np.ndarray], words: npt.ArrayLike, voices: int
) -> np.ndarray:
    """Returns a voice for each recording; each voice has as many of every word.

    Args:
        recordings: List of arrays of shape `(timesteps, features)`, such as cepstra.
        words: Int array of shape `(recordings,)`, the word of each.
        voices: How many voices there are.

    Returns:
        Int array of shape `(recordings,)`: 0 for the voice of the first recording, 1
        for the next voice that is heard, and so on. The same for the same recordings.

    Raises:
        ValueError: A word is not there a multiple of `voices` times, or there are not
            as many recordings as words.
    """
    voices = _checks.whole_number("voices", voices, 2)
    words = np.asarray(words)
    _checks.one_each("words", words, recordings, "recordings")
    for word, count in zip(*np.unique(words, return_counts=True), strict=True):
        if count % voices:
            raise ValueError(
                f"words holds {word} {count} times; expected a multiple of {voices}, "
                "as many for each voice"
            )
    sound = _without_words(recordings, words)
    voice = _first_guess(sound, words, voices)
    for _ in range(_MOST_ROUNDS):
        before, voice = voice, _dealt(_log_densities(sound, voice, voices), words)
        if np.array_equal(before, voice):
            break
    heard = voice[np.sort(np.unique(voice, return_index=True)[1])]
    return np.argsort(heard)[voice]


def _without_words(recordings, words):
    """Returns the main components of what is left when the words are taken away."""
    from sklearn.decomposition import PCA
    from sklearn.preprocessing import StandardScaler

    rows = []
    for frames in recordings:
        frames = np.asarray(frames, np.float64)
        percentiles = np.percentile(frames, _PERCENTILES, axis=0)
        rows.append(np.concatenate([frames.mean(0), frames.std(0), *percentiles]))
    rows = np.array(rows)
    for word in np.unique(words):
        rows[words == word] -= rows[words == word].mean(0)
    components = min(_COMPONENTS, *rows.shape)
    scaled = StandardScaler().fit_transform(rows)
    return PCA(components, svd_solver="full").fit_transform(scaled)


def _first_guess(sound, words, voices):
    from sklearn.mixture import GaussianMixture

    mixture = GaussianMixture(
        voices, reg_covar=_FLOOR, n_init=_STARTS, random_state=0
    ).fit(sound)
    return _dealt(np.log(mixture.predict_proba(sound) + 1e-300), words)


def _log_densities(sound, voice, voices):
    """Returns how well each recording fits a Gaussian of each voice's recordings."""
    from scipy.stats import multivariate_normal

    columns = []
    for k in range(voices):
        own = sound[voice == k]
        spread = np.cov(own.T) + _FLOOR * np.eye(sound.shape[1])
        columns.append(multivariate_normal(own.mean(0), spread).logpdf(sound))
    return np.stack(columns, axis=1)


def _dealt(fits, words):
    """Deals each word's recordings to the voices in equal shares, for the best fit."""
    from scipy.optimize import linear_sum_assignment

    dealt = np.empty(len(words), int)
    for word in np.unique(words):
        rows = np.flatnonzero(words == word)
        share = len(rows) // fits.shape[1]
        _, places = linear_sum_assignment(-np.repeat(fits[rows], share, axis=1))
        dealt[rows] = places // share
    return dealt
