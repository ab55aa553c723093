"""Making a drawn digit look like the images a network was trained on."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from cnnviz.data.resample import centred, resize
from cnnviz.errors import DataError

# MNIST scales every digit into a box of 20 × 20 of its 28 × 28 pixels.
_BOX = 20 / 28
# Greys below this part of the darkest ink are taken for paper when looking for the edges of the digit.
_PAPER = 0.1


def to_input(picture: NDArray[Any], shape: tuple[int, int, int]) -> NDArray[np.float32]:
    """Prepare a drawing as MNIST does and return it as float32 (C, H, W) in [0, 1].

    picture: grey, light ink on black, any size (h, w): uint8 in 0..255 or floats in 0..1.
    The ink is cut out, scaled to 20/28 of the picture keeping its proportions, and moved until its centre of
    mass is in the middle. A blank drawing gives zeros. DataError if `picture` is anything else.
    """
    channels, height, width = shape
    ink = _as_floats(np.asarray(picture))
    result = np.zeros((height, width), np.float32)
    if ink.max() > 0:
        cut = _crop(ink)
        box = (max(1, round(height * _BOX)), max(1, round(width * _BOX)))
        small = np.clip(_fit(cut, box), 0, 1)
        # Shrinking spreads a thin stroke over several pixels; its darkest one is full ink again.
        result = centred(small / max(small.max(), np.float32(1e-6)), height, width)
    return np.repeat(result[None], channels, axis=0)


def _as_floats(picture: NDArray[Any]) -> NDArray[np.float32]:
    if picture.ndim != 2 or picture.size == 0:
        raise DataError(
            f"The drawing has shape {picture.shape}.", hint="Give a grey picture of shape (height, width)."
        )
    if picture.dtype == np.uint8:
        return picture.astype(np.float32) / np.float32(255)
    if not np.issubdtype(picture.dtype, np.floating) or not ((picture >= 0) & (picture <= 1)).all():
        raise DataError(
            f"The drawing has type {picture.dtype} and values from {picture.min()} to {picture.max()}.",
            hint="Give uint8 in 0..255 or floats in 0..1.",
        )
    return picture.astype(np.float32)


def _crop(ink: NDArray[np.float32]) -> NDArray[np.float32]:
    """Cut out the smallest rectangle that holds all ink."""
    inked = ink > _PAPER * ink.max()
    rows = np.flatnonzero(inked.any(axis=1))
    columns = np.flatnonzero(inked.any(axis=0))
    return ink[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]


def _fit(cut: NDArray[np.float32], box: tuple[int, int]) -> NDArray[np.float32]:
    """Scale into the box, keeping the proportions."""
    scale = min(box[0] / cut.shape[0], box[1] / cut.shape[1])
    height, width = (max(1, round(length * scale)) for length in cut.shape)
    return resize(cut, height, width)
