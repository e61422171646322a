"""Settings for the tests of the layers."""

import keras
import pytest


@pytest.fixture(autouse=True)
def _fresh_start():
    """Every test begins with the same seed and float32."""
    keras.utils.set_random_seed(7)
    keras.config.set_dtype_policy("float32")
