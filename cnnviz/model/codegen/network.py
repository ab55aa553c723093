"""The class `Net` of a script: what the graph computes, one line per node."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from cnnviz.layers import TorchCall, times
from cnnviz.model.check import Report, Row
from cnnviz.model.codegen.writing import call_lines, construction
from cnnviz.model.graph import Graph
from cnnviz.model.names import attribute

Modules = Mapping[str, tuple[tuple[str, TorchCall], ...]]


@dataclass(frozen=True)
class Ends:
    """The nodes where samples enter, and the nodes whose values `Net` returns."""

    inputs: tuple[str, ...]
    outputs: tuple[str, ...]

    def arguments(self) -> tuple[str, ...]:
        """Return what `forward` calls its inputs: `x`, or the nodes' names where there are several."""
        return ("x",) if len(self.inputs) == 1 else tuple(attribute(name) for name in self.inputs)


def ends_of(graph: Graph, report: Report) -> Ends:
    """Return the ends of a graph that runs, in computing order."""
    names = [row.name for row in report.rows]
    inputs = tuple(name for name in names if graph.node(name).layer.most_inputs == 0)
    return Ends(inputs, tuple(name for name in names if not graph.outputs(name)))


def scores_of(graph: Graph, name: str) -> str:
    """Return the node whose value the loss of an output is taken from: the one before a softmax."""
    while graph.node(name).layer.ends:
        name = graph.inputs(name)[0].source
    return graph.inputs(name)[0].source if graph.node(name).layer.gives_probabilities else name


def class_text(graph: Graph, report: Report, modules: Modules, ends: Ends, own: frozenset[str]) -> str:
    """Return the class `Net`; where the network ends in a softmax, `logits` are the scores that go into it."""
    lines = ["class Net(nn.Module):", "    def __init__(self) -> None:", "        super().__init__()"]
    writer = _Writer(graph, modules, _variables(graph, report, ends), ends)
    for name, pairs in modules.items():
        made = [f"        self.{attribute} = {construction(call, own)}" for attribute, call in pairs]
        lines += writer.headed(name, made)
    inputs = ", ".join(f"{name}: torch.Tensor" for name in ends.arguments())
    scores = scores_of(graph, ends.outputs[0])
    last = report.rows[-1].name
    if len(ends.outputs) == 1 and scores != last and graph.inputs(last)[0].source == scores:
        lines += writer.method("logits", inputs, report.rows[:-1], [scores])
        (module,) = (attribute for attribute, _ in modules[last])
        given = ", ".join(ends.arguments())
        lines += ["", f"    def forward(self, {inputs}) -> torch.Tensor:"]
        lines += [
            f"        return self.{module}(self.logits({given}))  # {times(report.rows[-1].shape or ())}"
        ]
    else:
        lines += writer.method("forward", inputs, report.rows, list(ends.outputs))
    return "\n".join(lines)


class _Writer:
    """Writes methods of `Net`; where nodes of a group begin, a comment says so."""

    def __init__(self, graph: Graph, modules: Modules, variables: Mapping[str, str], ends: Ends) -> None:
        self._graph, self._modules, self._variables = graph, modules, variables
        self._given = dict(zip(ends.inputs, ends.arguments(), strict=True))
        self._titles = {group.name: group for group in graph.groups}
        self._path = ""

    def method(self, name: str, inputs: str, rows: tuple[Row, ...], outputs: list[str]) -> list[str]:
        """Return a method that computes rows and returns the values of some nodes."""
        self._path = ""
        many = f"tuple[{', '.join(['torch.Tensor'] * len(outputs))}]"
        lines = ["", f"    def {name}(self, {inputs}) -> {'torch.Tensor' if len(outputs) == 1 else many}:"]
        body = [line for row in rows for line in self.headed(row.name, self._step(row))]
        lines += body[1:] if body[:1] == [""] else body  # no empty line below a def
        return [*lines, f"        return {', '.join(self._variables[name] for name in outputs)}"]

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


def _variables(graph: Graph, report: Report, ends: Ends) -> dict[str, str]:
    """Return the variable that holds each node's value: `x` where only the very next line reads it."""
    order = [row.name for row in report.rows]
    found = {}
    for name, following in zip(order, [*order[1:], ""], strict=True):
        readers = {edge.target for edge in graph.outputs(name)}
        found[name] = "x" if readers and readers <= {following} else attribute(name)
    if len(ends.outputs) == 1:
        found[ends.outputs[0]] = "x"
    if len(ends.inputs) > 1:  # an argument keeps its name
        found |= dict(zip(ends.inputs, ends.arguments(), strict=True))
    return found
