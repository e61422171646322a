"""Families of the compiled loop compute what their papers write, in NumPy."""

import keras
import numpy as np
import pytest
from keras import ops

from rnn_utils.layers import Clip
from tests.layers.helpers import (
    FEATURES,
    PRECISE,
    ROWS,
    TIME,
    TOLERANCE,
    UNITS,
    assert_same,
    gradients,
    make_mask,
    ours,
    random_states,
)

random = np.random.default_rng(0)


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


def ind_rnn(x, states, weights):
    kernel, own, bias = weights
    return [np.maximum(0, x @ kernel + bias + own * states[0])]


def slstm(x, states, weights):
    """Without a stabilizer: c and n are multiples of exp(m) only at the ends."""
    kernel, recurrent, bias = weights
    heads, width, _ = recurrent.shape
    h, c, n, m = states
    from_memory = np.zeros((4, ROWS, heads, width))
    for head in range(heads):
        product = h.reshape(ROWS, heads, width)[:, head] @ recurrent[head]
        from_memory[:, :, head] = np.split(product, 4, -1)
    sums = np.stack(np.split(x @ kernel + bias, 4, -1))
    i, f, z, o = sums + from_memory.reshape(4, ROWS, UNITS)
    old = sigmoid(f) * np.exp(m)
    c, n = old * c + np.exp(i) * np.tanh(z), old * n + np.exp(i)
    m = np.maximum(np.log(sigmoid(f)) + m, i)
    return [sigmoid(o) * c / n, c / np.exp(m), n / np.exp(m), m]


def peephole_lstm(x, states, weights):
    kernel, recurrent, bias, peephole = weights
    h, c = states
    i, f, g, o = np.split(x @ kernel + h @ recurrent + bias, 4, -1)
    p_i, p_f, p_o = np.split(peephole, 3)
    new = sigmoid(f + p_f * c) * c + sigmoid(i + p_i * c) * np.tanh(g)
    return [sigmoid(o + p_o * new) * np.tanh(new), new]


def coupled_lstm(x, states, weights):
    kernel, recurrent, bias = weights
    h, c = states
    i, g, o = np.split(x @ kernel + h @ recurrent + bias, 3, -1)
    c = (1 - sigmoid(i)) * c + sigmoid(i) * np.tanh(g)
    return [sigmoid(o) * np.tanh(c), c]


def layer_norm_lstm(x, states, weights):
    kernel, recurrent, bias, alpha_x, alpha_h, alpha_c, beta_c = weights
    h, c = states

    def norm(values):
        mean, variance = values.mean(-1, keepdims=True), values.var(-1, keepdims=True)
        return (values - mean) / np.sqrt(variance + 1e-5)

    sums = alpha_h * norm(h @ recurrent) + alpha_x * norm(x @ kernel) + bias
    i, f, g, o = np.split(sums, 4, -1)
    c = sigmoid(f) * c + sigmoid(i) * np.tanh(g)
    return [sigmoid(o) * np.tanh(alpha_c * norm(c) + beta_c), c]


def lem(u, states, weights, delta=0.3):
    """In the letters of the paper, where y is the hidden state."""
    y, z = states
    v_1, v_2, v_z, v_y = np.split(weights[0], 4, -1)
    w_1, w_2, w_z, w_y = np.split(weights[1], 4, -1)
    b_1, b_2, b_z, b_y = np.split(weights[2], 4, -1)
    step = delta * sigmoid(y @ w_1 + u @ v_1 + b_1)
    step_bar = delta * sigmoid(y @ w_2 + u @ v_2 + b_2)
    z = (1 - step) * z + step * np.tanh(y @ w_z + u @ v_z + b_z)
    y = (1 - step_bar) * y + step_bar * np.tanh(z @ w_y + u @ v_y + b_y)
    return [y, z]


STEPS = {
    "IndRNN": ind_rnn,
    "SLSTM": slstm,
    "PeepholeLSTM": peephole_lstm,
    "CoupledLSTM": coupled_lstm,
    "LayerNormLSTM": layer_norm_lstm,
    "LEM": lem,
}


@pytest.mark.parametrize("mask", ["none", "holes"])
@pytest.mark.parametrize(
    "family, options",
    [
        *((family, {}) for family in STEPS if family != "LEM"),
        *(("SLSTM", {"heads": heads}) for heads in (2, 4)),
        ("LEM", {"step_size": 0.3}),
    ],
)
def test_the_layer_is_the_equations_of_the_paper(family, options, mask):
    options = {"return_sequences": True, "return_state": True, **options}
    layer = ours(family, UNITS, dtype=PRECISE, **options)
    layer.build((None, None, FEATURES))
    layer.set_weights([random.normal(size=w.shape) * 0.7 for w in layer.weights])
    inputs = random.normal(size=(ROWS, TIME, FEATURES)).astype(PRECISE)
    start = random_states(family, ROWS, UNITS, random)
    mask = make_mask(mask, ROWS, TIME, random)
    if mask is not None:  # With JAX, Keras would show the initial state before it.
        mask[:, 0] = True
    states, output, outputs = start, np.zeros((ROWS, UNITS)), []
    weights = [weight.astype("float64") for weight in layer.get_weights()]
    for time in range(TIME):
        new = STEPS[family](inputs[:, time], states, weights)
        valid = True if mask is None else mask[:, time, None]
        kept = zip(new, states, strict=True)
        states = [np.where(valid, one, other) for one, other in kept]
        output = np.where(valid, new[0], output)
        outputs.append(output)
    results = layer(
        inputs,
        initial_state=[ops.convert_to_tensor(state) for state in start],
        mask=None if mask is None else ops.convert_to_tensor(mask),
    )
    expected = [np.stack(outputs, 1), *states]
    assert_same(results, expected, 10 * TOLERANCE[PRECISE])


