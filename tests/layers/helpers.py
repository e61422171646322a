"""What the tests of the layers share; works with every backend of Keras."""

import inspect

import keras
import numpy as np
import pytest

import rnn_utils.layers
from tests.layers.families import FAMILIES, MACHINES

BACKEND = keras.backend.backend()
# JAX computes in float32 unless told otherwise for the whole process, and with torch
# Keras rounds to float32 on its way.
PRECISE = "float64" if BACKEND == "tensorflow" else "float32"
TOLERANCE = {"float32": 1e-5, "float64": 1e-10, "float16": 5e-3, "bfloat16": 3e-2}
if BACKEND != "tensorflow":  # Where Keras's loop, compiled otherwise, is what to equal.
    TOLERANCE["float32"] = 2e-5
tensorflow_only = pytest.mark.skipif(
    BACKEND != "tensorflow", reason="the compiled loop needs it"
)
# Every new size is compiled, so tests share these: a single row, for which the compiled
# loop has a way of its own, or nine, which it pads to ten; any time up to 16 steps.
ROWS, TIME, FEATURES, UNITS = 9, 7, 3, 4
MASKS = ("none", "right", "left", "holes", "empty rows", "all empty")
FEW_MASKS = ("none", "holes")


def ours(family, *args, **kwargs):
    """Builds our class of that name."""
    return getattr(rnn_utils.layers, family)(*args, **kwargs)


def theirs(family, *args, **kwargs):
    """Builds what is right by definition: the Keras class, or Keras's loop of a cell.

    A cell that has no twin in Keras is ours.
    """
    if family in ("LSTM", "GRU"):
        # On a GPU: cuDNN refuses some masks, and leaves its output open at others.
        kwargs.setdefault("use_cudnn", False)
    if hasattr(keras.layers, family):
        return getattr(keras.layers, family)(*args, **kwargs)
    if family.endswith("Cell"):
        return ours(family, *args, **kwargs)
    cell_class = getattr(rnn_utils.layers, f"{family}Cell")
    names = set(inspect.signature(cell_class).parameters) & set(kwargs)
    own = {name: kwargs.pop(name) for name in names}
    cell = cell_class(*args, **own, dtype=kwargs.get("dtype"))
    return keras.layers.RNN(cell, **kwargs)


def pair(family, *args, features=3, batch=None, random=None, **kwargs):
    """Returns our layer and the reference, built, with the same random weights."""
    layers = ours(family, *args, **kwargs), theirs(family, *args, **kwargs)
    for layer in layers:
        layer.build((batch, None, features))
    random = random or np.random.default_rng(0)
    variables = layers[1].trainable_variables
    weights = [random.normal(size=w.shape, scale=0.6) for w in variables]
    for layer in layers:
        layer.cell.set_weights(cell_weights(layer, weights))
    return layers


def cell_weights(layer, weights):
    """Adds to `weights` what a cell keeps beside them: the state of its dropout."""
    return [*weights, *layer.cell.get_weights()[len(weights) :]]


def skip_where_keras_shows_a_state(family, mask="some"):
    """Skips where Keras's own loop is no reference for a layer with a scan.

    At masked steps Keras repeats, with JAX, the first state and not the last output.
    """
    if BACKEND == "jax" and FAMILIES[family].scanned and mask != "none":
        pytest.skip("with JAX, Keras shows a state where there was no output")


def random_states(family, rows, units, random, dtype=PRECISE):
    """Returns states that a layer of that family may start from."""
    zeros = ours(f"{family}Cell", units).get_initial_state(rows)
    states = [random.normal(size=tuple(zero.shape)) for zero in zeros]
    for index in FAMILIES[family].positive:
        states[index] = 1 + abs(states[index])
    return [state.astype(dtype) for state in states]


