"""What models that are made of models share."""

from collections.abc import Sequence
from typing import Any

import keras
import numpy as np

from rnn_utils import _checks


def part_of(model: keras.Model, name: str) -> keras.Model:
    """Returns a model that is a layer of another, ready for inputs of many lengths."""
    part = model.get_layer(name)
    # Compiling for every length would take longer than it saves.
    part.jit_compile = False
    return part


def ids_of(
    name: str, sequences: Sequence[Any], part: keras.Model, shortest: int = 0
) -> list[np.ndarray]:
    """Returns sequences of ids that a part has vectors for, or raises a `ValueError`.

    Some devices give zeros for an id that there is not, and no error.
    """
    size = next(
        layer.input_dim
        for layer in part.layers
        if isinstance(layer, keras.layers.Embedding)
    )
    return _checks.token_ids(name, sequences, 0, size - 1, shortest)
