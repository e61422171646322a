import numpy as np
import pytest

from rnn_utils import pendulum


def by_state(step, readings, states):
    return pendulum.swing_up(states)


def test_advance_is_gymnasiums_pendulum():
    gymnasium = pytest.importorskip("gymnasium")
    env = gymnasium.make("Pendulum-v1").unwrapped
    rng = np.random.default_rng(0)
    states = pendulum.random_states(5, rng)
    for first in states:
        env.reset()
        env.state, state = first.copy(), first[None]
        for torque in rng.uniform(-3, 3, 200):
            _, theirs, *_ = env.step(np.array([torque]))
            state, ours = pendulum.advance(state, np.array([torque]))
            np.testing.assert_allclose(state[0], env.state, atol=1e-9)
            np.testing.assert_allclose(ours[0], theirs, atol=1e-9)


def test_swing_up_ends_upright_from_everywhere():
    starts = pendulum.random_states(500, np.random.default_rng(1))
    run = pendulum.closed_loop(by_state, starts)
    assert np.all(np.cos(run.states[:, -1, 0]) > 0.999)
    assert run.rewards.sum(axis=1).mean() > -160
    hanging = pendulum.closed_loop(by_state, [[np.pi, 0.0]])
    assert np.cos(hanging.states[0, -1, 0]) > 0.999


def test_readings_are_late_by_the_delay_of_each_pendulum():
    starts = pendulum.random_states(2, np.random.default_rng(0))
    run = pendulum.closed_loop(by_state, starts, steps=20, delay=[0, 3])
    cosines = np.cos(run.states[..., 0])
    np.testing.assert_allclose(run.readings[0, :, 0], cosines[0, :20], atol=1e-6)
    np.testing.assert_allclose(run.readings[1, 3:, 0], cosines[1, :17], atol=1e-6)
    np.testing.assert_allclose(run.readings[1, :3, 0], cosines[1, 0], atol=1e-6)


def test_lost_readings_repeat_the_last_and_say_so():
    starts = pendulum.random_states(300, np.random.default_rng(0))
    run = pendulum.closed_loop(by_state, starts, steps=50, lost=0.7)
    new = run.readings[:, :, 2] == 1
    assert new[:, 0].all()
    assert abs(1 - new[:, 1:].mean() - 0.7) < 0.02
    angles = run.states[:, :-1, 0]
    np.testing.assert_allclose(run.readings[new][:, 1], np.sin(angles[new]), atol=1e-6)
    repeated = run.readings[:, 1:, :2][~new[:, 1:]]
    np.testing.assert_array_equal(repeated, run.readings[:, :-1, :2][~new[:, 1:]])


def test_all_readings_lost_but_the_first():
    run = pendulum.closed_loop(by_state, [[1.0, 0.0]], steps=5, lost=1.0)
    np.testing.assert_array_equal(run.readings[0, :, 2], [1, 0, 0, 0, 0])


@pytest.mark.parametrize("kind", [pendulum.DifferenceControl, pendulum.ObserverControl])
def test_controllers_by_angle_do_nearly_as_well_as_by_state(kind):
    starts = pendulum.random_states(300, np.random.default_rng(2))
    seen = pendulum.closed_loop(by_state, starts).rewards.sum(axis=1).mean()
    controller = kind()
    run = pendulum.closed_loop(controller, starts)
    assert abs(run.rewards.sum(axis=1).mean() - seen) < 10
    again = pendulum.closed_loop(controller, starts)  # It forgets at step 0.
    np.testing.assert_array_equal(again.states, run.states)


def test_the_observer_is_exact_after_two_readings_and_through_losses():
    starts = pendulum.random_states(50, np.random.default_rng(3))
    lost_later = 0.8 * np.ones(50)

    class Checked(pendulum.ObserverControl):
        def __call__(self, step, readings, states):
            torques = super().__call__(step, readings, states)
            exact = readings[:, 2] == 1 if step == 1 else seen_twice
            seen_twice[:] |= exact
            wrong = pendulum.swing_up(states) - torques
            assert np.abs(wrong[seen_twice]).max(initial=0) < 1e-2
            return torques

    seen_twice = np.zeros(50, bool)
    pendulum.closed_loop(Checked(), starts, lost=lost_later)
    assert seen_twice.sum() > 3


