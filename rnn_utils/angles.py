"""Angles as directions: a full turn more or less is the same."""

import numpy as np
import numpy.typing as npt


def wrapped(angles: npt.ArrayLike) -> np.ndarray:
    """Returns the same directions between -pi (included) and pi, in radians."""
    return (np.asarray(angles) + np.pi) % (2 * np.pi) - np.pi
