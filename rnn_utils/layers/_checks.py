"""Errors that name the argument, what came and what should."""

from __future__ import annotations

import numbers
from typing import Any

import keras

from ._types import Shape


def fits(shape: Shape, expected: Shape) -> bool:
    """Return whether a shape is as expected; None stands for any size in either."""
    return len(shape) == len(expected) and all(
        None in pair or pair[0] == pair[1] for pair in zip(shape, expected, strict=True)
    )


def require(condition: bool, argument: str, expected: str, received: Any) -> None:
    """Raise a ValueError that names the argument unless `condition` holds."""
    if not condition:
        if hasattr(received, "dtype"):
            dtype = keras.backend.standardize_dtype(received.dtype)
            received = f"shape {tuple(received.shape)} and dtype {dtype}"
        raise ValueError(f"`{argument}` must be {expected}. Received: {received}")


def is_count(value: Any) -> bool:
    """Return whether a value is a positive integer, of Python or of NumPy."""
    whole = isinstance(value, numbers.Integral) and not isinstance(value, bool)
    return whole and value > 0


def check_units(units: Any) -> None:
    """Require a positive integer."""
    require(is_count(units), "units", "a positive integer", repr(units))


def check_heads(heads: Any, units: int) -> None:
    """Require a number of heads that divides the units."""
    right = is_count(heads) and units % heads == 0
    expected = f"a positive integer that divides `units`, {units}"
    require(right, "heads", expected, repr(heads))


def check_sequences(shape: Shape, cell: Any) -> None:
    """Require `(batch, time, features)`, with the features that the cell knows."""
    features = cell.kernel.shape[0] if cell.built else None
    expected = f"of shape (batch, at least 1 time step, {features or 'features'})"
    right = fits(shape, (None, None, features)) and shape[1] != 0
    require(right, "sequences", expected, f"shape {tuple(shape)}")


def check_mask(mask: Any, shape: Shape) -> None:
    """Require `(batch, time)` of what can be taken for booleans, or one row of it."""
    dtype = keras.backend.standardize_dtype(getattr(mask, "dtype", "string"))
    right = dtype not in ("string", "complex64", "complex128") and (
        fits(mask.shape, shape) or fits(mask.shape, (1, shape[1]))
    )
    require(right, "mask", f"booleans of shape {shape}", mask)


def check_states(argument: str, states: Any, cell: Any, *rows: int | None) -> None:
    """Require the states that the cell has, of so many rows; several `rows` may do."""
    shapes = [tuple(getattr(state, "shape", ())) for state in states]
    sizes = [tuple(state.shape[1:]) for state in cell.get_initial_state(batch_size=1)]
    right = len(shapes) == len(sizes) and all(
        any(fits(shape, (count, *size)) for count in rows)
        for shape, size in zip(shapes, sizes, strict=True)
    )
    wanted = dict.fromkeys(str((rows[0] or "batch", *size)) for size in sizes)
    wanted = " and ".join(wanted).replace("'", "")
    expected = f"{len(sizes)} array(s) of shape {wanted}"
    require(right, argument, expected, f"{len(shapes)} of shapes {shapes}")
