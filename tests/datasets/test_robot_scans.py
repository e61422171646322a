"""Claims about the robot's drive: true geometry, and splits apart in time."""

import io
import zipfile

import numpy as np
import pytest

tfds = pytest.importorskip("tensorflow_datasets")

from rnn_utils.datasets import robot_scans  # noqa: E402
from rnn_utils.datasets.building.splits import SPLITS  # noqa: E402
from rnn_utils.datasets.robot_scans import (  # noqa: E402
    drive,
    load_robot_scans,
    motions_of,
    read_log,
    split_with_gaps,
)

SETTINGS = "0 -1.570796 3.141593 0.017453 50.000000 0.100000 0 180"


def scan(number, ranges, x=0.0, y=0.0, heading=0.0):
    """The two lines of a scan, 2 seconds after the one before."""
    values = " ".join(f"{value:.2f}" for value in ranges)
    pose = f"{x} {y} {heading}"
    robot = f"{pose} {pose} 0.0 0.0 0.0 0.0 0.0 {1031745824.5 + 2 * number} host 1.0"
    return f"VERTEX_SE2 {number} {pose}\nROBOTLASER1 {SETTINGS} {values} 0 {robot}\n"


@pytest.fixture
def small_package(monkeypatch, tmp_path):
    """1,000 scans on a circle; the ranges are the scan's number, up to 49."""
    text = "".join(
        scan(i, [i % 50] * 180, x=i / 2, heading=np.pi - i / 100) for i in range(1000)
    )
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        archive.writestr(
            "killian.g2o", text + "#SEQUENTIAL EDGES\nEDGE_SE2 0 1 9 9 9\n"
        )
    monkeypatch.setattr(
        robot_scans,
        "read_members",
        lambda package, members: {robot_scans.MEMBER: content.getvalue()},
    )
    monkeypatch.setenv("RNN_DATA_DIR", str(tmp_path))


def test_a_line_of_the_log_gives_scan_pose_and_time():
    ranges = np.arange(180) / 4
    log = read_log(scan(0, ranges) + scan(1, ranges + 10, x=1.5, y=-2, heading=4))
    np.testing.assert_allclose(log["times"], [0, 2])
    np.testing.assert_allclose(log["ranges"][0], ranges)
    assert all(values.dtype == np.float32 for values in log.values())
    np.testing.assert_allclose(log["poses"][1], [1.5, -2, 4 - 2 * np.pi], 1e-6)


def test_a_beam_without_echo_has_the_longest_range():
    log = read_log(scan(0, [51.06, 49.5] * 90))
    np.testing.assert_allclose(log["ranges"][0], [50, 49.5] * 90)


def test_a_motion_is_seen_from_where_it_starts():
    # Facing along y: a step along y is forward, one along -x is to the left.
    poses = np.array([[0, 0, np.pi / 2], [0, 2, np.pi / 2], [-1, 2, np.pi]])
    expected = [[2, 0, 0], [0, 1, np.pi / 2]]
    np.testing.assert_allclose(motions_of(poses), expected, atol=1e-12)


def test_a_turn_across_the_back_is_short():
    poses = np.radians([[0, 0, 179.0], [0, 0, -179.0]])
    np.testing.assert_allclose(np.degrees(motions_of(poses)[0, 2]), 2)


def test_driving_the_motions_leads_to_the_poses():
    poses = np.random.default_rng(0).uniform(-3, 3, size=(50, 3))
    np.testing.assert_allclose(drive(poses[0], motions_of(poses)), poses, atol=1e-9)


def test_splits_are_in_order_with_gaps():
    parts = split_with_gaps(1000)
    assert [(part.start, part.stop) for part in parts.values()] == [
        (0, 650),
        (700, 800),
        (850, 1000),
    ]


def test_each_scan_keeps_its_place_and_time(small_package, capfd):
    parts = load_robot_scans()
    assert capfd.readouterr().out == ""
    for name, first in zip(SPLITS, [0, 700, 850], strict=True):
        part = parts[name]
        numbers = first + np.arange(len(part.times))
        np.testing.assert_allclose(part.times, 2 * numbers)
        np.testing.assert_allclose(part.ranges[:, 90], numbers % 50)
        np.testing.assert_allclose(part.poses[:, 0], numbers / 2)
        assert part.motions.shape == (len(numbers) - 1, 3)
        np.testing.assert_allclose(part.motions[:, 2], -0.01, atol=1e-6)


def test_the_builder_prepares_once_and_then_reads(small_package, cut_off):
    first = load_robot_scans()
    cut_off(robot_scans)
    again = load_robot_scans()
    np.testing.assert_array_equal(again["test"].ranges, first["test"].ranges)
