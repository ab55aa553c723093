"""How a layer that can't take what arrives is mended: by what it suggests itself, and by changes in front of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import partial

from cnnviz.errors import OptionError, ShapeError
from cnnviz.layers import Layer, Remedy, Shape, times
from cnnviz.model.checking import wiring
from cnnviz.model.checking.problem import Fix, Problem
from cnnviz.model.graph import Graph, Node

Arriving = Mapping[str, tuple[Shape, ...] | None]
"""The shapes that arrive at each node; None where they are not known."""


def misfit(graph: Graph, node: Node, error: ShapeError, arriving: Arriving) -> Problem:
    """Return what a layer says of its inputs, with up to three ways out, the likeliest first."""
    suggested = (_fix(node.name, remedy) for remedy in error.remedies if isinstance(remedy, Remedy))
    kept = _kept_sizes(graph, node, arriving)
    found = (*_undone(graph, node, arriving), *kept, *suggested, *_equalised(graph, node, arriving))
    fixes = found[: wiring.MOST_FIXES] or wiring.without(graph, node.name)
    return Problem(node.name, error.what, "error", fixes, error.worked or _along_wires(graph, node, arriving))


def _along_wires(graph: Graph, node: Node, arriving: Arriving) -> tuple[str, ...]:
    """Return what comes along each wire, where several meet."""
    wires, inputs = graph.inputs(node.name), arriving.get(node.name) or ()
    if len(wires) < 2:
        return ()
    width = max(len(wire.source) for wire in wires)
    return tuple(
        f"{wire.source.ljust(width)}  {times(shape)}" for wire, shape in zip(wires, inputs, strict=True)
    )


def _undone(graph: Graph, node: Node, arriving: Arriving) -> tuple[Fix, ...]:
    """Suggest to take away a Flatten (or the like) in front, where the layer could take what arrives at that."""
    wires = graph.inputs(node.name)
    before = graph.node(wires[0].source)
    earlier = arriving.get(before.name)
    if len(wires) > 1 or before.layer.group != "Reshape" or not earlier:
        return ()
    try:
        node.layer.out_shape(earlier[0])
    except ShapeError:
        return ()
    return (wiring.removal(before.name), wiring.swap(before.name, node.name))[:: _order(graph, node)]


def _order(graph: Graph, node: Node) -> int:
    """Return −1 where a vector is needed right behind a node, so that Flatten had better stay, behind it; else 1."""
    wires = graph.outputs(node.name)
    while len(wires) == 1 and graph.node(wires[0].target).layer.pointwise:
        wires = graph.outputs(wires[0].target)
    return -1 if len(wires) == 1 and graph.node(wires[0].target).layer.group == "Dense" else 1


def _equalised(graph: Graph, node: Node, arriving: Arriving) -> Iterator[Fix]:
    """Suggest another width of the layer at the start of a branch, where only channels keep branches apart."""
    shapes = arriving.get(node.name) or ()
    if len(shapes) != 2 or len(shapes[0]) != len(shapes[1]) or shapes[0][1:] != shapes[1][1:]:
        return
    for wire, other in zip(graph.inputs(node.name), reversed(shapes), strict=True):
        source = graph.node(wire.source)
        while source.layer.pointwise and len(graph.inputs(source.name)) == 1:
            source = graph.node(graph.inputs(source.name)[0].source)
        width = next((name for name in ("out_channels", "units") if hasattr(source.layer, name)), "")
        wider = _widened(source.layer, width, other, arriving.get(source.name) or ()) if width else None
        if wider is not None:
            things = "filters" if width == "out_channels" else "units"
            yield Fix(
                f"Give {source.name} {other[0]} {things}",
                lambda graph, name=source.name, layer=wider: graph.with_layer(name, layer),  # type: ignore[misc]
            )


def _kept_sizes(graph: Graph, node: Node, arriving: Arriving) -> Iterator[Fix]:
    """Suggest padding along a branch that lost its size, where that is all that keeps two branches apart."""
    shapes = arriving.get(node.name) or ()
    if len(shapes) != 2 or len(shapes[0]) != len(shapes[1]) or len(shapes[0]) < 2:
        return
    for number, wire in enumerate(graph.inputs(node.name)):
        branch = _shrinking(graph, wire.source, shapes[1 - number][1:], arriving)
        padded = {
            each.name: each.layer.replace(padding="same") for each in branch if _loses_border(each.layer)
        }
        if not padded:
            continue
        try:
            shape = (arriving.get(branch[0].name) or ())[0]
            for each in branch:
                shape = padded.get(each.name, each.layer).out_shape(shape)
            node.layer.out_shape(*(shape if n == number else other for n, other in enumerate(shapes)))
        except ShapeError:
            continue
        names = next(iter(padded)) if len(padded) == 1 else f"{len(padded)} layers"
        yield Fix(f"Let {names} keep the size: padding same", partial(_with_layers, layers=padded))


def _shrinking(graph: Graph, last: str, wanted: Shape, arriving: Arriving) -> list[Node]:
    """Return the branch that ends at a node, from where it still had the wanted size; empty where it never had."""
    branch: list[Node] = []
    while len(graph.inputs(last)) == 1 and (shapes := arriving.get(last)):
        branch.insert(0, graph.node(last))
        if shapes[0][1:] == wanted:
            return branch
        last = graph.inputs(last)[0].source
    return []


def _loses_border(layer: Layer) -> bool:
    return getattr(layer, "padding", "same") != "same"


def _with_layers(graph: Graph, layers: Mapping[str, Layer]) -> Graph:
    for name, layer in layers.items():
        graph = graph.with_layer(name, layer)
    return graph


def _widened(layer: Layer, width: str, wanted: Shape, inputs: tuple[Shape, ...]) -> Layer | None:
    """Return the layer with as many channels as are wanted; None where that is impossible."""
    try:
        wider = layer.replace(**{width: wanted[0]})
        return wider if wider.out_shape(*inputs) == wanted else None
    except (OptionError, ShapeError):
        return None


def _fix(name: str, remedy: Remedy) -> Fix:
    """Turn a layer's remedy into an edit of the graph."""

    def edit(graph: Graph) -> Graph:
        if remedy.replace is not None:
            return graph.with_layer(name, remedy.replace)
        assert remedy.insert is not None
        wire = next(edge for edge in graph.inputs(name) if edge.port == remedy.port)
        return graph.insert(wire, remedy.insert)

    return Fix(remedy.label, edit)
