"""A graph as a torch module: what each layer declares is constructed, nothing is decided by kind here."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Any

import torch
from torch import nn

from cnnviz.engine import modules as own_modules
from cnnviz.errors import GraphError
from cnnviz.layers import LAYERS, TorchCall
from cnnviz.model.check import Report, check
from cnnviz.model.graph import Graph
from cnnviz.model.names import modules_of


@dataclass(frozen=True)
class _Step:
    """One node's work: the modules named here run one after the other on the values of `inputs`."""

    node: str
    modules: tuple[str, ...]
    inputs: tuple[str, ...]


class GraphModule(nn.Module):
    """A network built from a graph. Children are named after nodes, so that weight files read like the graph."""

    graph: Graph
    report: Report

    def __init__(self, graph: Graph, *, fast: bool = False) -> None:
        super().__init__()
        self.graph = graph
        self.report = check(graph).require()
        if not self.report.input or not self.report.output:
            raise GraphError("the network needs one input and one output.", where=graph.title)
        named = modules_of(graph)
        for pairs in named.values():
            for name, call in pairs:
                self.add_module(name, construct(call))
        self._steps = _steps(graph, {node: tuple(name for name, _ in pairs) for node, pairs in named.items()})
        if fast:
            self._steps = _pool_before_relu(graph, self._steps)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Return the output node's value (N, …) for a batch (N, …) of inputs."""
        return self._run(x)[self.report.output]

    def logits(self, x: torch.Tensor) -> torch.Tensor:
        """Return the class scores (N, K): the output, or what goes into it where it is a softmax."""
        return self._run(x, last=self.scores_node)[self.scores_node]

    def activations(self, x: torch.Tensor) -> dict[str, torch.Tensor]:
        """Return the value (N, …) of every node; the module must not be built with `fast`."""
        return self._run(x)

    @property
    def scores_node(self) -> str:
        """Return the node whose values the loss is taken from."""
        output = self.graph.node(self.report.output)
        if output.layer.gives_probabilities:
            return self.graph.inputs(output.name)[0].source
        return output.name

    def _run(self, x: torch.Tensor, last: str = "") -> dict[str, torch.Tensor]:
        values = {self.report.input: x}
        for step in self._steps:
            arriving: tuple[torch.Tensor, ...] = tuple(values[name] for name in step.inputs)
            for name in step.modules:
                arriving = (getattr(self, name)(*arriving),)
            values[step.node] = arriving[0]
            if step.node == last:
                break
        return values


def build(graph: Graph, *, fast: bool = False, seed: int = 0, initialiser: str = "default") -> GraphModule:
    """Return the module of a graph with fresh weights, the same for the same seed; GraphError if it can't run.

    `fast` computes max pooling before ReLU where that gives the same values with less work. The global random state is
    neither read nor changed.
    """
    with torch.device("meta"):
        module = GraphModule(graph, fast=fast)
    module.to_empty(device="cpu")
    initialise(module, initialiser, seed)
    return module


def construct(call: TorchCall) -> nn.Module:
    """Return the module that a layer asks for: one of ours, or one of torch.nn."""
    cls: Any = getattr(own_modules, call.name, None) or getattr(nn, call.name)
    module: nn.Module = cls(*call.args, **call.kwargs)
    return module


def initialise(module: nn.Module, how: str, seed: int) -> None:
    """Draw all weights: `default` as torch does, `normal` N(0, 0.1) with zero biases, `glorot`, `he`."""
    generator = torch.Generator().manual_seed(seed)
    for child in module.modules():
        if isinstance(getattr(child, "running_mean", None), torch.Tensor):
            child.reset_parameters()  # type: ignore[operator]
            continue
        weight, bias = getattr(child, "weight", None), getattr(child, "bias", None)
        if isinstance(weight, nn.Parameter):
            _fill(weight, bias, how, generator)


@torch.no_grad()
def _fill(weight: nn.Parameter, bias: nn.Parameter | None, how: str, generator: torch.Generator) -> None:
    if how == "normal":
        nn.init.normal_(weight, 0.0, 0.1, generator=generator)
    elif how == "glorot":
        nn.init.xavier_uniform_(weight, generator=generator)
    elif how == "he":
        nn.init.kaiming_normal_(weight, nonlinearity="relu", generator=generator)
    else:
        nn.init.kaiming_uniform_(weight, a=math.sqrt(5), generator=generator)
    if bias is None:
        return
    if how == "default":
        bound = 1 / math.sqrt(weight[0].numel())
        nn.init.uniform_(bias, -bound, bound, generator=generator)
    else:
        nn.init.zeros_(bias)


def _steps(graph: Graph, named: dict[str, tuple[str, ...]]) -> tuple[_Step, ...]:
    order = [row.name for row in check(graph).rows if LAYERS[row.kind].most_inputs != 0]
    return tuple(_Step(name, named[name], tuple(e.source for e in graph.inputs(name))) for name in order)


def _pool_before_relu(graph: Graph, steps: tuple[_Step, ...]) -> tuple[_Step, ...]:
    """Swap ReLU and the max pooling behind it: both keep the order of values, so the result is the same."""
    found = {step.node: step for step in steps}
    for step in steps:
        before = found.get(step.inputs[0])
        if before is None or not _is(graph, step.node, "MaxPool") or not _is(graph, before.node, "ReLU"):
            continue
        if len(graph.outputs(before.node)) == 1 and len(before.modules) == len(step.modules) == 1:
            found[step.node] = replace(step, modules=before.modules)
            found[before.node] = replace(before, modules=step.modules)
    return tuple(found[step.node] for step in steps)


def _is(graph: Graph, node: str, module: str) -> bool:
    """Say whether a node is made of one torch module of this family."""
    row = check(graph).row(node)
    calls = graph.node(node).layer.torch_calls(*(row.inputs or ()))
    return len(calls) == 1 and calls[0].name.rstrip("123d") == module
