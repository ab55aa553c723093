"""The parts of a project file, checked one by one while they are read."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from cnnviz.errors import CnnvizError, FileError, did_you_mean
from cnnviz.layers import Layer, layer_from_dict
from cnnviz.model.check import sort
from cnnviz.model.graph import Edge, Graph, Node
from cnnviz.model.recipe import DataChoice, Recipe, data_from_dict, recipe_from_dict

MOST_PORTS = 256
"""Inputs of one layer; a wire to a higher port is a mistake, even where a layer takes any number."""
FARTHEST = 1e7
"""Scene pixels; beyond this a canvas can't draw exactly."""
LONGEST_TITLE = 200
LONGEST_ERROR = 200

_WORDS: Mapping[type, str] = {dict: "an object", list: "a list", str: "a text", int: "a whole number"}


@dataclass(frozen=True)
class Place:
    """Where in which file, for errors: `net.cnnviz, node 3 (conv2)`."""

    file: str
    within: tuple[str, ...] = ()

    def inside(self, part: str) -> Place:
        """Return a place farther in."""
        return Place(self.file, (*self.within, part))

    def error(self, what: str, hint: str) -> FileError:
        """Return the error that says what is wrong here, and what to do."""
        if len(what) > LONGEST_ERROR:  # it repeats what stands in the file
            what = f"{what[:LONGEST_ERROR]} …"
        return FileError(what, where=", ".join((self.file, *self.within)), hint=hint)

    def again(self, error: CnnvizError, hint: str = "Correct it in a text editor.") -> FileError:
        """Return an error of a layer, graph or recipe as one of this place."""
        return self.error(error.what, error.hint or hint)

    def expect_only(self, values: Mapping[str, Any], known: Iterable[str]) -> None:
        """Refuse an entry that has no meaning here: dropping it silently might lose work."""
        names = tuple(known)
        for name in values:
            if name not in names:
                raise self.error(f"there is an unknown entry {name!r}.", did_you_mean(name, names))

    def text(self, values: Mapping[str, Any], name: str, default: str | None = None) -> str:
        """Return an entry that is a text."""
        found: str = self._entry(values, name, str, default)
        return found

    def whole(self, values: Mapping[str, Any], name: str, default: int | None = None) -> int:
        """Return an entry that is a whole number."""
        found: int = self._entry(values, name, int, default)
        return found

    def objects(self, values: Mapping[str, Any], name: str) -> list[dict[str, Any]]:
        """Return an entry that is a list of objects."""
        found: list[dict[str, Any]] = self._entry(values, name, list)
        for number, each in enumerate(found):
            self.inside(f"{name} {number + 1}").expect(each, dict)
        return found

    def entries(self, values: Mapping[str, Any], name: str) -> dict[str, Any]:
        """Return an entry that is an object; a missing one is empty."""
        found: dict[str, Any] = self._entry(values, name, dict, {})
        return found

    def expect(self, value: object, kind: type) -> None:
        """Refuse a value of another type."""
        if not isinstance(value, kind) or isinstance(value, bool):
            raise self.error(f"{_WORDS[kind]} belongs here, not {_shortened(value)}.", "Correct the entry.")

    def _entry(self, values: Mapping[str, Any], name: str, kind: type, default: Any = None) -> Any:
        if name not in values and default is not None:
            return default
        if name not in values:
            raise self.error(f"the entry {name!r} is missing.", "Take a complete copy from a backup.")
        self.inside(name).expect(values[name], kind)
        return values[name]


def read_graph(content: Mapping[str, Any], place: Place) -> Graph:
    """Return the graph of a project file; raise FileError."""
    title = place.text(content, "title", "untitled")
    if len(title) > LONGEST_TITLE or not title.isprintable():
        raise place.inside("title").error(
            "the title is too long or has control characters.", f"Use up to {LONGEST_TITLE} characters."
        )
    nodes: dict[str, Node] = {}
    for number, values in enumerate(place.objects(content, "nodes")):
        node = _node(values, place.inside(f"node {number + 1}"))
        if node.name in nodes:
            raise place.inside(f"node {number + 1}").error(
                f"there are two nodes named {node.name!r}.",
                "Rename one of them, with the wires that mean it.",
            )
        nodes[node.name] = node
    edges = _edges(place.objects(content, "edges"), nodes, place)
    graph = Graph(tuple(nodes.values()), edges, title)
    _refuse_circle(graph, place)
    return graph


