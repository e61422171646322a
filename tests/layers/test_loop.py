"""The engine, with a family of two lines: what it computes, and on what sizes."""

import keras
import numpy as np
import pytest
from keras import ops

from tests.layers.helpers import assert_same, outputs_and_gradients

if keras.backend.backend() != "tensorflow":
    pytest.skip("the compiled loop needs TensorFlow", allow_module_level=True)

import tensorflow as tf

from rnn_utils.layers import _sizes
from rnn_utils.layers._loop import Recurrence
from rnn_utils.layers._recurrent import Cell, Recurrent, passed_on

random = np.random.default_rng(0)
FEATURES, UNITS = 3, 2
WEIGHTS = [random.normal(size=s) for s in [(3, 2), (2,), (2, 2), (2,)]]


def toy_step(from_input, from_memory, states):
    """A leaky integrator: half of the old state, and a tanh."""
    (before,) = states
    return [0.5 * before + ops.tanh(from_input + from_memory)], []


class ToyCell(Cell, keras.layers.Layer):
    gate_names = ("sum",)

    def __init__(self, units, dtype=None):
        super().__init__(dtype=dtype)
        self.units = self.state_size = units

    def build(self, shape):
        for name, rows in (("kernel", shape[-1]), ("recurrent_kernel", self.units)):
            setattr(self, name, self.add_weight(shape=(rows, self.units), name=name))

    def get_initial_state(self, batch_size=None):
        return [ops.zeros((batch_size, self.units), self.compute_dtype)]

    def advance(self, inputs, states, training):
        from_input = self._project(inputs, self.kernel, None)
        from_memory = self._project(states[0], self.recurrent_kernel, None)
        states, _ = toy_step(from_input, from_memory, states)
        return states, {"sum": from_input + from_memory}

    def _biases(self):
        return None, None


class Toy(Recurrent, keras.layers.RNN):
    recurrence = Recurrence(toy_step)

    def __init__(self, units, **kwargs):
        keywords = passed_on(locals())
        cell = ToyCell(keywords.pop("units"), keywords.get("dtype"))
        super().__init__(cell=cell, **keywords)

    def _kernel_computes(self):
        return True


def by_hand(inputs, mask, states):
    """The toy over time in NumPy; `mask` as for `Recurrence`."""
    kernel, bias, recurrent_kernel, recurrent_bias = WEIGHTS
    outputs = []
    for time in range(inputs.shape[1]):
        total = inputs[:, time] @ kernel + bias + states @ recurrent_kernel
        new = 0.5 * states + np.tanh(total + recurrent_bias)
        states = new if mask is None else np.where(mask[:, time, :1], new, states)
        shown = True if mask is None else mask[:, time, 1:]
        outputs.append(np.where(shown, states, 0))
    return np.stack(outputs, axis=1), states


def sample(batch, time, holes=True):
    """Returns inputs, a mask with holes or None, and states."""
    mask = random.random((batch, time)) < 0.6
    shown = np.cumsum(mask, axis=1) > 0
    inputs, states = (random.normal(size=s) for s in [(batch, time, 3), (batch, 2)])
    return inputs, np.stack([mask, shown], axis=-1) if holes else None, states


def engine(inputs, mask, states, recurrence=Toy.recurrence):
    """Runs the toy on a batch of any size."""
    weights = [tf.convert_to_tensor(weight) for weight in WEIGHTS]
    return _sizes.run(recurrence, weights, inputs, mask, [states], False)


def tensors(*arrays):
    return [None if a is None else tf.constant(a) for a in arrays]


@pytest.fixture
def _split(monkeypatch):
    """Runs small batches in halves, as large ones are."""
    monkeypatch.setattr(_sizes, "WORTH_SPLITTING", 0)
    monkeypatch.setattr(_sizes, "HALVES", 2)


