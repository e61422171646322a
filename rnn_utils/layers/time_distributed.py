"""A layer for every word, computed once for words that occur more than once.

In running text half of the words of a batch are repetitions. What depends on a word's
letters alone need not be computed again for each of them.
"""

from __future__ import annotations

from typing import Any

import keras
from keras import ops

from ._types import Shape, Tensor

# The number of distinct rows is padded up to one of these: few shapes are compiled.
_ROWS = [2**power for power in range(8, 31)]


@keras.saving.register_keras_serializable(package="rnn_utils")
class DistinctTimeDistributed(keras.layers.Wrapper):
    """Applies a layer to every time step, to equal steps only once.

    The result is that of `keras.layers.TimeDistributed`; in training, equal steps of a
    batch also share their dropout. A step whose features are all 0 is padding, and
    masked from then on: `Concatenate` takes a step for valid if any of its parts does,
    so a part without a mask would undo that of the others.

    Under JAX and PyTorch, where the number of distinct steps may not depend on the
    data, every step is computed.

    Args:
        layer: Layer from (rows, features) to (rows, units), the same for each row.
        **kwargs: As for `keras.layers.Wrapper`.

    Call arguments:
        inputs: Ints of shape `(batch, time, features)`.

    Returns:
        Array of shape `(batch, time, units)`.

    Raises:
        ValueError: `inputs` has not three dimensions.
    """

    def __init__(self, layer: keras.layers.Layer, **kwargs: Any) -> None:
        super().__init__(layer, **kwargs)
        self.supports_masking = True
        self.supports_jit = False  # XLA cannot find distinct rows.

    def build(self, input_shape: Shape) -> None:
        """Builds the layer for `(rows, features)`."""
        if len(input_shape) != 3:
            raise ValueError(
                f"inputs have the shape {tuple(input_shape)}; expected three "
                "dimensions: (batch, time, features)"
            )
        if not self.layer.built:
            self.layer.build((None, input_shape[-1]))
        self.built = True

    def compute_output_shape(self, input_shape: Shape) -> Shape:
        """Returns `(batch, time, units)`."""
        rows = self.layer.compute_output_shape((None, input_shape[-1]))
        return (*input_shape[:2], rows[-1])

    def compute_mask(self, inputs: Tensor, mask: Tensor | None = None) -> Tensor:
        """Returns booleans `(batch, time)`: which steps have any feature."""
        return ops.any(ops.not_equal(inputs, 0), axis=-1)

    def call(self, inputs: Tensor, training: bool | None = None) -> Tensor:
        """Encodes the distinct rows, then puts each result where its row stood."""
        batch, time, features = ops.shape(inputs)
        rows = ops.reshape(inputs, (-1, features))
        if keras.backend.backend() != "tensorflow":
            units = self.layer(rows, training=training)
            return ops.reshape(units, (batch, time, units.shape[-1]))
        distinct, places = _distinct(rows)
        units = self.layer(distinct, training=training)
        return ops.take(units, ops.reshape(places, (batch, time)), axis=0)


def _distinct(rows):
    """Returns the distinct rows, padded with zeros, and for each row its place there.

    Args:
        rows: Tensor of shape `(count, features)`.

    Returns:
        Tensors of the shapes `(power of two, features)` and `(count,)`.
    """
    import tensorflow as tf

    distinct, places = tf.raw_ops.UniqueV2(x=rows, axis=[0])
    count = tf.shape(distinct)[0]
    sizes = tf.constant(_ROWS)
    size = tf.reduce_min(tf.where(sizes >= count, sizes, sizes[-1]))
    padded = tf.pad(distinct, [[0, size - count], [0, 0]])
    padded.set_shape((None, rows.shape[1]))
    return padded, places
