"""Claims about angles: each direction has one number."""

import numpy as np

from rnn_utils.angles import wrapped


def test_angles_are_between_minus_pi_and_pi():
    turns = np.radians([350, -350, 190, -190, 0, 720, 180, -180])
    expected = [-10, 10, -170, 170, 0, 0, -180, -180]
    np.testing.assert_allclose(np.degrees(wrapped(turns)), expected, atol=1e-9)


def test_a_list_will_do():
    np.testing.assert_allclose(wrapped([[7.0]]), [[7 - 2 * np.pi]])
