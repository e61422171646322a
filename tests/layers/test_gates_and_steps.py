"""What a layer did can be looked at: gates over time, and one step at a time."""

import keras
import numpy as np
import pytest

from tests.layers.families import COMMON, FAMILIES, GATED
from tests.layers.helpers import (
    PRECISE,
    TOLERANCE,
    assert_same,
    gradients,
    ours,
    pair,
    skip_where_keras_shows_a_state,
)

random = np.random.default_rng(0)
SEQUENCES = random.normal(size=(3, 6, 3)).astype("float32")
MASK = np.array([[1, 1, 1, 1, 0, 0], [0, 1, 1, 0, 1, 1], [0, 0, 0, 0, 0, 0]], bool)


def _array(tensor):
    return keras.ops.convert_to_numpy(tensor)


@pytest.mark.parametrize("family", COMMON)
def test_stepping_the_cell_gives_what_the_layer_gives(family):
    options = {"return_sequences": True, "return_state": True, "dtype": PRECISE}
    layer = ours(family, 4, **options)
    outputs, *final_states = layer(SEQUENCES)
    states = layer.cell.get_initial_state(3)
    for time in range(6):
        output, states = layer.cell.step(SEQUENCES[:, time], states)
        assert_same(output, outputs[:, time], TOLERANCE[PRECISE])
    assert_same(states, final_states, TOLERANCE[PRECISE])


@pytest.mark.parametrize("family", GATED)
def test_gates_are_those_of_every_step(family):
    layer = ours(family, 4, return_sequences=True, return_gates=True)
    outputs, gates = layer(SEQUENCES)
    assert tuple(gates) == FAMILIES[family].gates
    states = layer.cell.get_initial_state(3)
    for time in range(6):
        output, states, step_gates = layer.cell.step(
            SEQUENCES[:, time], states, return_gates=True
        )
        assert_same(output, outputs[:, time], 1e-6)
        assert_same(step_gates, {k: g[:, time] for k, g in gates.items()}, 1e-6)


def test_gates_obey_the_equations():
    outputs, gates = ours("LSTM", 4, return_sequences=True, return_gates=True)(
        SEQUENCES
    )
    gates = {name: _array(gate) for name, gate in gates.items()}
    before = np.pad(gates["cell_state"], [(0, 0), (1, 0), (0, 0)])[:, :-1]
    cell = gates["forget_gate"] * before + gates["input_gate"] * gates["candidate"]
    assert_same(gates["cell_state"], cell, 1e-6)
    assert_same(outputs, gates["output_gate"] * np.tanh(cell), 1e-6)
    outputs, gates = ours("GRU", 4, return_sequences=True, return_gates=True)(SEQUENCES)
    before = np.pad(_array(outputs), [(0, 0), (1, 0), (0, 0)])[:, :-1]
    update, candidate = _array(gates["update_gate"]), _array(gates["candidate"])
    assert_same(outputs, update * before + (1 - update) * candidate, 1e-6)


@pytest.mark.parametrize("family", GATED)
@pytest.mark.parametrize("backwards", [False, True])
@pytest.mark.parametrize("sequences", [False, True])
def test_asking_for_gates_changes_no_other_result(family, backwards, sequences):
    skip_where_keras_shows_a_state(family)
    options = {"return_sequences": sequences, "return_state": True}
    plain, reference = pair(family, 4, go_backwards=backwards, **options)
    layer = ours(family, 4, go_backwards=backwards, return_gates=True, **options)
    layer.build((None, None, 3))
    layer.cell.set_weights(plain.cell.get_weights())
    mask = keras.ops.convert_to_tensor(MASK)
    *results, gates = layer(SEQUENCES, mask=mask)
    assert_same(results, reference(SEQUENCES, mask=mask), 1e-5)
    order = MASK[:, ::-1] if backwards else MASK
    for gate in gates.values():
        assert gate.shape == (3, 6, 4)
        assert np.all(_array(gate)[~order] == 0)
        assert np.all(_array(gate)[order] != 0)


@pytest.mark.parametrize("family", GATED)
def test_gates_go_by_their_names_and_not_by_their_order(family, monkeypatch):
    layer = ours(family, 4, return_gates=True)
    _, gates = layer(SEQUENCES)
    names = tuple(reversed(gates))
    monkeypatch.setattr(type(layer.cell), "gate_names", names)
    _, turned = layer(SEQUENCES)
    assert tuple(turned) == names
    for name in names:
        assert_same(turned[name], gates[name], 1e-6)


@pytest.mark.parametrize("family", GATED)
def test_gates_are_of_the_type_of_the_outputs(family):
    for unroll in (False, True):
        options = {"dtype": "mixed_bfloat16", "return_gates": True, "unroll": unroll}
        outputs, gates = ours(family, 4, **options)(SEQUENCES)
        for tensor in (outputs, *gates.values()):
            assert keras.backend.standardize_dtype(tensor.dtype) == "bfloat16"


@pytest.mark.parametrize("family", GATED)
def test_a_loss_on_gates_reaches_the_inputs(family):
    layer = ours(family, 4, return_gates=True)
    layer.build((3, 6, 3))
    (gradient,) = gradients(
        lambda x: sum(keras.ops.sum(g**2) for g in layer(x)[-1].values()), [SEQUENCES]
    )
    assert np.all(np.any(gradient != 0, axis=-1))


@pytest.mark.parametrize("family", GATED)
def test_gates_survive_in_a_saved_functional_model(family, tmp_path):
    inputs = keras.Input((None, 3))
    outputs = ours(family, 4, return_gates=True, return_state=True)(inputs)
    model = keras.Model(inputs, {"last": outputs[0], **outputs[-1]})
    assert outputs[-1][FAMILIES[family].gates[0]].shape == (None, None, 4)
    model.save(tmp_path / "model.keras")
    loaded = keras.saving.load_model(tmp_path / "model.keras")
    assert_same(loaded(SEQUENCES), model(SEQUENCES), 1e-6)
    assert sorted(loaded(SEQUENCES)) == sorted(["last", *FAMILIES[family].gates])


@pytest.mark.parametrize("family", GATED)
def test_a_stateful_layer_returns_gates_and_keeps_its_state(family):
    layer = ours(family, 4, stateful=True, return_gates=True)
    layer.build((3, 6, 3))
    first, _ = layer(SEQUENCES)
    if family != "MLSTM":  # Its output is none of its states.
        assert_same(layer.states[0].value, first, 1e-6)
    second, _ = layer(SEQUENCES)
    assert np.abs(_array(first) - _array(second)).max() > 1e-4
