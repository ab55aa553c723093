"""Frames of open groups, and the room that opening and folding a group takes and gives.

Places and sizes are scene pixels. The card of a folded group lies in the middle of the upper edge of where its
frame would be: so a frame grows sideways and down only.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from cnnviz.model.graph import Graph
from cnnviz.model.groups.folding import fold, group_of, members, shifted, with_group
from cnnviz.model.groups.notes import move_notes
from cnnviz.model.placing.cards import cards, place_of

GRID = 16
FRAME_SIDE, FRAME_HEAD, FRAME_FOOT = 32, 48, 32
"""What a frame adds around the cards in it; the head has the title bar."""

Size = tuple[float, float]
Rect = tuple[float, float, float, float]
"""Left, top, right, bottom."""


def frames(graph: Graph, card: Size) -> dict[str, Rect]:
    """Return the frame of every open group that is seen, around the cards (of this size) in it; inner ones first."""
    if all(group.folded for group in graph.groups):
        return {}
    parents = {group.name: group.parent for group in graph.groups}
    boxes: dict[str, list[Rect]] = {}
    for each in cards(graph):
        x, y = place_of(graph, each)
        holder = parents[each.group] if each.group else graph.node(each.head).group
        boxes.setdefault(holder, []).append((x, y, x + card[0], y + card[1]))
    found: dict[str, Rect] = {}
    seen = {name for holder in boxes for name in _path(parents, holder)}
    for name in sorted(seen, key=lambda each: -len(_path(parents, each))):
        left, top, right, bottom = _around(boxes[name])
        found[name] = left - FRAME_SIDE, top - FRAME_HEAD, right + FRAME_SIDE, bottom + FRAME_FOOT
        boxes.setdefault(parents[name], []).append(found[name])
    return found


def opened(graph: Graph, name: str, card: Size) -> Graph:
    """Open a group in place: its frame lies around where its card was, and what is beside and below makes room."""
    place = group_of(graph, name).position
    graph = fold(graph, name, folded=False)
    seen = frames(graph, card)
    if name not in seen:  # one around it is folded
        return graph
    left, top, right, bottom = seen[name]
    inset = _inset(right - left, card)
    step = place[0] - inset - left, place[1] - top
    graph = shifted(graph, members(graph, name), step)
    graph = with_group(graph, replace(group_of(graph, name), position=place))
    box = place[0], place[1], place[0] + card[0], place[1] + card[1]
    frame = left + step[0], place[1], right + step[0], bottom + step[1]
    return _pushed(graph, name, card, box, frame)


def closed(graph: Graph, name: str, card: Size) -> Graph:
    """Fold a group to a card in the middle of its frame; what is around it moves up, if nothing is in the way."""
    seen = frames(graph, card)
    if name not in seen:
        return fold(graph, name)
    left, top, right, bottom = seen[name]
    place = left + _inset(right - left, card), top
    folded = with_group(graph, replace(group_of(graph, name), folded=True, position=place))
    box = place[0], place[1], place[0] + card[0], place[1] + card[1]
    moved = _pushed(folded, name, card, (left, place[1], right, bottom), box)
    return folded if _collides(moved, card) and not _collides(folded, card) else moved


def _inset(width: float, card: Size) -> float:
    """Return how far the card of a group lies from the left side of its frame, on the grid."""
    return float((width - card[0]) / 2 // GRID * GRID)


def _pushed(graph: Graph, name: str, card: Size, old: Rect, new: Rect) -> Graph:
    """Move what lies left, right and below of a box that takes another size."""
    steps = _Steps(old, new)
    within = set(members(graph, name))
    moves: dict[Size, list[str]] = {}
    for each in cards(graph):
        if not within.intersection(each.nodes):
            moves.setdefault(steps.of(place_of(graph, each), card), []).extend(each.nodes)
    for step, nodes in moves.items():
        graph = shifted(graph, nodes, step) if step != (0.0, 0.0) else graph
    for note in graph.notes:
        graph = move_notes(graph, (note.name,), steps.of(note.position, note.size))
    return graph


@dataclass(frozen=True)
class _Steps:
    """Which way things go where a box changes from one rectangle to another."""

    old: Rect
    new: Rect

    def of(self, place: Size, size: Size) -> Size:
        """Return the step of something of this size at a place."""
        left, _, right, bottom = self.old
        if place[0] >= right:
            return self.new[2] - right, 0.0
        if place[0] + size[0] <= left:
            return self.new[0] - left, 0.0
        return (0.0, self.new[3] - bottom) if place[1] >= bottom else (0.0, 0.0)


def _collides(graph: Graph, card: Size) -> bool:
    """Say whether two cards lie on each other."""
    places = sorted(place_of(graph, each) for each in cards(graph))
    return any(
        other[0] - one[0] < card[0] and abs(other[1] - one[1]) < card[1]
        for number, one in enumerate(places)
        for other in _until(places[number + 1 :], one[0] + card[0])
    )


def _until(places: list[Size], right: float) -> Iterable[Size]:
    for place in places:
        if place[0] >= right:
            return
        yield place


def _path(parents: dict[str, str], name: str) -> list[str]:
    """Return a group and those around it."""
    path = []
    while name:
        path.append(name)
        name = parents[name]
    return path


def _around(boxes: list[Rect]) -> Rect:
    return (
        min(box[0] for box in boxes),
        min(box[1] for box in boxes),
        max(box[2] for box in boxes),
        max(box[3] for box in boxes),
    )
