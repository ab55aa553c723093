"""The parts of a project file, checked one by one while they are read."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cnnviz.errors import CnnvizError, FileError
from cnnviz.layers import Layer, layer_from_dict
from cnnviz.model.annotations import read_groups, read_notes
from cnnviz.model.check import sort
from cnnviz.model.entries import Place, shortened
from cnnviz.model.graph import Edge, Graph, Node
from cnnviz.model.recipe import DataChoice, Recipe, data_from_dict, recipe_from_dict

MOST_PORTS = 256
"""Inputs of one layer; a wire to a higher port is a mistake, even where a layer takes any number."""


def read_graph(content: Mapping[str, Any], place: Place) -> Graph:
    """Return the graph of a project file; raise FileError."""
    title = place.title(content, "title", "untitled")
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
    groups = read_groups(place.objects(content, "groups"), nodes.values(), place)
    notes = read_notes(place.objects(content, "notes"), place)
    graph = Graph(tuple(nodes.values()), edges, title, groups, notes)
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
    here = Place(place.file, (*place.within[:-1], f"{place.within[-1]} ({shortened(name)[1:-1]})"))
    here.expect_only(values, ("name", "kind", "options", "position", "group", "apart"))
    layer = _layer(values, here)
    try:
        Graph().add(layer, name or " ")  # knows which names are legal; an empty one would be filled in
    except CnnvizError as error:
        raise here.again(error) from None
    group, apart = here.text(values, "group", ""), here.flag(values, "apart", False)
    return Node(name, layer, here.pair(values, "position"), group, apart)


def _layer(values: Mapping[str, Any], place: Place) -> Layer:
    try:
        return layer_from_dict(place.text(values, "kind"), place.entries(values, "options"))
    except FileError:
        raise
    except CnnvizError as error:
        raise place.again(error) from None


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
            raise place.error(f"there is no node {shortened(name)}.", "Remove the wire, or correct the name.")
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
