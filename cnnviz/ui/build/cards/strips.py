"""The strongest maps of a layer, side by side, as one picture that a theme change only needs to recolour."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from PySide6.QtGui import QImage

from cnnviz.events import Array
from cnnviz.ui import colormaps

SHOWN = 7
"""How many maps a card has room for."""
SHARPEST = 56
"""Maps are thinned to at most this many pixels a side: a card is a small picture."""


@dataclass(frozen=True, eq=False)
class Strip:
    """`image` holds `count` maps of `width` × `height` pixels from left to right; `total` is how many there are."""

    image: QImage
    count: int
    total: int
    width: int
    height: int
    shape: tuple[int, ...]
    """The shape of the whole output."""
    values: Array
    """The numbers behind the pixels: (count, height, width)."""


def strip(activation: Array) -> Strip:
    """Return the strongest maps of an output (C, …), in their own order, with one range for all of them."""
    maps = _as_maps(activation)
    total = len(maps)
    strength = np.abs(maps).mean(axis=(1, 2))
    chosen = np.sort(np.argsort(-strength, kind="stable")[:SHOWN])
    low, high = colormaps.data_range(maps, "value")
    picked = maps[chosen]
    _, height, width = picked.shape
    row = np.ascontiguousarray(picked.transpose(1, 0, 2).reshape(height, -1))
    return Strip(
        colormaps.to_image(row, "value", low, high),
        len(chosen),
        total,
        width,
        height,
        tuple(activation.shape),
        picked,
    )


def recolor(found: Strip) -> None:
    """Give a strip the colours of the theme in force."""
    colormaps.recolor(found.image, "value")


def _as_maps(activation: Array) -> np.ndarray:
    """Return (count, height, width): of volumes the middle slice, sequences and vectors as a single row."""
    if activation.ndim == 1:
        return _thinned(activation[None, None, :], 210)
    if activation.ndim == 2:
        return _thinned(activation[:, None, :], SHARPEST)
    if activation.ndim == 4:
        activation = activation[:, activation.shape[1] // 2]
    return _thinned(activation, SHARPEST)


def _thinned(maps: np.ndarray, limit: int) -> np.ndarray:
    step = -(-max(maps.shape[1:]) // limit)
    return maps[:, ::step, ::step] if step > 1 else maps
