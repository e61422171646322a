"""Predictions for sequences of different lengths, given back in their order."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import keras
import numpy as np

if TYPE_CHECKING:
    from rnn_utils._types import Ints
from rnn_utils.training.batches import _of_two_lengths_first, pad


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
    """
    batches = _SortedBatches(sequences, batch_size)
    predictions = model.predict(batches, verbose=0)
    restored = np.empty_like(predictions)
    restored[batches.order] = predictions
    return restored


def predict_each_step(
    model: keras.Model, sequences: Sequence[Ints], batch_size: int = 256
) -> list[np.ndarray]:
    """Returns the model's predictions for each time step, without the padding.

    Args:
        model: Keras model from (batch, time, ...) ids to the like predictions.
        sequences: List of int arrays of shape (time,) or (time, features).
        batch_size: Sequences of similar length that are predicted together.

    Returns:
        List of arrays of shape `(time, ...)`, in the order given.
    """
    lengths = np.array([len(sequence) for sequence in sequences])
    order = np.argsort(lengths, kind="stable")
    predictions = [None] * len(sequences)
    for chosen in np.split(order, range(batch_size, len(order), batch_size)):
        predicted = model.predict_on_batch(pad([sequences[i] for i in chosen]))
        for i, rows in zip(chosen, predicted, strict=True):
            predictions[i] = rows[: lengths[i]]
    return predictions


class _SortedBatches(keras.utils.PyDataset):
    """Batches of padded sequences by length; `order` says which row is which."""

    def __init__(self, sequences, batch_size):
        super().__init__()
        lengths = np.array([len(sequence) for sequence in sequences])
        order = np.argsort(lengths, kind="stable")
        batches = np.split(order, range(batch_size, len(order), batch_size))
        self._batches = _of_two_lengths_first(batches, lengths)
        self._sequences = sequences
        self.order = np.concatenate(self._batches)

    def __len__(self):
        return len(self._batches)

    def __getitem__(self, index):
        return (pad([self._sequences[i] for i in self._batches[index]]),)
