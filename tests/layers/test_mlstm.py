"""The forms of an mLSTM are one and the same, and what the paper writes."""

import keras
import numpy as np
import pytest
from keras import ops

from rnn_utils.layers import mlstm
from tests.layers.helpers import (
    PRECISE,
    TOLERANCE,
    assert_same,
    gradients,
    make_mask,
    ours,
    random_states,
    skip_where_keras_shows_a_state,
)

random = np.random.default_rng(0)
BATCH, TIME, FEATURES, UNITS, HEADS = 2, 11, 3, 4, 2


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


def sample(time=TIME, scale=1.0):
    """Returns q, k, v, log i, log f, and C, n, m, for functions of this module."""
    width = UNITS // HEADS
    sizes = [(BATCH, HEADS, time, width)] * 3 + [(BATCH, HEADS, time)] * 2
    sizes += [(BATCH, HEADS, width, width), (BATCH, HEADS, width), (BATCH, HEADS)]
    arrays = [random.normal(size=size) for size in sizes]
    arrays[3] *= scale
    arrays[4] = np.log(sigmoid(scale * arrays[4]))
    return [array.astype(PRECISE) for array in arrays]


def by_hand(q, k, v, log_i, log_f, memory, n, m):
    """The equations without a stabilizer, in NumPy; returns h and the final states."""
    memory = memory * np.exp(m)[..., None, None]
    n, outputs = n * np.exp(m)[..., None], []
    for t in range(q.shape[2]):
        i, f = np.exp(log_i[:, :, t]), np.exp(log_f[:, :, t])
        pairs = k[:, :, t, :, None] * v[:, :, t, None, :]
        memory = f[..., None, None] * memory + i[..., None, None] * pairs
        n = f[..., None] * n + i[..., None] * k[:, :, t]
        found = np.einsum("bhi,bhij->bhj", q[:, :, t], memory)
        met = np.abs(np.sum(q[:, :, t] * n, -1, keepdims=True))
        outputs.append(found / np.maximum(met, 1))
        m = np.maximum(log_f[:, :, t] + m, log_i[:, :, t])
    memory, n = memory / np.exp(m)[..., None, None], n / np.exp(m)[..., None]
    return np.stack(outputs, 2), [memory, n, m]


def stepwise(q, k, v, log_i, log_f, *states):
    outputs = []
    for t in range(q.shape[2]):
        now = (part[:, :, t] for part in (q, k, v, log_i, log_f))
        output, states = mlstm.mlstm_step(*now, *states)
        outputs.append(output)
    return ops.stack(outputs, 2), states


@pytest.mark.parametrize("scale", [1.0, 8.0])
def test_all_forms_are_the_equations_of_the_paper(scale):
    arrays = sample(scale=scale)
    expected, states = by_hand(*(array.astype("float64") for array in arrays))
    tolerance = 10 * TOLERANCE[PRECISE]
    tensors = [ops.convert_to_tensor(array) for array in arrays]
    assert_same(stepwise(*tensors), [expected, *states], tolerance)
    assert_same(mlstm.mlstm_parallel(*tensors)[0], expected, tolerance)
    for chunk in (1, 4, TIME, 2 * TIME):
        outputs, _, last = mlstm.mlstm_chunkwise(*tensors, chunk)
        assert_same([outputs, last], [expected, states], tolerance)


@pytest.mark.parametrize("chunk", [1, 4, TIME])
def test_all_forms_have_the_gradients_of_the_steps(chunk):
    arrays = sample()
    factors = random.normal(size=arrays[0].shape).astype(PRECISE)
    factors = ops.convert_to_tensor(factors)

    def chunkwise(*tensors):
        return ops.sum(mlstm.mlstm_chunkwise(*tensors, chunk)[0] * factors)

    def steps(*tensors):
        return ops.sum(stepwise(*tensors)[0] * factors)

    results = gradients(chunkwise, arrays), gradients(steps, arrays)
    assert_same(*results, 10 * TOLERANCE[PRECISE])
    assert np.all(results[0][-1] == 0)  # Of the stabilizer.


