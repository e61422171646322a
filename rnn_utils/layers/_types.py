"""Names for types that the layers speak of; they say nothing at run time."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeAlias

# A tensor of the backend in use, an array, or a symbolic `keras.KerasTensor`.
Tensor: TypeAlias = Any
# What Keras finds a function or an object by: its name, its config, or itself.
Identifier: TypeAlias = str | dict[str, Any] | Callable[..., Any] | None
# Sizes of the axes of a tensor; None where one is open.
Shape: TypeAlias = tuple[int | None, ...]
