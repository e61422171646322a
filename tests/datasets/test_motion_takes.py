"""Claims about the motion takes: each is whole, under its name, and prepared once."""

import json

import numpy as np
import pytest

tfds = pytest.importorskip("tensorflow_datasets")

from rnn_utils.datasets import motion_takes  # noqa: E402
from rnn_utils.datasets.motion_takes import TAKES, load_takes  # noqa: E402

SECONDS = 0.05


def take_file(frames, height):
    """Somebody who stands, the hip as high as given."""
    upright = [1, 0, 0, 0]
    joints = [upright] * 4 + [[0], upright, upright, [0], upright, [0], upright]
    numbers = [SECONDS, 0, height, 0, *np.concatenate([*joints, upright, [0]])]
    return json.dumps({"Frames": [[float(n) for n in numbers]] * frames}).encode()


@pytest.fixture
def small_package(monkeypatch, tmp_path):
    """Takes that tell by the hip's height and their length which they are."""

    def members(package, names):
        order = [motion_takes.MEMBER.format(take=take) for take in TAKES]
        return {name: take_file(3 + order.index(name), order.index(name))
                for name in names}  # fmt: skip

    monkeypatch.setattr(motion_takes, "read_members", members)
    monkeypatch.setenv("RNN_DATA_DIR", str(tmp_path))


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
