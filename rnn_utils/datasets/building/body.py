"""A human body: where its points are when its joints are turned, and how it looks.

`forward_kinematics` gives the points, `seen_from` what a camera sees of them, and
`draw` makes pictures.
"""

import numpy as np

# Each joint: its parent (an index), how many numbers its rotation has (4 a quaternion,
# 1 an angle), and where it is from its parent's joint, in metres. The body's measures
# are those of humanoid.urdf in the package pybullet, in a quarter of its size.
_JOINTS = (
    (None, 4, (0, 0, 0)),  # 0 hip
    (0, 4, (0, 0.236, 0)),  # 1 chest
    (1, 4, (0, 0.224, 0)),  # 2 neck
    (0, 4, (0, 0, 0.085)),  # 3 right hip
    (3, 1, (0, -0.422, 0)),  # 4 right knee
    (4, 4, (0, -0.410, 0)),  # 5 right ankle
    (1, 4, (-0.024, 0.244, 0.183)),  # 6 right shoulder
    (6, 1, (0, -0.275, 0)),  # 7 right elbow
    (0, 4, (0, 0, -0.085)),  # 8 left hip
    (8, 1, (0, -0.422, 0)),  # 9 left knee
    (9, 4, (0, -0.410, 0)),  # 10 left ankle
    (1, 4, (-0.024, 0.244, -0.183)),  # 11 left shoulder
    (11, 1, (0, -0.275, 0)),  # 12 left elbow
    (2, 0, (0.02, 0.14, 0)),  # 13 head
    (5, 0, (0.15, -0.04, 0)),  # 14 right toes
    (7, 0, (0, -0.259, 0)),  # 15 right hand
    (10, 0, (0.15, -0.04, 0)),  # 16 left toes
    (12, 0, (0, -0.259, 0)),  # 17 left hand
)
POINTS = len(_JOINTS)
# What is drawn between which points, and how thick (the radius in metres).
_LIMBS = (
    *((0, 1, 0.10), (1, 2, 0.11), (2, 13, 0.05), (13, 13, 0.11)),
    *((6, 11, 0.06), (3, 8, 0.08)),
    *((3, 4, 0.07), (4, 5, 0.055), (5, 14, 0.045)),
    *((8, 9, 0.07), (9, 10, 0.055), (10, 16, 0.045)),
    *((6, 7, 0.05), (7, 15, 0.045), (11, 12, 0.05), (12, 17, 0.045)),
)
# The picture's width in metres, and how far the floor is above its lower edge.
_FIELD, _FLOOR = 2.4, 0.3
# Grey levels; a metre nearer to the camera is so much brighter.
_BACKGROUND, _GROUND, _BODY, _DARKEST, _DEPTH_SHADE = 60, 90, 190, 110, 110


def forward_kinematics(positions: np.ndarray, rotations: np.ndarray) -> np.ndarray:
    """Returns the body's points, joint by joint from the hip outwards.

    A joint's place is its parent's place, plus the bone between them turned as all
    joints before it are turned.

    Args:
        positions: Places of the hip, of shape `(frames, 3)`, in metres.
        rotations: Quaternions (w, x, y, z), for knees and elbows angles in radians, of
            shape `(frames, 40)`, in the order of the joints.

    Returns:
        Array of shape `(frames, 18, 3)`.
    """
    points, turns, start = [], [], 0
    for parent, numbers, offset in _JOINTS:
        place, turn = positions, np.eye(3)
        if parent is not None:
            place = points[parent] + turns[parent] @ np.array(offset)
            turn = turns[parent]
        own = rotations[:, start : start + numbers]
        start += numbers
        points.append(place)
        turns.append(turn @ rotation_matrices(own) if numbers else turn)
    return np.stack(points, axis=1)


def rotation_matrices(rotations: np.ndarray) -> np.ndarray:
    """Returns the matrices of rotations, of shape `(frames, 3, 3)`.

    Args:
        rotations: Quaternions, of shape `(frames, 4)`, or angles in radians around the
            axis from left to right, of shape `(frames, 1)`.
    """
    if rotations.shape[1] == 1:
        half = rotations[:, 0] / 2
        zero = np.zeros_like(half)
        rotations = np.stack([np.cos(half), zero, zero, np.sin(half)], axis=1)
    w, x, y, z = (rotations / np.linalg.norm(rotations, axis=1, keepdims=True)).T
    return np.array(
        [
            [1 - 2 * (y * y + z * z), 2 * (x * y - z * w), 2 * (x * z + y * w)],
            [2 * (x * y + z * w), 1 - 2 * (x * x + z * z), 2 * (y * z - x * w)],
            [2 * (x * z - y * w), 2 * (y * z + x * w), 1 - 2 * (x * x + y * y)],
        ]
    ).transpose(2, 0, 1)


def seen_from(body: np.ndarray, angle: float, elevation: float) -> np.ndarray:
    """Returns points as a camera sees them, of the same shape as float32.

    Args:
        body: Array of shape `(..., 3)`: forwards, upwards, to the right.
        angle: Where the camera stands around the person, in degrees: 0 at the right
            hand, 90 in front.
        elevation: How far it looks down, in degrees.
    """
    around, down = np.radians([angle, elevation])
    forwards, upwards, right = np.moveaxis(body, -1, 0)
    across = forwards * np.cos(around) - right * np.sin(around)
    near = forwards * np.sin(around) + right * np.cos(around)
    height = upwards * np.cos(down) - near * np.sin(down)
    near = near * np.cos(down) + upwards * np.sin(down)
    return np.stack([across, height, near], axis=-1).astype(np.float32)


def draw(points: np.ndarray, size: int = 32) -> np.ndarray:
    """Draws bodies as thick limbs, smooth at the edges, the nearer the brighter.

    Args:
        points: Array of shape `(frames, 18, 3)`, as `seen_from` returns it.
        size: Width and height of a picture in pixels.

    Returns:
        Uint8 array of shape `(frames, size, size)`.
    """
    pixel = np.float32(_FIELD / size)
    middles = (np.arange(size, dtype=np.float32) + 0.5) * pixel
    across, height = np.meshgrid(middles - _FIELD / 2, _FIELD - _FLOOR - middles)
    empty = np.where(height < 0, _GROUND, _BACKGROUND).astype(np.float32)
    picture = np.repeat(empty[None], len(points), axis=0)
    starts, stops, radii = (np.array(column) for column in zip(*_LIMBS, strict=True))
    ends = np.stack([points[:, starts], points[:, stops]]).astype(np.float32)
    depth = ends[..., 2].mean(axis=0)
    shade = np.clip(_BODY + _DEPTH_SHADE * depth, _DARKEST, 255)
    order = np.argsort(depth, axis=1)
    rows = np.arange(len(points))
    for limb in order.T:
        inside = radii[limb].astype(np.float32) / pixel + np.float32(0.5)
        distance = _distance(across, height, *ends[:, rows, limb, :2]) / pixel
        cover = np.clip(inside[:, None, None] - distance, 0, 1)
        picture += cover * (shade[rows, limb][:, None, None] - picture)
    return picture.round().astype(np.uint8)


def _distance(across, height, start, stop):
    """Returns pixels' distances from a segment a frame, `(frames, size, size)`."""
    x, y, dx, dy = np.concatenate([start, stop - start], axis=1).T[:, :, None, None]
    square = np.maximum(dx * dx + dy * dy, np.float32(1e-9))
    right, up = across - x, height - y
    along = np.clip((right * dx + up * dy) / square, 0, 1)
    right -= along * dx
    up -= along * dy
    return np.sqrt(right * right + up * up)
