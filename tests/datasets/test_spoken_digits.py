"""Claims about the spoken digits: recordings stay in their split, also when joined."""

import io
from collections import Counter

import numpy as np
import pytest

tf = pytest.importorskip("tensorflow")
tfds = pytest.importorskip("tensorflow_datasets")

from rnn_utils.datasets import spoken_digits  # noqa: E402
from rnn_utils.datasets.building.splits import SPLITS  # noqa: E402
from rnn_utils.datasets.spoken_digits import (  # noqa: E402
    SAMPLE_RATE,
    VOICES,
    WORDS,
    Recordings,
    join_digits,
    load_digits,
    mfcc,
    of_speakers,
    speaker_of,
)


@pytest.fixture
def small_package(monkeypatch, tmp_path):
    """900 recordings of 3 to 9 frames; every number of one says which it is.

    The voices are six stretches of 150.
    """
    lengths = np.arange(900) % 7 + 3
    frames = np.repeat(np.arange(900, dtype=np.float32), lengths)
    content = io.BytesIO()
    np.savez(
        content,
        X=np.tile(frames[:, None], 13),
        y=np.arange(900) % 10,
        lengths=lengths,
    )
    monkeypatch.setattr(
        spoken_digits,
        "read_members",
        lambda package, members: {spoken_digits.MEMBER: content.getvalue()},
    )
    monkeypatch.setattr(
        spoken_digits,
        "inferred_voices",
        lambda frames, digits, voices: np.arange(len(frames)) // 150,
    )
    monkeypatch.setenv("RNN_DATA_DIR", str(tmp_path))


def numbers(frames):
    return [int(each[0, 0]) for each in frames]


