"""A sample moved, turned and disturbed, to see what a network makes of it."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from cnnviz.data.dataset import Split, as_floats
from cnnviz.data.stored import Places, Stored
from cnnviz.model.whatif import Variation

Floats = NDArray[np.float32]
SEED = 7
"""The same noise for the same sample, so that undo brings back the same numbers."""


def varied(sample: Floats, variation: Variation) -> Floats:
    """Return a sample (channels first), float32 from 0 to 1, moved, turned about its middle and disturbed.

    What comes in from outside is 0. Sequences (features, time) move along time and don't turn; vectors are only
    disturbed. The values of volumes and videos move and turn slice by slice.
    """
    if not variation:
        return sample
    found = _turned(sample, variation.degrees) if variation.degrees and sample.ndim > 2 else sample
    if sample.ndim > 1:
        found = _moved(found, variation.dx, variation.dy if sample.ndim > 2 else 0)
    if variation.noise:
        noise = np.random.default_rng(SEED).normal(0, variation.noise, sample.shape)
        low, high = min(float(sample.min()), 0.0), max(float(sample.max()), 1.0)
        found = np.clip(found + noise, low, high)
    return np.ascontiguousarray(found, np.float32)


def _moved(sample: Floats, dx: int, dy: int) -> Floats:
    """Return the sample moved by whole pixels along its last two axes, with zeros coming in."""
    found = sample
    for axis, by in ((sample.ndim - 1, dx), (sample.ndim - 2, dy)):
        if by:
            size = found.shape[axis]
            there = np.roll(found, by, axis)
            lost = range(min(by, size)) if by > 0 else range(max(size + by, 0), size)
            there[(slice(None),) * axis + (list(lost),)] = 0
            found = there
    return found


def _turned(sample: Floats, degrees: float) -> Floats:
    """Return the sample turned clockwise about its middle, interpolated between the four nearest pixels."""
    height, width = sample.shape[-2:]
    angle = np.deg2rad(degrees)
    y, x = np.mgrid[0:height, 0:width].astype(np.float64)
    y, x = y - (height - 1) / 2, x - (width - 1) / 2
    rows = np.cos(angle) * y - np.sin(angle) * x + (height - 1) / 2
    columns = np.sin(angle) * y + np.cos(angle) * x + (width - 1) / 2
    top, left = np.floor(rows).astype(int), np.floor(columns).astype(int)
    padded = np.pad(sample, [(0, 0)] * (sample.ndim - 2) + [(1, 1), (1, 1)])
    found = np.zeros(sample.shape, np.float64)
    for row, share_y in ((top, 1 - (rows - top)), (top + 1, rows - top)):
        for column, share_x in ((left, 1 - (columns - left)), (left + 1, columns - left)):
            at = np.clip(row + 1, 0, height + 1), np.clip(column + 1, 0, width + 1)
            found += share_y * share_x * padded[..., at[0], at[1]]
    return found.astype(np.float32)


class Varied(Stored):
    """Samples (N, …) that are varied when they are read."""

    def __init__(self, images: Any, variation: Variation) -> None:
        self._images, self._variation = images, variation
        self.shape, self.dtype = tuple(images.shape), np.dtype(np.float32)

    def read(self, places: Places) -> NDArray[Any]:
        """Read and vary these samples."""
        found = as_floats(self._images[places])
        return np.stack([varied(each, self._variation) for each in found])

    @property
    def identity(self) -> str:
        """Return that of the samples, where they have one, and how they are varied."""
        return f"{getattr(self._images, 'identity', id(self._images))} {self._variation}"


def varied_split(split: Split, variation: Variation) -> Split:
    """Return a split whose samples are all varied in the same way."""
    return Split(Varied(split.images, variation), split.labels) if variation else split
