"""Draws the next symbol from a model's probabilities, and keeps to the likely ones.

Source: Ackley, Hinton and Sejnowski (1985), "A learning algorithm for Boltzmann
machines", Cognitive Science 9 (temperature); Holtzman et al. (2020), "The curious case
of neural text degeneration", ICLR (nucleus).
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from rnn_utils import _checks


def reshape_distribution(
    probabilities: npt.ArrayLike, temperature: float = 1.0, top_p: float = 1.0
) -> np.ndarray:
    """Returns the distributions that sampling with these two settings draws from.

    The temperature T comes first: p becomes p^(1/T), divided by its sum. Below 1 the
    likely symbols get likelier. Then the nucleus: of the symbols, in falling order of
    probability, the fewest are kept that together have at least this much of it.

    Args:
        probabilities: Array `(..., symbols)`, each row with a sum of 1.
        temperature: A positive number.
        top_p: The share of the probability to keep, above 0 and up to 1.

    Returns:
        Float64 array of the same shape, each row with a sum of 1.

    Raises:
        ValueError: `temperature` or `top_p` is out of range, or a row is not made of
            probabilities: logits, and log probabilities, would come out turned round.
    """
    _checks.number("temperature", temperature, lambda t: t > 0, "a positive number")
    _checks.number("top_p", top_p, lambda p: 0 < p <= 1, "above 0 and up to 1")
    probabilities = _checks.probabilities("probabilities", probabilities)
    # Divided by the largest first, so that no row turns to zeros.
    relative = probabilities / probabilities.max(axis=-1, keepdims=True)
    p = relative ** (1 / temperature)
    p /= p.sum(axis=-1, keepdims=True)
    falling = np.argsort(-p, axis=-1, kind="stable")
    ranked = np.take_along_axis(p, falling, axis=-1)
    # Of 1.0, rounding must not cut anything off.
    needed = (np.cumsum(ranked, axis=-1) - ranked < top_p) | (top_p == 1)
    kept = np.zeros_like(p)
    np.put_along_axis(kept, falling, np.where(needed, ranked, 0.0), axis=-1)
    return kept / kept.sum(axis=-1, keepdims=True)


def draw(probabilities: npt.ArrayLike, rng: np.random.Generator) -> np.ndarray:
    """Draws one symbol from each distribution.

    Args:
        probabilities: Array `(..., symbols)`, each row with a sum of 1.
        rng: A `numpy.random.Generator`.

    Returns:
        Int64 array `(...)`, from 0 to `symbols - 1`, none with probability 0.

    Raises:
        ValueError: A row is not made of probabilities.
    """
    # In float64: in the sums of a narrower type, rare symbols are lost.
    below = np.cumsum(_checks.probabilities("probabilities", probabilities), axis=-1)
    # Of the last sum and not of 1, which rounding may miss.
    total = below[..., -1:]
    level = rng.random((*below.shape[:-1], 1)) * total
    level = np.minimum(level, np.nextafter(total, 0))
    return (below <= level).sum(axis=-1)
