"""Pooling over time that leaves padding out.

Keras's `GlobalAveragePooling1D` honours a mask; its `GlobalMaxPooling1D` does not, and
would let a padded step win whenever all real values are negative. Of sums it has none.
"""

from __future__ import annotations

from typing import Any

import keras
from keras import ops

from ._types import Shape, Tensor


class _MaskedGlobalPooling1D(keras.layers.Layer):
    """What the layers below share: they turn a sequence into one vector."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.supports_masking = True

    def build(self, input_shape: Shape) -> None:
        """Checks the rank of the inputs."""
        if len(input_shape) != 3:
            raise ValueError(
                f"inputs have the shape {tuple(input_shape)}; expected three "
                "dimensions: (batch, time, units)"
            )
        super().build(input_shape)

    def compute_mask(self, inputs: Tensor, mask: Tensor | None = None) -> None:
        """Returns None: no time dimension is left to mask."""
        return None

    def compute_output_shape(self, input_shape: Shape) -> Shape:
        """Returns `(batch, units)`."""
        return (input_shape[0], input_shape[2])


@keras.saving.register_keras_serializable(package="rnn_utils")
class MaskedGlobalMaxPooling1D(_MaskedGlobalPooling1D):
    """Takes the largest value over the unmasked time steps.

    Call arguments:
        inputs: Tensor of shape `(batch, time, units)`.
        mask: Boolean tensor of shape `(batch, time)`, or None for no padding.

    Returns:
        Tensor of shape `(batch, units)`. A row without any unmasked step holds zeros.

    Raises:
        ValueError: The inputs do not have three dimensions.
    """

    def call(self, inputs: Tensor, mask: Tensor | None = None) -> Tensor:
        """Returns the maxima; see the class."""
        if mask is None:
            return ops.max(inputs, axis=1)
        mask = ops.expand_dims(ops.cast(mask, "bool"), -1)
        # A finite stand-in for minus infinity, so that float16 holds it as well.
        lowest = ops.full_like(inputs, -3e4)
        largest = ops.max(ops.where(mask, inputs, lowest), axis=1)
        return ops.where(ops.any(mask, axis=1), largest, ops.zeros_like(largest))


@keras.saving.register_keras_serializable(package="rnn_utils")
class MaskedGlobalSumPooling1D(_MaskedGlobalPooling1D):
    """Adds up the values of the unmasked time steps.

    Call arguments:
        inputs: Tensor of shape `(batch, time, units)`.
        mask: Boolean tensor of shape `(batch, time)`, or None for no padding.

    Returns:
        Tensor of shape `(batch, units)`. A row without any unmasked step holds zeros.

    Raises:
        ValueError: The inputs do not have three dimensions.
    """

    def call(self, inputs: Tensor, mask: Tensor | None = None) -> Tensor:
        """Returns the sums; see the class."""
        if mask is not None:
            mask = ops.expand_dims(ops.cast(mask, "bool"), -1)
            inputs = ops.where(mask, inputs, ops.zeros_like(inputs))
        return ops.sum(inputs, axis=1)
