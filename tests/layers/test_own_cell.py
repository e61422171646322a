"""Who follows the module's example has a layer that does all that layers do."""

import inspect
import textwrap

import keras
import numpy as np
import pytest
from keras import ops

from rnn_utils.layers import own_cell
from tests.layers.helpers import (
    BACKEND,
    MASKS,
    PRECISE,
    TOLERANCE,
    assert_same,
    make_mask,
    outputs_and_gradients,
)

random = np.random.default_rng(0)


@pytest.fixture(scope="module")
def example():
    """Runs the code of the docstring; returns what it defines."""
    text = inspect.getdoc(own_cell)
    code = text[text.index("    import keras") : text.index("`from_input` is")]
    names = {}
    exec(compile(textwrap.dedent(code), "example", "exec"), names)
    return names


@pytest.mark.parametrize("mask", MASKS)
def test_it_does_what_the_loop_of_keras_does_with_the_cell(example, mask):
    options = {"return_sequences": True, "return_state": True, "dtype": PRECISE}
    layer = example["UpdateGateRNN"](4, go_backwards=mask == "right", **options)
    layer.build((None, None, 3))
    cell = example["UpdateGateCell"](4, dtype=PRECISE)
    reference = keras.layers.RNN(cell, go_backwards=layer.go_backwards, **options)
    reference.build((None, None, 3))
    reference.set_weights([random.normal(size=w.shape) for w in layer.weights])
    layer.set_weights(reference.get_weights())
    sequences = random.normal(size=(3, 7, 3)).astype(PRECISE)
    states = [random.normal(size=(3, 4)).astype(PRECISE)]
    mask = make_mask(mask, 3, 7, random)
    results = [
        outputs_and_gradients(one, sequences, states, mask)
        for one in (layer, reference)
    ]
    assert_same(*results, TOLERANCE[PRECISE])
    if BACKEND == "tensorflow":
        assert layer._kernel_fits()


def test_it_is_its_equations(example):
    layer = example["UpdateGateRNN"](4, return_sequences=True, return_gates=True)
    sequences = random.normal(size=(3, 7, 3)).astype("float32")
    outputs, gates = layer(sequences)
    kernel, recurrent, _ = layer.get_weights()
    outputs = ops.convert_to_numpy(outputs)
    before = np.pad(outputs, [(0, 0), (1, 0), (0, 0)])[:, :-1]
    candidate, gate = np.split(sequences @ kernel + before @ recurrent, 2, -1)
    candidate, gate = np.tanh(candidate), 1 / (1 + np.exp(-gate))
    assert_same(gates, {"candidate": candidate, "update_gate": gate}, 1e-5)
    assert_same(outputs, gate * before + (1 - gate) * candidate, 1e-5)


def test_it_trains_in_both_directions_and_survives_saving(example, tmp_path):
    layer = example["UpdateGateRNN"](4, kernel_regularizer="l2")
    both = keras.layers.Bidirectional(layer)
    model = keras.Sequential([keras.Input((None, 3)), both, keras.layers.Dense(1)])
    model.compile("sgd", "mse")
    sequences = random.normal(size=(6, 5, 3)).astype("float32")
    losses = model.fit(sequences, np.ones((6, 1)), epochs=3, verbose=0).history["loss"]
    assert losses[-1] < losses[0]
    model.save(tmp_path / "model.keras")
    loaded = keras.saving.load_model(tmp_path / "model.keras")
    assert type(loaded.layers[0].forward_layer) is example["UpdateGateRNN"]
    assert_same(loaded(sequences), model(sequences), 1e-6)


class DelayCell(own_cell.EquationCell):
    """Its second state is the first, one step later; its equations have a setting."""

    state_count = 2
    slope = 1.0

    @classmethod
    def equations(cls, from_input, from_memory, states):
        return [ops.tanh(cls.slope * (from_input + from_memory)), states[0]], {}


class SteepCell(DelayCell):
    slope = 3.0


