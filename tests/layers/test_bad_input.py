"""Bad input raises a ValueError that names the argument, what came, what should."""

import keras
import numpy as np
import pytest

from tests.layers.families import COMMON, FAMILIES
from tests.layers.helpers import ours

X = np.zeros((2, 5, 3), "float32")


def _built(family, **options):
    layer = ours(family, 4, **options)
    layer.build((None, None, 3))
    return layer


@pytest.mark.parametrize("suffix", ["", "Cell"])
@pytest.mark.parametrize("family", COMMON)
@pytest.mark.parametrize("units", [0, -3, 2.5, "8", None, True])
def test_units_must_be_a_positive_integer(family, suffix, units):
    with pytest.raises(ValueError, match=rf"`units`.*positive integer.*{units}"):
        ours(family + suffix, units)


def test_units_may_be_a_numpy_integer():
    assert ours("GRU", np.int64(3))(X).shape == (2, 3)


@pytest.mark.parametrize("family", COMMON)
@pytest.mark.parametrize("build_first", [False, True])
@pytest.mark.parametrize("shape", [(2, 3), (2, 5, 3, 1), (2, 0, 3)])
def test_sequences_must_have_three_axes_and_time_steps(family, shape, build_first):
    layer = _built(family) if build_first else ours(family, 4)
    with pytest.raises(ValueError, match=r"`sequences`.*\(batch, at least 1") as error:
        layer(np.zeros(shape, "float32"))
    assert str(shape) in str(error.value)


@pytest.mark.parametrize("family", COMMON)
def test_features_must_stay_the_same(family):
    with pytest.raises(ValueError, match=r"`sequences`.* 3\).*\(2, 5, 7\)"):
        _built(family)(np.zeros((2, 5, 7), "float32"))


@pytest.mark.parametrize("family", COMMON)
@pytest.mark.parametrize(
    "mask, received",
    [
        (np.ones((2, 4), bool), r"\(2, 4\)"),
        (np.ones((3, 5), bool), r"\(3, 5\)"),
        (np.ones(5, bool), r"\(5,\)"),
        (np.ones((2, 5, 2), bool), r"\(2, 5, 2\)"),
        (np.ones((2, 5), "complex64"), "complex64"),
    ],
)
def test_mask_must_be_booleans_of_batch_and_time(family, mask, received):
    with pytest.raises(ValueError, match=rf"`mask`.*\(2, 5\).*{received}"):
        _built(family)(X, mask=keras.ops.convert_to_tensor(mask))


@pytest.mark.parametrize("family", COMMON)
def test_mask_must_be_an_array(family):
    with pytest.raises(ValueError, match=r"`mask`.*\(2, 5\).*right"):
        _built(family)(X, mask="right")


@pytest.mark.parametrize("family", COMMON)
@pytest.mark.parametrize("shapes", [[], [(2, 4)] * 3, [(2, 5)] * 2, [(3, 4)] * 2])
def test_initial_state_must_fit_the_cell(family, shapes):
    states = [np.zeros(shape, "float32") for shape in shapes]
    states = states if len(states) != 2 else states[: FAMILIES[family].states]
    count = FAMILIES[family].states
    expected = rf"`initial_state`.*{count} array.*\(2, 4\).*{len(states)} of shapes"
    with pytest.raises(ValueError, match=expected):
        _built(family)(X, initial_state=states)


@pytest.mark.parametrize("family", COMMON)
def test_a_step_checks_what_it_is_given(family):
    cell = _built(family).cell
    with pytest.raises(ValueError, match=r"`inputs`.*\(batch, 3\).*\(2, 5, 3\)"):
        cell.step(X, cell.get_initial_state(2))
    with pytest.raises(ValueError, match=r"`states`.*\(2, 4\).*0 of shapes"):
        cell.step(X[:, 0], [])
    with pytest.raises(ValueError, match=r"`states`.*\(2, 4\).*\(5, 4\)"):
        cell.step(X[:, 0], cell.get_initial_state(5))


def test_wrong_sizes_are_found_while_a_model_is_drawn_up():
    with pytest.raises(ValueError, match="`sequences`"):
        ours("LSTM", 4)(keras.Input((3,)))
