"""The brightest voxel along every line of sight, as medical pictures show it: maximum projection from any side."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PySide6.QtGui import QImage

from cnnviz.ui import colormaps
from cnnviz.ui.voxels.camera import Camera
from cnnviz.ui.voxels.solid import Solid

SIDE = 144
"""Rays per row and per column of the picture."""
REACH = 3**0.5
"""How much of space the picture covers, in sides of the volume: its diagonal, so that nothing is cut off."""


def strongest(
    solid: Solid, camera: Camera, side: int = SIDE
) -> tuple[NDArray[np.uint8], NDArray[np.float32]]:
    """Return colours (side, side, 3) and strength (side, side) of the strongest voxel behind each pixel.

    The lines of sight are parallel: what lies behind keeps its size. Outside the volume the strength is 0.
    """
    flat, inside = _lines(solid.shape, camera, side)
    strength = np.where(inside, solid.strength.ravel()[flat], np.float32(-1))
    best = strength.argmax(axis=-1)[..., None]
    chosen = np.take_along_axis(flat, best, axis=-1)[..., 0]
    peak = np.take_along_axis(strength, best, axis=-1)[..., 0]
    return solid.colours.reshape(-1, 3)[chosen], np.maximum(peak, 0)


def strongest_values(maps: NDArray[np.float32], camera: Camera, side: int) -> NDArray[np.float32]:
    """Return, of maps (N, D, H, W), the value of the largest size behind each pixel: (N, side, side)."""
    flat, inside = _lines(maps.shape[1:], camera, side)
    found = maps.reshape(len(maps), -1)[:, flat] * inside
    highest, lowest = found.max(axis=-1), found.min(axis=-1)
    return np.ascontiguousarray(np.where(highest >= -lowest, highest, lowest))


def _lines(shape: tuple[int, ...], camera: Camera, side: int) -> tuple[NDArray[np.int32], NDArray[np.bool_]]:
    """Return the voxels (side, side, steps) that the lines of sight pass, as flat numbers, and which are inside."""
    sizes = np.array(shape)
    largest = int(sizes.max())
    across = (np.arange(side, dtype=np.float32) + 0.5) / side * REACH - REACH / 2
    steps = np.linspace(-REACH / 2, REACH / 2, largest * 2, dtype=np.float32)
    right, up, towards = camera.rotation  # rows are the eye's axes in the volume's own x, y, z
    places = (
        across[None, :, None, None] * right
        - across[:, None, None, None] * up
        + steps[None, None, :, None] * towards
    )
    # x, y (up), z (towards the front) to slice, row, column
    found = np.rint(places[..., ::-1] * np.array([-1, -1, 1], np.float32) * largest + (sizes - 1) / 2)
    inside = ((found >= 0) & (found < sizes)).all(axis=-1)
    flat = np.clip(found, 0, sizes - 1).astype(np.int32) @ np.array(
        [sizes[1] * sizes[2], sizes[2], 1], np.int32
    )
    return flat, inside


def picture(solid: Solid, camera: Camera, ground: tuple[int, int, int], threshold: float) -> QImage:
    """Return the projection as a picture; what is no stronger than the threshold shows the ground."""
    colours, strength = strongest(solid, camera)
    shown = np.where((strength > threshold)[..., None], colours, np.array(ground, np.uint8)).astype(np.uint32)
    words = 0xFF000000 | shown[..., 0] << 16 | shown[..., 1] << 8 | shown[..., 2]
    return colormaps.pixels_image(np.ascontiguousarray(words, np.uint32)).copy()
