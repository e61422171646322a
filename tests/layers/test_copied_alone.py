"""Each file of the layers works alone, and what the three repeat is the same."""

import importlib
import inspect
import os
import pathlib
import re
import shutil
import subprocess
import sys

import keras
import numpy as np
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
model.save("saved.keras")
np.savez("saved.npz", inputs=x, outputs=model.predict(x, verbose=0))
print("works alone")
"""
LOAD = """
{line}
arrays = np.load("{folder}/saved.npz")
model = keras.models.load_model("{folder}/saved.keras")
outputs = model.predict(arrays["inputs"], verbose=0)
np.testing.assert_allclose(outputs, arrays["outputs"], atol=1e-6)
print("loads {family}")
"""


def _run(code, *folders, cwd):
    """Runs Python that finds, beside what is installed, only what is in `folders`."""
    # Isolated, so that neither this checkout nor an installed copy can be found.
    start = f"import sys; sys.path[:0] = {[str(folder) for folder in folders]!r}\n"
    return subprocess.run(
        [sys.executable, "-I", "-c", start + code],
        cwd=cwd,
        capture_output=True,
        text=True,
        env={**os.environ, "TF_CPP_MIN_LOG_LEVEL": "3"},
    )


@pytest.fixture(scope="module")
def copied(tmp_path_factory):
    """Copies each file to an empty folder and uses it; gives folder and outcome."""
    outcomes = {}
    for family, module in FILES.items():
        folder = tmp_path_factory.mktemp(module)
        shutil.copy(FOLDER / f"{module}.py", folder)
        code = USE.format(module=module, family=family)
        outcomes[family] = folder, _run(code, folder, cwd=folder)
    return outcomes


@pytest.mark.parametrize("family", FAMILIES)
def test_a_file_copied_into_an_empty_folder_works(family, copied):
    _, done = copied[family]
    assert done.stdout.strip().endswith("works alone"), done.stderr


def test_a_saved_model_loads_in_a_new_process_as_the_file_says(copied, tmp_path):
    code = "import keras, numpy as np"
    for family, module in FILES.items():
        text = inspect.getdoc(importlib.import_module(f"rnn_utils.layers.{module}"))
        (line,) = re.findall("^    (.* import .*)$", text, re.MULTILINE)
        code += LOAD.format(line=line, folder=copied[family][0], family=family)
    folders = [folder for folder, _ in copied.values()]
    done = _run(code, *folders, cwd=tmp_path)
    said = [line for line in done.stdout.splitlines() if line.startswith("loads ")]
    assert said == [f"loads {family}" for family in FILES], done.stderr


@pytest.mark.parametrize("family", FAMILIES)
def test_a_model_saved_with_a_copy_loads_with_the_package(family, copied):
    arrays = np.load(copied[family][0] / "saved.npz")
    model = keras.models.load_model(copied[family][0] / "saved.keras")
    assert isinstance(model.layers[0], getattr(rnn_utils.layers, family))
    outputs = model.predict(arrays["inputs"], verbose=0)
    np.testing.assert_allclose(outputs, arrays["outputs"], atol=1e-6)


def test_the_shared_part_is_the_same_in_all_files():
    shared = set()
    for name in FILES.values():
        text = (FOLDER / f"{name}.py").read_text()
        _, marker, rest = text.partition("# ==== Shared by ")
        part, end, _ = rest.partition("# ==== End of the shared part")
        assert marker and end and len(part.splitlines()) > 100
        shared.add(part)
    assert len(shared) == 1
