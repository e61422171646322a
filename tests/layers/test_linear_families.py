"""MinGRU, MinLSTM and LRU compute what their papers write, in NumPy."""

import keras
import numpy as np
import pytest
from keras import ops

from tests.layers.helpers import PRECISE, TOLERANCE, assert_same, make_mask, ours

random = np.random.default_rng(0)
BATCH, TIME, FEATURES, UNITS = 3, 9, 2, 4


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


def min_gru(x, h, weights, negative):
    kernel, bias = weights
    z, n = np.split(x @ kernel + bias, 2, -1)
    z = sigmoid(z)
    h = (1 - z - z * negative) * h + z * n
    return h, h


def min_lstm(x, h, weights, negative):
    kernel, bias = weights
    i, f, n = np.split(x @ kernel + bias, 3, -1)
    i, f = sigmoid(i), sigmoid(f)
    kept = f / (f + i)
    h = (2 * kept - 1 if negative else kept) * h + i / (f + i) * n
    return h, h


def lru(x, s, weights, _):
    nu, theta, log_gamma, b, c, d = weights
    b = b[:, :UNITS] + 1j * b[:, UNITS:]
    c = c[:UNITS] - 1j * c[UNITS:]
    s = np.exp(-np.exp(nu) + 1j * np.exp(theta)) * s + np.exp(log_gamma) * (x @ b)
    return (s @ c).real + x @ d, s


STEPS = {"MinGRU": min_gru, "MinLSTM": min_lstm, "LRU": lru}


def over_time(step, inputs, state, mask, *rest):
    output, outputs = np.zeros((BATCH, UNITS)), []
    for time in range(TIME):
        new_output, new_state = step(inputs[:, time], state, *rest)
        valid = mask[:, time, None]
        state = np.where(valid, new_state, state)
        output = np.where(valid, new_output, output)
        outputs.append(output)
    return np.stack(outputs, 1), state


def random_layer(family, **options):
    layer = ours(family, UNITS, dtype=PRECISE, return_sequences=True, **options)
    layer.build((None, None, FEATURES))
    layer.set_weights([random.normal(size=w.shape) * 0.7 for w in layer.weights])
    return layer


@pytest.mark.parametrize("mask", ["none", "holes"])
@pytest.mark.parametrize(
    "family, negative",
    [("LRU", False), *((f, n) for f in ("MinGRU", "MinLSTM") for n in (False, True))],
)
def test_the_layer_is_the_equations_of_the_paper(family, negative, mask):
    options = {"negative_decay": negative} if family != "LRU" else {}
    layer = random_layer(family, return_state=True, **options)
    inputs = random.normal(size=(BATCH, TIME, FEATURES))
    parts = [random.normal(size=(BATCH, UNITS)) for _ in layer.state_size]
    state = parts[0] if len(parts) == 1 else parts[0] + 1j * parts[1]
    mask = make_mask(mask, BATCH, TIME, random)
    valid = np.ones((BATCH, TIME), bool) if mask is None else mask
    weights = [w.astype("float64") for w in layer.get_weights()]
    outputs, last = over_time(STEPS[family], inputs, state, valid, weights, negative)
    results = layer(
        inputs,
        initial_state=[ops.convert_to_tensor(part, PRECISE) for part in parts],
        mask=None if mask is None else ops.convert_to_tensor(mask),
    )
    last = [last] if len(parts) == 1 else [last.real, last.imag]
    assert_same(results, [outputs, *last], TOLERANCE[PRECISE])


@pytest.mark.parametrize("family", ["MinGRU", "MinLSTM"])
def test_a_state_can_change_its_sign_only_with_negative_decay(family):
    """With the candidate at zero, all that a layer does to its state is to decay."""
    for negative in (False, True):
        layer = random_layer(family, negative_decay=negative)
        kernel, bias = (weight * 9 for weight in layer.get_weights())
        kernel[:, -UNITS:], bias[-UNITS:] = 0, 0
        layer.set_weights([kernel, bias])
        inputs = random.normal(size=(BATCH, 2, FEATURES)).astype(PRECISE)
        start = [ops.ones((BATCH, UNITS), PRECISE)]
        outputs = ops.convert_to_numpy(layer(inputs, initial_state=start))
        assert np.all(np.abs(outputs) <= 1)
        assert np.any(outputs < -0.5) == negative