def make_mask(kind, batch, time, random):
    """Returns a mask of one of `MASKS`, or None."""
    times, lengths = np.arange(time), random.integers(1, time + 1, size=(batch, 1))
    mask = {
        "none": None,
        "right": times < lengths,
        "left": times >= time - lengths,
        "holes": random.random((batch, time)) < 0.6,
        "empty rows": (times < lengths) & (np.arange(batch)[:, None] % 2 == 0),
        "all empty": np.zeros((batch, time), bool),
    }
    return mask[kind]


def masks_for(families):
    """Returns pairs of a family and a mask that is worth a test.

    What a mask does hangs on how a layer is run, not on its equations; with the other
    backends it is Keras's to apply.
    """
    return [
        (family, mask)
        for family in families
        for mask in (
            MASKS if BACKEND == "tensorflow" and family in MACHINES else FEW_MASKS
        )
    ]


def flat_arrays(nested):
    """Returns a nested structure of tensors as a list of float64 arrays."""
    flat = keras.tree.flatten(nested)
    return [np.asarray(keras.ops.convert_to_numpy(t), "float64") for t in flat]


def assert_same(actual, expected, tolerance):
    """Asserts that arrays agree, relative to the largest entry of each."""
    actual, expected = flat_arrays(actual), flat_arrays(expected)
    assert len(actual) == len(expected)
    for one, other in zip(actual, expected, strict=True):
        assert one.shape == other.shape
        scale = np.max(np.abs(other), initial=1e-3)
        np.testing.assert_allclose(one / scale, other / scale, rtol=0, atol=tolerance)


def gradients(function, arrays):
    """Returns `function(*tensors)`'s gradients with respect to each of the arrays.

    `function` returns one scalar tensor.
    """
    arrays = [keras.ops.convert_to_numpy(array) for array in arrays]
    if BACKEND == "tensorflow":
        import tensorflow as tf

        tensors = [tf.constant(a) for a in arrays]
        with tf.GradientTape() as tape:
            tape.watch(tensors)
            result = function(*tensors)
        zero = tf.UnconnectedGradients.ZERO
        return flat_arrays(tape.gradient(result, tensors, unconnected_gradients=zero))
    if BACKEND == "jax":
        import jax

        # Compiled as a whole, which for an mLSTM takes a third of the time.
        slopes = jax.jit(jax.grad(function, argnums=range(len(arrays))))
        return flat_arrays(slopes(*arrays))
    import torch

    tensors = [torch.tensor(a, requires_grad=True) for a in arrays]
    grads = torch.autograd.grad(function(*tensors), tensors, allow_unused=True)
    pairs = zip(grads, tensors, strict=True)
    return flat_arrays([torch.zeros_like(t) if g is None else g for g, t in pairs])


def outputs_and_gradients(layer, sequences, states, mask, seed=0, training=False):
    """Returns a layer's results, and their gradients for all inputs and weights.

    The gradients are those of the results' sum, weighted with random numbers.
    """
    random = np.random.default_rng(seed)
    options = {"training": training}
    if mask is not None:
        options["mask"] = keras.ops.convert_to_tensor(mask)
    call = dict(initial_state=[keras.ops.convert_to_tensor(s) for s in states])
    results = keras.tree.flatten(layer(sequences, **call, **options))
    factors = [random.normal(size=tuple(r.shape)).astype(layer.dtype) for r in results]
    factors = [keras.ops.convert_to_tensor(factor) for factor in factors]
    variables = layer.trainable_variables
    fixed = [v.value for v in layer.non_trainable_variables]

    def loss(sequences, *rest):
        states, weights = rest[: len(call["initial_state"])], rest[-len(variables) :]
        results, _ = layer.stateless_call(
            weights, fixed, sequences, initial_state=list(states), **options
        )
        pairs = zip(keras.tree.flatten(results), factors, strict=True)
        return sum(keras.ops.sum(result * factor) for result, factor in pairs)

    weights = [keras.ops.convert_to_numpy(v) for v in variables]
    return results, gradients(loss, [sequences, *states, *weights])
