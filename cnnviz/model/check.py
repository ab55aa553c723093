"""What a graph amounts to: order, shapes, counts, and every problem with its node and its fixes."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from functools import cached_property, lru_cache

from cnnviz.errors import GraphError, ShapeError
from cnnviz.layers import Layer, Parameter, Shape
from cnnviz.model.checking import advice, answers, ends, freesize, mending, slopes, wiring
from cnnviz.model.checking.problem import Fix, Problem, Severity
from cnnviz.model.graph import Graph, Node


@dataclass(frozen=True)
class Row:
    """What is known about one node; `shape` is None where it can't be known yet. Counts are for one sample."""

    name: str
    kind: str
    inputs: tuple[Shape, ...] | None
    shape: Shape | None
    parameters: tuple[Parameter, ...] = ()
    macs: int = 0

    @cached_property
    def params(self) -> int:
        """Return the number of parameters, those that don't train included."""
        return sum(parameter.count for parameter in self.parameters)


@dataclass(frozen=True)
class Report:
    """The answer of `check`: rows in computing order, and problems.

    `inputs` and `outputs` are the nodes where values enter and where the network answers, in the order of the graph;
    `input` is the first of them, `output` the main answer (of the greatest weight). Empty where there is none.
    """

    rows: tuple[Row, ...]
    problems: tuple[Problem, ...]
    input: str = ""
    output: str = ""
    inputs: tuple[str, ...] = ()
    outputs: tuple[str, ...] = ()

    def row(self, name: str) -> Row:
        """Return the row of a node; raise GraphError if there is none."""
        if name not in self._by_name:
            raise GraphError(f"there is no node {name!r}.")
        return self._by_name[name]

    @cached_property
    def _by_name(self) -> dict[str, Row]:
        return {row.name: row for row in self.rows}

    @property
    def shapes(self) -> dict[str, Shape | None]:
        """Return the output shape of every node."""
        return {row.name: row.shape for row in self.rows}

    @cached_property
    def trainable(self) -> int:
        """Return the number of parameters that train."""
        return sum(p.count for row in self.rows for p in row.parameters if p.trainable)

    @cached_property
    def non_trainable(self) -> int:
        """Return the number of running statistics."""
        return sum(p.count for row in self.rows for p in row.parameters if not p.trainable)

    @cached_property
    def macs(self) -> int:
        """Return the multiply-adds of one forward pass of one sample."""
        return sum(row.macs for row in self.rows)

    @property
    def errors(self) -> tuple[Problem, ...]:
        """Return the problems that keep the graph from running, unmet inputs included."""
        return tuple(problem for problem in self.problems if problem.severity != "note")

    def require(self) -> Report:
        """Return self, or raise GraphError for the first problem that keeps the graph from running."""
        for problem in sorted(self.errors, key=lambda each: each.severity):
            hint = f"Possible fix: {problem.fixes[0].label}." if problem.fixes else ""
            raise GraphError(problem.text, where=problem.node, hint=hint)
        if not self.rows:
            raise GraphError("the graph is empty.", hint="Add an Input and the layers behind it.")
        return self


@lru_cache(maxsize=64)
def check(graph: Graph) -> Report:
    """Return order, shapes, counts and problems; never raises for a graph that only is unfinished."""
    order, circle = sort(graph)
    rows: dict[str, Row] = {}
    problems: list[Problem] = []
    for node in order:
        rows[node.name] = _visit(graph, node, rows, problems)
    for node in circle:
        rows[node.name] = Row(node.name, node.layer.kind, None, None)
        problems.append(wiring.circle(graph, node.name))
    problems += freesize.problems(graph, order, rows) + slopes.problems(graph)
    shapes = {name: row.shape for name, row in rows.items()}
    unfinished = wiring.problems(graph, order, shapes)
    if unfinished:  # an end may only be loose until all wires are drawn; what waits comes behind its cause
        problems = [*unfinished, *problems]
    else:
        problems += ends.problems(graph, shapes) + answers.problems(graph, shapes)
    if not problems:  # advice on what is not finished would only be in the way
        problems += advice.notes(graph, shapes, {name: row.params for name, row in rows.items()})
    entries = ends.entries(graph)
    return Report(
        tuple(rows.values()), tuple(problems),
        entries[0] if entries else "", ends.main_output(graph), entries, ends.outputs(graph),
    )  # fmt: skip


def sort(graph: Graph) -> tuple[list[Node], list[Node]]:
    """Return the nodes in an order in which they can be computed, and those on or behind a circle."""
    waiting = {node.name: len(graph.inputs(node.name)) for node in graph}
    ready = deque(node for node in graph if waiting[node.name] == 0)
    order: list[Node] = []
    while ready:
        node = ready.popleft()
        order.append(node)
        for edge in graph.outputs(node.name):
            waiting[edge.target] -= 1
            if waiting[edge.target] == 0:
                ready.append(graph.node(edge.target))
    done = {node.name for node in order}
    return order, [node for node in graph if node.name not in done]


def _visit(graph: Graph, node: Node, rows: dict[str, Row], problems: list[Problem]) -> Row:
    unknown = Row(node.name, node.layer.kind, None, None)
    edges = graph.inputs(node.name)
    if not wiring.settled(graph, node):
        return unknown
    shapes = [rows[edge.source].shape for edge in edges]
    blocked = [edge.source for edge, shape in zip(edges, shapes, strict=True) if shape is None]
    if blocked:
        problems.append(Problem(node.name, f"waits for a shape from {blocked[0]}.", "waiting"))
        return unknown
    return _measure(graph, node, tuple(shape for shape in shapes if shape is not None), rows, problems)


def _measure(
    graph: Graph, node: Node, inputs: tuple[Shape, ...], rows: dict[str, Row], problems: list[Problem]
) -> Row:
    try:
        return _row(node.name, node.layer, inputs)
    except ShapeError as error:
        arriving = {name: row.inputs for name, row in rows.items()} | {node.name: inputs}
        problems.append(mending.misfit(graph, node, error, arriving))
        return Row(node.name, node.layer.kind, inputs, None)


@lru_cache(maxsize=1 << 14)
def _row(name: str, layer: Layer, inputs: tuple[Shape, ...]) -> Row:
    """Measure a layer. An edit asks again only for what is behind it: all other rows are the same objects as before."""
    shape = layer.out_shape(*inputs)
    return Row(name, layer.kind, inputs, shape, layer.parameters(*inputs), layer.macs(*inputs))


__all__ = ["Fix", "Problem", "Report", "Row", "Severity", "check", "sort"]
