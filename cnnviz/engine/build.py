"""A graph as a torch module: what each layer declares is constructed, nothing is decided by kind here."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import torch
from torch import nn

from cnnviz.engine import modules as own_modules
from cnnviz.engine.initialise import initialise
from cnnviz.engine.quick import quicken
from cnnviz.errors import GraphError
from cnnviz.layers import Shape, TorchCall
from cnnviz.model.check import Report, check
from cnnviz.model.checking.freesize import resized
from cnnviz.model.graph import Graph
from cnnviz.model.heads import Head, heads, main_head
from cnnviz.model.names import attribute, modules_of


@dataclass(frozen=True)
class _Step:
    """One node's work: its modules run one after the other on the values of `inputs`.

    `spent` are the nodes whose values nobody needs afterwards; of a `differentiable` value gradients are taken.
    """

    node: str
    modules: tuple[str, ...]
    inputs: tuple[str, ...]
    spent: tuple[str, ...] = ()
    differentiable: bool = False


class GraphModule(nn.Module):
    """A network built from a graph. Children are named after nodes, so that weight files read like the graph.

    Tensors are float32 with the batch first: (N, C, H, W) for an Input of shape (C, H, W). Every method takes one
    tensor per Input, in the order of the graph; larger ones where an Input's size is free.
    """

    graph: Graph
    report: Report
    heads: tuple[Head, ...]
    main_head: Head

    def __init__(self, graph: Graph, *, fast: bool = False) -> None:
        super().__init__()
        self.graph, self.report, self._fast = graph, check(graph).require(), fast
        if not self.report.input or not self.report.output:
            raise GraphError("the network needs one input and one output.", where=graph.title)
        self.heads, self.main_head = heads(graph), main_head(graph)
        named, traced = modules_of(graph), _differentiated(graph)
        for pairs in named.values():
            for name, call in pairs:
                module = construct(call)
                # the quick memory has no slope of its slope, which is what a layer that takes slopes learns from
                self.add_module(name, quicken(module) if fast and not traced else module)
        self._plan = tuple(
            _Step(
                node, tuple(name for name, _ in pairs), tuple(edge.source for edge in graph.inputs(node)),
                differentiable=node in traced,
            )
            for node, pairs in named.items()
        )  # fmt: skip
        quick = _pool_before_relu(self, self._plan) if fast else self._plan
        self._answering = _without_the_rest(quick, self.report.outputs)
        self._scoring = _without_the_rest(quick, tuple(head.source for head in self.heads))
        self._places = tuple(
            (row.name, attribute(row.name), each) for row in self.report.rows for each in row.parameters
        )
        self._giving_out = {name for name, child in self.named_children() if hasattr(child, "given_out")}
        self._free = any(node.layer.enlarged() is not node.layer for node in graph)
        self.still: tuple[str, ...] = ()
        """Modules that stay in the mode of use while the others learn."""

    def train(self, mode: bool = True) -> GraphModule:
        """Let layers like dropout behave as in learning, but for those that are still."""
        super().train(mode)
        for name in self.still:
            self.get_submodule(name).eval()
        return self

    def forward(self, *inputs: torch.Tensor) -> Any:
        """Return the output's value (N, …) for a batch (N, …), or a tuple where there are several, in graph order."""
        net = self.fitting(inputs)
        values = net._run(net._answering, inputs)
        found = tuple(values[name] for name in self.report.outputs)
        return found[0] if len(found) == 1 else found

    def logits(self, *inputs: torch.Tensor) -> torch.Tensor:
        """Return the scores (N, K) of the main output: its value, or what goes into it where it is a softmax."""
        net = self.fitting(inputs)
        return net._run(net._scoring, inputs)[self.main_head.source]

    def scores(self, *inputs: torch.Tensor) -> dict[str, torch.Tensor]:
        """Return the value (N, …) that the loss of each output is taken from, by output node."""
        net = self.fitting(inputs)
        values = net._run(net._scoring, inputs)
        return {head.node: values[head.source] for head in self.heads}

    def activations(
        self,
        *inputs: torch.Tensor,
        mark: Callable[[torch.Tensor], torch.Tensor] | None = None,
        known: Mapping[str, torch.Tensor] | None = None,
        inside: dict[str, dict[str, torch.Tensor]] | None = None,
    ) -> dict[str, torch.Tensor]:
        """Return the value (N, …) of every node; all that come later see what `mark` makes of it.

        Values that are `known` already, by node, are not computed again. `inside` collects by node the arrays of
        layers that make their value of them, so that nobody computes them twice.
        """
        net = self.fitting(inputs)
        return net._run(net._plan, inputs, mark, known, inside)

    def some(self, names: Sequence[str], *inputs: torch.Tensor) -> dict[str, torch.Tensor]:
        """Return the values (N, …) of some nodes; what these don't need is not computed."""
        net = self.fitting(inputs)
        values = net._run(_without_the_rest(net._plan, tuple(names)), inputs)
        return {name: values[name] for name in names}

    def internals(
        self, values: Mapping[str, torch.Tensor], known: Collection[str] = ()
    ) -> dict[str, torch.Tensor]:
        """Return the arrays (N, …) inside of layers, as `node.name`, for the values of all nodes; not of known ones."""
        found = {}
        for row in self.report.rows:
            if row.name not in known and self.graph.node(row.name).layer.internals(*(row.inputs or ())):
                arriving = [values[edge.source] for edge in self.graph.inputs(row.name)]
                inside = self.get_submodule(attribute(row.name)).inside(*arriving)  # type: ignore[operator]
                found.update({f"{row.name}.{name}": value for name, value in inside.items()})
        return found

    def own_tensors(self, *, trainable: bool = False) -> dict[tuple[str, str], torch.Tensor]:
        """Return parameters and running statistics by node and name: all, or those only that can learn."""
        children = self._modules
        return {
            (node, each.name): _own(children[child], each.name)
            for node, child, each in self._places
            if each.trainable or not trainable
        }

    @property
    def scores_node(self) -> str:
        """Return the node whose values the loss of the main output is taken from."""
        return self.main_head.source

    def resized(self, *shapes: Shape) -> GraphModule:
        """Return the network, with these very weights, for samples of these shapes, one per Input."""
        graph = resized(self.graph, dict(zip(self.report.inputs, shapes, strict=True)))
        if graph == self.graph:
            return self
        with torch.device("meta"):
            found = GraphModule(graph, fast=self._fast)
        found.load_state_dict(self.state_dict(keep_vars=True), assign=True)
        found.still = self.still
        return found.train(self.training)

    def fitting(self, inputs: Sequence[torch.Tensor]) -> GraphModule:
        """Return the network, with these very weights, for samples of this size: padding like "same" depends on it."""
        if not self._free or len(inputs) != len(self.report.inputs):
            return self
        return self.resized(*(tuple(each.shape[1:]) for each in inputs))

    def _run(
        self,
        plan: Sequence[_Step],
        inputs: Sequence[torch.Tensor],
        mark: Callable[[torch.Tensor], torch.Tensor] | None = None,
        known: Mapping[str, torch.Tensor] | None = None,
        inside: dict[str, dict[str, torch.Tensor]] | None = None,
    ) -> dict[str, torch.Tensor]:
        if len(inputs) != len(self.report.inputs):
            raise GraphError(
                f"the network takes {len(self.report.inputs)} inputs, but {len(inputs)} arrived."
            )
        given = dict(zip(self.report.inputs, inputs, strict=True))
        values: dict[str, torch.Tensor] = dict(known or {})
        for step in plan:
            if known and step.node in known:
                continue
            arriving = tuple(values[name] for name in step.inputs) or (given[step.node],)
            for name in step.modules:
                module = getattr(self, name)
                if inside is not None and name in self._giving_out:
                    inside[step.node] = module.inside(*arriving)
                    arriving = (module.given_out(inside[step.node]),)
                else:
                    arriving = (module(*arriving),)
            value = arriving[0]
            if step.differentiable and self.training and torch.is_grad_enabled() and not value.requires_grad:
                value = value.detach().requires_grad_()
            values[step.node] = mark(value) if mark else value
            for node in step.spent:
                del values[node]
        return values


