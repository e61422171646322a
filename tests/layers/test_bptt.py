"""Backpropagation through time by hand is the gradient: by autodiff, by differences."""

import functools

import numpy as np
import pytest
from keras import ops

import rnn_utils.layers
from rnn_utils.layers._loop import Recurrence
from tests.layers.families import BY_HAND, COMMON, FAMILIES, MACHINES
from tests.layers.helpers import (
    BACKEND,
    FEATURES,
    PRECISE,
    ROWS,
    TIME,
    TOLERANCE,
    UNITS,
    assert_same,
    gradients,
    make_mask,
    masks_for,
    ours,
    outputs_and_gradients,
    random_states,
    tensorflow_only,
)

random = np.random.default_rng(0)


def _arrays(*widths):
    arrays = [random.normal(size=(2, width)).astype(PRECISE) for width in widths]
    return [ops.convert_to_tensor(array) for array in arrays]


def _weighted_sum(results, factors):
    pairs = zip(results, factors, strict=True)
    return sum(ops.sum(result * factor) for result, factor in pairs)


def _recurrence(family):
    return getattr(rnn_utils.layers, family).recurrence


@functools.cache  # All masks share what it compiles.
def _derived(family):
    """The same layer without its step back."""
    recurrence = Recurrence(_recurrence(family).step)
    base = getattr(rnn_utils.layers, family)
    return type("Derived", (base,), {"recurrence": recurrence})


@pytest.mark.parametrize("family", BY_HAND)
def test_the_step_back_is_the_gradient_of_the_step(family):
    states, width = FAMILIES[family].states, 3 * FAMILIES[family].products
    arrays = _arrays(width, width, *[3] * states)
    d_states = _arrays(*[3] * states)
    recurrence = _recurrence(family)

    def step(from_input, from_memory, *states):
        return recurrence.step(from_input, from_memory, list(states))

    (hidden, *_), record = step(*arrays)
    d_input, d_memory, d_before = recurrence.step_back(d_states, hidden, record)
    # A zero stands where a state reaches the step through its product alone.
    d_before = [
        d + ops.zeros_like(s) for d, s in zip(d_before, arrays[2:], strict=True)
    ]
    automatic = gradients(lambda *a: _weighted_sum(step(*a)[0], d_states), arrays)
    assert_same([d_input, d_memory, *d_before], automatic, TOLERANCE[PRECISE])


@tensorflow_only
def test_relu_is_compiled_too_with_its_own_step_back():
    layer = rnn_utils.layers.SimpleRNN(3, "relu", dtype=PRECISE)
    assert layer.recurrence is not rnn_utils.layers.SimpleRNN.recurrence
    x, h, d = _arrays(3, 3, 3)
    (hidden, *_), record = layer.recurrence.step(x, h, [])
    by_hand = layer.recurrence.step_back([d], hidden, record)[0]
    (automatic,) = gradients(lambda x: ops.sum(ops.relu(x + h) * d), [x])
    assert_same(by_hand, automatic, TOLERANCE[PRECISE])


@tensorflow_only
@pytest.mark.parametrize("family, mask", masks_for(BY_HAND))
def test_the_gradient_by_hand_is_the_one_that_a_tape_derives(family, mask):
    classes = getattr(rnn_utils.layers, family), _derived(family)
    layers = [c(UNITS, dtype=PRECISE, return_sequences=True) for c in classes]
    for layer in layers:
        layer.build((None, None, FEATURES))
        layer.cell.set_weights(layers[0].cell.get_weights())
    sequences = random.normal(size=(ROWS, TIME, FEATURES)).astype(PRECISE)
    states = random_states(family, ROWS, UNITS, random)
    mask = make_mask(mask, ROWS, TIME, random)
    results = [outputs_and_gradients(one, sequences, states, mask) for one in layers]
    assert_same(*results, TOLERANCE[PRECISE])


@pytest.mark.skipif(PRECISE != "float64", reason="differences need float64")
@pytest.mark.parametrize(
    "family, training",
    [*((f, True) for f in COMMON), *((f, False) for f in MACHINES)],
)
def test_gradients_over_time_match_finite_differences(family, training):
    layer = ours(family, UNITS, dtype="float64", return_sequences=True)
    layer.build((ROWS, 5, FEATURES))
    sequences = random.normal(size=(ROWS, 5, FEATURES))
    mask = np.array([[1, 1, 0, 1, 1], [1, 1, 1, 0, 0]], bool)
    mask = np.resize(mask, (ROWS, 5))
    factors = np.random.default_rng(0).normal(size=(ROWS, 5, UNITS))

    def loss():
        results = layer(sequences, mask=ops.convert_to_tensor(mask), training=training)
        return float(ops.sum(results * ops.convert_to_tensor(factors)))

    states = [ops.convert_to_numpy(s) for s in layer.get_initial_state(ROWS)]
    _, by_hand = outputs_and_gradients(layer, sequences, states, mask, 0, training)
    step = 1e-6
    for variable, gradient in zip(
        layer.trainable_variables,
        by_hand[-len(layer.trainable_variables) :],
        strict=True,
    ):
        for _ in range(2):
            index = tuple(random.integers(size) for size in variable.shape)
            value = ops.convert_to_numpy(variable).copy()
            losses = []
            for sign in (1, -1):
                moved = value.copy()
                moved[index] += sign * step
                variable.assign(moved)
                losses.append(loss())
            variable.assign(value)
            difference = (losses[0] - losses[1]) / (2 * step)
            np.testing.assert_allclose(
                gradient[index], difference, rtol=1e-6, atol=1e-8
            )


@pytest.mark.parametrize("family", COMMON)
def test_kernel_and_general_path_agree_on_every_gradient(family):
    layers = [
        ours(family, UNITS, dtype=PRECISE, return_sequences=True, unroll=unroll)
        for unroll in (False, True)
    ]
    for layer in layers:
        layer.build((ROWS, TIME, FEATURES))
        layer.set_weights(layers[0].get_weights())
    sequences = random.normal(size=(ROWS, TIME, FEATURES)).astype(PRECISE)
    states = random_states(family, ROWS, UNITS, random)
    assert_same(
        *(outputs_and_gradients(one, sequences, states, None) for one in layers),
        TOLERANCE[PRECISE],
    )
    if BACKEND == "tensorflow":
        assert [layer._kernel_fits() for layer in layers] == [True, False]
