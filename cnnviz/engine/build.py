"""A graph as a torch module: what each layer declares is constructed, nothing is decided by kind here."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import torch
from torch import nn

from cnnviz.engine import modules as own_modules
from cnnviz.engine.initialise import initialise
from cnnviz.errors import GraphError
from cnnviz.layers import TorchCall
from cnnviz.model.check import Report, check
from cnnviz.model.graph import Graph
from cnnviz.model.names import modules_of


@dataclass(frozen=True)
class _Step:
    """One node's work: its modules run one after the other on the values of `inputs`.

    `spent` are the nodes whose values nobody needs afterwards.
    """

    node: str
    modules: tuple[str, ...]
    inputs: tuple[str, ...]
    spent: tuple[str, ...] = ()


class GraphModule(nn.Module):
    """A network built from a graph. Children are named after nodes, so that weight files read like the graph.

    Tensors are float32 with the batch first: (N, C, H, W) for an Input of shape (C, H, W).
    """

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
        self._plan = tuple(
            _Step(node, tuple(name for name, _ in pairs), tuple(edge.source for edge in graph.inputs(node)))
            for node, pairs in named.items()
        )
        self._quick = _with_spent(_pool_before_relu(self, self._plan) if fast else self._plan)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Return the output node's value (N, …) for a batch (N, …) of inputs."""
        return self._run(self._quick, x)[self.report.output]

    def logits(self, x: torch.Tensor) -> torch.Tensor:
        """Return the class scores (N, K): the output, or what goes into it where it is a softmax."""
        plan = self._quick if self.scores_node == self.report.output else self._quick[:-1]
        return self._run(plan, x)[self.scores_node]

    def activations(self, x: torch.Tensor) -> dict[str, torch.Tensor]:
        """Return the value (N, …) of every node."""
        return self._run(self._plan, x)

    @property
    def scores_node(self) -> str:
        """Return the node whose values the loss is taken from."""
        output = self.graph.node(self.report.output)
        if output.layer.gives_probabilities:
            return self.graph.inputs(output.name)[0].source
        return output.name

    def _run(self, plan: Sequence[_Step], x: torch.Tensor) -> dict[str, torch.Tensor]:
        values: dict[str, torch.Tensor] = {}
        for step in plan:
            arriving: tuple[torch.Tensor, ...] = tuple(values[name] for name in step.inputs) or (x,)
            for name in step.modules:
                arriving = (getattr(self, name)(*arriving),)
            values[step.node] = arriving[0]
            for node in step.spent:
                del values[node]
        return values


def build(graph: Graph, *, fast: bool = False, seed: int = 0, initialiser: str = "default") -> GraphModule:
    """Return the module of a graph with fresh weights, the same for the same seed; GraphError if it can't run.

    `fast` computes max pooling before ReLU where that gives the same values with less work. The global random state is
    neither read nor changed.
    """
    with torch.device("meta"):  # constructs without drawing weights
        module = GraphModule(graph, fast=fast)
    module.to_empty(device="cpu")
    initialise(module, initialiser, seed)
    return module


def construct(call: TorchCall) -> nn.Module:
    """Return the module that a layer asks for: one of ours, or one of torch.nn."""
    cls: Any = getattr(own_modules, call.name, None) or getattr(nn, call.name)
    module: nn.Module = cls(*call.args, **call.kwargs)
    return module


# -- the faster order -----------------------------------------------------------------------------------------------

_POOLING = (nn.MaxPool1d, nn.MaxPool2d, nn.MaxPool3d, nn.ConstantPad1d, nn.ConstantPad2d, nn.ConstantPad3d)


def _pool_before_relu(module: GraphModule, plan: tuple[_Step, ...]) -> tuple[_Step, ...]:
    """Let max pooling and its padding go before a ReLU that feeds nothing else: max(relu(a)) = relu(max(a)).

    The pair becomes one step of the pooling's name. Values and gradients stay the same.
    """
    found = {step.node: step for step in plan}
    for step in plan:
        before = found.get(step.inputs[0]) if len(step.inputs) == 1 else None
        if before is None or len(module.graph.outputs(before.node)) != 1:
            continue
        if _made_of(module, before, nn.ReLU) and _made_of(module, step, *_POOLING):
            del found[before.node]
            found[step.node] = replace(step, modules=(*step.modules, *before.modules), inputs=before.inputs)
    return tuple(found.values())


def _made_of(module: nn.Module, step: _Step, *kinds: type[nn.Module]) -> bool:
    """Say whether a step has modules, all of these kinds."""
    return bool(step.modules) and all(isinstance(module.get_submodule(name), kinds) for name in step.modules)


def _with_spent(plan: tuple[_Step, ...]) -> tuple[_Step, ...]:
    """Note behind every step which values may go, so that a large batch needs less memory."""
    last_use = {source: number for number, step in enumerate(plan) for source in step.inputs}
    spent: dict[int, list[str]] = {}
    for node, number in last_use.items():
        spent.setdefault(number, []).append(node)
    return tuple(replace(step, spent=tuple(spent.get(n, ()))) for n, step in enumerate(plan))
