"""Claims about inferred voices: found in made-up speech, in equal shares."""

import numpy as np
import pytest

from rnn_utils.datasets.inferred_voices import inferred_voices

VOICES, WORDS, TAKES = 3, 4, 20


def made_up_speech(seed=0):
    """Recordings of 5 to 9 frames: a word's own sound, plus that of the voice."""
    rng = np.random.default_rng(seed)
    of_words = 4 * rng.normal(size=(WORDS, 6))
    of_voices = rng.normal(size=(VOICES, 6))
    word, voice, _ = np.indices((WORDS, VOICES, TAKES)).reshape(3, -1)
    order = rng.permutation(len(word))
    word, voice = word[order], voice[order]
    recordings = [
        of_words[w] + of_voices[v] + 0.5 * rng.normal(size=(rng.integers(5, 10), 6))
        for w, v in zip(word, voice, strict=True)
    ]
    return recordings, word, voice


def test_the_voices_are_found_and_numbered_as_they_are_heard():
    recordings, words, voices = made_up_speech()
    found = inferred_voices(recordings, words, VOICES)
    table = np.array(
        [np.bincount(found[voices == v], minlength=VOICES) for v in range(VOICES)]
    )
    assert np.sort(table.max(axis=1)).tolist() == [WORDS * TAKES] * VOICES
    first = [int(np.flatnonzero(found == v)[0]) for v in range(VOICES)]
    assert first == sorted(first)
    assert found[0] == 0


def test_each_voice_has_its_share_of_every_word_even_where_nothing_tells_them_apart():
    rng = np.random.default_rng(1)
    recordings = [rng.normal(size=(8, 6)) for _ in range(240)]
    words = np.arange(240) % WORDS
    found = inferred_voices(recordings, words, VOICES)
    for word in range(WORDS):
        assert np.bincount(found[words == word]).tolist() == [20] * VOICES
    assert np.array_equal(found, inferred_voices(recordings, words, VOICES))


@pytest.mark.parametrize(
    ("words", "voices", "message"),
    [
        ([0, 0, 0, 1], 2, "words holds 0 3 times; expected a multiple of 2"),
        ([0, 0, 0, 0], 1, "voices is 1; expected 2 or more"),
        ([0, 0], 2, "words"),
    ],
)
def test_what_does_not_fit_is_refused(words, voices, message):
    with pytest.raises(ValueError, match=message):
        inferred_voices([np.zeros((3, 2))] * 4, words, voices)
