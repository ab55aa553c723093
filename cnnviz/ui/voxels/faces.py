"""The faces of cubes that can be seen: only those towards an empty voxel."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

NORMALS = np.array([(-1, 0, 0), (1, 0, 0), (0, -1, 0), (0, 1, 0), (0, 0, -1), (0, 0, 1)], np.int64)
"""The six directions that a face may look in, in steps along z, y, x."""
SHADES = np.array([0.94, 0.94, 1.0, 0.62, 0.78, 0.78], np.float32)
"""How bright the faces are: light comes from above (row 0 is the top)."""


@dataclass(frozen=True, eq=False)
class Faces:
    """`cells` (N, 3) are voxels as z, y, x; `directions` (N,) index `NORMALS`; `colours` are uint8 RGBA (N, 4).

    Faces from number `solid` on are ghosts: they lie before the slice, and are drawn last.
    """

    cells: NDArray[np.int64]
    directions: NDArray[np.int64]
    colours: NDArray[np.uint8]
    solid: int

    def __len__(self) -> int:
        return len(self.directions)


def exposed(occupied: NDArray[np.bool_]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return the faces between an occupied voxel and an empty one, or the outside: cells (N, 3), directions (N,)."""
    around = np.pad(occupied, 1)
    cells, directions = [], []
    for number, normal in enumerate(NORMALS):
        ahead = tuple(
            slice(1 + step, 1 + step + size) for step, size in zip(normal, occupied.shape, strict=True)
        )
        found = np.argwhere(occupied & ~around[ahead])
        cells.append(found)
        directions.append(np.full(len(found), number, np.int64))
    return np.concatenate(cells), np.concatenate(directions)


def corners(cells: NDArray[np.int64], directions: NDArray[np.int64]) -> NDArray[np.float32]:
    """Return the four corners of faces, going round, in voxels (N, 4, 3)."""
    return cells[:, None].astype(np.float32) + _CORNERS[directions]


def _square(normal: NDArray[np.int64]) -> NDArray[np.float32]:
    """Return the corners of the face of a cube around 0."""
    axis = int(np.flatnonzero(normal)[0])
    found = np.full((4, 3), normal[axis] * 0.5, np.float32)
    others = [each for each in range(3) if each != axis]
    found[:, others] = np.array([(-0.5, -0.5), (-0.5, 0.5), (0.5, 0.5), (0.5, -0.5)], np.float32)
    return found


_CORNERS = np.stack([_square(normal) for normal in NORMALS])
