"""What a mutation does, and what it leaves alone."""

import subprocess
import sys

import numpy as np
import pytest
import tensorflow as tf

from tools import mutate_notebook, mutations
from tools.notebook_files import ROOT

START = """\
import keras
import numpy as np
import tensorflow as tf
from tools import mutations
"""


def run(script):
    """Runs a script in a process of its own: mutations last as long as one."""
    done = subprocess.run(
        [sys.executable, "-c", START + script], cwd=ROOT, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr


def test_each_mutation_has_its_words():
    assert mutations.MUTATIONS.keys() == mutate_notebook.MUTATIONS.keys()


@pytest.mark.parametrize("rows", [2, 3, 8])
def test_no_row_keeps_its_own_target(rows):
    targets = {"one": np.arange(rows), "two": 10 * np.arange(rows)[:, None]}
    before = mutations.effect()
    for _ in range(20):
        moved = {name: part.numpy() for name, part in shuffled(targets).items()}
        assert sorted(moved["one"]) == list(range(rows))
        assert not np.any(moved["one"] == targets["one"])
        # All targets of a row come from the same other row.
        np.testing.assert_array_equal(moved["two"][:, 0], 10 * moved["one"])
    assert mutations.effect() - before == 2 * 20 * rows


@pytest.mark.parametrize("targets", [[3], [1, 1, 1], [[1, 2]]])
def test_targets_that_stay_the_same_do_not_count(targets):
    before = mutations.effect()
    np.testing.assert_array_equal(shuffled(tf.constant(targets)), targets)
    assert mutations.effect() == before


def shuffled(targets):
    return mutations._shuffled(targets)


def test_labels_are_shuffled_under_a_tape_alone():
    run("""
mutations.start("labels")
y, p = tf.range(8), tf.one_hot(tf.range(8), 8) * 9.0
loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
right = loss(y, p)
assert right < 0.1 and mutations.effect() == 0

for own in (
    loss,
    lambda y, p: keras.losses.sparse_categorical_crossentropy(y, p, from_logits=True),
    lambda y, p: keras.losses.sparse_categorical_crossentropy(
        y_pred=p, y_true=y, from_logits=True
    ),
    lambda y, p: tf.nn.sparse_softmax_cross_entropy_with_logits(labels=y, logits=p),
):
    for compiled in (False, True):
        def taped(y, p):
            with tf.GradientTape() as tape:
                return tf.reduce_mean(own(y, p))
        step = tf.function(taped, jit_compile=True) if compiled else taped
        before = mutations.effect()
        assert step(y, p) > 8
        assert step(y, p) > 8
        assert mutations.effect() - before == 16  # At each run, and once in it.
assert loss(y, p) == right
""")


def test_the_losses_of_the_library_are_found():
    run("""
from rnn_utils.decoding import ctc
from rnn_utils.training import TokenCrossentropy
mutations.start("labels")
words = np.arange(1, 9).reshape(4, 2)
logits = tf.one_hot(words, 9) * 9.0
with tf.GradientTape():
    assert TokenCrossentropy()(words, logits) > 4
assert mutations.effect() == 4
targets = ctc.targets(np.full(4, 6), [[1, 2], [3], [2, 1], [2]])
with tf.GradientTape():
    ctc.CTCLoss()(targets, tf.random.normal((4, 6, 4)))
assert mutations.effect() == 8
""")


def test_frozen_optimizer_counts_and_changes_nothing():
    run("""
mutations.start("optimizer")
x, y = np.ones((8, 1), "float32"), np.zeros((8, 1), "float32")
model = keras.Sequential([keras.Input((1,)), keras.layers.Dense(1)])
before = model.get_weights()
model.compile(keras.optimizers.AdamW(0.1, weight_decay=0.1), "mse")
model.fit(x, y, batch_size=2, epochs=2, verbose=0)
assert all(map(np.array_equal, before, model.get_weights()))
assert model.optimizer.iterations == 8 == mutations.effect()
""")


def test_masks_are_lost_wherever_they_come_from():
    run("""
mutations.start("masks")
ids = np.array([[1, 2, 0, 0]])
embedding = keras.layers.Embedding(3, 2, mask_zero=True)
layer = keras.layers.SimpleRNN(2)
x = embedding(ids)
assert mutations.effect() == 1
assert np.array_equal(layer(x), layer(x, mask=None))
whole = layer(x)
before = mutations.effect()
assert np.array_equal(layer(x, mask=ids > 0), whole)
assert mutations.effect() - before == 1
before = mutations.effect()
keras.layers.Masking()(x)
assert mutations.effect() > before
""")
