"""Trains one compiled model many times: new weights, nothing to compile again."""

from __future__ import annotations

import keras


def restart(model: keras.Model) -> None:
    """Draws a model's weights anew and forgets its states and its optimizer's memory.

    Compiling takes a second or two, more than many a small training. To compare seeds
    or settings of one shape, compile once and restart before every `fit`.

    Args:
        model: A Keras model, compiled or not. Layers that were given initializers with
            a seed of their own get the same weights again.

    Raises:
        ValueError: If `model` is not built, so that there are no weights to draw.
    """
    if not model.built:
        raise ValueError(f"model is {model!r}; expected one that is built")
    model.set_weights(keras.models.clone_model(model).get_weights())
    for layer in model.layers:
        if getattr(layer, "stateful", False):
            layer.reset_state()
    old = getattr(model, "optimizer", None)
    if old is not None and old.built:
        new = type(old).from_config(old.get_config())
        new.build(model.trainable_variables)
        for variable, fresh in zip(old.variables, new.variables, strict=True):
            variable.assign(fresh)
