"""What Keras's layers accept, ours accept; else they say what to do."""

import keras
import numpy as np
import pytest

from tests.layers.families import COMMON, DROP_INS, FAMILIES, MACHINES
from tests.layers.helpers import BACKEND, assert_same, ours, pair

random = np.random.default_rng(0)
SEQUENCES = random.normal(size=(4, 5, 3)).astype("float32")
tensorflow_only = pytest.mark.skipif(
    BACKEND != "tensorflow", reason="the other backends use Keras's own loop"
)


@pytest.mark.skipif(BACKEND == "jax", reason="there Keras's own layers refuse it")
@pytest.mark.parametrize("family", DROP_INS)
def test_a_state_of_one_row_serves_the_whole_batch(family):
    layers = pair(family, 2, return_sequences=True)
    rows = [np.full((1, 2), 0.5, "float32")] * FAMILIES[family].states
    mine, reference = (layer(SEQUENCES, initial_state=rows) for layer in layers)
    assert_same(mine, reference, 1e-5)
    with pytest.raises(AssertionError):  # It is not the same as to begin with zeros.
        assert_same(mine, layers[0](SEQUENCES), 1e-2)


@pytest.mark.parametrize("return_gates", [False, True])
@pytest.mark.parametrize("family", DROP_INS)
@pytest.mark.parametrize("shape", [(1, 5), (4, 5, 1), (1, 5, 1)])
def test_a_mask_of_one_row_or_with_a_third_axis_is_one_of_batch_and_time(
    family, shape, return_gates
):
    layer = ours(family, 2, return_gates=return_gates)
    valid = np.array([1, 1, 0, 1, 0], bool)
    results = [
        layer(SEQUENCES, mask=keras.ops.convert_to_tensor(mask))
        for mask in (np.resize(valid, (4, 5)), np.resize(valid, shape))
    ]
    assert_same(*results, 1e-6)
    _, reference = layers = pair(family, 2)
    mask = keras.ops.convert_to_tensor(np.resize(valid, shape))
    assert_same(*(layer(SEQUENCES, mask=mask) for layer in layers), 1e-5)


@pytest.mark.parametrize("family", COMMON)
def test_a_stateful_layer_says_which_batch_and_which_states(family):
    layer = ours(family, 4, stateful=True)
    layer(SEQUENCES)
    with pytest.raises(ValueError, match="`sequences`.*4 rows.*states.*: 2 rows"):
        layer(SEQUENCES[:2])


@tensorflow_only
@pytest.mark.parametrize("family", MACHINES)
def test_a_stateful_model_says_so_when_the_last_batch_is_short(family):
    import tensorflow as tf

    model = keras.Sequential(
        [keras.Input((5, 3), batch_size=4), ours(family, 4, stateful=True)]
    )
    whole = model.predict(SEQUENCES, batch_size=4, verbose=0)
    assert whole.shape == (4, 4)
    errors = ValueError, tf.errors.InvalidArgumentError  # The latter, in a graph.
    with pytest.raises(errors, match="`sequences` must be a batch of 4 rows"):
        model.predict(SEQUENCES[:1], batch_size=4, verbose=0)
    model.compile("sgd", "mse")
    # In a training step the loss, which has as many targets, may notice first.
    with pytest.raises(errors, match="batch of 4 rows|ncompatible shapes"):
        longer = np.concatenate([SEQUENCES, SEQUENCES[:2]])
        targets = np.zeros((6, 4))
        model.fit(longer, targets, batch_size=4, shuffle=False, verbose=0)


@tensorflow_only
@pytest.mark.parametrize("family", ["LSTM", "MinGRU"])
def test_a_short_last_batch_is_noticed_where_assertions_are_left_out(family):
    import tensorflow as tf

    model = keras.Sequential(
        [keras.Input((5, 3), batch_size=4), ours(family, 4, stateful=True)]
    )
    model.compile("sgd", "mse", jit_compile=True)  # XLA drops assertions.
    model.predict(SEQUENCES, batch_size=4, verbose=0)
    with pytest.raises(tf.errors.InvalidArgumentError, match="not compatible"):
        model.predict(SEQUENCES[:1], batch_size=4, verbose=0)


def _penalty(layer, sequences):
    """Returns what a penalty on the gradient adds to the gradient."""
    import tensorflow as tf

    with tf.GradientTape() as outer:
        outer.watch(sequences)
        with tf.GradientTape() as inner:
            inner.watch(sequences)
            loss = tf.reduce_sum(layer(sequences) ** 2)
        penalty = tf.reduce_sum(inner.gradient(loss, sequences) ** 2)
    return outer.gradient(penalty, sequences)


@tensorflow_only
@pytest.mark.parametrize("graph", [False, True])
@pytest.mark.parametrize("family", MACHINES)
def test_a_gradient_of_a_gradient_asks_for_unrolling(family, graph):
    import tensorflow as tf

    def penalty(**options):
        layer = ours(family, 4, **options)
        layer.build(SEQUENCES.shape)
        function = tf.function(_penalty) if graph else _penalty
        return function(layer, tf.constant(SEQUENCES))

    assert penalty(unroll=True).shape == (4, 5, 3)
    with pytest.raises(NotImplementedError, match="`unroll=True`"):
        penalty()


@tensorflow_only
@pytest.mark.parametrize("family", DROP_INS)
def test_a_forward_derivative_asks_for_unrolling(family):
    import tensorflow as tf

    def derivative(layer):
        x = tf.constant(SEQUENCES)
        with tf.autodiff.ForwardAccumulator(x, tf.ones_like(x)) as accumulator:
            outputs = layer(x)
        return accumulator.jvp(outputs)

    with pytest.raises(NotImplementedError, match="`unroll=True`"):
        derivative(ours(family, 3))
    layers = pair(family, 3, unroll=True)
    assert_same(*(derivative(layer) for layer in layers), 1e-5)


@tensorflow_only
@pytest.mark.parametrize("graph", [False, True])
def test_a_tape_may_be_asked_more_than_once(graph):
    import tensorflow as tf

    layer = ours("GRU", 3)
    layer.build((4, 5, 3))

    def twice(sequences):
        with tf.GradientTape(persistent=True) as tape:
            tape.watch(sequences)
            loss = tf.reduce_sum(layer(sequences) ** 2)
        return tape.gradient(loss, sequences), tape.gradient(3 * loss, sequences)

    def once(sequences):
        with tf.GradientTape() as tape:
            tape.watch(sequences)
            loss = tf.reduce_sum(layer(sequences) ** 2)
        return tape.gradient(loss, sequences)

    twice = tf.function(twice) if graph else twice
    first, _ = twice(tf.constant(SEQUENCES))
    assert_same(first, once(tf.constant(SEQUENCES)), 1e-5)
