"""What a process keeps of models that are gone, and what it need not compile again."""

import gc
import weakref

import keras
import pytest

from rnn_utils.layers import _scan
from tests.layers.families import FAMILIES, MACHINES
from tests.layers.helpers import BACKEND, ours

if BACKEND != "tensorflow":
    pytest.skip("only TensorFlow has graphs to keep", allow_module_level=True)

import tensorflow as tf


@pytest.fixture(autouse=True, scope="module")
def _little_to_collect():
    """Leaves what earlier tests made out of every collection, which is slow with it."""
    gc.collect()
    gc.freeze()
    yield
    gc.unfreeze()


def _train(family, units):
    """Trains a layer once in a graph of its own; returns weak references to both."""
    layer, sequences = ours(family, units), tf.ones((2, 5, 3))
    layer.build(sequences.shape)

    @tf.function
    def step(sequences):
        with tf.GradientTape() as tape:
            loss = tf.reduce_sum(layer(sequences, training=True))
        return tape.gradient(loss, [v.value for v in layer.trainable_variables])

    step(sequences)
    graph = step.get_concrete_function(sequences).graph
    return weakref.ref(graph), weakref.ref(layer.cell.kernel)


@pytest.mark.parametrize("family", MACHINES)
def test_a_model_that_is_gone_leaves_neither_graph_nor_weights(family):
    references = [reference for units in (2, 5) for reference in _train(family, units)]
    keras.backend.clear_session()
    gc.collect()
    assert [reference() for reference in references] == [None] * 4


@pytest.mark.parametrize("family", MACHINES)
def test_a_second_model_of_a_size_compiles_nothing(family):
    if FAMILIES[family].scanned:
        functions = *_scan._compiled(), _scan._traced()
    else:
        recurrence = ours(family, 1).recurrence
        functions = recurrence.forward, recurrence.backward, recurrence.traced
    counts = []
    for _ in range(3):
        _train(family, 5)
        gc.collect()
        counts.append([f.experimental_get_tracing_count() for f in functions])
    assert counts[0] == counts[1] == counts[2]