@pytest.mark.parametrize("holes", [False, True])
@pytest.mark.parametrize("known", [False, True])
@pytest.mark.parametrize("batch, time", [(1, 1), (3, 5), (4, 17)])
def test_a_graph_runs_what_the_equations_say_in_halves(
    batch, time, known, holes, _split
):
    arrays = sample(batch, time, holes)
    sizes = [(None, None, 3), (None, None, 2), (None, 2)]
    kinds = [
        None if a is None else tf.TensorSpec(a.shape if known else size, a.dtype)
        for a, size in zip(arrays, sizes, strict=True)
    ]
    graph = tf.function(engine, autograph=False).get_concrete_function(*kinds)
    results = graph(*(tensor for tensor in tensors(*arrays) if tensor is not None))
    assert_same(results, by_hand(*arrays), 1e-12)


@pytest.mark.parametrize("batch, time", [(1, 3), (3, 5)])
def test_eager_runs_what_the_equations_say(batch, time):
    arrays = sample(batch, time)
    assert_same(engine(*tensors(*arrays)), by_hand(*arrays), 1e-12)


def test_steps_that_are_masked_everywhere_are_not_computed():
    weights = [tf.constant(weight) for weight in WEIGHTS]
    inputs, _, states = tensors(*sample(2, 9, holes=False))
    span = tf.constant(3), tf.constant(5)
    hidden, *_ = Toy.recurrence.forward(inputs, None, span, weights, [states], False)
    computed = np.any(hidden.numpy() != 0, axis=(0, 2))
    assert computed.tolist() == [3 <= time < 5 for time in range(9)]


def test_the_span_is_what_any_row_needs():
    mask = np.array([[0, 0, 1, 0, 0], [0, 0, 0, 1, 0]], bool)
    assert [int(t) for t in _sizes.span_of(tf.constant(mask), 5)] == [2, 4]
    first, stop = _sizes.span_of(tf.zeros((2, 5), tf.bool), 5)
    assert int(first) == int(stop)
    assert [int(t) for t in _sizes.span_of(None, 5)] == [0, 5]


@pytest.mark.parametrize("size", [1, 3, 4, 9, 16, 17, 33])
def test_sizes_grow_to_few_and_by_less_than_a_quarter(size):
    padded = _sizes.next_size(size, _sizes.BATCHES)
    assert size <= padded <= max(1.25 * size, size)
    assert padded == int(_sizes.next_size(tf.constant(size), _sizes.BATCHES))
    assert _sizes.next_size(size, _sizes.LENGTHS) == max(
        16, 2 ** (size - 1).bit_length()
    )


@pytest.mark.parametrize("axis", [0, 1])
def test_what_is_padded_is_cropped_again(axis):
    tensor = tf.constant(random.normal(size=(2, 3, 4)))
    padded = _sizes.pad(tensor, axis, 7)
    assert padded.shape[axis] == 7
    assert float(tf.reduce_sum(padded)) == pytest.approx(float(tf.reduce_sum(tensor)))
    cropped = _sizes.crop(padded, axis, tensor.shape[axis])
    np.testing.assert_array_equal(cropped, tensor)


@pytest.mark.parametrize("mask", [None, [[1, 1, 0, 1, 0], [0] * 5, [0, 1, 1, 1, 1]]])
@pytest.mark.parametrize("options", [{}, {"go_backwards": True, "dtype": "float32"}])
def test_a_layer_without_a_twin_does_what_its_cell_does(mask, options):
    options = {"dtype": "float64", "return_sequences": True, **options}
    mask = None if mask is None else np.array(mask, bool)
    layer = Toy(UNITS, return_state=True, **options)
    layer.build((None, None, FEATURES))
    reference = keras.layers.RNN(layer.cell, return_state=True, **options)
    reference.build((None, None, FEATURES))
    assert layer._kernel_fits()
    sequences, _, states = sample(3, 5, holes=False)
    sequences, states = (a.astype(options["dtype"]) for a in (sequences, states))
    results = [
        outputs_and_gradients(one, sequences, [states], mask)
        for one in (layer, reference)
    ]
    assert_same(*results, 1e-5 if options["dtype"] == "float32" else 1e-10)


def test_a_layer_without_a_twin_returns_gates():
    layer = Toy(UNITS, return_sequences=True, return_gates=True)
    outputs, gates = layer(np.ones((2, 5, FEATURES), "float32"))
    assert outputs.shape == gates["sum"].shape == (2, 5, UNITS)
