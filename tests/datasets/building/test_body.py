"""Claims about the body: bones keep their lengths, cameras and pictures are true."""

import numpy as np
import pytest

from rnn_utils.datasets.building.body import (
    draw,
    forward_kinematics,
    rotation_matrices,
    seen_from,
)
from tests.datasets.standing_body import standing

HEAD, TOES, HAND = 13, 14, 15
KNEES, RIGHT_KNEE_ANGLE = (4, 9), 4 + 4 + 4 + 4


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
    positions, rotations = standing(12)
    turned = rotations + 0.1 * np.random.default_rng(0).normal(size=rotations.shape)
    points = seen_from(forward_kinematics(positions, turned), 40, 10)
    together = draw(points)
    alone = np.concatenate([draw(points[i : i + 1]) for i in range(12)])
    np.testing.assert_array_equal(together, alone)
