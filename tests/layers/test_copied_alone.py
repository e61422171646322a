"""Each file of the layers works alone, and what the three repeat is the same."""

import json
import os
import pathlib
import shutil
import subprocess
import sys

import rnn_utils.layers
from tests.layers.helpers import FAMILIES

FOLDER = pathlib.Path(rnn_utils.layers.__file__).parent
FILES = {"SimpleRNN": "simple_rnn", "LSTM": "lstm", "GRU": "gru"}
# Isolated (-I), so that neither this checkout nor an installed copy can be found. Each
# file is imported while its own folder, which holds nothing else, is the only new one.
SCRIPT = """
import importlib, json, sys
import keras, numpy as np

x = np.random.default_rng(0).normal(size=(2, 5, 3)).astype("float32")
for family, name, folder in json.loads(sys.argv[1]):
    known = set(sys.modules)
    sys.path.insert(0, folder)
    alone = importlib.import_module(name)
    assert sys.path.pop(0) == folder
    new = {module.partition(".")[0] for module in set(sys.modules) - known}
    assert not new & {"rnn_utils", "simple_rnn", "lstm", "gru"} - {name}, new
    layer = getattr(alone, family)(4, return_sequences=True)
    reference = getattr(keras.layers, family)(4, return_sequences=True)
    layer.build(x.shape), reference.build(x.shape)
    layer.set_weights(reference.get_weights())
    error = keras.ops.max(keras.ops.abs(layer(x) - reference(x)))
    assert float(error) < 1e-5, (family, error)
    model = keras.Sequential([layer, keras.layers.Dense(1)])
    model.compile("sgd", "mse")
    model.fit(x, x[:, :, :1], verbose=0)
    del sys.modules[name]
    print(family, "works alone")
"""


def test_a_file_copied_into_an_empty_folder_works(tmp_path):
    jobs = []
    for family in FAMILIES:
        folder = tmp_path / family
        folder.mkdir()
        shutil.copy(FOLDER / f"{FILES[family]}.py", folder)
        jobs.append((family, FILES[family], str(folder)))
    done = subprocess.run(
        [sys.executable, "-I", "-c", SCRIPT, json.dumps(jobs)],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        env={**os.environ, "TF_CPP_MIN_LOG_LEVEL": "3"},
    )
    expected = [f"{family} works alone" for family in FAMILIES]
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines() == expected


def test_the_shared_part_is_the_same_in_all_files():
    shared = set()
    for name in FILES.values():
        text = (FOLDER / f"{name}.py").read_text()
        _, marker, rest = text.partition("# ==== Shared by ")
        part, end, _ = rest.partition("# ==== End of the shared part")
        assert marker and end and len(part.splitlines()) > 100
        shared.add(part)
    assert len(shared) == 1
