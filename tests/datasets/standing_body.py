"""A person who stands upright, for tests of what is made from motion capture."""

import json

import numpy as np


def standing(frames=1, height=0.9):
    """The hip's places, and rotations that turn no joint."""
    upright = [1, 0, 0, 0]
    parts = [upright] * 4 + [[0], upright, upright, [0], upright, [0], upright]
    rotations = np.concatenate([*parts, upright, [0]]).astype(float)
    positions = np.tile([0, height, 0], (frames, 1)).astype(float)
    return positions, np.tile(rotations, (frames, 1))


def take_file(heights, seconds=0.1):
    """A file of the package: a frame for each height of the hip, so long each."""
    positions, rotations = standing(len(heights))
    positions[:, 1] = heights
    rows = np.hstack([np.full((len(heights), 1), seconds), positions, rotations])
    return json.dumps({"Loop": "none", "Frames": rows.tolist()}).encode()
