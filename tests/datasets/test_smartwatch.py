"""Claims about the smartwatch: people are not shared, and pickles run nothing."""

import io
import pickle

import numpy as np
import pytest

tfds = pytest.importorskip("tensorflow_datasets")

from rnn_utils.datasets import smartwatch  # noqa: E402
from rnn_utils.datasets.building.splits import SPLITS  # noqa: E402
from rnn_utils.datasets.smartwatch import (  # noqa: E402
    Exercises,
    as_left_arm,
    cut_windows,
    leave_people_out,
    load_exercises,
    read_object,
    read_recordings,
)


def saved(content, protocol=2):
    """The bytes of an object as `numpy.save` writes it, in the package's protocol."""
    file = io.BytesIO()
    header = {"descr": "|O", "fortran_order": False, "shape": ()}
    np.lib.format.write_array_header_1_0(file, header)
    # The package was written before NumPy renamed this module.
    pickled = pickle.dumps(np.array(content, dtype=object), protocol=protocol)
    return file.getvalue() + pickled.replace(b"numpy._core", b"numpy.core")


def made_up():
    """Ten people, seven exercises, two sides; a signal's numbers say which it is."""
    rows = [(p, e, s) for s in (0, 1) for e in range(7) for p in range(1, 11)]
    signals = [np.full((20 + p, 6), 100.0 * p + 10 * e + s) for p, e, s in rows]
    people, labels, sides = np.array(rows).T
    return {
        "X": signals,
        "y": labels,
        "subject": people,
        "side": sides.astype(float),
        "X_labels": list(smartwatch.CHANNELS),
    }


@pytest.fixture
def small_package(monkeypatch, tmp_path):
    content = saved(made_up())
    monkeypatch.setattr(
        smartwatch, "read_members", lambda package, members: {members[0]: content}
    )
    monkeypatch.setenv("RNN_DATA_DIR", str(tmp_path))


def assert_truthful(exercises):
    for signal, label, person, side in zip(*exercises, strict=True):
        assert (signal == 100 * person + 10 * label + side).all()


def test_every_recording_is_read_with_its_label_person_and_side():
    rows = read_recordings(saved(made_up()))
    assert len(rows) == 140
    assert rows[0]["signal"].shape == (21, 6)
    assert rows[0]["signal"].dtype == np.float32
    assert (rows[0]["label"], rows[0]["person"], rows[0]["side"]) == (0, 1, 0)
    assert (rows[-1]["label"], rows[-1]["person"], rows[-1]["side"]) == (6, 10, 1)


class Harmful:
    def __init__(self, path):
        self.path = path

    def __reduce__(self):
        return open, (self.path, "w")


def test_a_pickle_that_would_run_something_is_refused(tmp_path):
    trace = tmp_path / "it_ran"
    content = saved({"X": Harmful(str(trace))})
    with pytest.raises(pickle.UnpicklingError, match="open; expected nothing but"):
        read_object(content)
    assert not trace.exists()


def test_what_numpy_itself_saves_is_read():
    content = {"numbers": np.arange(3), "texts": ["a", "ä"]}
    found = read_object(saved(content))
    assert found["texts"] == ["a", "ä"]
    np.testing.assert_array_equal(found["numbers"], content["numbers"])


def test_nobody_is_in_two_splits(small_package, capfd):
    parts = load_exercises()
    assert capfd.readouterr().out == ""
    people = [set(parts[name].people) for name in SPLITS]
    assert [len(each) for each in people] == [6, 2, 2]
    assert set.union(*people) == set(range(1, 11))
    for part in parts.values():
        assert_truthful(part)
        assert len(part.signals) == 14 * len(set(part.people))


def test_the_builder_prepares_once_and_then_reads(small_package, cut_off):
    first = load_exercises()
    cut_off(smartwatch)
    again = load_exercises()
    for name in SPLITS:
        np.testing.assert_array_equal(again[name].people, first[name].people)
        np.testing.assert_array_equal(again[name].labels, first[name].labels)


def test_everybody_is_left_out_once(small_package):
    folds = list(leave_people_out(load_exercises()))
    assert [sorted(set(test.people)) for _, test in folds] == [
        [1, 2],
        [3, 4],
        [5, 6],
        [7, 8],
        [9, 10],
    ]
    for rest, left_out in folds:
        assert not set(rest.people) & set(left_out.people)
        assert len(rest.signals) + len(left_out.signals) == 140
        assert_truthful(rest)
        assert_truthful(left_out)
    assert len(list(leave_people_out(load_exercises(), folds=10))) == 10


@pytest.mark.parametrize("folds", [1, 11])
def test_impossible_folds_are_refused(small_package, folds):
    with pytest.raises(ValueError, match=f"folds is {folds}; expected between 2 and"):
        next(leave_people_out(load_exercises(), folds=folds))


def exercises(signals, sides=None):
    rows = np.arange(len(signals))
    return Exercises(signals, rows, rows + 1, rows if sides is None else sides)


def test_only_the_right_arm_is_mirrored():
    signal = np.arange(1, 7, dtype=np.float32)[None]
    both = as_left_arm(exercises([signal, signal], np.array([0, 1])))
    np.testing.assert_array_equal(both.signals[0], signal)
    np.testing.assert_array_equal(both.signals[1], [[-1, 2, 3, 4, -5, -6]])
    assert both.signals[1].dtype == np.float32


def test_windows_are_whole_and_belong_to_their_recording():
    signals = [np.full((length, 6), i) + 0.0 for i, length in enumerate((10, 3, 7))]
    for signal in signals:
        signal[:, 0] = np.arange(len(signal))
    windows = cut_windows(exercises(signals), length=4, step=3)
    assert windows.signals.shape == (5, 4, 6)
    np.testing.assert_array_equal(windows.labels, [0, 0, 0, 2, 2])
    np.testing.assert_array_equal(windows.people, [1, 1, 1, 3, 3])
    np.testing.assert_array_equal(windows.signals[:, 0, 0], [0, 3, 6, 0, 3])
    np.testing.assert_array_equal(windows.signals[:, :, 1].T, [windows.labels] * 4)


def test_recordings_that_are_all_too_short_give_no_windows():
    windows = cut_windows(exercises([np.zeros((5, 6))]), length=6)
    assert windows.signals.shape == (0, 6, 6)
    assert windows.labels.shape == (0,)


def test_windows_without_length_are_refused():
    with pytest.raises(ValueError, match="length is 0 and step is 5"):
        cut_windows(exercises([np.zeros((5, 6))]), length=0, step=5)
