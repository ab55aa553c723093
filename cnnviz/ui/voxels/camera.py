"""From where a volume is seen: turned about two axes, moved, enlarged; points of the volume become points of a picture.

The volume lies as its pictures do: columns to the right, rows downwards, and slice 0 in front.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

DISTANCE = 4.2
"""How far the eye is from the middle, in sides of the volume: near enough to see depth, far enough to stay straight."""
FILL = 0.58
STEEPEST, SMALLEST, LARGEST = 90.0, 0.25, 12.0

Floats = NDArray[np.float32]


@dataclass(frozen=True)
class Camera:
    """Angles in degrees: `yaw` turns the volume to the right, `pitch` tips its top towards the eye.

    `pan` is in shares of the picture's smaller side, right and down.
    """

    yaw: float = -32.0
    pitch: float = 24.0
    zoom: float = 1.0
    pan: tuple[float, float] = (0.0, 0.0)

    def turned(self, yaw: float, pitch: float) -> Camera:
        """Return it turned further; it never goes over the top."""
        steep = min(max(self.pitch + pitch, -STEEPEST), STEEPEST)
        return replace(self, yaw=(self.yaw + yaw + 180) % 360 - 180, pitch=steep)

    def moved(self, right: float, down: float) -> Camera:
        """Return it with the volume moved over the picture."""
        return replace(self, pan=(self.pan[0] + right, self.pan[1] + down))

    def zoomed(self, factor: float) -> Camera:
        """Return it nearer (above 1) or farther."""
        return replace(self, zoom=min(max(self.zoom * factor, SMALLEST), LARGEST))

    @property
    def rotation(self) -> Floats:
        """Return the matrix (3, 3) from the volume's x, y (up) and z (towards the eye) to the eye's."""
        yaw, pitch = math.radians(self.yaw), math.radians(self.pitch)
        about_y = [[math.cos(yaw), 0, math.sin(yaw)], [0, 1, 0], [-math.sin(yaw), 0, math.cos(yaw)]]
        about_x = [
            [1, 0, 0],
            [0, math.cos(pitch), -math.sin(pitch)],
            [0, math.sin(pitch), math.cos(pitch)],
        ]
        return (np.array(about_x) @ np.array(about_y)).astype(np.float32)

    @property
    def eye(self) -> Floats:
        """Return where the eye is, in the volume's own x, y, z."""
        return np.asarray(self.rotation.T @ np.array([0, 0, DISTANCE], np.float32))


FRONT, TOP, SIDE = Camera(0.0, 0.0), Camera(0.0, 90.0), Camera(-90.0, 0.0)
VIEWS = {"Front": FRONT, "Top": TOP, "Side": SIDE}


@dataclass(frozen=True)
class Projection:
    """A camera on a volume of `shape` (D, H, W) and a picture of a width and height in pixels."""

    camera: Camera
    shape: tuple[int, int, int]
    width: float
    height: float

    def placed(self, voxels: NDArray) -> Floats:
        """Return where places in voxels (…, z y x) lie in space (…, x y z): the longest side is 1, the middle 0."""
        middle = (np.array(self.shape, np.float32) - 1) / 2
        found = (np.asarray(voxels, np.float32) - middle) / max(self.shape)
        return np.ascontiguousarray(found[..., ::-1] * np.array([1, -1, -1], np.float32))

    def eye(self) -> Floats:
        """Return where the eye is, in voxels z, y, x."""
        middle = (np.array(self.shape, np.float32) - 1) / 2
        return np.asarray(
            (self.camera.eye * np.array([1, -1, -1], np.float32))[::-1] * max(self.shape) + middle
        )

    @property
    def scale(self) -> float:
        """Return how many pixels the volume's longest side takes in the middle."""
        return FILL * min(self.width, self.height) * self.camera.zoom

    @property
    def centre(self) -> tuple[float, float]:
        """Return where the middle of the volume lies in the picture."""
        side = min(self.width, self.height)
        return self.width / 2 + self.camera.pan[0] * side, self.height / 2 + self.camera.pan[1] * side

    def project(self, voxels: NDArray) -> Floats:
        """Return where places in voxels (…, 3) lie in the picture, (…, 2): pixels to the right and down."""
        seen = self.placed(voxels) @ self.camera.rotation.T
        nearer = DISTANCE / np.maximum(DISTANCE - seen[..., 2], 0.1) * self.scale
        right, down = self.centre
        return np.stack([right + seen[..., 0] * nearer, down - seen[..., 1] * nearer], axis=-1)

    def matrix(self) -> Floats:
        """Return the matrix (4, 4) that takes `placed` points to OpenGL's clip space."""
        wide, high = 2 * self.scale * DISTANCE / self.width, 2 * self.scale * DISTANCE / self.height
        right, down = self.centre
        shift, drop = 2 * right / self.width - 1, 1 - 2 * down / self.height
        # the volume lies between the planes at DISTANCE ± 2; nothing is sorted by depth, so their place does not matter
        flat = np.array(
            [
                [wide, 0, -shift, shift * DISTANCE],
                [0, high, -drop, drop * DISTANCE],
                [0, 0, 0, 0],
                [0, 0, -1, DISTANCE],
            ],
            np.float32,
        )
        turn = np.eye(4, dtype=np.float32)
        turn[:3, :3] = self.camera.rotation
        return flat @ turn
