"""XLA compiles once for a size, whatever the mask leaves out of it."""

import os
import subprocess
import sys

import keras
import pytest

from tests.layers.helpers import FAMILIES

if keras.backend.backend() != "tensorflow":
    pytest.skip("only TensorFlow compiles the kernel", allow_module_level=True)

# In a process of its own, because XLA reads its flags once. Each mask admits the time
# steps from the first number to the one before the second.
SCRIPT = """
import sys
import tensorflow as tf
import rnn_utils.layers
layer = getattr(rnn_utils.layers, sys.argv[1])(4)
kinds = tf.TensorSpec((None, None, 3)), tf.TensorSpec((None, None), tf.bool)
@tf.function(input_signature=kinds)
def step(x, mask):
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = layer(x, mask=mask, training=True)
    return tape.gradient(y, x)
for span in sys.argv[2:]:
    first, stop = map(int, span.split("-"))
    valid = (tf.range(16) >= first) & (tf.range(16) < stop)
    step(tf.zeros((2, 16, 3)), tf.tile(valid[None], (2, 1)))
"""


def compilations(folder, family, spans):
    """Returns how many programs XLA writes down, one for each compilation."""
    environment = {**os.environ, "XLA_FLAGS": f"--xla_dump_to={folder}"}
    command = [sys.executable, "-c", SCRIPT, family, *spans]
    subprocess.run(command, env=environment, check=True, capture_output=True)
    return len(list(folder.glob("*.before_optimizations.txt")))


@pytest.mark.parametrize("family", FAMILIES)
def test_masks_of_other_lengths_compile_nothing_new(family, tmp_path):
    once = compilations(tmp_path / "one", family, ["0-16"])
    assert once == 2  # Forward and backward.
    spans = ["0-16", "0-15", "0-9", "3-16", "4-12", "5-5"]
    assert compilations(tmp_path / "many", family, spans) == once
