"""Names for types that several modules speak of; they say nothing at run time."""

from collections.abc import Sequence
from typing import Any, TypeAlias

import numpy as np

# A tensor of the backend in use, an array, or a symbolic `keras.KerasTensor`.
Tensor: TypeAlias = Any
# Whole numbers in a row, such as token ids: a list or an array.
Ints: TypeAlias = Sequence[int] | np.ndarray
