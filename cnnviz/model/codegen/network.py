"""The class `Net` of a script: what the graph computes, one line per node."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from cnnviz.layers import TorchCall, times
from cnnviz.model.check import Report, Row
from cnnviz.model.codegen.writing import call_lines, construction, wrapped
from cnnviz.model.graph import Graph
from cnnviz.model.heads import heads
from cnnviz.model.names import attribute

Modules = Mapping[str, tuple[tuple[str, TorchCall], ...]]


@dataclass(frozen=True)
class Ends:
    """The nodes where samples enter, the nodes whose values `Net` returns, and those the losses are taken from."""

    inputs: tuple[str, ...]
    outputs: tuple[str, ...]
    sources: tuple[str, ...]

    def arguments(self) -> tuple[str, ...]:
        """Return what `forward` calls its inputs: `x`, or the nodes' names where there are several."""
        return ("x",) if len(self.inputs) == 1 else tuple(attribute(name) for name in self.inputs)


def ends_of(graph: Graph, report: Report) -> Ends:
    """Return the ends of a graph that runs."""
    return Ends(report.inputs, report.outputs, tuple(head.source for head in heads(graph)))


@dataclass(frozen=True)
class NetText:
    """The class `Net` as text, and its method that returns what the losses are taken from."""

    text: str
    scores: str


def class_text(graph: Graph, report: Report, modules: Modules, ends: Ends, own: frozenset[str]) -> NetText:
    """Write the class `Net`; where answers end in a softmax, a method of its own returns the scores before it."""
    lines = ["class Net(nn.Module):", "    def __init__(self) -> None:", "        super().__init__()"]
    rows = _in_reading_order(graph, report.rows)
    writer = _Writer(graph, modules, _variables(graph, rows, ends), ends)
    for name, pairs in modules.items():
        made = [wrapped(f"        self.{each} = ", construction(call, own)) for each, call in pairs]
        lines += writer.headed(name, [line for each in made for line in each])
    before = set().union(*(graph.ancestors(name) for name in ends.sources))
    first = tuple(row for row in rows if row.name in before)
    behind = tuple(row for row in rows if row.name not in before)
    if not any(modules[row.name] for row in behind):
        lines += writer.method("forward", first, ends.sources)
        return NetText("\n".join(lines), "forward")
    scores = "logits" if len(ends.sources) == 1 else "scores"
    lines += writer.method(scores, first, ends.sources)
    reads = {edge.source for row in behind for edge in graph.inputs(row.name)} | set(ends.outputs)
    apart = reads <= {row.name for row in behind} | set(ends.sources)
    lines += writer.method("forward", behind if apart else rows, ends.outputs, scores if apart else "")
    return NetText("\n".join(lines), scores)


class _Writer:
    """Writes methods of `Net`; where nodes of a group begin, a comment says so."""

    def __init__(self, graph: Graph, modules: Modules, variables: Mapping[str, str], ends: Ends) -> None:
        self._graph, self._modules, self._variables = graph, modules, variables
        self._ends = ends
        self._given = dict(zip(ends.inputs, ends.arguments(), strict=True))
        self._titles = {group.name: group for group in graph.groups}
        self._path = ""

    def method(
        self, name: str, rows: tuple[Row, ...], outputs: tuple[str, ...], scores: str = ""
    ) -> list[str]:
        """Return a method that computes rows, from the scores if another method returns them, and returns values."""
        self._path = ""
        given = [f"{each}: torch.Tensor" for each in self._ends.arguments()]
        result = "torch.Tensor" if len(outputs) == 1 else "tuple[torch.Tensor, ...]"
        lines = ["", *call_lines("    def ", name, ["self", *given], f" -> {result}:")]
        if scores:
            variables = ", ".join(self._variables[each] for each in self._ends.sources)
            lines.append(f"        {variables} = self.{scores}({', '.join(self._ends.arguments())})")
        body = [
            line
            for row in rows
            for line in self.headed(row.name, [*self._step(row), *self._differentiable(row)])
        ]
        lines += body[1:] if body[:1] == [""] and not scores else body  # no empty line below a def
        return [*lines, f"        return {', '.join(self._variables[each] for each in outputs)}"]

    def headed(self, node: str, lines: list[str]) -> list[str]:
        """Put the name of the group above the first lines of its nodes."""
        path = self._group_path(node)
        if not lines or path == self._path:
            return lines
        self._path = path
        return ["", *([f"        # {path}"] if path else []), *lines]

    def _group_path(self, node: str) -> str:
        """Return the titles of the groups around a node, outermost first."""
        found: list[str] = []
        name = self._graph.node(node).group
        while name in self._titles and len(found) < len(self._titles):
            found.append(self._titles[name].title or name)
            name = self._titles[name].parent
        return " / ".join("".join(each for each in title if each.isprintable()) for title in reversed(found))

    def _differentiable(self, row: Row) -> list[str]:
        """Let gradients be taken with respect to a value while training, where a layer asks for them."""
        readers = ((edge, self._graph.node(edge.target).layer) for edge in self._graph.outputs(row.name))
        if not any(edge.port in layer.differentiates for edge, layer in readers):
            return []
        name = self._variables[row.name]
        return [
            f"        if self.training and torch.is_grad_enabled() and not {name}.requires_grad:",
            f"            {name} = {name}.detach().requires_grad_()",
        ]

    def _step(self, row: Row) -> list[str]:
        """Return the lines that compute one node: one, unless it is too long."""
        target = self._variables[row.name]
        edges = self._graph.inputs(row.name)
        arguments = [self._variables[edge.source] for edge in edges] or [self._given[row.name]]
        names = [name for name, _ in self._modules[row.name]]
        comment = f"  # {times(row.shape or ())}"
        if not names:
            expression = ", ".join(arguments)
            return [] if expression == target else [f"        {target} = {expression}{comment}"]
        if len(arguments) > 1 and len(names) == 1:
            return call_lines(f"        {target} = ", f"self.{names[0]}", arguments, comment)
        expression = ", ".join(arguments)
        for name in names:
            expression = f"self.{name}({expression})"
        return [f"        {target} = {expression}{comment}"]


def _in_reading_order(graph: Graph, rows: tuple[Row, ...]) -> tuple[Row, ...]:
    """Return rows branch by branch, each followed to its end; where layers draw numbers, the engine's order stays."""
    if sum(graph.node(row.name).layer.draws for row in rows) > 1:
        return rows
    found = {row.name: row for row in rows}
    waiting = {name: len(graph.inputs(name)) for name in found}
    order: list[Row] = []
    ready = [name for name in reversed(found) if not waiting[name]]
    while ready:
        name = ready.pop()
        order.append(found[name])
        for edge in reversed(graph.outputs(name)):
            waiting[edge.target] -= 1
            if not waiting[edge.target]:
                ready.append(edge.target)
    return tuple(order)


def _variables(graph: Graph, rows: tuple[Row, ...], ends: Ends) -> dict[str, str]:
    """Return the variable that holds each node's value: `x` where only the very next line reads it."""
    order = [row.name for row in rows]
    found = {}
    for name, following in zip(order, [*order[1:], ""], strict=True):
        readers = {edge.target for edge in graph.outputs(name)}
        found[name] = "x" if readers and readers <= {following} else attribute(name)
    answers = {*ends.outputs, *ends.sources}
    found |= {name: "x" if len(ends.outputs) == 1 else attribute(name) for name in answers}
    if len(ends.inputs) > 1:  # an argument keeps its name
        found |= dict(zip(ends.inputs, ends.arguments(), strict=True))
    return found
