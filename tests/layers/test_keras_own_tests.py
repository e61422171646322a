"""Keras's own tests of these layers, which its package carries, pass with our classes.

Nothing of their text is kept here: they are collected from the installed package, with
our classes standing in for Keras's.
"""

import importlib
import unittest

import keras
import pytest

import rnn_utils.layers

if keras.backend.backend() != "tensorflow":
    pytest.skip("too slow with the other backends", allow_module_level=True)
pytest.importorskip("absl")
# Keras 3.15 warns of the generators that its own tests train with.
pytestmark = pytest.mark.filterwarnings("ignore:`shuffle=True` was passed, but will be")
MODULES = ("simple_rnn_test", "lstm_test", "gru_test", "bidirectional_test", "rnn_test")


def _cases():
    for name in MODULES:
        try:
            module = importlib.import_module(f"keras.src.layers.rnn.{name}")
        except ImportError:
            continue
        for suite in unittest.defaultTestLoader.loadTestsFromModule(module):
            for case in suite:
                if case._testMethodName.startswith("test_"):
                    yield pytest.param(case, id=f"{name}-{case._testMethodName}")


CASES = list(_cases())


@pytest.fixture(autouse=True)
def _our_classes(monkeypatch):
    for name in rnn_utils.layers.__all__:
        if hasattr(keras.layers, name):
            ours = getattr(rnn_utils.layers, name)
            monkeypatch.setattr(f"keras.src.layers.{name}", ours)
            monkeypatch.setattr(keras.layers, name, ours)


@pytest.mark.skipif(not CASES, reason="this Keras package carries no tests")
@pytest.mark.parametrize("case", CASES)
def test_passes_the_test_of_keras(case):
    result = case.run()
    problems = [trace for _, trace in [*result.failures, *result.errors]]
    if any("ModuleNotFoundError" in problem for problem in problems):
        pytest.skip("this test of Keras asks for another backend")
    if result.skipped:
        pytest.skip(result.skipped[0][1])
    assert result.testsRun == 1 and not problems, "\n".join(problems)
