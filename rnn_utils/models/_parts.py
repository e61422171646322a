"""What models that are made of models share."""

import keras


def part_of(model: keras.Model, name: str) -> keras.Model:
    """Returns a model that is a layer of another, ready for inputs of many lengths."""
    part = model.get_layer(name)
    # Compiling for every length would take longer than it saves.
    part.jit_compile = False
    return part