def read_recipe(content: Mapping[str, Any], place: Place) -> Recipe:
    """Return the recipe of a project file; raise FileError."""
    values = place.entries(content, "recipe")
    place.inside("recipe").text(values, "device", "cpu")
    try:
        return recipe_from_dict(values)
    except CnnvizError as error:
        raise place.inside("recipe").again(error) from None


def read_data(content: Mapping[str, Any], place: Place) -> DataChoice:
    """Return the data choice of a project file; raise FileError."""
    try:
        return data_from_dict(place.entries(content, "data"))
    except CnnvizError as error:
        raise place.inside("data").again(error) from None


def _node(values: Mapping[str, Any], place: Place) -> Node:
    name = place.text(values, "name")
    here = Place(place.file, (*place.within[:-1], f"{place.within[-1]} ({_shortened(name)[1:-1]})"))
    here.expect_only(values, ("name", "kind", "options", "position"))
    layer = _layer(values, here)
    try:
        Graph().add(layer, name or " ")  # knows which names are legal; an empty one would be filled in
    except CnnvizError as error:
        raise here.again(error) from None
    return Node(name, layer, _position(values.get("position", [0, 0]), here))


def _layer(values: Mapping[str, Any], place: Place) -> Layer:
    try:
        return layer_from_dict(place.text(values, "kind"), place.entries(values, "options"))
    except FileError:
        raise
    except CnnvizError as error:
        raise place.again(error) from None


def _position(value: object, place: Place) -> tuple[float, float]:
    fits = isinstance(value, list) and len(value) == 2 and all(_is_number(entry) for entry in value)
    if not fits or not isinstance(value, list):
        raise place.inside("position").error(
            f"{_shortened(value)} is no place.", f"Write two numbers between ±{FARTHEST:,.0f}."
        )
    return float(value[0]), float(value[1])


def _is_number(value: object) -> bool:
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return False
    return math.isfinite(value) and abs(value) <= FARTHEST


def _edges(entries: list[dict[str, Any]], nodes: Mapping[str, Node], place: Place) -> tuple[Edge, ...]:
    taken: set[tuple[str, int]] = set()
    edges = []
    for number, values in enumerate(entries):
        here = place.inside(f"edge {number + 1}")
        edge = _edge(values, nodes, here)
        if (edge.target, edge.port) in taken:
            raise here.error(
                f"two wires end at port {edge.port} of {edge.target!r}.",
                "Remove one, or give it another port.",
            )
        taken.add((edge.target, edge.port))
        edges.append(edge)
    return tuple(edges)


def _edge(values: Mapping[str, Any], nodes: Mapping[str, Node], place: Place) -> Edge:
    place.expect_only(values, ("source", "target", "port"))
    source, target = place.text(values, "source"), place.text(values, "target")
    for name in (source, target):
        if name not in nodes:
            raise place.error(
                f"there is no node {_shortened(name)}.", "Remove the wire, or correct the name."
            )
    port = place.whole(values, "port", 0)
    layer = nodes[target].layer
    most = MOST_PORTS if layer.most_inputs is None else layer.most_inputs
    if not 0 <= port < most:
        ports = "no input" if most == 0 else "only port 0" if most == 1 else f"ports 0 to {most - 1}"
        raise place.error(
            f"{target!r} ({layer.title}) has {ports}, not {port}.", "Correct or remove the wire."
        )
    return Edge(source, target, port)


def _refuse_circle(graph: Graph, place: Place) -> None:
    for node in sort(graph)[1]:
        sources = [edge.source for edge in graph.inputs(node.name)]
        back = graph.descendants(node.name).intersection(sources)
        if back:
            source = min(back)
            raise place.error(
                f"the wires form a circle: {node.name!r} feeds itself by way of {source!r}.",
                f"Remove the wire from {source!r} to {node.name!r}.",
            )


def _shortened(value: object) -> str:
    text = repr(value)
    return text if len(text) <= 40 else f"{text[:36]}…{text[-1]}"
