"""What a network learns from: each answer, the value its loss is taken from, and what it is compared with."""

from __future__ import annotations

from dataclasses import dataclass

from cnnviz.layers import Layer, Output, Shape
from cnnviz.layers.formula import Pointwise
from cnnviz.model.check import Report, check
from cnnviz.model.graph import Graph

CLASSIFYING = ("cross entropy", "binary cross entropy", "margin")
"""The losses of answers that may be a choice among classes."""


@dataclass(frozen=True)
class Head:
    """One answer: `node` gives it, the loss is taken from the value of `source`.

    `ready` says that this value is a probability already; otherwise it is a score (logit) before a softmax or sigmoid.
    `sample` is the Input that the answer is compared with, where the target is the sample. `shape` is that of `source`.
    """

    node: str
    source: str
    ready: bool
    layer: Output
    shape: Shape
    sample: str = ""

    @property
    def classifies(self) -> bool:
        """Say whether the answer is a choice among classes, of which a share can be right."""
        if self.layer.target != "labels" or self.layer.loss not in CLASSIFYING:
            return False
        return self.layer.loss != "binary cross entropy" or len(self.shape) == 1


def heads(graph: Graph) -> tuple[Head, ...]:
    """Return the heads of a graph that can run, in its order; a graph without Output nodes has one, for classes."""
    report = check(graph)
    return tuple(_head(graph, report, name) for name in report.outputs)


def learned_from(graph: Graph) -> tuple[Head, ...]:
    """Return the heads that have a loss; none while the graph can't run."""
    if check(graph).errors or not check(graph).input:
        return ()
    return tuple(head for head in heads(graph) if head.layer.loss != "none" and head.layer.weight > 0)


def loss_in_words(graph: Graph) -> str:
    """Say what is made small, as `cross entropy + 0.3 · mean squared error of the sample`; empty where nothing is."""
    found = []
    for head in learned_from(graph):
        weight = "" if head.layer.weight == 1 else f"{head.layer.weight:g} · "
        found.append(f"{weight}{head.layer.loss}{' of the sample' if head.sample else ''}")
    return " + ".join(found)


def main_head(graph: Graph) -> Head:
    """Return the head of the main output."""
    output = check(graph).output
    return next(head for head in heads(graph) if head.node == output)


def _head(graph: Graph, report: Report, name: str) -> Head:
    layer = graph.node(name).layer
    output = layer if isinstance(layer, Output) else Output()
    value = graph.inputs(name)[0].source if layer.ends else name
    squashing, moved = _squashing(graph, report, value)
    ready = squashing is not None and output.loss in ("cross entropy", "binary cross entropy")
    if squashing is not None and graph.node(squashing).layer.scores_loss == output.loss and not moved:
        value, ready = graph.inputs(squashing)[0].source, False
    sample = ""
    if output.target == "sample":
        before = graph.ancestors(name)
        sample = next((entry for entry in report.inputs if entry in before), report.input)
    return Head(name, value, ready, output, report.row(value).shape or (), sample)


def _squashing(graph: Graph, report: Report, name: str) -> tuple[str | None, bool]:
    """Return the layer that made probabilities of the value of `name`, if any, and whether they were moved since."""
    moved = False
    while graph.inputs(name) and not graph.node(name).layer.scores_loss:
        row = report.row(name)
        if len(graph.inputs(name)) > 1 or not _moves(
            graph.node(name).layer, row.inputs or (), row.shape or ()
        ):
            return None, False
        moved = moved or not graph.node(name).layer.ends
        name = graph.inputs(name)[0].source
    return (name if graph.node(name).layer.scores_loss else None), moved


def _moves(layer: Layer, inputs: tuple[Shape, ...], shape: Shape) -> bool:
    """Say whether a layer hands values on as they are, at most in another order (flatten, reshape, another Output)."""
    if layer.pointwise or not inputs or layer.internals(*inputs):
        return False
    made = layer.formula((0,) * len(shape), *inputs)
    return isinstance(made, Pointwise) and made.function == "identity"
