"""A volume as it is drawn: a colour and a strength for every voxel."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cnnviz.data.volume import as_volume
from cnnviz.ui import colormaps, theme

Voxel = tuple[int, int, int]
"""Depth (z), row (y), column (x)."""
AXIS_NAMES = ("z", "y", "x")


@dataclass(frozen=True, eq=False)
class Solid:
    """`colours` are uint8 (D, H, W, 3); `strength`, float32 (D, H, W) from 0 to 1, is what the threshold cuts."""

    colours: NDArray[np.uint8]
    strength: NDArray[np.float32]

    @property
    def shape(self) -> Voxel:
        """Return how many voxels there are along z, y and x."""
        depth, rows, columns = self.strength.shape
        return depth, rows, columns

    def occupied(self, threshold: float) -> NDArray[np.bool_]:
        """Return which voxels are stronger than a threshold."""
        return self.strength > threshold

    def pixels(self, axis: int, at: int) -> NDArray[np.uint32]:
        """Return one slice as RGB32 words (rows, columns) of its picture; rows are z where x or y is cut."""
        return _words(np.take(self.colours, at, axis=axis))


def solid_of(array: np.ndarray, low: float = 0.0, high: float = 1.0, colormap: str = "photo") -> Solid:
    """Return how an array (C, D, H, W) is drawn: three channels as colours, the first of others by a colour map.

    DataError where the array is no volume.
    """
    volume = as_volume(array)
    if len(volume) == 3 and colormap == "photo":
        spread = (high - low) or 1.0
        shares = np.clip((volume - low) / spread, 0, 1)
        return Solid(np.moveaxis(np.rint(shares * 255).astype(np.uint8), 0, -1).copy(), shares.max(axis=0))
    values = volume[0]
    reach = max(abs(low), abs(high)) or 1.0
    strength = np.clip(np.abs(values) / np.float32(reach), 0, 1)
    return Solid(colours_of(values, low, high, colormap), strength)


def tinted(values: np.ndarray, low: float, high: float, colormap: str, strength: np.ndarray) -> Solid:
    """Return voxels as strong as `strength` (D, H, W) in the colours of other numbers: a heat map on a sample."""
    return Solid(colours_of(values, low, high, colormap), np.asarray(strength, np.float32))


def colours_of(values: np.ndarray, low: float, high: float, colormap: str) -> NDArray[np.uint8]:
    """Return the colours uint8 (…, 3) of numbers."""
    found = colormaps.table(colormap, theme.current().name)[colormaps.indices(values, low, high)]
    return np.ascontiguousarray(found)


def _words(colours: NDArray[np.uint8]) -> NDArray[np.uint32]:
    wide = colours.astype(np.uint32)
    return np.ascontiguousarray(0xFF000000 | wide[..., 0] << 16 | wide[..., 1] << 8 | wide[..., 2])