@pytest.mark.parametrize("mask", ["none", "right", "left", "holes", "all empty"])
@pytest.mark.parametrize("chunk", [3, 64])
def test_a_layer_with_heads_is_its_cell_step_by_step(mask, chunk):
    skip_where_keras_shows_a_state("MLSTM", mask)
    options = {"return_sequences": True, "return_state": True, "dtype": PRECISE}
    layer = ours("MLSTM", UNITS, HEADS, chunk=chunk, **options)
    layer.build((None, None, FEATURES))
    layer.set_weights([random.normal(size=w.shape) for w in layer.weights])
    reference = keras.layers.RNN(layer.cell, **options)
    inputs = random.normal(size=(BATCH, TIME, FEATURES)).astype(PRECISE)
    shapes = [(BATCH, UNITS * UNITS // HEADS), (BATCH, UNITS), (BATCH, HEADS)]
    states = [random.normal(size=shape).astype(PRECISE) for shape in shapes]
    mask = make_mask(mask, BATCH, TIME, random)
    mask = None if mask is None else ops.convert_to_tensor(mask)
    results = [
        one(inputs, initial_state=[ops.convert_to_tensor(s) for s in states], mask=mask)
        for one in (layer, reference)
    ]
    assert_same(*results, 10 * TOLERANCE[PRECISE])


def test_it_finds_the_value_of_a_key_among_as_many_as_it_is_wide():
    """Eight orthogonal keys, written by gates that are open, and each asked for."""
    size = 8
    keys, values = np.eye(size), random.normal(size=(size, size))
    q, k, v = np.stack([keys[::-1], keys, values])[:, None, None]
    zeros = np.zeros((1, 1, size))
    state = [np.zeros((1, 1, *shape)) for shape in [(size, size), (size,), ()]]
    arrays = [np.concatenate([q, q], 2), np.concatenate([k, 0 * k], 2)]
    arrays += [np.concatenate([v, v], 2), *[np.concatenate([zeros, zeros], 2)] * 2]
    tensors = [ops.convert_to_tensor(a.astype("float32")) for a in (*arrays, *state)]
    found, _, _ = mlstm.mlstm_chunkwise(*tensors, 4)
    assert_same(ops.convert_to_numpy(found)[0, 0, size:], values[::-1], 1e-5)


def test_gates_that_no_exponential_would_survive():
    arrays = sample()
    arrays[3][:, :, ::3] += 300
    arrays[3][:, :, 1::3] -= 300
    tensors = [ops.convert_to_tensor(array.astype("float32")) for array in arrays]
    outputs, _ = stepwise(*tensors)
    assert np.all(np.isfinite(ops.convert_to_numpy(outputs)))
    assert_same(mlstm.mlstm_chunkwise(*tensors, 4)[0], outputs, 1e-4)


def test_random_states_are_of_the_sizes_that_the_layer_says():
    layer = ours("MLSTM", 6, 3, return_state=True)
    results = layer(random.normal(size=(2, 5, 3)).astype("float32"))
    assert [tuple(r.shape) for r in results] == [(2, 6), (2, 12), (2, 6), (2, 3)]
    shapes = [tuple(shape) for shape in layer.compute_output_shape((2, 5, 3))]
    assert shapes == [(2, 6), (2, 12), (2, 6), (2, 3)]
    assert [s.shape[1] for s in random_states("MLSTM", 2, 4, random)] == [16, 4, 1]


def test_a_chunk_may_be_a_numpy_integer():
    config = ours("MLSTM", 4, chunk=np.int64(8)).get_config()
    assert config["chunk"] == 8 and type(config["chunk"]) is int


@pytest.mark.parametrize(
    "options",
    [{"heads": 3}, {"heads": True}, {"chunk": 0}, {"chunk": "all"}, {"chunk": True}],
)
def test_bad_input_is_named(options):
    ((name, value),) = options.items()
    with pytest.raises(ValueError, match=f"`{name}`.*positive integer.*{value}"):
        ours("MLSTM", 4, **options)
