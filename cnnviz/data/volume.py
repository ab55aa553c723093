"""Takes arrays as volumes (channels, depth, rows, columns), or says in one sentence why they are none."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from cnnviz.errors import DataError

AXES = "channels, depth, rows, columns"
MOST_VOXELS = 128**3


def as_volume(array: NDArray[Any], where: str = "volume") -> NDArray[np.float32]:
    """Return numbers as float32 (C, D, H, W); a (D, H, W) array has one channel, integers of 8 bits become 0 to 1.

    DataError says of everything else what is wrong with it: axes, dtype, no numbers, numbers that are not finite.
    """
    found = np.asarray(array)
    if found.dtype.kind not in "uifb":
        raise DataError(
            f"it holds {found.dtype} in place of numbers.",
            where=where,
            hint="Take an array of integers or floating-point numbers.",
        )
    found = found[None] if found.ndim == 3 else found
    _check_axes(found, where)
    if not np.isfinite(found).all():
        count = int((~np.isfinite(found)).sum())
        raise DataError(
            f"{count} of its {found.size} numbers are NaN or infinite.",
            where=where,
            hint="Replace them, with 0 for instance.",
        )
    scale = np.float32(255 if found.dtype == np.uint8 else 1)
    return np.ascontiguousarray(found, np.float32) / scale


def _check_axes(found: NDArray[Any], where: str) -> None:
    shape = "×".join(str(size) for size in found.shape)
    if found.ndim != 4:
        raise DataError(
            f"an array of shape {shape or '()'} is no volume: 4 axes are wanted ({AXES}).",
            where=where,
            hint="Reshape it first.",
        )
    if not found.size:
        raise DataError(
            f"a volume of shape {shape} has no voxels.", where=where, hint="Take one that is not empty."
        )
    if found.shape[-1] in (1, 3) and found.shape[0] not in (1, 3) and min(found.shape[:3]) > 3:
        raise DataError(
            f"the axes of shape {shape} seem to be in another order: here the channels are last, {AXES} are wanted.",
            where=where,
            hint="Move the last axis to the front.",
        )
    if found[0].size > MOST_VOXELS:
        raise DataError(
            f"{shape} are more voxels than can be drawn.",
            where=where,
            hint="Take a part of it, or every second voxel.",
        )
