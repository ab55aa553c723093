"""What differs between two networks: layers added, removed, changed or renamed, and wires."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Any, Literal

from cnnviz.layers import Layer, times
from cnnviz.model.check import check
from cnnviz.model.graph import Graph, Node

Kind = Literal["added", "removed", "changed", "renamed", "wired"]


@dataclass(frozen=True)
class Change:
    """One difference. `before` and `after` are the node's names in the two networks, empty where it is in one only."""

    kind: Kind
    before: str
    after: str
    text: str


@dataclass(frozen=True)
class Difference:
    """All differences in the order of the networks, and what they amount to; counts are after − before."""

    changes: tuple[Change, ...]
    parameters: int
    macs: int

    def kinds(self, side: Literal["before", "after"]) -> dict[str, Kind]:
        """Return the most telling difference of each node of one of the networks, by its name."""
        found: dict[str, Kind] = {}
        for change in self.changes:
            name = change.before if side == "before" else change.after
            if name:
                found.setdefault(name, change.kind)
        return found


def compare(before: Graph, after: Graph) -> Difference:
    """Return what was done to get from one network to another. Places, groups and notes don't count."""
    pairs = _pairs(before, after)
    changes = [*_of_layers(before, after, pairs), *_of_wires(before, after, pairs)]
    old, new = check(before), check(after)
    return Difference(
        tuple(changes),
        new.trainable + new.non_trainable - old.trainable - old.non_trainable,
        new.macs - old.macs,
    )


def _pairs(before: Graph, after: Graph) -> dict[str, str]:
    """Return which node of one network is which of the other: by name and kind first, then by equal layers in order."""
    found = {
        node.name: node.name for node in before if node.name in after and _alike(node, after.node(node.name))
    }
    old = [node for node in before if node.name not in found]
    new = [node for node in after if node.name not in found]
    matcher = SequenceMatcher(
        a=[_identity(n.layer) for n in old], b=[_identity(n.layer) for n in new], autojunk=False
    )
    for block in matcher.get_matching_blocks():
        for step in range(block.size):
            found[old[block.a + step].name] = new[block.b + step].name
    taken = set(found.values())
    for node in old:  # what is left keeps its name: it became another kind
        if node.name not in found and node.name in after and node.name not in taken:
            found[node.name] = node.name
    return found


def _alike(one: Node, other: Node) -> bool:
    return one.layer.kind == other.layer.kind


def _identity(layer: Layer) -> tuple[str, str]:
    return layer.kind, repr(sorted(layer.to_dict().items()))


def _of_layers(before: Graph, after: Graph, pairs: Mapping[str, str]) -> Iterator[Change]:
    for node in before:
        name = pairs.get(node.name)
        if name is None:
            yield Change("removed", node.name, "", f"{node.layer.title} {node.layer.brief()}".strip())
            continue
        other = after.node(name)
        text = "; ".join(_option_changes(node.layer, other.layer))
        if text:
            yield Change("changed", node.name, name, text)
        if node.name != name:
            yield Change("renamed", node.name, name, f"is now called {name}")
    known = set(pairs.values())
    for node in after:
        if node.name not in known:
            yield Change("added", "", node.name, f"{node.layer.title} {node.layer.brief()}".strip())


def _option_changes(before: Layer, after: Layer) -> Iterator[str]:
    if before.kind != after.kind:
        yield f"{before.title} became {after.title} {after.brief()}".strip()
        return
    for option in before.options():
        old, new = getattr(before, option.name), getattr(after, option.name)
        if old != new:
            yield f"{option.label.lower()} {_written(old)} → {_written(new)}"


def _written(value: Any) -> str:
    if isinstance(value, bool):
        return "on" if value else "off"
    if isinstance(value, Layer):
        return f"{value.title} {value.brief()}".strip()
    if isinstance(value, tuple):
        return times(value)
    return f"{value:g}" if isinstance(value, float) else str(value)


def _of_wires(before: Graph, after: Graph, pairs: Mapping[str, str]) -> Iterator[Change]:
    """Yield wires between nodes that both networks have; those of added and removed nodes go without saying."""
    back = {new: old for old, new in pairs.items()}
    old = {
        (pairs[e.source], pairs[e.target], e.port)
        for e in before.edges
        if e.source in pairs and e.target in pairs
    }
    new = {(e.source, e.target, e.port) for e in after.edges}
    for source, target, port in sorted(old - new):
        yield Change("wired", back[target], target, f"no wire from {source} at port {port} any more")
    for source, target, port in sorted(new - old):
        if source in back and target in back:
            yield Change("wired", back[target], target, f"a wire from {source} at port {port}")
