"""Claims about changed speech: formants move, speed changes, blocks are masked."""

import numpy as np
import pytest

from rnn_utils.training import changed_speed, masked, warped_spectrum

random = np.random.default_rng(0)


def cosines(points, coefficients):
    places = (np.arange(points) + 0.5) / points
    number = np.arange(coefficients)
    scale = np.sqrt(np.where(number == 0, 1, 2) / points)
    return scale * np.cos(np.pi * np.outer(places, number))


def cepstra_with_peak(place, points=128, coefficients=40):
    """Cepstra of a spectrum with one resonance at a share of the frequency axis."""
    spectrum = np.exp(-0.5 * ((np.arange(points) / points - place) / 0.05) ** 2)
    return (spectrum @ cosines(points, coefficients))[None]


@pytest.mark.parametrize("factor", [0.85, 1.0, 1.15])
def test_a_longer_vocal_tract_has_its_resonance_lower(factor):
    changed = warped_spectrum(cepstra_with_peak(0.5), factor)
    spectrum = changed[0] @ cosines(128, 40).T
    assert spectrum.argmax() / 128 == pytest.approx(0.5 / factor, abs=0.01)


def test_no_change_of_the_spectrum_changes_nothing():
    cepstra = random.normal(size=(7, 13))
    assert warped_spectrum(cepstra, 1) == pytest.approx(cepstra)


def test_a_flat_spectrum_stays_flat_and_as_loud():
    loud = np.zeros((3, 13))
    loud[:, 0] = 5
    for factor in (0.8, 1.25):
        assert warped_spectrum(loud, factor) == pytest.approx(loud, abs=1e-9)


def test_twice_as_fast_is_half_as_long_with_the_same_ends():
    frames = np.arange(20.0)[:, None] * [1, 2]
    fast = changed_speed(frames, 2)
    assert fast.shape == (10, 2)
    assert fast[[0, -1]] == pytest.approx(frames[[0, -1]])
    assert fast == pytest.approx(np.linspace(0, 19, 10)[:, None] * [1, 2])
    assert len(changed_speed(frames, 0.5)) == 40
    assert changed_speed(frames, 1) == pytest.approx(frames)
    assert len(changed_speed(frames[:1], 2)) == 1


def test_one_block_of_each_kind_is_masked_and_the_rest_left():
    frames = 1 + random.random(size=(30, 13))
    widths = []
    for seed in range(200):
        changed = masked(frames, np.random.default_rng(seed), steps=6, features=3)
        rows, columns = (changed == 0).all(1), (changed == 0).all(0)
        assert rows.sum() <= 6
        assert columns.sum() <= 3
        assert (np.diff(np.flatnonzero(rows)) == 1).all()
        assert (np.diff(np.flatnonzero(columns)) == 1).all()
        untouched = ~rows[:, None] & ~columns
        assert np.array_equal(changed[untouched], frames[untouched])
        widths.append((rows.sum(), columns.sum()))
    assert {6, 0} <= {steps for steps, _ in widths}
    assert {3, 0} <= {features for _, features in widths}
    assert frames.min() >= 1  # The frames that were given are not changed.


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: warped_spectrum(np.zeros(13), 1), "cepstra"),
        (lambda: warped_spectrum(np.zeros((2, 13)), 2), "factor is 2; expected a num"),
        (lambda: changed_speed(np.zeros((0, 13)), 1), "frames has the shape"),
        (lambda: changed_speed(np.zeros((2, 13)), 3), "factor is 3; expected a number"),
        (lambda: changed_speed(np.full((2, 13), np.inf), 1), "frames holds inf"),
        (lambda: masked(np.zeros((4, 3)), random, 4, 1), "steps is 4; expected 0 to 3"),
        (lambda: masked(np.zeros((4, 3)), random, 1, 3), "features is 3"),
    ],
)
def test_what_does_not_fit_is_refused(call, message):
    with pytest.raises(ValueError, match=message):
        call()
