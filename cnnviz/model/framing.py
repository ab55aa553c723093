"""Frames of open groups, and the room that opening and folding a group takes and gives.

Places and sizes are scene pixels. The card of a folded group lies where the first card in its frame would.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from cnnviz.model.cards import cards, place_of
from cnnviz.model.folding import fold, group_of, members, shifted, with_group
from cnnviz.model.graph import Graph

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
    """Open a group in place: its first card comes to lie where its own was; what is beside and below makes room."""
    place = group_of(graph, name).position
    graph = fold(graph, name, folded=False)
    left, top, right, bottom = frames(graph, card)[name]
    step = place[0] - left - FRAME_SIDE, place[1] - top - FRAME_HEAD
    graph = shifted(graph, members(graph, name), step)
    graph = with_group(graph, replace(group_of(graph, name), position=place))
    corner = place[0] + card[0], place[1] + card[1]
    room = right + step[0] - corner[0], bottom + step[1] - corner[1]
    return _pushed(graph, name, card, (place, corner), room)


def closed(graph: Graph, name: str, card: Size) -> Graph:
    """Fold a group to a card in place; what is beside and below moves up, where nothing is in the way."""
    left, top, right, bottom = frames(graph, card)[name]
    place = left + FRAME_SIDE, top + FRAME_HEAD
    folded = with_group(graph, replace(group_of(graph, name), folded=True, position=place))
    gap = place[0] + card[0] - right, place[1] + card[1] - bottom
    moved = _pushed(folded, name, card, (place, (right, bottom)), gap)
    return folded if _collides(moved, card) and not _collides(folded, card) else moved


def _pushed(graph: Graph, name: str, card: Size, box: tuple[Size, Size], room: Size) -> Graph:
    """Move what lies to the right of a box sideways, and what lies below it downwards."""
    (left, _), (right, bottom) = box
    wide = max(right, right + room[0])
    within = set(members(graph, name))
    beside: set[str] = set()
    below: set[str] = set()
    for each in cards(graph):
        x, y = place_of(graph, each)
        if within.intersection(each.nodes):
            continue
        if x >= right:
            beside.update(each.nodes)
        elif y >= bottom and x + card[0] > left and x < wide:
            below.update(each.nodes)
    graph = _moved_notes(graph, box, room)
    return shifted(shifted(graph, beside, (room[0], 0.0)), below, (0.0, room[1]))


def _moved_notes(graph: Graph, box: tuple[Size, Size], room: Size) -> Graph:
    (left, _), (right, bottom) = box
    wide = max(right, right + room[0])

    def step(x: float, y: float, width: float) -> Size:
        if x >= right:
            return room[0], 0.0
        return (0.0, room[1]) if y >= bottom and x + width > left and x < wide else (0.0, 0.0)

    notes = []
    for note in graph.notes:
        x, y = note.position
        dx, dy = step(x, y, note.size[0])
        notes.append(replace(note, position=(x + dx, y + dy)) if dx or dy else note)
    return replace(graph, notes=tuple(notes))


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