def test_every_recording_is_whole_and_in_one_split(small_package, capfd):
    parts = load_digits()
    assert capfd.readouterr().out == ""
    found = [number for part in parts.values() for number in numbers(part.frames)]
    assert sorted(found) == list(range(900))
    for part in parts.values():
        rows = zip(part.frames, part.digits, part.speakers, strict=True)
        for number, (frames, digit, voice) in zip(
            numbers(part.frames), rows, strict=True
        ):
            assert frames.shape == (number % 7 + 3, 13)
            assert (frames == number).all()
            assert digit == number % 10
            assert voice == VOICES[number // 150]


def test_every_digit_of_every_voice_has_its_share_in_every_split(small_package):
    parts = load_digits()
    for name, share in (("train", 12), ("validation", 1), ("test", 2)):
        pairs = list(
            zip(parts[name].digits.tolist(), parts[name].speakers, strict=True)
        )
        assert len(set(pairs)) == 60
        assert {pairs.count(pair) for pair in set(pairs)} == {share}
    # Not digit by digit: a batch must have many.
    assert len(set(parts["train"].digits[:32])) > 5


def test_the_builder_prepares_once_and_then_reads(small_package, cut_off):
    first = load_digits()
    cut_off(spoken_digits)
    again = load_digits()
    for name in SPLITS:
        assert numbers(again[name].frames) == numbers(first[name].frames)


@pytest.fixture
def recordings():
    """40 of 5 to 8 frames; of the two speakers, one has the even numbers."""
    frames = [np.full((5 + i % 4, 13), i, np.float32) for i in range(40)]
    speakers = ["even", "odd"] * 20
    return Recordings(frames, np.arange(40) // 2 % 10, speakers)


def test_a_joined_string_holds_its_digits_where_it_says(recordings):
    strings = join_digits(recordings, 50, seed=1)
    for frames, text, digits, starts, speaker in zip(*strings, strict=True):
        assert text == " ".join(WORDS[digit] for digit in digits)
        rows = frames[starts, 0].astype(int)
        np.testing.assert_array_equal(recordings.digits[rows], digits)
        assert {recordings.speakers[row] for row in rows} == {speaker}
        expected = np.concatenate([recordings.frames[row] for row in rows])
        np.testing.assert_array_equal(frames, expected)


def test_all_lengths_and_speakers_occur_and_recordings_are_used_equally(recordings):
    strings = join_digits(recordings, 400, seed=1, fewest=2, most=4)
    lengths = np.bincount([len(digits) for digits in strings.digits])
    assert list(np.flatnonzero(lengths)) == [2, 3, 4]
    assert lengths[2:].min() > 100
    assert strings.speakers.count("even") == strings.speakers.count("odd") == 200
    pairs = zip(strings.frames, strings.starts, strict=True)
    used = np.concatenate([frames[starts, 0] for frames, starts in pairs])
    counts = np.bincount(used.astype(int), minlength=40)
    for of_speaker in (counts[::2], counts[1::2]):
        assert of_speaker.max() - of_speaker.min() <= 1


def test_a_fade_mixes_the_ends_of_neighbours_and_shortens_the_whole(recordings):
    plain = join_digits(recordings, 30, seed=1, fewest=2, most=3)
    faded = join_digits(recordings, 30, seed=1, fewest=2, most=3, fade=2)
    assert faded.texts == plain.texts
    for before, after, starts, old_starts in zip(
        plain.frames, faded.frames, faded.starts, plain.starts, strict=True
    ):
        assert len(after) == len(before) - 2 * (len(starts) - 1)
        for border, start in zip(old_starts[1:], starts[1:], strict=True):
            left, right = before[border - 1, 0], before[border, 0]
            mixed = after[start - 1 : start + 1, 0]
            expected = [2 / 3 * left + right / 3, left / 3 + 2 / 3 * right]
            np.testing.assert_allclose(mixed, expected, rtol=1e-5)


def test_speakers_are_chosen_with_all_that_is_theirs(recordings):
    waves = [np.full(3, i, np.float32) for i in range(40)]
    for chosen in (recordings, recordings._replace(waves=waves)):
        part = of_speakers(chosen, ["odd"])
        assert numbers(part.frames) == list(range(1, 40, 2))
        assert part.digits.tolist() == recordings.digits[1::2].tolist()
        assert part.speakers == ["odd"] * 20
    assert [int(wave[0]) for wave in part.waves] == list(range(1, 40, 2))
    with pytest.raises(
        ValueError, match=r"'neither'; expected some of \['even', 'odd'"
    ):
        of_speakers(recordings, ["neither"])


def test_the_seed_fixes_the_strings(recordings):
    texts = [join_digits(recordings, 20, seed).texts for seed in (1, 1, 2)]
    assert texts[0] == texts[1] != texts[2]
    assert join_digits(recordings, 0, seed=1).texts == []


@pytest.mark.parametrize("fewest, most", [(0, 3), (4, 3)])
def test_impossible_lengths_are_refused(recordings, fewest, most):
    with pytest.raises(ValueError, match=f"fewest is {fewest} and most is {most}"):
        join_digits(recordings, 5, 1, fewest=fewest, most=most)


@pytest.mark.parametrize("fade", [3, -1])
def test_a_fade_leaves_something_of_every_recording(recordings, fade):
    with pytest.raises(ValueError, match=f"fade is {fade}; expected"):
        join_digits(recordings, 5, 1, fade=fade)


def tone(hertz, seconds=0.5, loudness=0.1):
    time = np.arange(int(seconds * SAMPLE_RATE)) / SAMPLE_RATE
    return (loudness * np.sin(2 * np.pi * hertz * time)).astype(np.float32)


def test_features_have_a_frame_each_25_ms():
    assert mfcc(tone(440)).shape == (20, 13)
    assert mfcc(tone(440)).dtype == np.float32
    assert np.isfinite(mfcc(np.zeros(900, np.float32))).all()


def test_loudness_is_in_the_first_coefficient_only():
    difference = mfcc(tone(440, loudness=0.4)) - mfcc(tone(440, loudness=0.1))
    assert difference[5, 0] > 1
    # The bands without the tone keep their floor, so this holds for noise, not a tone.
    noise = np.random.default_rng(0).normal(size=4000).astype(np.float32)
    difference = mfcc(0.4 * noise) - mfcc(0.1 * noise)
    assert difference[5, 0] > 1
    assert np.abs(difference[:, 1:]).max() < 0.01


def test_the_second_coefficient_tells_low_from_high():
    assert mfcc(tone(200))[5, 1] > mfcc(tone(3000))[5, 1]


def test_a_file_name_of_another_form_is_refused():
    assert speaker_of("7_jackson_32.wav") == "jackson"
    with pytest.raises(ValueError, match="'7.wav'; expected"):
        speaker_of("7.wav")


@pytest.fixture
def mocked(monkeypatch, tmp_path):
    """A public dataset made up in the form that its real builder declares."""
    monkeypatch.setenv("RNN_DATA_DIR", str(tmp_path))
    info = tfds.core.SplitInfo(name="train", shard_lengths=[300], num_bytes=1)
    splits = tfds.core.splits.SplitDict([info])
    monkeypatch.setattr(tfds.core.DatasetInfo, "splits", property(lambda info: splits))

    def made_up(builder, split, **_):
        rng = np.random.default_rng(0)

        def examples():
            for i in range(300):
                yield {
                    "audio": rng.integers(
                        -(2**15), 2**15, size=rng.integers(900, 2000)
                    ),
                    "audio/filename": f"{i % 10}_{'ab'[i // 150]}_{i}.wav",
                    "label": i % 10,
                }

        return tf.data.Dataset.from_generator(
            examples, output_signature=builder.info.features.get_tensor_spec()
        )

    with tfds.testing.mock_data(as_dataset_fn=made_up):
        yield


def test_the_full_size_twin_has_the_same_form_and_every_speaker_in_each_split(mocked):
    parts = load_digits("spoken_digit")
    for name, each in {"train": 12, "validation": 1, "test": 2}.items():
        kinds = Counter(zip(parts[name].digits, parts[name].speakers, strict=True))
        assert len(kinds) == 20
        assert set(kinds.values()) == {each}
    for part in parts.values():
        for frames, wave in zip(part.frames, part.waves, strict=True):
            assert frames.shape == (-(-len(wave) // 200), 13)
            assert np.abs(wave).max() <= 1
        assert part.digits.shape == (len(part.frames),)
    waves = [wave.tobytes() for part in parts.values() for wave in part.waves]
    assert len(set(waves)) == len(waves)
    assert join_digits(parts["test"], 3, seed=1).texts


def test_a_dataset_without_recordings_is_refused(mocked):
    with pytest.raises(ValueError, match="'imdb_reviews' with .*'spoken_digit'"):
        load_digits("imdb_reviews")
