"""Predictions for sequences of different lengths, given back in their order."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import keras
import numpy as np

from rnn_utils import _checks
from rnn_utils.training.padding import chunks_by_length, pad

if TYPE_CHECKING:
    from rnn_utils._types import Ints


def predict_by_length(
    model: keras.Model, sequences: Sequence[Ints], batch_size: int = 256
) -> np.ndarray:
    """Returns the model's predictions for padded sequences, in the order given.

    Args:
        model: Keras model from (batch, time) ids to (batch, ...) predictions.
        sequences: List of 1-D int arrays.
        batch_size: Sequences of similar length that are predicted together.

    Returns:
        Array of shape `(len(sequences), ...)`.

    Raises:
        ValueError: There are no sequences, what they hold are no ids, `batch_size` is
            less than 1, or the model does not give one prediction for each.
    """
    _checks.not_empty("sequences", sequences, "sequence")
    _checks.whole_number("batch_size", batch_size)
    parts, rows = [], []
    for chosen in chunks_by_length([len(row) for row in sequences], batch_size):
        predicted = model.predict_on_batch(pad([sequences[i] for i in chosen]))
        _require(np.shape(predicted)[:1] == chosen.shape, predicted, "sequence")
        parts.append(predicted)
        rows.append(chosen)
    return np.concatenate(parts)[np.argsort(np.concatenate(rows))]


def predict_each_step(
    model: keras.Model, sequences: Sequence[Ints], batch_size: int = 256
) -> list[np.ndarray]:
    """Returns the model's predictions for each time step, without the padding.

    Args:
        model: Keras model from (batch, time, ...) ids to the like predictions.
        sequences: List of int arrays of shape (time,) or (time, features).
        batch_size: Sequences of similar length that are predicted together.

    Returns:
        List of arrays of shape `(time, ...)`, in the order given; empty for no
        sequences.

    Raises:
        ValueError: What the sequences hold are no ids, `batch_size` is less than 1, or
            the model does not give one prediction for each step.
    """
    _checks.whole_number("batch_size", batch_size)
    predictions = [None] * len(sequences)
    for rows in chunks_by_length([len(row) for row in sequences], batch_size):
        ids = pad([sequences[i] for i in rows])
        predicted = model.predict_on_batch(ids)
        _require(np.shape(predicted)[:2] == ids.shape[:2], predicted, "time step")
        for i, steps in zip(rows, predicted, strict=True):
            predictions[i] = steps[: len(sequences[i])]
    return predictions


def _require(right, predicted, what):
    """Predictions of other things would be cut and given to the wrong ones."""
    if not right:
        raise ValueError(
            f"model gives predictions of the shape {np.shape(predicted)}; expected one "
            f"for each {what}"
        )
