"""A linear scan is the recurrence step by step, in either form, and so its gradient."""

import functools
import re

import keras
import numpy as np
import pytest
from keras import ops

from rnn_utils.layers import _scan, linear_scan
from tests.layers.helpers import (
    BACKEND,
    MASKS,
    PRECISE,
    TOLERANCE,
    assert_same,
    gradients,
    make_mask,
)

random = np.random.default_rng(0)
UNITS = 3
FORMS = ("in_one_level", "in_two_levels")
tensorflow_only = pytest.mark.skipif(
    BACKEND != "tensorflow", reason="the other backends differentiate the loop"
)


def by_hand(decay, inputs, state, mask=None, reverse=False):
    """The recurrence in NumPy, one step after another."""
    outputs = np.empty_like(inputs)
    times = range(inputs.shape[1])
    for time in reversed(times) if reverse else times:
        new = decay[:, time] * state + inputs[:, time]
        state = new if mask is None else np.where(mask[:, time, None], new, state)
        outputs[:, time] = state
    return outputs


def sample(batch, time, dtype=PRECISE):
    """Returns decays in (0, 1), inputs and an initial state."""
    sizes = [(batch, time, UNITS)] * 2 + [(batch, UNITS)]
    decay, inputs, state = (random.normal(size=size) for size in sizes)
    decay = 1 / (1 + np.exp(-4 * decay))
    return [array.astype(dtype) for array in (decay, inputs, state)]


def complex_sample(batch, time):
    """Returns the same as complex numbers, with decays that turn."""
    (decay, *rest), (phase, *others) = sample(batch, time), sample(batch, time)
    decay = decay * np.exp(6j * phase)
    return [decay, *(a + 1j * b for a, b in zip(rest, others, strict=True))]


def pairs(numbers):
    return [[n.real.astype(PRECISE), n.imag.astype(PRECISE)] for n in numbers]


@functools.cache  # The tests of a form share what it compiles.
def _compiled_in(_):
    functions = _scan._compiled, _scan._traced
    return [functools.cache(function.__wrapped__) for function in functions]


@pytest.fixture(params=FORMS)
def form(request, monkeypatch):
    """Scans in that form, where another would be taken otherwise."""
    one_level = request.param == "in_one_level"
    monkeypatch.setattr(_scan, "works_here", lambda: one_level)
    monkeypatch.setattr(_scan, "CHUNK", 4)
    for name, function in zip(
        ("_compiled", "_traced"), _compiled_in(request.param), strict=True
    ):
        monkeypatch.setattr(_scan, name, function)
    return request.param


@pytest.mark.parametrize("time", [1, 9])
@pytest.mark.parametrize("reverse", [False, True])
def test_it_is_the_recurrence_step_by_step(form, time, reverse):
    arrays = sample(3, time)
    expected = by_hand(*arrays, reverse=reverse)
    assert_same(linear_scan(*arrays, reverse=reverse), expected, TOLERANCE[PRECISE])


def long_sample(kind):
    """Returns decays, inputs and a state of 16,384 steps, each a list of its parts."""
    arrays = (complex_sample if kind == "complex" else sample)(1, 16384)
    size = arrays[0].shape
    turns = {
        "near 1": 1,
        "near 1 or -1": random.choice([-1, 1], size),
        "complex": np.exp(6j * random.normal(size=size)),
    }
    if kind in turns:
        lost = 1e-4 if kind == "complex" else 10 ** random.uniform(-5, -3, size)
        arrays[0] = (1 - lost) * turns[kind]
    count = 2 if kind == "complex" else 1
    return [[p.astype("float32") for p in (a.real, a.imag)[:count]] for a in arrays]


@pytest.mark.parametrize("kind", ["gates", "near 1", "near 1 or -1", "complex"])
def test_it_holds_to_five_digits_over_16384_steps(kind):
    numbers = long_sample(kind)
    paired = kind == "complex"
    exact = [n[0].astype("float64") + (1j * n[1] if paired else 0) for n in numbers]
    expected = by_hand(*exact)
    expected = [expected.real, expected.imag] if paired else [expected]
    results = linear_scan(*(n if paired else n[0] for n in numbers))
    assert_same(results, expected, 1e-5)
    if BACKEND != "torch":  # There every step is one of Python.
        *turned, state = ([ops.convert_to_tensor(p) for p in n] for n in numbers)
        turned = ([ops.transpose(p, [1, 0, 2]) for p in n] for n in turned)
        with_two = _scan.in_two_levels(*turned, state)
        assert_same([ops.transpose(p, [1, 0, 2]) for p in with_two], expected, 1e-5)


