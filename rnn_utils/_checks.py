"""What functions check of their arguments before they compute.

Every check raises a `ValueError` that names argument, value and expectation. Those of
arrays return them in a type that nothing is lost in: int64 or float64.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterable, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

# Rounding of the type in which probabilities were computed, float16 included.
_SUM_TOLERANCE = 0.01


def whole_number(name: str, value: Any, least: int = 1, most: int | None = None) -> int:
    """Returns a setting that counts something."""
    expected = f"{least} or more" if most is None else f"{least} to {most}"
    try:
        number = operator.index(value)
    except TypeError:
        number = None
    if number is None or isinstance(value, bool):
        raise ValueError(f"{name} is {value!r}; expected a whole number, {expected}")
    if number < least or (most is not None and number > most):
        raise ValueError(f"{name} is {value!r}; expected {expected}")
    return number


def number(
    name: str, value: Any, allowed: Callable[[float], bool], expected: str
) -> float:
    """Returns a finite setting."""
    try:
        given = float(value)
    except (TypeError, ValueError):
        given = np.nan
    if not (np.isfinite(given) and allowed(given)):
        raise ValueError(f"{name} is {value!r}; expected {expected}")
    return given


def not_empty(name: str, given: Sequence, what: str) -> None:
    """Requires at least one of what is given."""
    if len(given) == 0:
        raise ValueError(f"{name} is empty; expected at least one {what}")


def one_each(name: str, given: Sequence, others: Sequence, what: str) -> None:
    """Requires as many as there are of something else."""
    if len(given) != len(others):
        raise ValueError(
            f"{name} has {len(given)} entries; expected one for each of the "
            f"{len(others)} {what}"
        )


def lists_of_words(name: str, given: Iterable[Sequence[Any]]) -> list[Sequence[Any]]:
    """Returns sentences; a str in place of a list would be taken for its letters."""
    sentences = list(given)
    for sentence in sentences:
        if isinstance(sentence, str):
            raise ValueError(f"{name} holds {sentence!r}; expected lists of words")
    return sentences


def texts(name: str, given: Iterable[str]) -> list[str]:
    """Returns a list of str; a single one would be taken for its letters."""
    if isinstance(given, str):
        raise ValueError(f"{name} is {given!r}; expected a list of str")
    return list(given)


def shaped(name: str, array: np.ndarray, axes: str) -> None:
    """Requires as many axes as are named in `(time, features)`, none of them empty."""
    if array.ndim != axes.count(",") + (not axes.endswith(",)")) or not array.size:
        raise ValueError(
            f"{name} has the shape {array.shape}; expected {axes}, at least 1 each"
        )


def steps(name: str, array: np.ndarray, features: int, whose: str) -> None:
    """Requires the shape `(time, features)`, and as many features as `whose`."""
    shaped(name, array, "(time, features)")
    if array.shape[1] != features:
        raise ValueError(
            f"{name} has {array.shape[1]} features; expected {features}, as {whose}"
        )


def recordings(name: str, given: Sequence[npt.ArrayLike]) -> list[np.ndarray]:
    """Returns arrays `(time, features)`, float64, all of as many features."""
    arrays = [np.asarray(one, np.float64) for one in given]
    shaped(f"{name}[0]", arrays[0], "(time, features)")
    for i, array in enumerate(arrays):
        steps(f"{name}[{i}]", array, arrays[0].shape[1], "the first")
    return arrays


def whole_numbers(
    name: str,
    values: npt.ArrayLike,
    low: int,
    high: int = np.iinfo(np.int64).max,
    ndim: int | None = 1,
) -> np.ndarray:
    """Returns labels, ids, symbols or counts, int64."""
    given = np.asarray(values)
    if ndim is not None and given.ndim != ndim:
        raise ValueError(
            f"{name} has the shape {given.shape}; expected {ndim} dimensions"
        )
    if not given.size:
        return given.astype(np.int64)
    if given.dtype.kind in "iu":
        wrong = (given < low) | (given > high)
    elif given.dtype.kind == "f":
        with np.errstate(invalid="ignore"):
            wrong = ~((given >= low) & (given <= high) & (given == np.floor(given)))
    else:
        raise ValueError(f"{name} has the dtype {given.dtype}; expected whole numbers")
    if wrong.any():
        limits = np.iinfo(np.int64)
        upward = "on" if high == limits.max else f"to {high}"
        expected = "whole numbers"
        if low > limits.min:
            expected += f" from {low} {upward}"
        raise ValueError(f"{name} holds {_first(given, wrong)!r}; expected {expected}")
    return given.astype(np.int64)


def token_ids(
    name: str,
    sequences: Sequence[Any],
    low: int = 0,
    high: int = np.iinfo(np.int64).max,
    shortest: int = 0,
) -> list[np.ndarray]:
    """Returns 1-D arrays of ids, int64."""
    arrays = [np.asarray(sequence) for sequence in sequences]
    for place, array in enumerate(arrays):
        if array.ndim != 1 or len(array) < shortest:
            raise ValueError(
                f"{name}[{place}] has the shape {array.shape}; expected one dimension "
                f"of at least {shortest}"
            )
    lengths = [len(array) for array in arrays]
    # At once: a check of each would take longer than what follows.
    filled = [array for array in arrays if len(array)] or [np.zeros(0, int)]
    together = whole_numbers(name, np.concatenate(filled), low, high)
    return np.split(together, np.cumsum(lengths)[:-1]) if arrays else []


def whole_sequences(name: str, sequences: Sequence[Any], ndims: Sequence[int]) -> None:
    """Requires arrays or lists of whole numbers of any size, along so many axes.

    They are left as they are: it costs next to nothing where they are int arrays.
    """
    for place, sequence in enumerate(sequences):
        array = np.asarray(sequence)
        if array.ndim not in ndims:
            raise ValueError(
                f"{name}[{place}] has the shape {array.shape}; expected "
                f"{' or '.join(map(str, ndims))} dimensions"
            )
        if array.dtype.kind not in "iub":
            whole_numbers(f"{name}[{place}]", array, np.iinfo(np.int64).min, ndim=None)


def finite(name: str, values: npt.ArrayLike) -> np.ndarray:
    """Returns numbers, float64, none of them NaN or infinite."""
    given = np.asarray(values, np.float64)
    wrong = ~np.isfinite(given)
    if wrong.any():
        value = _first(given, wrong)
        raise ValueError(f"{name} holds {value}; expected finite numbers")
    return given


def log_scores(
    name: str, values: npt.ArrayLike, most: float = np.inf, ndim: int | None = None
) -> np.ndarray:
    """Returns numbers, float64, that may be minus infinity: what is impossible."""
    given = np.asarray(values, np.float64)
    if ndim is not None and (given.ndim != ndim or not given.shape[-1]):
        raise ValueError(
            f"{name} has the shape {given.shape}; expected {ndim} dimensions, the last "
            "of at least 1"
        )
    wrong = ~(given <= most) | (given == np.inf)  # NaN as well.
    if wrong.any():
        least = "numbers or -inf" if most == np.inf else "log probabilities, up to 0"
        raise ValueError(f"{name} holds {_first(given, wrong)}; expected {least}")
    return given


def probabilities(name: str, values: npt.ArrayLike) -> np.ndarray:
    """Returns distributions along the last axis, float64."""
    given = finite(name, values)
    if not given.ndim or not given.shape[-1]:
        raise ValueError(
            f"{name} has the shape {given.shape}; expected (..., symbols), at least one"
        )
    if (given < 0).any():
        raise ValueError(
            f"{name} holds {_first(given, given < 0)}; expected probabilities, 0 to 1"
        )
    sums = given.sum(axis=-1)
    wrong = np.abs(sums - 1) > _SUM_TOLERANCE
    if wrong.any():
        raise ValueError(
            f"{name} has a row that adds up to {_first(sums, wrong):.4g}; expected 1"
        )
    return given


def booleans(name: str, values: npt.ArrayLike, shape: tuple[int, ...]) -> np.ndarray:
    """Returns truth values: other numbers would be read as places, or turned round."""
    given = np.asarray(values)
    if given.shape != shape or (given.size and given.dtype != bool):
        raise ValueError(
            f"{name} has the shape {given.shape} and dtype {given.dtype}; expected "
            f"booleans {shape}"
        )
    return given.astype(bool)


def _first(values, wrong):
    """The first value that is wrong, as a number of Python."""
    return np.atleast_1d(values)[np.atleast_1d(wrong)][0].item()