def test_an_slstm_survives_gates_that_no_exponential_would():
    layer = ours("SLSTM", 1, return_sequences=True, return_state=True)
    layer.build((None, None, 1))
    kernel = np.array([[1.0, 0.0, 1.0, 0.0]])
    recurrent = np.zeros((1, 1, 4))
    layer.set_weights([kernel, recurrent, np.array([0.0, 9.0, 0.0, 50.0])])
    steps = np.array([-300.0, 300.0, -300.0, 0.01, 200.0], "float32").reshape(1, 5, 1)
    outputs, _, _, n, m = (ops.convert_to_numpy(r) for r in layer(steps))
    # Every step but the first two is nothing beside the second.
    expected = np.tanh([-300, 300, 300, 300, 300])
    assert_same(outputs[0, :, 0], expected, 1e-6)
    assert n[0, 0] >= 1 and m[0, 0] == pytest.approx(300, abs=0.01)


@pytest.mark.parametrize("family", ["SLSTM", "MLSTM"])
def test_a_first_input_gate_may_be_as_good_as_closed(family):
    layer = ours(family, 1, return_state=True)
    layer.build((None, None, 1))
    layer.set_weights([np.zeros(w.shape) for w in layer.weights])
    bias = layer.cell.bias if family == "SLSTM" else layer.cell.gate_bias
    bias.assign(np.where(np.arange(bias.shape[0]) == 0, -1e5, 0.0))
    for result in layer(np.ones((1, 1, 1), "float32")):
        assert np.all(np.isfinite(ops.convert_to_numpy(result)))


def test_a_fresh_slstm_has_open_forget_gates_and_nothing_in_its_memory():
    layer = ours("SLSTM", 4, stateful=True)
    layer.build((2, 3, 2))
    i, f, *others = np.split(layer.get_weights()[2], 4)
    np.testing.assert_allclose(f, [3, 4, 5, 6], rtol=1e-6)
    assert not np.any([i, *others])
    fresh = [ops.convert_to_numpy(state.value) for state in layer.states]
    layer(np.ones((2, 3, 2), "float32"))
    assert float(layer.states[3][0, 0]) > -100 > fresh[3][0, 0]
    layer.reset_state()
    assert_same([state.value for state in layer.states], fresh, 0)


@pytest.mark.parametrize("family", ["SLSTM", "MLSTM"])
def test_a_memory_that_has_read_nothing_survives_half_precision(family):
    """In float16 the stabilizer of an empty memory is handed on as minus infinity."""
    layer = ours(family, 4, stateful=True, dtype="mixed_float16")
    inputs = random.normal(size=(2, 5, 3)).astype("float32")
    expected = layer(inputs)
    layer.reset_state()
    for _ in range(2):
        layer(inputs, mask=ops.zeros((2, 5), "bool"))
    assert_same(layer(inputs), expected, TOLERANCE["float16"])


def test_no_gradient_goes_through_the_stabilizer():
    cell = ours("SLSTMCell", 3)
    inputs = random.normal(size=(2, 2)).astype("float32")
    cell.build(inputs.shape)
    states = random_states("SLSTM", 2, 3, random, "float32")

    def loss(*states):
        return sum(ops.sum(state) for state in cell.step(inputs, states)[1])

    *others, of_stabilizer = gradients(loss, states)
    assert np.all(of_stabilizer == 0) and all(np.any(g != 0) for g in others)


def test_heads_may_be_a_numpy_integer():
    config = ours("SLSTM", 4, heads=np.int64(2)).get_config()
    assert config["heads"] == 2 and type(config["heads"]) is int


@pytest.mark.parametrize("heads", [0, 3, 2.0, None, True])
def test_heads_must_divide_the_units(heads):
    with pytest.raises(ValueError, match=f"`heads`.*divides `units`, 4.*{heads}"):
        ours("SLSTM", 4, heads=heads)


def test_an_ind_rnn_with_another_activation_runs_in_the_loop_of_keras():
    layer = ours("IndRNN", 3, activation="tanh", return_sequences=True)
    reference = keras.layers.RNN(layer.cell, return_sequences=True)
    inputs = random.normal(size=(2, 4, 2)).astype("float32")
    assert_same(layer(inputs), reference(inputs), 1e-6)
    assert (
        ops.convert_to_numpy(layer(inputs)).min() < 0 and not layer._kernel_computes()
    )


def test_an_ind_rnn_keeps_its_recurrent_weights_within_a_bound(tmp_path):
    bound = 2 ** (1 / 100)
    layer = ours("IndRNN", 8, recurrent_constraint=Clip(bound))
    model = keras.Sequential([keras.Input((5, 2)), layer])
    model.compile(keras.optimizers.SGD(1000.0), "mse")
    inputs = abs(random.normal(size=(4, 5, 2))).astype("float32")
    model.fit(inputs, np.full((4, 8), 100.0), verbose=0)
    weights = ops.convert_to_numpy(layer.cell.recurrent_kernel)
    assert np.abs(weights).max() == np.float32(bound)
    model.save(tmp_path / "model.keras")
    loaded = keras.saving.load_model(tmp_path / "model.keras")
    assert loaded.layers[0].cell.recurrent_constraint.bound == bound
    clipped = Clip(0.5)(np.array([-2.0, -0.1, 0.5, 3.0], "float32"))
    assert_same(clipped, np.array([-0.5, -0.1, 0.5, 0.5], "float32"), 0)


@pytest.mark.parametrize("bound", [0, -1.0, float("inf"), float("nan"), "1", None])
def test_a_bound_must_be_a_positive_number(bound):
    with pytest.raises(ValueError, match=f"`bound`.*positive.*{bound}"):
        Clip(bound)