@pytest.mark.parametrize("mask", MASKS)
@pytest.mark.parametrize("reverse", [False, True])
def test_masked_steps_keep_the_state(form, mask, reverse):
    arrays, mask = sample(3, 9), make_mask(mask, 3, 9, random)
    outputs = ops.convert_to_numpy(linear_scan(*arrays, reverse, mask))
    assert_same(outputs, by_hand(*arrays, mask, reverse), TOLERANCE[PRECISE])
    if mask is not None:
        order = slice(None, None, -1 if reverse else 1)
        before = np.concatenate([arrays[2][:, None], outputs[:, order]], 1)[:, :-1]
        masked = ~mask[:, order]
        # To the last bit; a chunk's own end and the state carried on may round apart.
        rounding = 0 if form == "in_one_level" else 10 * np.finfo(PRECISE).eps
        kept = outputs[:, order][masked], before[masked]
        np.testing.assert_allclose(*kept, rtol=rounding, atol=rounding)


def test_a_decay_of_zero_begins_anew(form):
    decay, inputs, state = sample(3, 9)
    decay[:, 5] = 0
    apart = [
        linear_scan(decay[:, :5], inputs[:, :5], state),
        linear_scan(decay[:, 5:], inputs[:, 5:]),
    ]
    assert_same(
        linear_scan(decay, inputs, state),
        np.concatenate([ops.convert_to_numpy(part) for part in apart], 1),
        TOLERANCE[PRECISE],
    )


@pytest.mark.parametrize("shape", [(UNITS,), (1, 5, 1), (2, 1, UNITS), ()])
def test_a_decay_may_be_the_same_at_many_places(shape):
    _, inputs, state = sample(2, 5)
    decay = random.uniform(-1, 1, size=shape).astype(PRECISE)
    everywhere = np.broadcast_to(decay, inputs.shape)
    expected = by_hand(everywhere, inputs, state)
    assert_same(linear_scan(decay, inputs, state), expected, TOLERANCE[PRECISE])


@pytest.mark.parametrize("mask", ["none", "holes"])
@pytest.mark.parametrize("reverse", [False, True])
def test_pairs_are_complex_numbers(form, mask, reverse):
    numbers, mask = complex_sample(3, 9), make_mask(mask, 3, 9, random)
    expected = by_hand(*numbers, mask, reverse)
    real, imaginary = linear_scan(*pairs(numbers), reverse, mask)
    tolerance = TOLERANCE[PRECISE]
    assert_same([real, imaginary], [expected.real, expected.imag], tolerance)


@pytest.mark.parametrize("mask", ["none", "holes", "all empty"])
@pytest.mark.parametrize("parts", [1, 2])
def test_the_gradient_by_hand_is_that_of_the_steps(form, mask, parts):
    """The steps are Keras's, so every backend differentiates them by itself."""
    numbers = complex_sample(3, 6) if parts == 2 else sample(3, 6)
    arrays = sum(pairs(numbers), []) if parts == 2 else numbers
    mask = make_mask(mask, 3, 6, random)
    factors = random.normal(size=(parts, 3, 6, UNITS)).astype(PRECISE)
    factors = [ops.convert_to_tensor(factor) for factor in factors]

    def grouped(tensors):
        return [list(tensors[i : i + parts]) for i in range(0, 3 * parts, parts)]

    def loss(states):
        pairs = zip(states, factors, strict=True)
        return sum(ops.sum(state * factor) for state, factor in pairs)

    def scanned(*tensors):
        numbers = grouped(tensors)
        numbers = numbers if parts == 2 else [number[0] for number in numbers]
        states = linear_scan(*numbers, mask=mask)
        return loss(states if parts == 2 else [states])

    def stepped(*tensors):
        decay, inputs, state = grouped(tensors)
        outputs = []
        for time in range(6):
            here = ([part[:, time] for part in number] for number in (decay, inputs))
            a, b = here
            new = _scan.plus(_scan.times(a, state), b)
            if mask is not None:
                valid = ops.convert_to_tensor(mask[:, time, None])
                kept = zip(new, state, strict=True)
                new = [ops.where(valid, one, other) for one, other in kept]
            state = new
            outputs.append(state)
        return loss([ops.stack(part, 1) for part in zip(*outputs, strict=True)])

    results = gradients(scanned, arrays), gradients(stepped, arrays)
    assert_same(*results, TOLERANCE[PRECISE])


