"""Deep stacks of recurrent layers: a residual block around any of them."""

from __future__ import annotations

from typing import Any

import keras

from ._checks import require
from ._types import Shape, Tensor


@keras.saving.register_keras_serializable(package="rnn_utils")
class ResidualRecurrent(keras.layers.Wrapper):
    """Adds what a recurrent layer makes of its inputs to the inputs, and normalizes.

        y = x + layer(norm(x))      "pre": normalized before the layer
        y = norm(x + layer(x))      "post": normalized after the sum

    Around each layer of a stack it gives the gradient a way past all of them, on which
    nothing shrinks it. `norm` is `keras.layers.LayerNormalization`, over the features
    of each step. After the last block of "pre" put one more: the sums grow with depth.

    Args:
        layer: A recurrent layer of `rnn_utils` or of Keras, `Bidirectional` included,
            with `return_sequences`, whose outputs are as wide as its inputs.
        normalization: "pre" or "post".
        **kwargs: What `keras.layers.Layer` takes, such as `name` and `dtype`.

    Call arguments:
        sequences: Shape `(batch, time, units)`.
        mask: None, or booleans `(batch, time)`; False skips a step. It passes on to
            the next layer.
        training: Whether the layer applies dropout.

    Returns:
        Sequences of the shape of the input.

    Raises:
        ValueError: If the layer does not return sequences of the inputs' width alone,
            or `normalization` is something else.

    Source: He et al. (2015), "Deep residual learning for image recognition",
    https://arxiv.org/abs/1512.03385; around recurrent layers: Wu et al. (2016),
    "Google's neural machine translation system", section 3.1,
    https://arxiv.org/abs/1609.08144; before or after: Xiong et al. (2020), "On layer
    normalization in the transformer architecture", https://arxiv.org/abs/2002.04745.
    """

    def __init__(
        self, layer: keras.layers.Layer, normalization: str = "pre", **kwargs: Any
    ) -> None:
        super().__init__(layer, **kwargs)
        right = normalization in ("pre", "post")
        require(right, "normalization", "'pre' or 'post'", repr(normalization))
        for option, wanted in (
            ("return_sequences", True),
            ("return_state", False),
            ("return_gates", False),
        ):
            value = getattr(layer, option, False)
            require(value == wanted, "layer", f"one with {option}={wanted}", value)
        self.normalization = normalization
        self.norm = keras.layers.LayerNormalization(dtype=self.dtype_policy)
        self.supports_masking = True

    def build(self, sequences_shape: Shape) -> None:
        """Create the weights for sequences of shape `(batch, time, units)`."""
        super().build(sequences_shape)
        self.norm.build(sequences_shape)
        width = self.layer.compute_output_shape(sequences_shape)[-1]
        expected = f"one whose outputs are as wide as its inputs, {sequences_shape[-1]}"
        require(width == sequences_shape[-1], "layer", expected, width)

    def call(
        self, sequences: Tensor, mask: Tensor | None = None, training: bool = False
    ) -> Tensor:
        """Run over whole sequences; see the class."""
        if self.normalization == "pre":
            added = self.layer(self.norm(sequences), mask=mask, training=training)
            return sequences + added
        added = self.layer(sequences, mask=mask, training=training)
        return self.norm(sequences + added)

    def compute_output_shape(self, sequences_shape: Shape) -> Shape:
        """Return the shape of the input."""
        return sequences_shape

    def get_config(self) -> dict[str, Any]:
        """Return the constructor's arguments."""
        return {**super().get_config(), "normalization": self.normalization}
