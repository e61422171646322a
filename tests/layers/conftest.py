"""Settings for the tests of the layers."""

import keras
import pytest

if keras.backend.backend() == "tensorflow":
    import tensorflow as tf

    # On a GPU: products of float32 with 10 bits are no reference.
    tf.config.experimental.enable_tensor_float_32_execution(False)


@pytest.fixture(autouse=True)
def _fresh_start():
    """Every test begins with the same seed and float32."""
    keras.utils.set_random_seed(7)
    keras.config.set_dtype_policy("float32")
