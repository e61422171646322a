"""With TensorFlow: graphs, compilation, export, and how often shapes are compiled."""

import subprocess
import sys

import keras
import numpy as np
import pytest

from rnn_utils.layers import LSTM, _sizes
from rnn_utils.layers._loop import Recurrence
from tests.layers.families import DROP_INS, LOOPED, MACHINES
from tests.layers.helpers import (
    MASKS,
    assert_same,
    make_mask,
    ours,
    pair,
)

if keras.backend.backend() != "tensorflow":
    pytest.skip("the compiled kernel needs TensorFlow", allow_module_level=True)

import tensorflow as tf

random = np.random.default_rng(0)


@pytest.fixture
def _split(monkeypatch):
    """Runs small batches in halves, as large ones are."""
    monkeypatch.setattr(_sizes, "WORTH_SPLITTING", 0)
    monkeypatch.setattr(_sizes, "HALVES", 2)


@pytest.mark.parametrize("jit_compile", [False, True])
@pytest.mark.parametrize("family", DROP_INS)
def test_one_graph_serves_all_sizes_and_masks(family, jit_compile, _split):
    layers = pair(family, 4, dtype="float64", return_sequences=True)

    def train(layer, sequences, mask):
        with tf.GradientTape() as tape:
            tape.watch(sequences)
            outputs = layer(sequences, mask=mask, training=True)
            loss = tf.reduce_sum(outputs**2)
        variables = [v.value for v in layer.trainable_variables]
        return outputs, tape.gradient(loss, [sequences, *variables])

    kind = tf.TensorSpec((None, None, 3), tf.float64), tf.TensorSpec((None, None), bool)
    mine, reference = (
        tf.function(train, jit_compile=jit).get_concrete_function(layer, *kind)
        for layer, jit in zip(layers, (jit_compile, False), strict=True)
    )
    # Each size is compiled: an odd batch longer than the shortest padded length, and
    # the smallest there is, less than a row for each half.
    for batch, time in [(3, 20), (1, 1)]:
        sequences = tf.constant(random.normal(size=(batch, time, 3)))
        for kind_of_mask in MASKS[1:]:
            mask = tf.constant(make_mask(kind_of_mask, batch, time, random))
            assert_same(mine(sequences, mask), reference(sequences, mask), 1e-10)


@pytest.mark.parametrize("jit_compile", [False, True])
@pytest.mark.parametrize("family", DROP_INS)
def test_fixed_sizes_in_a_graph_match_keras(family, jit_compile, _split):
    layer, reference = pair(family, 4, return_sequences=True, go_backwards=True)
    for batch in (1, 3, 4):
        sequences = random.normal(size=(batch, 6, 3)).astype("float32")
        graph = tf.function(jit_compile=jit_compile)(
            lambda x, layer=layer: layer(x, training=True)
        )
        assert_same(graph(sequences), reference(sequences), 1e-5)


class _Shapes:
    """Counts how many sizes a compiled function is run with: one compilation each."""

    def __init__(self, compiled):
        self.compiled, self.seen = compiled, set()

    def __call__(self, inputs, *arguments, **options):
        if tf.inside_function():
            tf.py_function(
                lambda s: self.seen.add(tuple(s.numpy())), [tf.shape(inputs)], []
            )
        else:
            self.seen.add(tuple(inputs.shape))
        return self.compiled(inputs, *arguments, **options)


@pytest.fixture
def shapes(monkeypatch):
    """The sizes that the LSTM's compiled loop, back through time, is run with."""
    recurrence = Recurrence(LSTM.recurrence.step, LSTM.recurrence.step_back)
    forward, backward = _Shapes(recurrence.forward), _Shapes(recurrence.backward)
    monkeypatch.setitem(recurrence.__dict__, "forward", forward)
    monkeypatch.setitem(recurrence.__dict__, "backward", backward)
    monkeypatch.setattr(LSTM, "recurrence", recurrence)
    return forward, backward


def _batches(lengths, sizes):
    for length, size in zip(lengths, sizes, strict=True):
        words = random.integers(1, 9, size=(size, length))
        yield words, random.random((size, 1))


@pytest.mark.parametrize("run_eagerly", [False, True])
def test_changing_lengths_compile_a_handful_of_sizes(shapes, run_eagerly):
    forward, backward = shapes
    model = keras.Sequential(
        [keras.layers.Embedding(9, 3, mask_zero=True), ours("LSTM", 4)]
    )
    model.compile("sgd", "mse", run_eagerly=run_eagerly)
    lengths, sizes = range(3, 32, 3), [8] * 9 + [5]
    data = tf.data.Dataset.from_generator(
        lambda: _batches(lengths, sizes),
        output_signature=(
            tf.TensorSpec((None, None), tf.int64),
            tf.TensorSpec((None, 1), tf.float32),
        ),
    ).apply(tf.data.experimental.assert_cardinality(len(lengths)))
    model.fit(data, epochs=2, verbose=0, shuffle=False)
    for words, _ in _batches(lengths, sizes):
        model.predict_on_batch(words)
    # Ten lengths and two batch sizes. Padded: 16 and 32 steps.
    assert 0 < len(backward.seen) <= 3
    assert len(forward.seen) <= 6


