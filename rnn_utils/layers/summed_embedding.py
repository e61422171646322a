"""One vector for what is described by several features, with a mask for padding.

Where vectors are added up with `keras.ops.sum`, the mask of an `Embedding` is lost
without a word: loss and metrics then count the padding. This layer keeps it.
"""

from __future__ import annotations

from typing import Any

import keras
from keras import ops

from ._types import Shape, Tensor


@keras.saving.register_keras_serializable(package="rnn_utils")
class SummedEmbedding(keras.layers.Embedding):
    """Adds up the vectors of the features at each time step.

        e_t = sum over the features i of step t, except 0, of E_i

    Args:
        input_dim: Number of features, with 0, which stands for "no feature".
        output_dim: Size of a vector.
        dropout: In training, each feature is left out with this probability, and the
            others count for more: so no single one, such as the word itself, is needed.
        **kwargs: As for `keras.layers.Embedding`, without `mask_zero`.

    Call arguments:
        inputs: Int tensor of shape `(batch, time, features)`. A step whose features are
            all 0 is padding, and masked from then on.
        training: Whether to leave features out.

    Returns:
        Tensor of shape `(batch, time, output_dim)`.

    Raises:
        ValueError: The inputs do not have three dimensions.
    """

    def __init__(
        self, input_dim: int, output_dim: int, dropout: float = 0.0, **kwargs: Any
    ) -> None:
        super().__init__(input_dim, output_dim, **kwargs)
        self.dropout = keras.layers.Dropout(dropout)
        self.supports_masking = True

    def build(self, input_shape: Shape) -> None:
        """Checks the rank of the inputs."""
        if len(input_shape) != 3:
            raise ValueError(
                f"inputs have the shape {tuple(input_shape)}; expected three "
                "dimensions: (batch, time, features)"
            )
        super().build(input_shape)

    def call(self, inputs: Tensor, training: bool | None = None) -> Tensor:
        """Returns the sums; see the class."""
        vectors = super().call(inputs)
        present = ops.cast(ops.not_equal(inputs, 0), vectors.dtype)
        present = self.dropout(present, training=training)
        return ops.sum(vectors * ops.expand_dims(present, -1), axis=-2)

    def compute_mask(self, inputs: Tensor, mask: Tensor | None = None) -> Tensor:
        """Returns booleans `(batch, time)`: is there any feature?"""
        return ops.any(ops.not_equal(inputs, 0), axis=-1)

    def compute_output_shape(self, input_shape: Shape) -> Shape:
        """Returns `(batch, time, output_dim)`."""
        return (*input_shape[:-1], self.output_dim)

    def get_config(self) -> dict[str, Any]:
        """Returns the arguments of the constructor."""
        return {**super().get_config(), "dropout": self.dropout.rate}
