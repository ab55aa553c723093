"""What is shown of groups: the ports of the card of a folded one, and the frame of an open one."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from cnnviz.model.check import Row
from cnnviz.model.graph import Graph
from cnnviz.model.groups.alike import chains
from cnnviz.model.groups.folding import all_members, group_of
from cnnviz.model.groups.framing import Rect, frames
from cnnviz.model.groups.repeating import copies
from cnnviz.model.placing.cards import Card
from cnnviz.ui import numbers
from cnnviz.ui.build.canvas.places import CARD_HEIGHT, CARD_WIDTH


@dataclass(frozen=True)
class BoxFace:
    """What the card of a folded group has beside that of a layer.

    `doors` are the inputs (node, port) that its input ports stand for, `exits` the nodes behind its output ports.
    """

    group: str
    heading: str
    copies: int
    members: tuple[str, ...]
    doors: tuple[tuple[str, int], ...]
    exits: tuple[str, ...]
    sources: tuple[str, ...]
    """What feeds each door, where something does; several wires from one source arrive at one door."""
    rank: tuple[int, int] = (1, 1)
    """Which of how many like blocks in a chain it is."""

    @property
    def title(self) -> str:
        """Return what stands at the right of the card's name."""
        return f"{self.rank[0]} of {self.rank[1]} alike" if self.rank[1] > 1 else "group"


@dataclass(frozen=True)
class FrameFace:
    """Everything that the frame of an open group shows."""

    group: str
    heading: str
    rect: Rect
    brief: str
    tone: str
    depth: int
    copies: int = 1


def box(graph: Graph, card: Card) -> BoxFace:
    """Return the face of a folded group."""
    within = set(card.nodes)
    fed: dict[str, tuple[str, int]] = {}
    open_doors: list[tuple[str, int]] = []
    exits: dict[str, None] = {}
    for name in card.nodes:
        for edge in graph.inputs(name):
            if edge.source not in within:
                fed.setdefault(edge.source, (name, edge.port))
        free = graph.free_port(name)
        if free is not None and free < graph.node(name).layer.fewest_inputs:
            open_doors.append((name, free))
        if any(edge.target not in within for edge in graph.outputs(name)):
            exits[name] = None
    group = group_of(graph, card.group)
    return BoxFace(
        card.group,
        group.title or group.name,
        copies(graph, card.group),
        card.nodes,
        (*fed.values(), *open_doors),
        tuple(exits) or (card.tail,),
        tuple(fed),
        rank(graph, card.group),
    )


def rank(graph: Graph, group: str) -> tuple[int, int]:
    """Return which of how many like blocks in a chain a group is; the first of one where it has no like."""
    chain = chains(graph).get(group, (group,))
    return chain.index(group) + 1, len(chain)


def frame_faces(graph: Graph, rows: Mapping[str, Row]) -> dict[str, FrameFace]:
    """Return the frames of the open groups that are seen, outer ones first."""
    found = frames(graph, (CARD_WIDTH, CARD_HEIGHT))
    if not found:
        return {}
    parents = {group.name: group.parent for group in graph.groups}
    within = all_members(graph)
    faces = {}
    for name, rect in reversed(found.items()):
        group, nodes = group_of(graph, name), within[name]
        depth, around = 0, parents[name]
        while around:
            depth, around = depth + 1, parents[around]
        tone, many = main_group(graph, rows, nodes), copies(graph, name)
        faces[name] = FrameFace(name, group.title or name, rect, sums(rows, nodes), tone, depth, many)
    return faces


def sums(rows: Mapping[str, Row], nodes: Iterable[str]) -> str:
    """Return how many layers and trainable parameters nodes have together."""
    names = tuple(nodes)
    trained = sum(p.count for name in names for p in rows[name].parameters if p.trainable)
    return f"{layers_in_words(len(names))} · {numbers.count(trained)} params"


def layers_in_words(count: int) -> str:
    """Return `1 layer` or `7 layers`."""
    return f"{count} layer" if count == 1 else f"{count} layers"


def main_group(graph: Graph, rows: Mapping[str, Row], nodes: Iterable[str]) -> str:
    """Return the palette group of the layer that does most of the work: it gives a block its colour."""
    work = max(nodes, key=lambda name: (rows[name].macs, rows[name].params))
    return graph.node(work).layer.group
