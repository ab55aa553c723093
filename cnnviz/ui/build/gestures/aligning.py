"""Lining cards up while they are dragged: the nearest edge or middle of another card draws them in."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from cnnviz.ui.build.canvas.overlay import Guide
from cnnviz.ui.build.canvas.places import Place
from cnnviz.ui.build.cards.routing import Rect

REACH = 7.0
"""How near (scene pixels) a card must come to be drawn into line; the grid's half step is 8."""
OVERHANG = 12.0
"""How far a guide runs beyond the cards that it joins."""


@dataclass(frozen=True)
class Aligned:
    """Where the dragged box goes, and the lines that say with which others it is in line."""

    place: Place
    guides: tuple[Guide, ...] = ()


def align(box: Rect, others: Sequence[Rect], otherwise: Place) -> Aligned:
    """Draw a box (left, top, right, bottom) into line with the nearest of others, along each axis.

    Along an axis where none is near, the box goes to `otherwise`.
    """
    size = box[2] - box[0], box[3] - box[1]
    place = [otherwise[0], otherwise[1]]
    for axis in (0, 1):
        steps = [step for other in others for step in _steps(box, other, axis) if abs(step) <= REACH]
        if steps:
            place[axis] = box[axis] + min(steps, key=abs)
    settled = (place[0], place[1], place[0] + size[0], place[1] + size[1])
    guides = tuple(guide for axis in (0, 1) for guide in _guides(settled, others, axis))
    return Aligned((place[0], place[1]), guides)


def _lines(box: Rect, axis: int) -> tuple[float, float, float]:
    """Return the places of a box that can be in line: its two edges and its middle."""
    return box[axis], (box[axis] + box[axis + 2]) / 2, box[axis + 2]


def _steps(box: Rect, other: Rect, axis: int) -> Iterable[float]:
    """Return how far the box would have to move for each line to meet the same one of another box."""
    return (theirs - mine for mine, theirs in zip(_lines(box, axis), _lines(other, axis), strict=True))


def _guides(box: Rect, others: Sequence[Rect], axis: int) -> list[Guide]:
    """Return at most one line: along the first edges where they agree, else through the middle or the last edges.

    The middle of cards is where their wires run, so an edge is seen better.
    """
    for line in (0, 1, 2):
        at = _lines(box, axis)[line]
        same = [other for other in others if abs(_lines(other, axis)[line] - at) < 0.5]
        if same:
            across = 1 - axis
            low = min(each[across] for each in (box, *same)) - OVERHANG
            high = max(each[across + 2] for each in (box, *same)) + OVERHANG
            return [(at, low, at, high) if axis == 0 else (low, at, high, at)]
    return []
