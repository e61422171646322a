"""Claims about drawing: what is kept, what it becomes, how often it is drawn."""

import numpy as np
import pytest

from rnn_utils.decoding.sampling import draw, reshape_distribution

P = np.array([0.1, 0.5, 0.0, 0.3, 0.1])


def test_nothing_changes_by_default():
    np.testing.assert_allclose(reshape_distribution(P), P, atol=1e-12)


def test_temperature_is_a_power_of_the_probabilities():
    expected = P**2 / np.sum(P**2)
    np.testing.assert_allclose(reshape_distribution(P, temperature=0.5), expected)


def test_a_low_temperature_leaves_the_most_probable_symbol_even_of_tiny_numbers():
    found = reshape_distribution(P, temperature=1e-3)
    np.testing.assert_allclose(found, [0, 1, 0, 0, 0], atol=1e-12)


@pytest.mark.parametrize(
    ("nucleus", "kept"), [(0.4, [1]), (0.5, [1]), (0.51, [1, 3]), (0.85, [0, 1, 3])]
)
def test_nucleus_keeps_the_fewest_symbols_with_that_share(nucleus, kept):
    found = reshape_distribution(P, top_p=nucleus)
    expected = np.zeros(5)
    expected[kept] = P[kept] / P[kept].sum()
    np.testing.assert_allclose(found, expected)


def test_the_nucleus_is_taken_after_the_temperature():
    both = reshape_distribution(P, temperature=0.5, top_p=0.65)
    np.testing.assert_allclose(both, [0, 1, 0, 0, 0])


def test_rows_do_not_mix():
    rows = np.stack([P, P[::-1]])
    found = reshape_distribution(rows[None], 0.7, 0.8)
    assert found.shape == (1, 2, 5)
    for row, expected in zip(found[0], rows, strict=True):
        np.testing.assert_allclose(row, reshape_distribution(expected, 0.7, 0.8))


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"temperature": 0}, "temperature is 0; expected a positive"),
        ({"temperature": -1.0}, "temperature is -1.0; expected a positive"),
        ({"top_p": 0}, "top_p is 0; expected above 0"),
        ({"top_p": 1.5}, "top_p is 1.5; expected above 0"),
        ({"temperature": np.inf}, "temperature is inf; expected a positive"),
        ({"temperature": np.nan}, "temperature is nan; expected a positive"),
        ({"top_p": np.nan}, "top_p is nan; expected above 0"),
        ({"top_p": None}, "top_p is None; expected above 0"),
    ],
)
def test_settings_out_of_range_are_refused(options, message):
    with pytest.raises(ValueError, match=message):
        reshape_distribution(P, **options)


def test_symbols_are_drawn_as_often_as_they_are_probable():
    drawn = draw(np.tile(P, (20_000, 1)), np.random.default_rng(0))
    shares = np.bincount(drawn, minlength=5) / 20_000
    assert shares[2] == 0
    np.testing.assert_allclose(shares, P, atol=0.015)


def test_one_distribution_gives_one_symbol():
    assert draw(np.array([0.0, 0.0, 1.0, 0.0]), np.random.default_rng(0)) == 2


class Level:
    """Draws always the same number."""

    def __init__(self, level):
        self._level = level

    def random(self, shape):
        return np.full(shape, self._level)


def test_rare_symbols_of_a_narrow_type_are_drawn():
    # Each is less than the rounding of a float32 sum, all are a hundredth.
    p = np.full(500_001, 2e-8, np.float32)
    p[0] = 0.99
    assert draw(p, Level(0.995)) == pytest.approx(250_000, rel=0.01)
    half = np.full(5_000, 1 / 5_000, np.float16)
    assert draw(half, Level(0.9)) == pytest.approx(4_500, rel=0.01)


def test_the_last_symbol_drawn_is_one_that_is_probable():
    largest = Level(np.nextafter(1, 0))
    for total in (1.0, 1 + 2e-16, 1.005):
        assert draw([total / 2, total / 2, 0.0], largest) == 1


@pytest.mark.parametrize("of", [reshape_distribution, draw])
@pytest.mark.parametrize(
    ("given", "message"),
    [
        (
            [-1.0, -2.0, -3.0],
            "probabilities holds -1.0; expected probabilities, 0 to 1",
        ),
        ([-0.5, 1.5], "probabilities holds -0.5"),
        ([3.0, 1.0, 0.5], "has a row that adds up to 4.5; expected 1"),
        ([[0.5, 0.5], [0.0, 0.0]], "has a row that adds up to 0; expected 1"),
        ([0.5, np.nan, 0.5], "probabilities holds nan; expected finite numbers"),
        ([np.inf, 0.0], "probabilities holds inf"),
        (1.0, r"probabilities has the shape \(\); expected \(..., symbols\)"),
        (np.zeros((2, 0)), r"probabilities has the shape \(2, 0\)"),
    ],
)
def test_what_is_no_distribution_is_refused(of, given, message):
    options = () if of is reshape_distribution else (np.random.default_rng(0),)
    with pytest.raises(ValueError, match=message):
        of(given, *options)


def test_no_rows_have_no_symbols():
    assert draw(np.zeros((0, 4)), np.random.default_rng(0)).shape == (0,)
    assert reshape_distribution(np.zeros((0, 4))).shape == (0, 4)