def test_an_observer_told_of_the_delay_does_as_well_as_without_one():
    starts = pendulum.random_states(200, np.random.default_rng(4))
    seen = pendulum.closed_loop(by_state, starts).rewards.sum(axis=1).mean()
    returns = {
        told: pendulum.closed_loop(
            pendulum.ObserverControl(delay=told), starts, lost=0.3, delay=5
        )
        .rewards.sum(axis=1)
        .mean()
        for told in (0, 5)
    }
    assert abs(returns[5] - seen) < 10
    assert returns[0] < seen - 300


def test_an_observer_may_not_be_told_of_readings_from_the_future():
    with pytest.raises(ValueError, match="delay"):
        pendulum.ObserverControl(delay=-1)


def test_torques_are_cut_off():
    run = pendulum.closed_loop(lambda *_: np.array([9.0]), [[1.0, 0.0]], steps=3)
    np.testing.assert_array_equal(run.torques, [[2.0, 2.0, 2.0]])


@pytest.mark.parametrize(
    ("starts", "options", "name"),
    [
        (np.zeros(2), {}, "starts"),
        (np.zeros((0, 2)), {}, "starts"),
        (np.zeros((1, 2)), {"lost": 1.5}, "lost"),
        (np.zeros((1, 2)), {"delay": -1}, "delay"),
        (np.full((1, 2), np.nan), {}, "starts holds nan; expected finite"),
        (np.zeros((1, 2)), {"lost": np.nan}, "lost is nan; expected probabilities"),
        (np.zeros((2, 2)), {"lost": [[0.1], [0.2]]}, r"lost has the shape \(2, 1\)"),
        (
            np.zeros((2, 2)),
            {"delay": [1, 2, 3]},
            r"delay has the shape \(3,\); expected",
        ),
        (np.zeros((1, 2)), {"delay": 1.5}, "delay holds 1.5; expected whole numbers"),
        (np.zeros((1, 2)), {"steps": 0}, "steps is 0; expected 1 or more"),
    ],
)
def test_bad_arguments_are_named(starts, options, name):
    with pytest.raises(ValueError, match=name):
        pendulum.closed_loop(by_state, starts, **options)


@pytest.mark.parametrize(
    ("torques", "message"),
    [
        (np.full(3, np.nan), "torques holds nan; expected finite numbers"),
        (np.zeros((3, 1)), r"torques has the shape \(3, 1\); expected \(3,\)"),
        (np.zeros(2), r"torques has the shape \(2,\); expected \(3,\)"),
    ],
)
def test_torques_that_do_not_fit_are_refused(torques, message):
    states = pendulum.random_states(3, np.random.default_rng(0))
    with pytest.raises(ValueError, match=message):
        pendulum.advance(states, torques)
    with pytest.raises(ValueError, match=message):
        pendulum.closed_loop(lambda *_: torques, states, steps=2)


def test_one_torque_is_for_all():
    states = pendulum.random_states(3, np.random.default_rng(0))
    one, each = (pendulum.advance(states, t) for t in (1.5, np.full(3, 1.5)))
    np.testing.assert_array_equal(one[0], each[0])


def test_states_in_a_narrow_type_are_advanced_in_a_wide_one():
    states = pendulum.random_states(3, np.random.default_rng(0)).astype(np.float16)
    for narrow, wide in zip(
        pendulum.advance(states, 1.0), pendulum.advance(states.astype(float), 1.0),
        strict=True,
    ):  # fmt: skip
        np.testing.assert_array_equal(narrow, wide)
    np.testing.assert_array_equal(
        pendulum.swing_up(states.tolist()), pendulum.swing_up(states.astype(float))
    )


@pytest.mark.parametrize(
    ("states", "message"),
    [
        ([[0.0, np.inf]], "states holds inf; expected finite numbers"),
        ([[0.0, 0.0, 0.0]], r"states has the shape \(1, 3\); expected"),
        (0.0, r"states has the shape \(\); expected"),
    ],
)
def test_states_that_are_none_are_refused(states, message):
    with pytest.raises(ValueError, match=message):
        pendulum.swing_up(states)
    with pytest.raises(ValueError, match=message):
        pendulum.advance(states, 0.0)


def test_counts_and_delays_are_whole_numbers():
    with pytest.raises(ValueError, match="count is -1; expected 0 or more"):
        pendulum.random_states(-1, np.random.default_rng(0))
    with pytest.raises(ValueError, match="delay is 1.5; expected a whole number"):
        pendulum.ObserverControl(delay=1.5)
