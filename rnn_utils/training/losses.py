"""The loss of sequences of different lengths: padding does not count."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import keras
import numpy as np
from keras import ops

from rnn_utils import _checks

if TYPE_CHECKING:
    from rnn_utils._types import Tensor


@keras.saving.register_keras_serializable(package="rnn_utils")
class TokenCrossentropy(keras.losses.Loss):
    """Cross-entropy of the tokens of a batch, in nats per token, without padding.

    With smoothing e, the target has the probability 1 - e and every token of the
    vocabulary an equal share of e: the network is not rewarded for being certain.

    Args:
        label_smoothing: The share e, from 0 up to, not including, 1.
        name: Name of the loss.

    Call arguments:
        y_true: Int tensor of shape `(batch, time)`; 0 is padding.
        y_pred: Logits, float tensor of shape `(batch, time, vocabulary)`.

    Returns:
        A scalar. A batch of nothing but padding has a loss of 0.

    Raises:
        ValueError: `label_smoothing` is out of range, `y_true` and `y_pred` do not have
            such shapes, or `y_true`, given as a list or an array, holds what is no
            token.

    Source: Szegedy et al. (2016), "Rethinking the inception architecture for computer
    vision", CVPR, section 7 (label smoothing).
    """

    def __init__(
        self, label_smoothing: float = 0.0, name: str = "token_crossentropy"
    ) -> None:
        super().__init__(name=name, reduction=None)
        _checks.number(
            "label_smoothing", label_smoothing, lambda e: 0 <= e < 1, "0 up to below 1"
        )
        self.label_smoothing = label_smoothing

    def __call__(
        self, y_true: Tensor, y_pred: Tensor, sample_weight: Tensor | None = None
    ) -> Tensor:
        """Returns the mean over the tokens; see the class."""
        if isinstance(y_true, (list, np.ndarray)):
            y_true = _checks.whole_numbers(
                "y_true", y_true, 0, np.shape(y_pred)[-1] - 1, ndim=2
            )
        return super().__call__(y_true, y_pred, sample_weight)

    def call(self, y_true: Tensor, y_pred: Tensor) -> Tensor:
        """Returns the mean over the tokens; see the class."""
        if len(y_true.shape) != 2 or len(y_pred.shape) != 3:
            raise ValueError(
                f"y_true and y_pred have the shapes {tuple(y_true.shape)} and "
                f"{tuple(y_pred.shape)}; expected (batch, time) and (batch, time, "
                "vocabulary)"
            )
        if keras.backend.standardize_dtype(y_pred.dtype) in ("float16", "bfloat16"):
            y_pred = ops.cast(y_pred, "float32")  # A sum would soon be infinite.
        y_true = ops.cast(y_true, "int32")
        real = ops.not_equal(y_true, 0)
        # Left out and not multiplied by 0: the logits of padding may be anything.
        y_pred = ops.where(real[..., None], y_pred, ops.zeros_like(y_pred))
        valid = ops.cast(real, y_pred.dtype)
        losses = ops.sparse_categorical_crossentropy(y_true, y_pred, from_logits=True)
        if self.label_smoothing:
            # Spread evenly, the cross-entropy differs by what the target's logit is
            # above the mean: no second softmax over the vocabulary.
            target = ops.take_along_axis(y_pred, y_true[..., None], axis=-1)[..., 0]
            losses += self.label_smoothing * (target - ops.mean(y_pred, axis=-1))
        return ops.sum(losses * valid) / ops.maximum(ops.sum(valid), 1)

    def get_config(self) -> dict[str, Any]:
        """Returns what the constructor needs."""
        return {"label_smoothing": self.label_smoothing, "name": self.name}
