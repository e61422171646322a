"""Claims about the motion clips: bodies are whole, cameras truthful, splits apart."""

import json

import numpy as np
import pytest

tfds = pytest.importorskip("tensorflow_datasets")

from rnn_utils.datasets import motion_clips  # noqa: E402
from rnn_utils.datasets.motion_clips import (  # noqa: E402
    ACTIONS,
    LABELS,
    PAIRS,
    draw,
    film,
    forward_kinematics,
    load_clips,
    read_take,
    rotation_matrices,
    seen_from,
    window,
    with_noise,
)

HIP, CHEST, HEAD, TOES, HAND = 0, 1, 13, 14, 15
KNEES, RIGHT_KNEE_ANGLE = (4, 9), 4 + 4 + 4 + 4


def standing(frames=1, height=0.9):
    """The hip's places, and rotations that turn no joint."""
    upright = [1, 0, 0, 0]
    parts = [upright] * 4 + [[0], upright, upright, [0], upright, [0], upright]
    rotations = np.concatenate([*parts, upright, [0]]).astype(float)
    positions = np.tile([0, height, 0], (frames, 1)).astype(float)
    return positions, np.tile(rotations, (frames, 1))


def take_file(frames=30):
    """A person who stands and rises by 1 cm a frame, 0.1 s each."""
    positions, rotations = standing(frames)
    positions[:, 1] += 0.01 * np.arange(frames)
    rows = np.hstack([np.full((frames, 1), 0.1), positions, rotations])
    return json.dumps({"Loop": "none", "Frames": rows.tolist()}).encode()


@pytest.fixture
def small_package(monkeypatch, tmp_path):
    def members(package, names):
        return {name: take_file() for name in names}

    counts = {"train": 3, "validation": 1, "test": 2, "later": 2}
    monkeypatch.setattr(motion_clips, "read_members", members)
    monkeypatch.setattr(motion_clips, "_CLIPS_PER_ACTION", counts)
    monkeypatch.setenv("RNN_DATA_DIR", str(tmp_path))


def test_a_person_who_turns_no_joint_stands_upright():
    body = forward_kinematics(*standing())[0]
    assert body.shape == (18, 3)
    assert 1.45 < body[HEAD, 1] < 1.6
    assert abs(body[:, 1].min()) < 0.1
    # Toes are in front, the right hand is to the right.
    assert body[TOES, 0] > 0.1
    assert body[HAND, 2] > 0.1


def test_a_bent_knee_lifts_the_foot_behind():
    positions, rotations = standing()
    rotations[0, RIGHT_KNEE_ANGLE] = -np.pi / 2
    body = forward_kinematics(positions, rotations)[0]
    knee, ankle = body[4], body[5]
    np.testing.assert_allclose(ankle - knee, [-0.410, 0, 0], atol=1e-9)


def test_a_turned_hip_turns_everything():
    positions, rotations = standing()
    quarter = [np.sqrt(0.5), 0, np.sqrt(0.5), 0]
    still = forward_kinematics(positions, rotations)[0]
    rotations[0, :4] = quarter
    turned = forward_kinematics(positions, rotations)[0]
    # A quarter to the left, around the vertical: right becomes forwards.
    expected = np.stack([still[:, 2], still[:, 1], -still[:, 0]], axis=1)
    np.testing.assert_allclose(turned, expected, atol=1e-9)


def test_bones_keep_their_lengths_whatever_the_angles():
    rng = np.random.default_rng(0)
    positions, rotations = standing(5)
    still = forward_kinematics(positions, rotations)
    wild = forward_kinematics(positions, rng.normal(size=rotations.shape))
    for body in (wild, still):
        for knee in KNEES:
            lengths = np.linalg.norm(body[:, knee] - body[:, knee - 1], axis=1)
            np.testing.assert_allclose(lengths, 0.422)


def test_an_angle_is_a_rotation_around_the_sideways_axis():
    angle = np.array([[0.3]])
    quaternion = np.array([[np.cos(0.15), 0, 0, np.sin(0.15)]])
    matrix = rotation_matrices(angle)
    np.testing.assert_allclose(matrix, rotation_matrices(2 * quaternion))
    np.testing.assert_allclose(matrix[0] @ [1, 0, 0], [np.cos(0.3), np.sin(0.3), 0])


def test_a_take_is_timed_by_the_durations_before_each_frame():
    times, points = read_take(take_file(frames=4))
    np.testing.assert_allclose(times, [0, 0.1, 0.2, 0.3])
    np.testing.assert_allclose(np.diff(points[:, HIP, 1]), 0.01)


def test_what_is_played_backwards_is_the_same_in_reverse_order():
    take = read_take(take_file())
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


def test_the_camera_stands_where_its_angle_says():
    body = forward_kinematics(*standing())
    from_right, from_front = (seen_from(body, angle, 0)[0] for angle in (0, 90))
    assert from_right[TOES, 0] > 0.1  # forwards is to the right of the picture
    assert from_right[HAND, 2] > 0.1  # and the right hand is near
    assert from_front[TOES, 2] > 0.1
    assert from_front[HAND, 0] < -0.1
    np.testing.assert_allclose(from_right[:, 1], body[0, :, 1], rtol=1e-6)


def test_a_camera_that_looks_down_sees_near_things_lower():
    near_and_far = np.array([[0, 0, 1.0], [0, 0, -1.0]])
    seen = seen_from(near_and_far, 0, 30)
    assert seen[0, 1] < seen[1, 1]
    assert seen[0, 2] > seen[1, 2]


def test_the_picture_shows_the_body_where_it_is():
    points = seen_from(forward_kinematics(*standing()), 0, 0)
    for size in (32, 160):
        (picture,) = draw(points, size)
        assert picture.dtype == np.uint8
        assert picture.shape == (size, size)
        rows, columns = np.nonzero(picture > 120)
        pixel = 2.4 / size
        # Head at about 1.6 m, feet on the floor that is 0.3 m above the lower edge.
        assert abs((size - rows.min()) * pixel - 0.3 - 1.64) < 0.1
        assert abs((size - rows.max()) * pixel - 0.3) < 0.1
        assert abs(columns.mean() * pixel - 1.2) < 0.1


@pytest.mark.parametrize("angle", [0, 180])
def test_the_near_arm_hides_the_far_one_and_is_brighter(angle):
    points = seen_from(forward_kinematics(*standing()), angle, 0)
    (picture,) = draw(points, 320)
    x, y = points[0, 7, :2]  # an elbow, and the other behind it or before it
    row, column = (2.4 - 0.3 - y) / 2.4 * 320, (x + 1.2) / 2.4 * 320
    # The far one would be as much darker than the trunk, which has 190.
    near_arm = 190 + 110 * 0.183
    assert picture[int(row), int(column)] == pytest.approx(near_arm, abs=1)


def test_several_frames_are_drawn_as_each_alone():
    take = read_take(take_file())
    body = film(take, (0, 0.4), 1, np.random.default_rng(0))
    points = seen_from(body, 40, 10)
    together = draw(points)
    alone = np.concatenate([draw(points[i : i + 1]) for i in range(12)])
    np.testing.assert_array_equal(together, alone)


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
    cut_off(motion_clips)
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