@tensorflow_only
@pytest.mark.parametrize("jit_compile", [False, True])
def test_a_graph_takes_sizes_that_it_does_not_know(form, jit_compile):
    import tensorflow as tf

    def train(decay, inputs, state, mask):
        with tf.GradientTape() as tape:
            tape.watch(inputs)
            outputs = linear_scan(decay, inputs, state, mask=mask)
            loss = tf.reduce_sum(outputs**2) / 2
        return outputs, tape.gradient(loss, inputs)

    kinds = [((None, None, UNITS), PRECISE)] * 2 + [((None, UNITS), PRECISE)]
    kinds = [tf.TensorSpec(*kind) for kind in (*kinds, ((None, None), bool))]
    graph = tf.function(train, jit_compile=jit_compile).get_concrete_function(*kinds)
    for batch, time in [(3, 20), (1, 1)]:
        arrays, mask = sample(batch, time), make_mask("holes", batch, time, random)
        outputs, d_inputs = graph(*map(tf.constant, (*arrays, mask)))
        expected = by_hand(*arrays, mask)
        decay = np.where(mask[..., None], arrays[0], 1)
        after = np.concatenate([decay[:, 1:], np.zeros_like(decay[:, :1])], 1)
        slope = by_hand(after, expected, 0 * arrays[2], reverse=True) * mask[..., None]
        assert_same([outputs, d_inputs], [expected, slope], 1e-10)


@tensorflow_only
def test_a_step_of_the_compiled_loops_copies_no_whole_sequence():
    """XLA may copy all that is written so far at every step: quadratic time."""
    import tensorflow as tf

    decay, inputs, state = (tf.constant(a) for a in sample(1, 512, "float32"))
    programs = {
        "forward": lambda a, b, h: _scan.scan_parts([a], [b], [h]),
        "backward": lambda a, b, h: _scan.gradient_of_scan([b], [a], [b], [h]),
    }
    for name, program in programs.items():
        compiled = tf.function(program, jit_compile=True, autograph=False)
        show = compiled.experimental_get_compiler_ir(decay, inputs, state)
        text = show(stage="optimized_hlo")
        (loop,) = re.findall(r" while\(.*body=%([\w.]+)", text)
        body = re.search(rf"^%{re.escape(loop)} .*?^}}", text, re.M | re.S)[0]
        whole = re.findall(r"(%\S+) = f32\[512,1,3\]\S* ([\w-]+)\(", body)
        kept = [made for made in whole if made[1] == "get-tuple-element"]
        (written,) = set(whole) - set(kept)  # One stack, in place.
        assert "dynamic-update-slice" in written[0], (name, written)


@tensorflow_only
def test_a_gradient_of_the_gradient_is_refused():
    import tensorflow as tf

    decay, inputs, state = (tf.constant(a) for a in sample(1, 3))
    with tf.GradientTape() as outer, tf.GradientTape() as inner:
        outer.watch(inputs)
        inner.watch(inputs)
        loss = tf.reduce_sum(linear_scan(decay, inputs, state) ** 2)
        slope = inner.gradient(loss, inputs)
        slope = tf.reduce_sum(slope**2)
    with pytest.raises(NotImplementedError, match="unroll=True"):
        outer.gradient(slope, inputs)


@pytest.mark.parametrize("dtype", ["float16", "bfloat16"])
def test_half_precision_is_summed_in_float32(dtype):
    decay, inputs = np.full((1, 3000, 1), 1.0), np.full((1, 3000, 1), 1.0)
    decay, inputs = (ops.cast(array, dtype) for array in (decay, inputs))
    outputs = linear_scan(decay, inputs)
    assert keras.backend.standardize_dtype(outputs.dtype) == dtype
    last = float(ops.cast(outputs[0, -1, 0], "float32"))
    assert last == pytest.approx(3000, rel=0.01)


GOOD = np.zeros((2, 5, 3), "float32")


@pytest.mark.parametrize(
    "arguments, message",
    [
        ({"inputs": GOOD[0]}, r"`inputs`.*\(batch, at least 1.*\(5, 3\)"),
        ({"inputs": GOOD[:, :0]}, r"`inputs`.*\(2, 0, 3\)"),
        ({"inputs": GOOD.astype("int32")}, "`inputs`.*float.*int32"),
        ({"inputs": [GOOD, GOOD[:1]], "decay": [GOOD] * 2}, "`inputs`.* and "),
        ({"inputs": [GOOD] * 3, "decay": [GOOD] * 2}, "`inputs`.*pair.*: 3 tensor"),
        ({"decay": [GOOD] * 2}, r"`decay`.*one tensor.*: 2 tensor\(s\)"),
        ({"decay": np.zeros((2, 5, 4), "float32")}, r"`decay`.*\(2, 5, 3\).*5, 4\)"),
        ({"decay": np.zeros((1, 2, 5, 3), "float32")}, r"`decay`.*\(1, 2, 5, 3\)"),
        ({"initial_state": GOOD[:, 0, :2]}, r"`initial_state`.*\(2, 3\).*\(2, 2\)"),
        ({"mask": np.ones((2, 4), bool)}, r"`mask`.*\(2, 5\).*\(2, 4\)"),
    ],
)
def test_bad_input_is_named(arguments, message):
    with pytest.raises(ValueError, match=message):
        linear_scan(**{"decay": GOOD, "inputs": GOOD, **arguments})