def test_a_graph_of_fixed_size_is_compiled_for_that_size(shapes):
    layer = ours("LSTM", 4)
    layer.build((6, 37, 3))
    tf.function(lambda x: layer(x))(tf.zeros((6, 37, 3)))
    assert shapes[0].seen == {(6, 37, 3)}


def test_a_batch_worth_it_runs_in_two_halves(shapes):
    layer = ours("LSTM", 64)
    layer.build((64, 37, 32))
    tf.function(lambda x: layer(x))(tf.zeros((64, 37, 32)))
    assert shapes[0].seen == {(32 if _sizes.HALVES == 2 else 64, 37, 32)}


def test_exported_models_run_without_keras(tmp_path):
    sequences = random.normal(size=(5, 7, 3)).astype("float32")
    np.save(tmp_path / "in.npy", sequences)
    models = {}
    for family in MACHINES:
        models[family] = keras.Sequential(
            [keras.Input((None, 3)), ours(family, 4, return_sequences=True)]
        )
        models[family].export(tmp_path / family, verbose=False)
    code = f"""
import sys, numpy as np, tensorflow as tf
tf.config.experimental.enable_tensor_float_32_execution(False)
for family in {MACHINES}:
    loaded = tf.saved_model.load(family)
    np.save(f"{{family}}.npy", loaded.serve(np.load("in.npy")))
assert "rnn_utils" not in sys.modules
"""
    command = [sys.executable, "-c", code]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    for family, model in models.items():
        assert_same(np.load(tmp_path / f"{family}.npy"), model(sequences), 1e-5)


@pytest.mark.parametrize(
    "family, jit_compile",
    [*((f, True) for f in MACHINES), ("LSTM", False), ("MinGRU", False)],
)
def test_fits_with_and_without_jit_compile(family, jit_compile):
    model = keras.Sequential(
        [
            keras.layers.Embedding(9, 3, mask_zero=True),
            keras.layers.Bidirectional(ours(family, 4, return_sequences=True)),
            keras.layers.GlobalAveragePooling1D(),
            keras.layers.Dense(1),
        ]
    )
    model.compile(keras.optimizers.SGD(0.1), "mse", jit_compile=jit_compile)
    # A last batch of two rows, under XLA; without it, test_in_models.py has one.
    rows = 10 if jit_compile else 8
    words = random.integers(1, 9, size=(rows, 6)) * (np.arange(6) < 4)
    history = model.fit(words, np.ones((rows, 1)), batch_size=4, epochs=3, verbose=0)
    assert history.history["loss"][-1] < history.history["loss"][0]


@pytest.mark.parametrize("family", DROP_INS)
def test_gradients_of_gradients_work_unrolled(family):
    mine, reference = pair(family, 3, dtype="float64", unroll=True)
    results = []
    for layer in (mine, reference):
        sequences = tf.constant(np.random.default_rng(1).normal(size=(2, 4, 3)))
        with tf.GradientTape() as outer:
            outer.watch(sequences)
            with tf.GradientTape() as inner:
                inner.watch(sequences)
                loss = tf.reduce_sum(layer(sequences) ** 2)
            penalty = tf.reduce_sum(inner.gradient(loss, sequences) ** 2)
        results.append(outer.gradient(penalty, sequences))
    assert_same(*results, 1e-10)


@pytest.mark.parametrize("family", LOOPED)
def test_on_a_gpu_cudnn_has_what_it_can_do(family, monkeypatch):
    monkeypatch.setattr(tf.config, "list_logical_devices", lambda kind: [kind])
    layer, mask = ours(family, 4), tf.ones((2, 5), bool)
    assert layer._kernel_fits() != (family in ("LSTM", "GRU"))
    assert layer._kernel_fits(mask)
    if family in ("LSTM", "GRU"):
        assert ours(family, 4, use_cudnn=False)._kernel_fits()
        assert not ours(family, 4, use_cudnn=True)._kernel_fits(mask)


def test_on_a_gpu_a_batch_stays_whole(shapes, monkeypatch):
    monkeypatch.setattr(tf.config, "list_logical_devices", lambda kind: [kind])
    layer = ours("LSTM", 64, use_cudnn=False)
    layer.build((64, 37, 32))
    tf.function(lambda x: layer(x))(tf.zeros((64, 37, 32)))
    assert shapes[0].seen == {(64, 37, 32)}
