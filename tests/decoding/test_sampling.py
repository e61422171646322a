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
