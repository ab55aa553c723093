"""Whether a network suits the data and the recipe it is to be trained with."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import lru_cache

from cnnviz.errors import CnnvizError
from cnnviz.layers import Dense, GlobalAvgPool, LayerNorm, Output, Shape, size, times
from cnnviz.model.check import Report, check
from cnnviz.model.checking.answers import PER_CELL
from cnnviz.model.checking.freesize import admits
from cnnviz.model.checking.problem import Fix, Problem
from cnnviz.model.graph import Graph
from cnnviz.model.heads import Head, learned_from
from cnnviz.model.timing import first_ahead

VIDEO_AXES = 3
"""Time, height and width: of a window over a video, the first is time."""


@dataclass(frozen=True)
class Samples:
    """What a network is to learn from: the data's name, the shape of one sample, how many classes; the batch size.

    Without classes, `answer` is the shape of the values or frames that each sample should give; with `next_frames`,
    these are the sample's own frames one step later.
    """

    title: str
    shape: Shape
    classes: int
    batch_size: int = 64
    answer: Shape = ()
    next_frames: bool = False


@lru_cache(maxsize=16)
def judge(graph: Graph, samples: Samples | None) -> Report:
    """Return the report of a graph, with the problems that it would have with these samples."""
    report = check(graph)
    if samples is None or report.errors or not report.output:
        return report
    return replace(report, problems=(*report.problems, *_problems(graph, report, samples)))


def _problems(graph: Graph, report: Report, samples: Samples) -> Iterator[Problem]:
    if not report.trainable:
        yield Problem(report.output, "the network has nothing that learns.", "error", _learning(report))
    if not admits(graph, report.input, samples.shape):
        yield _other_shape(report, samples)
        return
    for head in learned_from(graph):
        if head.sample:
            continue
        if samples.answer:
            yield from _values(graph, report, head, samples)
        elif head.classifies:
            yield from _classes(graph, report, head, samples)
    if samples.batch_size == 1:
        yield from _alone(graph, report)


def _other_shape(report: Report, samples: Samples) -> Problem:
    """A note only: a network for other data is no mistake, it just can't be trained on these."""
    given = report.row(report.input).shape or ()
    text = f"takes {times(given)}, but {samples.title} has {times(samples.shape)}."
    name = report.input
    label = f"Give {name} the shape {times(samples.shape)}"

    def reshape(graph: Graph) -> Graph:
        return graph.with_layer(name, graph.node(name).layer.replace(shape=samples.shape))

    return Problem(name, text, "note", (Fix(label, reshape),))


def _classes(graph: Graph, report: Report, head: Head, samples: Samples) -> Iterator[Problem]:
    shape = report.row(head.node).shape or ()
    two = samples.classes == 2 and shape == (1,)  # one number can tell two classes apart
    if shape[:1] == (samples.classes,) or two:
        return
    wanted = samples.classes
    text = f"gives {times(shape)}, but {samples.title} has {wanted} classes."
    rebuilding = (_rebuilding(head.node),) if shape == samples.shape else ()
    yield Problem(head.node, text, "error", (*rebuilding, *_to_classes(graph, report, head.node, wanted)))


def _rebuilding(node: str) -> Fix:
    """Suggest to compare with the sample itself, where the network gives one of just that shape: an autoencoder."""

    def edit(graph: Graph) -> Graph:
        end = Output(loss="mean squared error", target="sample")
        if graph.node(node).layer.ends:
            return graph.with_layer(node, end)
        x, y = graph.node(node).position
        return graph.add(end, position=(x, y + 60.0), after=node)

    return Fix("Learn to rebuild the sample: an autoencoder needs no classes", edit)


def _values(graph: Graph, report: Report, head: Head, samples: Samples) -> Iterator[Problem]:
    """Notes only: a network for other data is no mistake, it just can't be trained on these."""
    shape, wanted = report.row(head.node).shape or (), samples.answer
    if head.layer.loss not in PER_CELL:
        text = f"{head.layer.loss} needs classes, but {samples.title} asks for values of {times(wanted)}."
        yield Problem(head.node, text, "note", tuple(_to_values(graph, head)))
    elif size(shape) != size(wanted):
        text = f"gives {times(shape)}, but {samples.title} asks for {times(wanted)}."
        yield Problem(head.node, text, "note")
    elif samples.next_frames:
        yield from _leak(graph, head)


