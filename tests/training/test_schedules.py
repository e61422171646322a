"""Claims about learning rates that rise and fall."""

import numpy as np
import pytest

from rnn_utils.training.schedules import warmup_cosine


def test_the_rate_rises_in_a_line_and_falls_along_a_cosine():
    rate = warmup_cosine(0.5, 300, 100)
    values = np.array([float(rate(step)) for step in (0, 50, 100, 200, 300, 400)])
    middle = (1 + 0.02) / 2
    expected = 0.5 * np.array([0.1, 0.55, 1, middle, 0.02, 0.02])
    np.testing.assert_allclose(values, expected, rtol=1e-4)


def test_fewer_updates_than_the_rise_has_never_reach_the_highest_rate():
    rate = warmup_cosine(0.5, 20, 100)
    assert float(rate(19)) < 0.5 * 0.3


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((0.0, 10, 5), "learning_rate is 0.0; expected a number above 0"),
        ((np.nan, 10, 5), "learning_rate is nan; expected a number above 0"),
        ((np.inf, 10, 5), "learning_rate is inf; expected a number above 0"),
        ((0.1, 0, 5), "updates is 0; expected 1 or more"),
        ((0.1, 10, 0), "warmup is 0; expected 1 or more"),
        ((0.1, 10, 2.5), "warmup is 2.5; expected a whole number, 1 or more"),
    ],
)
def test_settings_out_of_range_are_refused(arguments, message):
    with pytest.raises(ValueError, match=message):
        warmup_cosine(*arguments)