def test_the_gates_of_a_min_lstm_add_up_to_one_however_far_they_are_closed():
    layer = ours("MinLSTM", 1, return_gates=True)
    layer.build((None, None, 1))
    layer.set_weights([np.array([[200.0, 201.0, 1.0]]), np.zeros(3)])
    _, gates = layer(np.array([[[-1.0], [0.0], [1.0]]], "float32"))
    i, f = (ops.convert_to_numpy(gates[k])[0, :, 0] for k in list(gates)[:2])
    np.testing.assert_allclose(i + f, 1)
    np.testing.assert_allclose(f, sigmoid(np.array([-1, 0, 0])), rtol=1e-5)


@pytest.mark.parametrize("radii", [(0.0, 1.0), (0.9, 0.999), (0.4, 0.5)])
def test_an_lru_begins_in_the_ring_and_with_states_as_large_as_their_inputs(radii):
    layer = ours("LRU", 500, *radii, max_phase=0.5)
    layer.build((None, None, 8))
    log_rate, log_phase, log_scale = (
        w.astype("float64") for w in layer.get_weights()[:3]
    )
    radius = np.exp(-np.exp(log_rate))
    assert np.all(radius >= radii[0]) and np.all(radius <= radii[1])
    # Uniform in the ring: the squared radius is uniform between its ends.
    share = (radius**2 - radii[0] ** 2) / (radii[1] ** 2 - radii[0] ** 2)
    assert np.mean(share) == pytest.approx(0.5, abs=0.06)
    assert np.all(np.exp(log_phase) <= 0.5) and np.exp(log_phase).max() > 0.45
    np.testing.assert_allclose(np.exp(2 * log_scale) + radius**2, 1, atol=1e-4)


@pytest.mark.parametrize(
    "options, message",
    [
        ({"min_radius": 0.5, "max_radius": 0.5}, r"`min_radius.*\(0.5, 0.5\)"),
        ({"max_radius": 1.5}, r"`min_radius, max_radius`.*\(0.0, 1.5\)"),
        ({"min_radius": "no"}, r"`min_radius, max_radius`.*no"),
        ({"max_phase": 0}, r"`max_phase`.*\(0, 2 pi\].*0"),
        ({"return_gates": True}, "`return_gates`.*without gates.*True"),
    ],
)
def test_an_lru_refuses_what_it_cannot_be(options, message):
    with pytest.raises(ValueError, match=message):
        ours("LRU", 3, **options)


@pytest.mark.parametrize("family", STEPS)
def test_a_long_sequence_is_the_same_in_pieces(family):
    """As a stream is read: the final states of a piece begin the next."""
    layer = random_layer(family, return_state=True)
    inputs = random.normal(size=(1, 1024, FEATURES)).astype(PRECISE)
    whole, *final = layer(inputs)
    states, pieces = None, []
    for piece in np.split(inputs, 8, 1):
        outputs, *states = layer(piece, initial_state=states)
        pieces.append(ops.convert_to_numpy(outputs))
    tolerance = TOLERANCE[PRECISE]
    assert_same([np.concatenate(pieces, 1), *states], [whole, *final], tolerance)


@pytest.mark.parametrize("policy", ["float16", "mixed_float16", "mixed_bfloat16"])
def test_in_half_precision_an_lru_forgets_as_slowly_as_in_full(policy):
    """Its radii would be rounded to 1, and the products beside them up or down."""
    layer = ours("LRU", 8, 0.998, 0.9995, dtype=policy, return_state=True)
    layer.build((None, None, 1))
    start = [ops.ones((1, 8)), ops.zeros((1, 8))]
    _, *parts = layer(np.zeros((1, 1000, 1), "float32"), initial_state=start)
    parts = [ops.convert_to_numpy(ops.cast(part, "float32")) for part in parts]
    log_rate = ops.convert_to_numpy(layer.cell.log_rate).astype("float64")
    expected = np.exp(-1000 * np.exp(log_rate))
    np.testing.assert_allclose(np.hypot(*parts)[0], expected, atol=0.01)


def test_what_is_not_a_setting_reaches_the_layer():
    layer = ours("MinGRU", 3, name="own", dtype="mixed_bfloat16", trainable=False)
    assert (layer.name, layer.compute_dtype) == ("own", "bfloat16")
    layer.build((None, None, 2))
    assert layer.trainable_weights == []
    with pytest.raises((TypeError, ValueError), match="unknown"):
        ours("MinGRU", 3, unknown=1)
    again = type(layer).from_config(layer.get_config())
    assert again.get_config() == layer.get_config()
    assert keras.saving.get_registered_name(type(layer)) == "rnn_utils>MinGRU"
