"""Several trained networks that answer together: the scores of all are added up, and judged like those of one."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

import torch

from cnnviz.data import Split
from cnnviz.engine.build import GraphModule, build
from cnnviz.engine.evaluate import evaluate
from cnnviz.engine.weights import Weights, apply
from cnnviz.errors import WeightsError
from cnnviz.events import Evaluated, Progress
from cnnviz.layers import times
from cnnviz.model.graph import Graph


class Ensemble(GraphModule):
    """The first network with the others beside it; each may be built differently, if its answers are alike.

    Scores before a softmax are summed; where an output gives ready probabilities or values, they are averaged.
    """

    def __init__(self, members: Sequence[GraphModule]) -> None:
        first, *others = members
        with torch.device("meta"):
            super().__init__(first.graph)
        self.load_state_dict(first.state_dict(keep_vars=True), assign=True)
        for other in others:
            _require_alike(first, other)
        self._others = torch.nn.ModuleList(others)
        self.train(first.training)

    def scores(self, *inputs: torch.Tensor) -> dict[str, torch.Tensor]:
        """Return the summed or averaged scores (N, …) of each output, by the name it has in the first network."""
        found = super().scores(*inputs)
        for other in self._others:
            given = other.scores(*inputs)  # type: ignore[operator]
            found = {
                name: value + new for (name, value), new in zip(found.items(), given.values(), strict=True)
            }
        count = len(self._others) + 1
        averaged = {head.node for head in self.heads if head.ready or not head.classifies}
        return {name: value / count if name in averaged else value for name, value in found.items()}


def judged(
    parts: Sequence[tuple[Graph, Weights]], split: Split, *, cancelled: Callable[[], bool] = lambda: False
) -> Iterator[Progress | Evaluated]:
    """Judge trained networks on a split, one after the other, and last all together; raise WeightsError."""
    members = []
    for graph, weights in parts:
        members.append(build(graph))
        apply(members[-1], weights)
    for module in (*members, Ensemble(members)):
        yield from evaluate(module, split, cancelled=cancelled)


def _require_alike(first: GraphModule, other: GraphModule) -> None:
    """Raise WeightsError where two networks don't answer the same question."""
    mine, theirs = ([(head.shape, head.layer, head.ready) for head in each.heads] for each in (first, other))
    if mine != theirs:
        raise WeightsError(
            f"{other.graph.title} answers with {_answers(other)}, {first.graph.title} with {_answers(first)}.",
            hint="Only networks with the same outputs can answer together.",
        )


def _answers(module: GraphModule) -> str:
    return " and ".join(times(head.shape) for head in module.heads)
