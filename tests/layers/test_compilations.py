"""XLA compiles once for a size, whatever the mask leaves out of it."""

import json
import os
import subprocess
import sys

import keras
import pytest

from tests.layers.families import FAMILIES, MACHINES

if keras.backend.backend() != "tensorflow":
    pytest.skip("only TensorFlow compiles the kernel", allow_module_level=True)

# In a process of its own, because XLA reads its flags once; one for all of them. Each
# mask admits the time steps from the first number to the one before the second.
SCRIPT = """
import json
import pathlib
import sys
import tensorflow as tf
import rnn_utils.layers

def programs():
    found = pathlib.Path(sys.argv[1]).glob("*.before_optimizations.txt")
    return len(list(found))

def compilations(family, spans):
    layer = getattr(rnn_utils.layers, family)(4)
    kinds = tf.TensorSpec((None, None, 3)), tf.TensorSpec((None, None), tf.bool)
    @tf.function(input_signature=kinds)
    def step(x, mask):
        with tf.GradientTape() as tape:
            tape.watch(x)
            y = layer(x, mask=mask, training=True)
        return tape.gradient(y, x)
    before, counts = programs(), []
    for span in spans:
        first, stop = map(int, span.split("-"))
        valid = (tf.range(16) >= first) & (tf.range(16) < stop)
        step(tf.zeros((2, 16, 3)), tf.tile(valid[None], (2, 1)))
        counts.append(programs() - before)
    return counts

spans = sys.argv[3:]
print(json.dumps({f: compilations(f, spans) for f in sys.argv[2].split(",")}))
"""


def test_masks_of_other_lengths_compile_nothing_new(tmp_path):
    environment = {**os.environ, "XLA_FLAGS": f"--xla_dump_to={tmp_path}"}
    spans = ["0-16", "0-15", "0-9", "3-16", "4-12", "5-5"]
    families = [f for f in FAMILIES if f in MACHINES or FAMILIES[f].scanned]
    command = [sys.executable, "-c", SCRIPT, str(tmp_path), ",".join(families), *spans]
    done = subprocess.run(command, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    # XLA writes down each program that it compiles: at the first mask two, forward and
    # backward, and none at the others. A scan of one size serves all families; an LRU's
    # has two parts, and an MLSTM's is of matrices.
    programs = {name: 0 if name == "MinLSTM" else 2 for name in families}
    counts = json.loads(done.stdout)
    assert counts == {name: [programs[name]] * len(spans) for name in families}
