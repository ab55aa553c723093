"""The ten digits as pen strokes: several ways to write each, as control points of smooth curves.

A way of writing is a text such as `50,0 50,100 / 20,100 80,100`: points `x,y` in a box of 100 × 100 (y
downwards), strokes apart by `/`. A curve passes through its points; a point given twice in a row is a corner.
Points with the same coordinates are one control point, so that junctions stay joined when points are moved.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

GLYPHS: dict[int, tuple[str, ...]] = {
    0: (
        "56,2 30,12 14,48 26,88 52,98 78,84 86,46 72,10 56,2",
        "62,6 40,2 18,24 12,58 30,94 58,96 82,70 84,34 66,8 50,6",
        "50,0 28,22 24,60 36,94 54,99 72,84 76,44 64,10 50,0",
    ),
    1: (
        "52,0 51,34 50,66 48,100",
        "60,0 54,36 47,68 42,100",
        "32,24 44,13 55,0 55,0 54,50 52,100",
        "34,22 46,12 54,0 54,0 53,50 52,98 / 30,99 52,98 76,98",
    ),
    2: (
        "18,22 34,3 62,3 76,24 64,52 40,76 16,97 16,97 50,94 86,95",
        "20,28 30,6 58,0 78,20 70,46 44,74 22,90 12,82 24,74 44,84 66,97 90,90",
        "16,14 42,2 70,10 72,36 50,62 14,96 14,96 48,97 84,92",
    ),
    3: (
        "20,12 44,0 72,10 70,34 42,46 42,46 74,56 80,80 54,99 18,88",
        "24,8 52,1 76,16 64,38 46,45 68,52 82,72 66,96 36,99 16,84",
        "18,4 46,3 78,4 78,4 60,24 44,42 44,42 72,50 82,74 62,97 30,98 14,86",
    ),
    4: (
        "36,2 26,30 18,56 18,56 50,56 88,53 / 68,20 65,60 62,100",
        "62,0 38,32 12,66 12,66 50,67 90,64 / 62,0 62,50 60,100",
        "22,4 20,30 28,50 54,50 78,42 / 80,2 78,44 74,72 70,100",
        "66,2 40,30 14,62 14,62 50,62 90,58 / 70,36 68,66 64,100",
    ),
    5: (
        "78,4 54,4 32,5 32,5 28,24 24,43 24,43 50,38 76,54 74,82 48,99 16,90",
        "34,6 30,26 27,44 27,44 54,42 76,60 68,88 42,99 16,90 / 36,5 58,5 86,2",
        "80,2 58,5 36,8 36,8 30,26 26,40 26,40 52,44 70,62 64,88 40,98 14,86",
    ),
    6: (
        "66,2 42,20 24,52 24,82 46,99 70,88 74,66 56,54 36,62 25,78",
        "74,4 48,12 26,44 18,74 34,98 62,96 80,76 70,56 46,56 24,74",
        "52,0 36,28 26,58 28,86 48,99 68,90 72,70 58,58 40,66 28,82",
    ),
    7: (
        "16,8 46,7 82,5 82,5 64,36 50,68 42,100",
        "18,6 50,6 80,4 80,4 60,48 38,99 / 32,52 54,51 76,48",
        "14,22 18,6 18,6 48,9 84,4 84,4 66,34 54,66 48,100",
    ),
    8: (
        "72,16 52,1 28,12 32,36 58,54 76,76 54,99 26,88 28,66 52,48 72,30 72,16",
        "50,46 26,30 30,8 52,0 74,10 74,32 50,46 22,64 24,90 50,100 76,90 78,64 50,46",
        "76,12 50,2 28,16 38,38 64,58 68,84 46,99 24,86 34,62 60,42 76,12",
    ),
    9: (
        "76,18 54,2 28,14 24,40 46,52 70,40 76,18 76,18 74,56 68,100",
        "72,24 56,3 32,8 20,32 34,52 58,46 73,24 78,44 70,78 44,99 22,90",
        "74,12 46,2 22,20 30,46 56,46 74,12 74,12 66,52 52,100",
    ),
}


@dataclass(frozen=True)
class Basis:
    """All ways of writing as one linear map from control points to points along the pen's path.

    weights: float64 (points, controls, ways). controls: float64 (controls, 2, ways) in units of the digit's
    height. digits: int64 (ways,), the digit that each way writes. Missing controls have weight 0.
    """

    weights: NDArray[np.float64]
    controls: NDArray[np.float64]
    digits: NDArray[np.int64]


@cache
def basis(points: int) -> Basis:
    """Return every glyph sampled at `points` places, about equally far apart along its strokes."""
    ways = [(digit, *_sample(_parse(text), points)) for digit, texts in GLYPHS.items() for text in texts]
    most = max(controls.shape[0] for _, controls, _ in ways)
    weights = np.zeros((points, most, len(ways)))
    controls = np.zeros((most, 2, len(ways)))
    for way, (_, control, weight) in enumerate(ways):
        controls[: len(control), :, way] = control
        weights[:, : len(control), way] = weight
    return Basis(weights, controls, np.array([digit for digit, _, _ in ways]))


Stroke = list[tuple[float, float]]


def _parse(text: str) -> list[Stroke]:
    def point(word: str) -> tuple[float, float]:
        x, y = word.split(",")
        return float(x) / 100, float(y) / 100

    return [[point(word) for word in stroke.split()] for stroke in text.split("/")]


def _sample(strokes: list[Stroke], points: int) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the distinct control points (controls, 2) and the path's weights (points, controls)."""
    index = {
        point: number for number, point in enumerate(dict.fromkeys(p for stroke in strokes for p in stroke))
    }
    controls = np.array(list(index))
    fine = np.concatenate([_curve([index[point] for point in stroke], len(index)) for stroke in strokes])
    path = (fine[:, :, None] * controls[None]).sum(axis=1)
    steps = np.sqrt(((path[1:] - path[:-1]) ** 2).sum(axis=1))
    # Lifting the pen takes no length, so that no points are spent between two strokes.
    starts = np.cumsum([_FINE * (len(stroke) - 1) for stroke in strokes])[:-1] - 1
    steps[starts] = 0
    along = np.concatenate([[0.0], np.cumsum(steps)])
    places = np.linspace(0, along[-1], points)
    return controls, fine[np.abs(along[None] - places[:, None]).argmin(axis=1)]


_FINE = 40


def _curve(numbers: list[int], count: int) -> NDArray[np.float64]:
    """Return the weights (samples, count) of a Catmull-Rom curve through the control points so numbered.

    A curve that ends where it began is smooth there too.
    """
    closed = numbers[0] == numbers[-1]
    before, after = (numbers[-2], numbers[1]) if closed else (numbers[0], numbers[-1])
    padded = [before, *numbers, after]
    t = np.linspace(0, 1, _FINE)
    blends = (
        -0.5 * t + t * t - 0.5 * t * t * t,
        1 - 2.5 * t * t + 1.5 * t * t * t,
        0.5 * t + 2 * t * t - 1.5 * t * t * t,
        -0.5 * t * t + 0.5 * t * t * t,
    )
    pieces = []
    for start in range(len(numbers) - 1):
        weights = np.zeros((_FINE, count))
        for offset, blend in enumerate(blends):
            weights[:, padded[start + offset]] += blend
        pieces.append(weights)
    return np.concatenate(pieces)
