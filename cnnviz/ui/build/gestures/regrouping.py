"""Cards that are dragged into the frame of an open group, or out of theirs."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from PySide6.QtCore import QPointF, QRectF

from cnnviz.model.graph import Graph
from cnnviz.model.groups.folding import levels_of, move_into, tops
from cnnviz.model.groups.framing import Rect, frames
from cnnviz.model.groups.repeating import title_of
from cnnviz.ui.build.canvas.places import CARD_HEIGHT, CARD_WIDTH

CARD = (CARD_WIDTH, CARD_HEIGHT)


class Regrouping:
    """Says into which group nodes would go that are dragged together.

    Frames count as they are without these nodes, so that none runs after a card; only the frame that holds them now
    counts as it was when the drag began, so that a small move leads nowhere.
    """

    def __init__(self, graph: Graph, nodes: Iterable[str]) -> None:
        self._graph, self._nodes = graph, tuple(nodes)
        loose, whole = tops(graph, self._nodes)
        levels = levels_of(graph, loose, whole)
        self.home = levels.pop() if len(levels) == 1 else None
        """The group that holds all of them directly; None where they come from several, and stay there."""
        self._path = self._groups_around(self.home or "")
        self._frames = self._counted() if self.home is not None and graph.groups else {}

    def _counted(self) -> dict[str, Rect]:
        moved = set(self._nodes)
        kept = tuple(node for node in self._graph if node.name not in moved)
        edges = tuple(e for e in self._graph.edges if e.source not in moved and e.target not in moved)
        found = frames(replace(self._graph, nodes=kept, edges=edges), CARD)
        now = frames(self._graph, CARD)
        return found | {name: now[name] for name in self._path if name in now}

    def _groups_around(self, name: str) -> list[str]:
        parents, path = {group.name: group.parent for group in self._graph.groups}, []
        while name:
            path.append(name)
            name = parents[name]
        return path

    def target(self, point: QPointF) -> str:
        """Return the innermost group whose frame the mouse is in, or an empty text."""
        holding = [name for name, rect in self._frames.items() if _box(rect).contains(point)]
        return max(holding, key=lambda name: len(self._groups_around(name)), default="")

    def changes(self, point: QPointF) -> bool:
        """Say whether letting go here would take the nodes into or out of a group."""
        return self.home is not None and bool(self._graph.groups) and self.target(point) != self.home

    def moved(self, graph: Graph, point: QPointF) -> Graph:
        """Return the graph with the nodes in the group under the mouse."""
        return move_into(graph, self._nodes, self.target(point)) if self.changes(point) else graph

    def told(self, point: QPointF) -> str:
        """Return where the nodes go, as `into Encoder` or `out of Encoder`; empty where they stay."""
        if not self.changes(point):
            return ""
        target = self.target(point)
        if target in self._path or not target:
            return f"out of {title_of(self._graph, self.home or '')}"
        return f"into {title_of(self._graph, target)}"


def _box(rect: Rect) -> QRectF:
    left, top, right, bottom = rect
    return QRectF(left, top, right - left, bottom - top)