def _own(child: nn.Module | None, name: str) -> torch.Tensor:
    """Return an array of a module; asking it as an attribute takes torch ten times as long."""
    assert child is not None
    found: torch.Tensor | None = child._parameters.get(name)
    if found is None:
        found = child._buffers.get(name)
    return getattr(child, name) if found is None else found


def build(graph: Graph, *, fast: bool = False, seed: int = 0, initialiser: str = "default") -> GraphModule:
    """Return the module of a graph with fresh weights, the same for the same seed; GraphError if it can't run.

    `fast` computes max pooling before ReLU where that gives the same values with less work, and lets a convolutional
    memory learn as one node. The global random state is neither read nor changed.
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


def _without_the_rest(plan: tuple[_Step, ...], wanted: tuple[str, ...]) -> tuple[_Step, ...]:
    """Keep the steps that these values need, and note which others may go meanwhile: large batches need less memory."""
    needed = set(wanted)
    for step in reversed(plan):
        if step.node in needed:
            needed.update(step.inputs)
    kept = [step for step in plan if step.node in needed]
    last_use = {source: number for number, step in enumerate(kept) for source in step.inputs}
    spent: dict[int, list[str]] = {}
    for node, number in last_use.items():
        if node not in wanted:
            spent.setdefault(number, []).append(node)
    return tuple(replace(step, spent=tuple(spent.get(n, ()))) for n, step in enumerate(kept))


def _differentiated(graph: Graph) -> set[str]:
    """Return the nodes whose values some layer takes gradients with respect to."""
    return {graph.inputs(node.name)[port].source for node in graph for port in node.layer.differentiates}
