"""How far a map moved with its input: equivariance and invariance, measured."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]


@dataclass(frozen=True)
class Following:
    """A map moved by whole cells (to the right, down), and how alike it is then: 1 is the same but for its edges.

    `changed` is how far the numbers at the same place differ: ‖after − before‖ / ‖before‖, 0 for an invariant map.
    """

    dx: int
    dy: int
    likeness: float
    changed: float


def follow(before: Array, after: Array, most: int) -> Following:
    """Return by how many cells, at most `most` each way, a map (rows, columns) or vector moved.

    Of two moves that explain the map equally well, the shorter one is returned.
    """
    changed = _relative(before, after)
    if before.ndim < 2 or not np.any(before) or not np.any(after):
        return Following(0, 0, 1.0 if changed == 0 else max(0.0, 1 - changed), changed)
    rows, columns = before.shape
    reach_y, reach_x = min(most, rows - 1), min(most, columns - 1)
    moves = [(dy, dx) for dy in range(-reach_y, reach_y + 1) for dx in range(-reach_x, reach_x + 1)]
    moves.sort(key=lambda move: abs(move[0]) + abs(move[1]))
    found = [(_likeness(before, after, *move), move) for move in moves]
    best = max(likeness for likeness, _ in found)
    likeness, (dy, dx) = next(each for each in found if each[0] >= best - 1e-6)
    return Following(dx, dy, likeness, changed)


def _likeness(before: Array, after: Array, dy: int, dx: int) -> float:
    """Return 1 − ‖difference‖ / (‖a‖ + ‖b‖) where the moved map and the new one overlap, less what has no overlap."""
    rows, columns = before.shape
    old = before[max(-dy, 0) : rows - max(dy, 0), max(-dx, 0) : columns - max(dx, 0)].astype(np.float64)
    new = after[max(dy, 0) : rows + min(dy, 0), max(dx, 0) : columns + min(dx, 0)].astype(np.float64)
    size = float(np.linalg.norm(old) + np.linalg.norm(new))
    if size == 0:
        return 0.0
    kept = min(size / float(np.linalg.norm(before) + np.linalg.norm(after)), 1.0)
    return (1 - float(np.linalg.norm(new - old)) / size) * kept


def _relative(before: Array, after: Array) -> float:
    size = float(np.linalg.norm(before.astype(np.float64)))
    difference = float(np.linalg.norm(after.astype(np.float64) - before))
    return difference / size if size else float(difference > 0)
