"""Where wires run: orthogonal lines from an output port to an input port, around the cards between them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import pairwise

from cnnviz.ui.build.canvas.places import CARD_HEIGHT, CARD_WIDTH, Flow

Point = tuple[float, float]
Rect = tuple[float, float, float, float]
"""Left, top, right, bottom."""

STUB = 26.0
"""How far a wire runs straight out of a port before it may turn."""
MARGIN = 36.0
"""Distance of a wire from the cards that it passes."""
INSET = 3.0
"""A wire may touch the border of a card: its own ports lie there."""


def route(
    start: Point, end: Point, obstacles: Sequence[Rect], leaves: Flow = "down", arrives: Flow = "down"
) -> tuple[Point, ...]:
    """Return the corners of a wire, its two ends included; it leaves and arrives downwards or to the right."""
    if leaves == "right":  # the way down of a sheet that is turned over its diagonal
        turned = [_turned_box(box) for box in obstacles]
        path = _route(_turned(start), _turned(end), turned, arrives == "right", CARD_HEIGHT)
        return tuple(map(_turned, path))
    return _route(start, end, obstacles, arrives == "down", CARD_WIDTH)


def _route(
    start: Point, end: Point, obstacles: Sequence[Rect], straight: bool, breadth: float
) -> tuple[Point, ...]:
    """Return a way that leaves downwards; it arrives so too if `straight`, else to the right."""
    candidates = list(_candidates(start, end, obstacles, breadth) if straight else _turning(start, end))
    return next((path for path in candidates if is_clear(path, obstacles)), candidates[0])


def _turned(point: Point) -> Point:
    return point[1], point[0]


def _turned_box(box: Rect) -> Rect:
    left, top, right, bottom = box
    return top, left, bottom, right


def is_clear(path: Sequence[Point], obstacles: Sequence[Rect]) -> bool:
    """Say whether no part of a path runs through a card."""
    return not any(_crosses(a, b, rect) for a, b in pairwise(path) for rect in obstacles)


def label_place(path: Sequence[Point], share: float = 0.5) -> Point:
    """Return where a wire's label is easiest to read: in the middle of its longest part, or at a share of it."""
    a, b = max(pairwise(path), key=lambda part: part_length(*part))
    return a[0] + (b[0] - a[0]) * share, a[1] + (b[1] - a[1]) * share


def part_length(a: Point, b: Point) -> float:
    """Return the length of a straight part."""
    return abs(a[0] - b[0]) + abs(a[1] - b[1])


def _candidates(
    start: Point, end: Point, obstacles: Sequence[Rect], breadth: float
) -> Iterable[tuple[Point, ...]]:
    (x1, y1), (x2, y2) = start, end
    if y2 >= y1 + 2 * INSET and x1 == x2:
        yield (start, end)
    if y2 >= y1 + STUB:
        for bend in ((y1 + y2) / 2, y2 - STUB, y1 + STUB):
            yield _cleaned((start, (x1, bend), (x2, bend), end))
    for channel in _channels(start, end, obstacles, breadth):
        down, up = y1 + STUB, y2 - STUB
        yield _cleaned((start, (x1, down), (channel, down), (channel, up), (x2, up), end))


def _turning(start: Point, end: Point) -> Iterable[tuple[Point, ...]]:
    """Return ways that leave downwards and arrive to the right."""
    (x1, y1), (x2, y2) = start, end
    if x2 >= x1 + STUB and y2 >= y1 + STUB:
        yield (start, (x1, y2), end)
    for lane in (x2 - STUB, min((x1 + x2) / 2, x2 - STUB)):
        yield _cleaned((start, (x1, y1 + STUB), (lane, y1 + STUB), (lane, y2), end))


def _channels(start: Point, end: Point, obstacles: Sequence[Rect], breadth: float) -> list[float]:
    """Return the x of vertical lanes to try: between the two cards (as broad as that), then beside all in the way."""
    low, high = sorted((start[1], end[1]))
    between = (start[0] + end[0]) / 2
    passed = [rect for rect in obstacles if rect[3] > low - STUB and rect[1] < high + STUB]
    near = [
        rect
        for rect in passed
        if rect[0] < max(start[0], end[0]) + breadth and rect[2] > min(start[0], end[0]) - breadth
    ]
    edges = {rect[2] + MARGIN for rect in near} | {rect[0] - MARGIN for rect in near}
    edges |= {
        max(start[0], end[0]) + breadth / 2 + MARGIN,
        min(start[0], end[0]) - breadth / 2 - MARGIN,
    }
    sideways = sorted(edges, key=lambda x: (abs(x - start[0]) + abs(x - end[0]), -x))
    return [between, *sideways] if abs(start[0] - end[0]) > breadth else sideways


def _crosses(a: Point, b: Point, rect: Rect) -> bool:
    left, right = sorted((a[0], b[0]))
    top, bottom = sorted((a[1], b[1]))
    return (
        right > rect[0] + INSET
        and left < rect[2] - INSET
        and bottom > rect[1] + INSET
        and top < rect[3] - INSET
    )


def _cleaned(path: tuple[Point, ...]) -> tuple[Point, ...]:
    """Drop corners that are none."""
    kept = [path[0]]
    for point, following in zip(path[1:], (*path[2:], None), strict=True):
        if point == kept[-1]:
            continue
        straight = following is not None and (
            (kept[-1][0] == point[0] == following[0]) or (kept[-1][1] == point[1] == following[1])
        )
        if not straight:
            kept.append(point)
    return tuple(kept)
