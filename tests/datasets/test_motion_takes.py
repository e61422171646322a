"""Claims about the motion takes: each is whole, under its name, and prepared once."""

import numpy as np
import pytest

tfds = pytest.importorskip("tensorflow_datasets")

from rnn_utils.datasets import motion_takes  # noqa: E402
from rnn_utils.datasets.motion_takes import (  # noqa: E402
    TAKES,
    load_takes,
    read_take,
)
from tests.datasets.standing_body import take_file  # noqa: E402

SECONDS = 0.05


@pytest.fixture
def small_package(monkeypatch, tmp_path):
    """Takes that tell by the hip's height and their length which they are."""

    def members(package, names):
        order = [motion_takes.MEMBER.format(take=take) for take in TAKES]
        numbers = {name: order.index(name) for name in names}
        return {name: take_file([n] * (3 + n), SECONDS) for name, n in numbers.items()}

    monkeypatch.setattr(motion_takes, "read_members", members)
    monkeypatch.setenv("RNN_DATA_DIR", str(tmp_path))


def test_a_take_is_timed_by_the_durations_before_each_frame():
    times, points = read_take(take_file(0.9 + 0.01 * np.arange(4)))
    np.testing.assert_allclose(times, [0, 0.1, 0.2, 0.3])
    np.testing.assert_allclose(np.diff(points[:, 0, 1]), 0.01)


def test_every_take_is_there_whole_and_under_its_name(small_package, capfd):
    takes = load_takes()
    assert capfd.readouterr().out == ""
    assert tuple(takes) == TAKES
    for index, take in enumerate(takes.values()):
        assert take.points.shape == (3 + index, 18, 3)
        np.testing.assert_allclose(take.points[:, 0], [[0, index, 0]] * (3 + index))
        np.testing.assert_allclose(take.times, SECONDS * np.arange(3 + index))


def test_the_builder_prepares_once_and_then_reads(small_package, cut_off):
    first = load_takes()
    cut_off(motion_takes)
    again = load_takes()
    np.testing.assert_array_equal(again["walk"].points, first["walk"].points)
