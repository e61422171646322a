"""Settings for the tests of the layers."""

import keras
import pytest

# Families without a twin in Keras are not tested with JAX and torch yet.
_OF_NEW_FAMILIES = [
    "test_chrono.py",
    "test_linear_families.py",
    "test_looped_families.py",
    "test_lstm_variants.py",
    "test_mlstm.py",
    "test_own_cell.py",
    "test_residual.py",
    "test_scan.py",
]
collect_ignore = [] if keras.backend.backend() == "tensorflow" else _OF_NEW_FAMILIES


@pytest.fixture(autouse=True)
def _fresh_start():
    """Every test begins with the same seed and float32."""
    keras.utils.set_random_seed(7)
    keras.config.set_dtype_policy("float32")