def _leak(graph: Graph, head: Head) -> Iterator[Problem]:
    """A note on a layer that sees a later frame: where the next one is to be predicted, it is there to be copied."""
    node = first_ahead(graph, head.node)
    if not node:
        return
    text = (
        "reads the frame after its own, the very one to predict: the network will copy it, and learn nothing."
    )
    layer = graph.node(node).layer
    kernel = getattr(layer, "kernel_size", ())
    fixes: tuple[Fix, ...] = ()
    if len(kernel) == VIDEO_AXES:
        own = layer.replace(kernel_size=(1, *kernel[1:]))
        fixes = (Fix(f"Let {node} read its own frame only", lambda graph: graph.with_layer(node, own)),)
    yield Problem(node, text, "note", fixes)


def _to_values(graph: Graph, head: Head) -> Iterator[Fix]:
    """Suggest a loss that compares value by value, where there is an Output to say so."""
    if graph.node(head.node).layer.ends:
        name, changed = head.node, head.layer.replace(loss="mean squared error")
        yield Fix("Use mean squared error", lambda graph: graph.with_layer(name, changed))


def _to_classes(graph: Graph, report: Report, node: str, wanted: int) -> Iterator[Fix]:
    """Suggest another width of the last layer with weights, or a classifier behind what there is."""
    yield from _widening(graph, node, wanted) if size((report.row(node).shape or ())[1:]) == 1 else ()
    yield Fix(f"Add a Dense layer of {wanted} units", lambda graph: _classifier(graph, report, node, wanted))


def _widening(graph: Graph, node: str, wanted: int) -> Iterator[Fix]:
    """Suggest another width of the last layer with weights."""
    last = _last_linear(graph, node)
    if last:
        width = "units" if hasattr(graph.node(last).layer, "units") else "out_channels"
        changed = graph.node(last).layer.replace(**{width: wanted})
        if _becomes(graph.with_layer(last, changed), node, wanted):
            things = "units" if width == "units" else "filters"
            yield Fix(f"Give {last} {wanted} {things}", lambda graph: graph.with_layer(last, changed))


def _last_linear(graph: Graph, node: str) -> str:
    """Return the last layer with weights on the plain path to a node; empty where there is none."""
    while True:
        if graph.node(node).layer.linear:
            return node
        wires = graph.inputs(node)
        if len(wires) != 1:
            return ""
        node = wires[0].source


def _becomes(graph: Graph, node: str, wanted: int) -> bool:
    try:
        return (check(graph).require().row(node).shape or ())[:1] == (wanted,)
    except CnnvizError:
        return False


def _classifier(graph: Graph, report: Report, node: str, wanted: int) -> Graph:
    """Put a Dense layer behind a node; maps are averaged first."""
    wires = graph.outputs(node)
    x, y = graph.node(node).position
    layers = (
        [Dense(units=wanted)]
        if len(report.row(node).shape or ()) == 1
        else [GlobalAvgPool(), Dense(units=wanted)]
    )
    last = node
    for number, layer in enumerate(layers, 1):
        graph = graph.add(layer, position=(x, y + 60.0 * number), after=last)
        last = graph.nodes[-1].name
    for wire in wires:
        graph = graph.disconnect(wire).connect(last, wire.target, wire.port)
    return graph


def _learning(report: Report) -> tuple[Fix, ...]:
    node = report.output
    return (Fix("Add a Dense layer", lambda graph: _classifier(graph, report, node, 10)),)


def _alone(graph: Graph, report: Report) -> Iterator[Problem]:
    """One sample has no variance: batch norm can't learn from it where a channel is a single number."""
    for row in report.rows:
        if graph.node(row.name).layer.recentres and len(row.shape or ()) == 1:
            text = "can't learn from batches of one sample: a single number has no variance. Take batches of 2 or more."
            name = row.name
            fix = Fix(
                "Use layer norm, which works on one sample",
                lambda graph, name=name: graph.with_layer(name, LayerNorm()),  # type: ignore[misc]
            )
            yield Problem(name, text, "error", (fix,))
