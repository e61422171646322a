"""The folder of the layers works alone, under any name, where there is only Keras."""

import ast
import inspect
import json
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
from tests.layers.families import COMMON, DROP_INS, MACHINES

FOLDER = pathlib.Path(rnn_utils.layers.__file__).parent
# Isolated (-I), so that neither this checkout nor an installed copy can be found.
USE = """
import json, sys
sys.path.insert(0, ".")
import keras, numpy as np
import any_name as layers

x = np.random.default_rng(0).normal(size=(2, 5, 3)).astype("float32")
families, drop_ins, trained = json.loads(sys.argv[1])
for family in families:
    layer = getattr(layers, family)(4, return_sequences=True)
    layer.build(x.shape)
    if family in drop_ins:
        reference = getattr(keras.layers, family)(4, return_sequences=True)
        reference.build(x.shape)
        layer.set_weights(reference.get_weights())
        error = keras.ops.max(keras.ops.abs(layer(x) - reference(x)))
        assert float(error) < 1e-5, (family, error)
    model = keras.Sequential([layer, keras.layers.Dense(1)])
    if family in trained:
        model.compile("sgd", "mse")
        model.fit(x, x[:, :, :1], verbose=0)
    outputs = keras.ops.convert_to_numpy(model(x))
    model.save(f"{family}.keras")
    np.savez(f"{family}.npz", inputs=x, outputs=outputs)
assert not [name for name in sys.modules if name.startswith("rnn_utils")]
print("works alone")
"""
LOAD = """
import sys
sys.path.insert(0, ".")
import keras, numpy as np
{line}
for family in sys.argv[1:]:
    arrays = np.load(f"{{family}}.npz")
    model = keras.models.load_model(f"{{family}}.keras")
    outputs = keras.ops.convert_to_numpy(model(arrays["inputs"]))
    np.testing.assert_allclose(outputs, arrays["outputs"], atol=1e-6)
print("loads")
"""


def _run(folder, code, *arguments):
    return subprocess.run(
        [sys.executable, "-I", "-c", code, *arguments],
        cwd=folder,
        capture_output=True,
        text=True,
        env={**os.environ, "TF_CPP_MIN_LOG_LEVEL": "3"},
    )


@pytest.fixture(scope="module")
def copied(tmp_path_factory):
    """Copies the folder to an empty one and uses it; gives place and outcome."""
    place = tmp_path_factory.mktemp("project")
    shutil.copytree(
        FOLDER, place / "any_name", ignore=shutil.ignore_patterns("__pycache__")
    )
    return place, _run(place, USE, json.dumps([COMMON, DROP_INS, MACHINES]))


def test_the_folder_copied_under_another_name_works(copied):
    _, done = copied
    assert done.stdout.strip().endswith("works alone"), done.stderr


def test_saved_models_load_in_a_new_process_as_the_folder_says(copied):
    text = inspect.getdoc(rnn_utils.layers)
    (line,) = re.findall("^    (import .*)$", text, re.MULTILINE)
    line = line.replace("rnn_utils.layers", "any_name")
    done = _run(copied[0], LOAD.format(line=line), *COMMON)
    assert done.stdout.strip().endswith("loads"), done.stderr


@pytest.mark.parametrize("family", COMMON)
def test_a_model_saved_with_a_copy_loads_with_the_package(family, copied):
    arrays = np.load(copied[0] / f"{family}.npz")
    model = keras.models.load_model(copied[0] / f"{family}.keras")
    assert isinstance(model.layers[0], getattr(rnn_utils.layers, family))
    outputs = keras.ops.convert_to_numpy(model(arrays["inputs"]))
    np.testing.assert_allclose(outputs, arrays["outputs"], atol=1e-6)


def test_no_two_files_hold_the_same_function():
    seen = {}
    for path in sorted(FOLDER.glob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.FunctionDef) and len(node.body) > 2:
                # Without its docstring, which may name the same arguments.
                body = "\n".join(ast.unparse(statement) for statement in node.body[1:])
                assert seen.setdefault(body, path.name) == path.name, node.name
