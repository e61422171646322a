"""Many pendulums at once, to be swung up, and sensors that lose readings or are late.

The equations are those of `gymnasium`'s `Pendulum-v1`, for a whole batch of pendulums;
a test compares the two, step by step.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from rnn_utils import _checks
from rnn_utils.angles import wrapped

STEP_SECONDS = 0.05
LARGEST_TORQUE = 2.0
LARGEST_SPEED = 8.0
# Angular acceleration by gravity and by one unit of torque: 3 g / 2 l and 3 / m l^2,
# for a rod with g = 10, m = 1, l = 1.
GRAVITY, LEVER = 15.0, 3.0

# Of the controller: how hard it pushes for energy, and where and how it balances.
_PUMP, _CATCH_ANGLE, _CATCH_TORQUE = 1.0, 0.6, 4.0
_BY_ANGLE, _BY_SPEED = 8.0, 2.0


class Run(NamedTuple):
    """What happened in a closed loop, for each of n pendulums and T steps.

    Attributes:
        states: Float array of shape `(n, T + 1, 2)`: the angle from upright in radians,
            not wrapped, and the speed in radians per second.
        readings: Float32 array of shape `(n, T, 3)`: cosine and sine of the angle as
            the sensor last gave them, and 1 where the reading is new, else 0.
        torques: Float array of shape `(n, T)`, within the limits.
        rewards: Float array of shape `(n, T)`, at most 0.
    """

    states: np.ndarray
    readings: np.ndarray
    torques: np.ndarray
    rewards: np.ndarray


def random_states(count: int, rng: np.random.Generator) -> np.ndarray:
    """Returns states to start from, drawn as `Pendulum-v1` draws them.

    Args:
        count: Number of pendulums.
        rng: A `numpy.random.Generator`.

    Returns:
        Float array of shape `(count, 2)`.

    Raises:
        ValueError: `count` is negative.
    """
    _checks.whole_number("count", count, 0)
    return rng.uniform([-np.pi, -1.0], [np.pi, 1.0], (count, 2))


def advance(
    states: npt.ArrayLike, torques: npt.ArrayLike
) -> tuple[np.ndarray, np.ndarray]:
    """Advances pendulums by one step.

    Args:
        states: Float array of shape `(n, 2)`: angle and speed.
        torques: Float array of shape `(n,)`, or one number for all; cut off at
            `LARGEST_TORQUE`.

    Returns:
        The next states, shape `(n, 2)`, and the rewards, shape `(n,)`; float64.

    Raises:
        ValueError: `states` or `torques` has another shape, or is not finite.
    """
    states = _checks.finite("states", states)
    if states.ndim != 2 or states.shape[1] != 2:
        raise ValueError(f"states has the shape {states.shape}; expected (n, 2)")
    torques, (angles, speeds) = _one_each(torques, states), states.T
    torques = np.clip(torques, -LARGEST_TORQUE, LARGEST_TORQUE)
    rewards = -(wrapped(angles) ** 2 + 0.1 * speeds**2 + 0.001 * torques**2)
    pull = GRAVITY * np.sin(angles) + LEVER * torques
    speeds = np.clip(speeds + STEP_SECONDS * pull, -LARGEST_SPEED, LARGEST_SPEED)
    return np.stack([angles + STEP_SECONDS * speeds, speeds], axis=1), rewards


def _one_each(torques, states):
    """A column of torques would be spread over all pendulums."""
    torques = _checks.finite("torques", torques)
    if torques.shape not in ((), (len(states),)):
        raise ValueError(
            f"torques has the shape {torques.shape}; expected ({len(states)},)"
        )
    return torques


def swing_up(states: npt.ArrayLike) -> np.ndarray:
    """Returns the torques of a controller that knows angle and speed.

    Far from the top it brings the energy to that of standing upright: as torque times
    speed is power, it pushes along with the swing while energy is missing. Near the
    top it balances, with a torque against angle and speed.

    Args:
        states: Float array whose last dimension is angle and speed.

    Returns:
        Float64 array without that dimension, within the limits.

    Raises:
        ValueError: The last dimension has another size, or a state is not finite.

    Source: Åström and Furuta (2000), "Swinging up a pendulum by energy control",
    Automatica 36(2), equation 8.
    """
    states = _checks.finite("states", states)
    if not states.ndim or states.shape[-1] != 2:
        raise ValueError(f"states has the shape {states.shape}; expected (..., 2)")
    angles, speeds = wrapped(states[..., 0]), states[..., 1]
    missing = GRAVITY * (1 - np.cos(angles)) - speeds**2 / 2
    pump = _PUMP * missing * np.where(np.abs(speeds) < 0.05, np.sign(angles), speeds)
    balance = -(_BY_ANGLE * angles + _BY_SPEED * speeds)
    catch = (np.abs(angles) < _CATCH_ANGLE) & (np.abs(balance) < _CATCH_TORQUE)
    torques = np.where(catch, balance, pump)
    return np.clip(torques, -LARGEST_TORQUE, LARGEST_TORQUE)


def closed_loop(
    controller: Callable[[int, np.ndarray, np.ndarray], npt.ArrayLike],
    starts: npt.ArrayLike,
    steps: int = 200,
    lost: float | Sequence[float] | np.ndarray = 0.0,
    delay: int | Sequence[int] | np.ndarray = 0,
    seed: int | Sequence[int] = 0,
) -> Run:
    """Lets a controller steer pendulums through a sensor that shows the angle only.

    Args:
        controller: Function of the step's number, counted from 0, the readings `(n, 3)`
            as in `Run`, and the true states `(n, 2)`, for controllers that may see
            them. It returns torques `(n,)`. At step 0 it forgets what it remembers.
        starts: Float array of shape `(n, 2)`, the first states.
        steps: Number of steps, 1 or more.
        lost: Probability that a reading is lost, one number or one for each pendulum;
            the sensor then repeats the last one. The first is never lost.
        delay: Steps by which readings are late, an integer or one for each pendulum;
            until the first arrives, the first state is shown.
        seed: Seed of the losses.

    Returns:
        A `Run`.

    Raises:
        ValueError: `starts` has another shape or is not finite, `steps` is less than 1,
            `lost` or `delay` are out of range or not one for each pendulum, or the
            controller does not give one finite torque for each.
    """
    starts = _checks.finite("starts", starts)
    if starts.ndim != 2 or starts.shape[1] != 2 or not len(starts):
        raise ValueError(f"starts has the shape {starts.shape}; expected (n, 2)")
    if not np.all((np.asarray(lost) >= 0) & (np.asarray(lost) <= 1)):
        raise ValueError(f"lost is {lost!r}; expected probabilities, 0 to 1")
    delay = _checks.whole_numbers("delay", delay, 0, ndim=None)
    for name, given in (("lost", np.asarray(lost)), ("delay", delay)):
        if given.shape not in ((), (len(starts),)):
            raise ValueError(
                f"{name} has the shape {given.shape}; expected one number, or "
                f"({len(starts)},)"
            )
    _checks.whole_number("steps", steps)
    count, rng = len(starts), np.random.default_rng(seed)
    rows, delay = np.arange(count), np.broadcast_to(delay, count)
    states = np.empty((count, steps + 1, 2))
    readings = np.empty((count, steps, 3), np.float32)
    torques, rewards = np.empty((2, count, steps))
    states[:, 0] = starts
    for step in range(steps):
        new = (rng.random(count) >= lost) | (step == 0)
        angles = states[rows, np.maximum(step - delay, 0), 0]
        shown = np.stack([np.cos(angles), np.sin(angles)], axis=1)
        kept = shown if step == 0 else readings[:, step - 1, :2]
        readings[:, step, :2] = np.where(new[:, None], shown, kept)
        readings[:, step, 2] = new
        given = controller(step, readings[:, step], states[:, step])
        given = _one_each(given, starts)
        torques[:, step] = np.clip(given, -LARGEST_TORQUE, LARGEST_TORQUE)
        states[:, step + 1], rewards[:, step] = advance(
            states[:, step], torques[:, step]
        )
    return Run(states, readings, torques, rewards)


class DifferenceControl:
    """`swing_up` with the speed by the last two new readings; see `closed_loop`.

    Between new readings it keeps angle and speed as they were.
    """

    def __call__(
        self, step: int, readings: np.ndarray, states: np.ndarray
    ) -> np.ndarray:
        """Returns torques `(n,)`; does not look at `states`."""
        angles, new = _angles(readings), readings[:, 2] == 1
        if step == 0:
            self._angles, self._speeds = angles, np.zeros(len(angles))
            self._age = np.zeros(len(angles))
        self._age = self._age + 1
        turned = wrapped(angles - self._angles)
        measured = turned / (self._age * STEP_SECONDS) * (step > 0)
        self._speeds = np.where(new, measured, self._speeds)
        self._angles = np.where(new, angles, self._angles)
        self._age = np.where(new, 0, self._age)
        return swing_up(np.stack([self._angles, self._speeds], axis=1))


class ObserverControl:
    """`swing_up` on states that an observer works out; see `closed_loop`.

    The observer knows the equations and its own torques: it advances its estimate as
    the pendulum advances, and mends it when a new reading disagrees. After two readings
    without a loss its estimate is exact. If readings are late and it knows by how much,
    it advances what they show by the torques given since.

    Args:
        delay: Steps by which it takes the readings to be late.

    Raises:
        ValueError: `delay` is not a whole number of at least 0.

    Source: Luenberger (1964), "Observing the state of a linear system", IEEE
    Transactions on Military Electronics 8(2); here with gains for one step of the
    pendulum.
    """

    def __init__(self, delay: int = 0) -> None:
        self.delay = _checks.whole_number("delay", delay, 0)

    def __call__(
        self, step: int, readings: np.ndarray, states: np.ndarray
    ) -> np.ndarray:
        """Returns torques `(n,)`; does not look at `states`."""
        angles, new = _angles(readings), readings[:, 2] == 1
        if step == 0:
            self._age, self._torques = np.zeros(len(angles)), []
            self._states = np.stack([angles, np.zeros(len(angles))], axis=1)
        elif step > self.delay:
            shown_before = self._torques[step - 1 - self.delay]
            self._states, _ = advance(self._states, shown_before)
        # Until the first late reading arrives, what is shown does not grow older.
        self._age = self._age + (step == 0 or step > self.delay)
        wrong = np.where(new, wrapped(angles - self._states[:, 0]), 0)
        self._states[:, 0] += wrong
        self._states[:, 1] += wrong / (np.maximum(self._age, 1) * STEP_SECONDS)
        self._age = np.where(new, 0, self._age)
        present = self._states
        for torques in self._torques[max(0, step - self.delay) :]:
            present, _ = advance(present, torques)
        self._torques.append(swing_up(present))
        return self._torques[-1]


def _angles(readings):
    """The angles that readings show."""
    return np.arctan2(readings[:, 1], readings[:, 0]).astype(float)