class Delay(own_cell.EquationLayer):
    cell_class = DelayCell


class Steep(Delay):
    cell_class = SteepCell


SEQUENCES = random.normal(size=(3, 7, 3)).astype("float32")


def test_a_cell_may_have_several_states():
    layer = Delay(4, return_sequences=True, return_state=True)
    outputs, last, late = layer(SEQUENCES)
    assert_same([last, late], [outputs[:, -1], outputs[:, -2]], 0)
    with pytest.raises(ValueError, match="`return_gates`.*without gates"):
        Delay(4, return_gates=True)


def test_equations_may_depend_on_an_attribute_of_the_class():
    plain, steep = Delay(4), Steep(4)
    outputs = []
    for layer in (plain, steep):
        layer.build((None, None, 3))
        layer.set_weights(plain.get_weights())
        outputs.append(ops.convert_to_numpy(layer(SEQUENCES)))
        assert_same(outputs[-1], keras.layers.RNN(layer.cell)(SEQUENCES), 1e-5)
    assert np.abs(outputs[0] - outputs[1]).max() > 0.1


class OwnWeightsCell(own_cell.EquationCell):
    """Its gate reads a vector of its own, and what it writes a matrix and a number."""

    def build(self, input_shape):
        super().build(input_shape)
        self.peephole = self.add_weight(shape=(self.units,), name="peephole")
        self.mixer = self.add_weight(shape=(self.units, self.units), name="mixer")

    def step_weights(self):
        return [self.peephole, self.mixer, ops.convert_to_tensor(0.5, self.dtype)]

    @staticmethod
    def equations(from_input, from_memory, states, peephole, mixer, leak):
        (before,) = states
        gate = ops.sigmoid(from_input + peephole * before)
        new = ops.tanh(ops.matmul(gate * before, mixer) + from_memory)
        return [leak * before + new], {}


class OwnWeights(own_cell.EquationLayer):
    cell_class = OwnWeightsCell


@pytest.mark.parametrize("mask", ["none", "holes"])
def test_equations_may_read_weights_of_their_own(mask):
    options = {"return_sequences": True, "dtype": PRECISE}
    layer = OwnWeights(4, **options)
    reference = keras.layers.RNN(OwnWeightsCell(4, dtype=PRECISE), **options)
    weights = [(3, 4), (4, 4), (4,), (4,), (4, 4)]
    weights = [random.normal(size=shape) for shape in weights]
    for one in (layer, reference):
        one.build((None, None, 3))
        one.set_weights(weights)
    sequences = SEQUENCES.astype(PRECISE)
    states = [random.normal(size=(3, 4)).astype(PRECISE)]
    mask = make_mask(mask, 3, 7, random)
    results = [
        outputs_and_gradients(one, sequences, states, mask)
        for one in (layer, reference)
    ]
    assert_same(*results, TOLERANCE[PRECISE])
    if BACKEND == "tensorflow":
        assert layer._kernel_fits()
    kernel, recurrent, bias, peephole, mixer = weights
    valid = np.ones((3, 7), bool) if mask is None else mask
    (before,), expected = states, []
    for time in range(7):
        gate = 1 / (1 + np.exp(-sequences[:, time] @ kernel - bias - peephole * before))
        new = 0.5 * before + np.tanh((gate * before) @ mixer + before @ recurrent)
        before = np.where(valid[:, time, None], new, before)
        expected.append(before)
    # What is shown at the other steps is for Keras's loop to say: the reference has it.
    outputs = results[0][0][0][valid]
    assert_same(outputs, np.stack(expected, 1)[valid], TOLERANCE[PRECISE])


def test_units_and_equations_are_asked_for(example):
    with pytest.raises(ValueError, match="`units`.*positive integer.*0"):
        example["UpdateGateRNN"](0)
    with pytest.raises(NotImplementedError, match="`equations`"):
        own_cell.EquationCell(3).step(np.ones((2, 1)), [np.ones((2, 3))])
