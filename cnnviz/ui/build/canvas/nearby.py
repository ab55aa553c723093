"""Which boxes lie near a place: a grid of buckets, so that nobody looks at all cards of a large network."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator

from cnnviz.ui.build.cards.routing import Rect

CELL = 512.0
"""Side of a bucket, in scene pixels: about two cards."""


class Boxes:
    """Boxes (left, top, right, bottom) by the cells that they touch."""

    def __init__(self, boxes: Iterable[Rect] = ()) -> None:
        self._cells: defaultdict[tuple[int, int], dict[Rect, None]] = defaultdict(dict)
        self._all: dict[Rect, None] = {}
        for box in boxes:
            self.add(box)

    def add(self, box: Rect) -> None:
        """Put a box in."""
        self._all[box] = None
        for cell in _cells(box):
            self._cells[cell][box] = None

    def near(self, area: Rect) -> list[Rect]:
        """Return the boxes that overlap an area, each once."""
        left, top, right, bottom = area
        few = len(self._all) <= 4
        found = self._all if few else {b: None for cell in _cells(area) for b in self._cells.get(cell, ())}
        return [box for box in found if box[2] > left and box[0] < right and box[3] > top and box[1] < bottom]


def _cells(box: Rect) -> Iterator[tuple[int, int]]:
    left, top, right, bottom = box
    for column in range(int(left // CELL), int(right // CELL) + 1):
        for row in range(int(top // CELL), int(bottom // CELL) + 1):
            yield column, row
