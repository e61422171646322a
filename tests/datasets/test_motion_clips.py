"""Claims about the motion clips: actions are as told, and splits apart."""

import numpy as np
import pytest

tfds = pytest.importorskip("tensorflow_datasets")

from rnn_utils.datasets import motion_clips, motion_takes  # noqa: E402
from rnn_utils.datasets.building.body import draw  # noqa: E402
from rnn_utils.datasets.motion_clips import (  # noqa: E402
    ACTIONS,
    LABELS,
    PAIRS,
    film,
    load_clips,
    window,
    with_noise,
)
from rnn_utils.datasets.motion_takes import read_take  # noqa: E402
from tests.datasets.standing_body import take_file  # noqa: E402

HIP = 0


def rising():
    """A person who stands and rises by 1 cm a frame, 0.1 s each."""
    return take_file(0.9 + 0.01 * np.arange(30))


@pytest.fixture
def small_package(monkeypatch, tmp_path):
    def members(package, names):
        return {name: rising() for name in names}

    counts = {"train": 3, "validation": 1, "test": 2, "later": 2}
    monkeypatch.setattr(motion_takes, "read_members", members)
    monkeypatch.setattr(motion_clips, "_CLIPS_PER_ACTION", counts)
    monkeypatch.setenv("RNN_DATA_DIR", str(tmp_path))


def test_what_is_played_backwards_is_the_same_in_reverse_order():
    take = read_take(rising())
    forwards, backwards = (
        film(take, (0.1, 0.4), direction, np.random.default_rng(0))
        for direction in (1, -1)
    )
    assert forwards.shape == (12, 18, 3)
    np.testing.assert_allclose(forwards[::-1], backwards)
    assert (np.diff(forwards[:, HIP, 1]) > 0).all()


def test_each_pair_is_of_the_same_takes_in_both_directions():
    assert len(PAIRS) == 4
    for first, second in PAIRS:
        assert ACTIONS[first][0] == ACTIONS[second][0]
        assert (ACTIONS[first][1], ACTIONS[second][1]) == (1, -1)
    directions = [ACTIONS[label][1] for label in LABELS[8:]]
    assert directions == [1, 1, 1, 1]


def test_later_clips_begin_where_no_other_clip_ends():
    rng = np.random.default_rng(0)
    for split in ("train", "validation", "test"):
        assert max(window(split, rng)[1] for _ in range(200)) <= 0.6
    later = [window("later", rng) for _ in range(200)]
    assert min(start for start, _ in later) >= 0.6
    assert max(stop for _, stop in later) <= 1


def test_noise_is_small_and_stays_in_range():
    frames = np.full((2, 32, 32), 250, np.uint8)
    noisy = with_noise(frames, np.random.default_rng(0))
    assert noisy.dtype == np.uint8
    assert 0 < noisy.std() < 10
    assert noisy.min() > 200


def test_the_splits_have_every_action_equally_often(small_package, capfd):
    parts = load_clips()
    assert capfd.readouterr().out == ""
    assert list(parts) == ["train", "validation", "test", "later"]
    for part, count in zip(parts.values(), (3, 1, 2, 2), strict=True):
        np.testing.assert_array_equal(np.bincount(part.labels), [count] * 12)
        assert part.frames.shape == (12 * count, 12, 32, 32)
        assert part.points.shape == (12 * count, 12, 18, 3)
        for label, take in zip(part.labels, part.takes, strict=True):
            assert take in ACTIONS[LABELS[label]][0]


def test_camera_angles_of_test_and_validation_are_not_in_training(small_package):
    parts = load_clips()
    sectors = {name: set(part.angles // 60) for name, part in parts.items()}
    assert sectors["train"] == sectors["later"] == {0, 2, 4}
    assert sectors["validation"] == {5}
    assert sectors["test"] == {1, 3}


def test_the_frames_are_those_of_the_points(small_package):
    clips = load_clips()["test"]
    for frames, points in zip(clips.frames, clips.points, strict=True):
        assert np.abs(frames - draw(points).astype(float)).mean() < 7


def test_the_builder_prepares_once_and_then_reads(small_package, cut_off):
    first = load_clips()
    cut_off(motion_takes)
    again = load_clips()
    np.testing.assert_array_equal(again["train"].frames, first["train"].frames)


def test_the_seed_fixes_the_clips(small_package, monkeypatch, tmp_path):
    first = load_clips()
    monkeypatch.setenv("RNN_DATA_DIR", str(tmp_path / "again"))
    again = load_clips()
    for name, part in first.items():
        np.testing.assert_array_equal(part.frames, again[name].frames)
    # Each split has its own random numbers.
    assert not set(first["train"].angles) & set(first["later"].angles)
