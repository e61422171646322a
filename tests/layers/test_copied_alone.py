"""Each file of the layers works alone, and what the three repeat is the same."""

import os
import pathlib
import shutil
import subprocess
import sys

import pytest

import rnn_utils.layers
from tests.layers.helpers import FAMILIES

FOLDER = pathlib.Path(rnn_utils.layers.__file__).parent
FILES = {"SimpleRNN": "simple_rnn", "LSTM": "lstm", "GRU": "gru"}
USE = """
import keras, numpy as np, {module}
assert not any(name.startswith("rnn_utils") for name in __import__("sys").modules)
x = np.random.default_rng(0).normal(size=(2, 5, 3)).astype("float32")
layer = {module}.{family}(4, return_sequences=True)
reference = keras.layers.{family}(4, return_sequences=True)
layer.build(x.shape), reference.build(x.shape)
layer.set_weights(reference.get_weights())
error = keras.ops.max(keras.ops.abs(layer(x) - reference(x)))
assert float(error) < 1e-5, error
model = keras.Sequential([layer, keras.layers.Dense(1)])
model.compile("sgd", "mse")
model.fit(x, x[:, :, :1], verbose=0)
print("works alone")
"""


@pytest.mark.parametrize("family", FAMILIES)
def test_a_file_copied_into_an_empty_folder_works(family, tmp_path):
    shutil.copy(FOLDER / f"{FILES[family]}.py", tmp_path)
    code = USE.format(module=FILES[family], family=family)
    # Isolated, so that neither this checkout nor an installed copy can be found.
    start = f"import sys; sys.path.insert(0, {str(tmp_path)!r})\n"
    done = subprocess.run(
        [sys.executable, "-I", "-c", start + code],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        env={**os.environ, "TF_CPP_MIN_LOG_LEVEL": "3"},
    )
    assert done.stdout.strip().endswith("works alone"), done.stderr


def test_the_shared_part_is_the_same_in_all_files():
    shared = set()
    for name in FILES.values():
        text = (FOLDER / f"{name}.py").read_text()
        _, marker, rest = text.partition("# ==== Shared by ")
        part, end, _ = rest.partition("# ==== End of the shared part")
        assert marker and end and len(part.splitlines()) > 100
        shared.add(part)
    assert len(shared) == 1
