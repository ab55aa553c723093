"""Resizing grey pictures smoothly, without an image library."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]


def resize(images: Floats, height: int, width: int) -> Floats:
    """Resize pictures (…, H, W) to (…, height, width).

    Cubic (Keys 1981, a = −0.5); when shrinking, the kernel grows with the step so that thin strokes are
    averaged and not skipped. Results may overshoot the range of the input a little.
    """
    rows = _weights(images.shape[-2], height)
    columns = _weights(images.shape[-1], width)
    return np.asarray(rows @ images @ columns.T, np.float32)


def _weights(source: int, target: int) -> Floats:
    """Return what each source pixel gives to each target pixel: (target, source), rows sum to 1."""
    step = source / target
    centres = (np.arange(target) + 0.5) * step - 0.5
    distances = np.abs(np.arange(source)[None] - centres[:, None]) / max(step, 1)
    near = 1.5 * distances**3 - 2.5 * distances**2 + 1
    far = -0.5 * distances**3 + 2.5 * distances**2 - 4 * distances + 2
    weights = np.where(distances <= 1, near, np.where(distances < 2, far, 0))
    return np.asarray(weights / weights.sum(axis=1, keepdims=True), np.float32)


def centre_of_mass(picture: Floats) -> tuple[float, float]:
    """Return (row, column) of the centre of the ink of a picture (H, W) that is not blank."""
    total = float(picture.sum())
    height, width = picture.shape
    row = float(picture.sum(axis=1) @ np.arange(height)) / total
    column = float(picture.sum(axis=0) @ np.arange(width)) / total
    return row, column


def centred(picture: Floats, height: int, width: int) -> Floats:
    """Put a picture (H, W) onto black (height, width) with the centre of its ink at (height / 2, width / 2).

    As in MNIST (where it lies at 14.0 ± 0.3 of 28, counting pixels from 0) the shift is a whole number of
    pixels, and nothing is pushed over the edge: `picture` must be no larger than the canvas.
    """
    row, column = centre_of_mass(picture)
    canvas = np.zeros((height, width), np.float32)
    inner_height, inner_width = picture.shape
    top = _place(height / 2 - row, height - inner_height)
    left = _place(width / 2 - column, width - inner_width)
    canvas[top : top + inner_height, left : left + inner_width] = picture
    return canvas


def _place(wanted: float, room: int) -> int:
    """Round, but let no rounding error decide between two equally good places (an odd size in an even one)."""
    return min(max(round(wanted - 0.01), 0), room)


def resize_exactly(images: Floats, height: int, width: int) -> Floats:
    """Resize as `resize` does, adding in a fixed order: the same bits on every machine, and slower."""
    rows, columns = _weights(images.shape[-2], height), _weights(images.shape[-1], width)
    tall = np.zeros((*images.shape[:-2], height, images.shape[-1]), np.float32)
    for k in range(images.shape[-2]):
        tall += rows[:, k, None] * images[..., k, None, :]
    found = np.zeros((*images.shape[:-2], height, width), np.float32)
    for k in range(images.shape[-1]):
        found += tall[..., k, None] * columns[:, k]
    return found
