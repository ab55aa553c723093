"""What is drawn of a solid: faces in the colours of their voxels, as ghosts before the slice, from back to front."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cnnviz.ui.voxels.camera import Projection
from cnnviz.ui.voxels.faces import NORMALS, SHADES, Faces, corners, exposed
from cnnviz.ui.voxels.solid import Solid, Voxel

GHOST = 0.10
"""How opaque voxels before the slice are."""


@dataclass(frozen=True)
class Look:
    """What is shown: voxels above a threshold, how opaque, and the slice `at` along an axis (0 z, 1 y, 2 x).

    Without `cuts` nothing is a ghost.
    """

    threshold: float = 0.15
    opacity: float = 1.0
    axis: int = 0
    at: int = 0
    cuts: bool = True


class Scene:
    """Keeps the faces of a solid as long as neither the look nor the viewer's side of the slice changes."""

    def __init__(self, solid: Solid, look: Look) -> None:
        self.solid, self.look = solid, look
        self._made: tuple[object, Faces] | None = None

    def set_look(self, **changes: Any) -> bool:
        """Change the look; say whether it is another one."""
        look = replace(self.look, **changes)
        changed = look != self.look
        self.look = look
        return changed

    def faces(self, projection: Projection) -> Faces:
        """Return all faces towards empty voxels."""
        side = viewer_side(projection, self.look)
        key = (self.look, side)
        if self._made is None or self._made[0] != key:
            self._made = key, self._make(side)
        return self._made[1]

    def _make(self, side: int) -> Faces:
        occupied = self.solid.occupied(self.look.threshold)
        ghosts = occupied & self._before(side) if self.look.cuts else np.zeros_like(occupied)
        # through ghosts the voxels behind are seen: to them a ghost counts as empty, but not the other way round
        cells, directions = exposed(occupied & ~ghosts)
        ghostly, ways = exposed(ghosts)
        colours = np.concatenate([self._paint(cells, directions, 1.0), self._paint(ghostly, ways, GHOST)])
        return Faces(
            np.concatenate([cells, ghostly]), np.concatenate([directions, ways]), colours, len(directions)
        )

    def _before(self, side: int) -> NDArray[np.bool_]:
        """Return which voxels lie between the slice and the viewer."""
        places = np.arange(self.solid.shape[self.look.axis])
        before = places > self.look.at if side > 0 else places < self.look.at
        shape = [1, 1, 1]
        shape[self.look.axis] = -1
        return before.reshape(shape)

    def _paint(
        self, cells: NDArray[np.int64], directions: NDArray[np.int64], share: float
    ) -> NDArray[np.uint8]:
        colours = self.solid.colours[tuple(cells.T)] * SHADES[directions][:, None]
        alpha = np.full((len(cells), 1), 255 * self.look.opacity * share)
        return np.rint(np.concatenate([colours, alpha], axis=1)).astype(np.uint8)


def viewer_side(projection: Projection, look: Look) -> int:
    """Return on which side of the slice the eye is: 1 where the slice numbers grow towards it, else −1."""
    return 1 if projection.eye()[look.axis] > look.at else -1


def back_to_front(faces: Faces, projection: Projection) -> NDArray[np.int64]:
    """Return the faces that look at the eye, the farthest first and ghosts last.

    For cubes of one grid the distance of their middles is the exact order: what hides another is nearer on each axis.
    """
    eye = projection.eye()
    along = eye - faces.cells
    ahead = (along * NORMALS[faces.directions]).sum(axis=1) > 0.5
    seen = np.flatnonzero(ahead)
    far = (along[seen] ** 2).sum(axis=1)
    ghost = seen >= faces.solid
    return seen[np.lexsort((-far, ghost))]


def pick(faces: Faces, projection: Projection, right: float, down: float) -> Voxel | None:
    """Return the voxel whose face is seen at a point of the picture; ghosts are looked through."""
    order = back_to_front(faces, projection)
    order = order[order < faces.solid]
    outline = projection.project(corners(faces.cells[order], faces.directions[order]))
    edges = np.roll(outline, -1, axis=1) - outline
    to_point = np.array([right, down], np.float32) - outline
    cross = edges[..., 0] * to_point[..., 1] - edges[..., 1] * to_point[..., 0]
    hits = np.flatnonzero((cross >= 0).all(axis=1) | (cross <= 0).all(axis=1))
    if not hits.size:
        return None
    z, y, x = (int(entry) for entry in faces.cells[order[hits[-1]]])
    return z, y, x
