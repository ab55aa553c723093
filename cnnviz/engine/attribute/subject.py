"""What is asked about: a network held still, a sample, and the one number of the network that is meant."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import torch
from numpy.typing import NDArray
from torch import Tensor

from cnnviz.engine.build import GraphModule
from cnnviz.engine.trace import device_of, require_shapes, to_tensor
from cnnviz.errors import ExplainError, did_you_mean
from cnnviz.explain.attribution import Question, inputs_before, obstacle
from cnnviz.layers.base import size, times

Array = NDArray[Any]
MOST_VALUES = 1 << 23
"""How many numbers of activations may be kept for gradients at a time: 32 MB."""


class Subject:
    """Answers for batches (N, …) of variants of the one sample; the samples of other Inputs stay as they are."""

    def __init__(self, module: GraphModule, samples: Sequence[Array], question: Question) -> None:
        shapes = [tuple(each.shape) for each in samples]
        require_shapes(module, shapes, "the sample")
        self.module, self.question = module.resized(*shapes), question
        self._require_target()
        names = self.module.report.inputs
        self.input = question.input or inputs_before(module.graph, question.target.owner)[0]
        device = device_of(module)
        self._samples = {
            name: to_tensor(each[None]).to(device) for name, each in zip(names, samples, strict=True)
        }
        self.sample = self._samples[self.input]

    def _require_target(self) -> None:
        target, graph = self.question.target, self.module.graph
        if target.owner not in graph:
            known = [node.name for node in graph]
            raise ExplainError(f"there is no node {target.owner!r}.", hint=did_you_mean(target.owner, known))
        why = obstacle(graph, self.question)
        if why:
            raise ExplainError(why, where=target.node)

    @property
    def batch_size(self) -> int:
        """Return how many variants are computed at a time, so that memory stays small."""
        per_sample = sum(size(row.shape or ()) for row in self.module.report.rows)
        return min(max(MOST_VALUES // max(per_sample, 1), 1), 32)

    @property
    def baseline(self) -> Tensor:
        """Return the sample with nothing on it, (1, …): zeros, or each channel's mean."""
        if self.question.baseline == "zero":
            return torch.zeros_like(self.sample)
        over = tuple(range(2, self.sample.dim())) or (1,)
        return self.sample.mean(dim=over, keepdim=True).expand_as(self.sample).clone()

    def values(self, x: Tensor) -> Mapping[str, Tensor]:
        """Return the value (N, …) of every node, and of the arrays inside them where the target is one."""
        given = [
            x if name == self.input else each.expand(len(x), *each.shape[1:])
            for name, each in self._samples.items()
        ]
        found = self.module.activations(*given)
        return found | self.module.internals(found) if "." in self.question.target.node else found

    def scores(self, values: Mapping[str, Tensor]) -> Tensor:
        """Return the target's number for each variant, (N,)."""
        target = self.question.target
        if target.node not in values:
            raise ExplainError(f"there is no array {target.node!r}.", hint=did_you_mean(target.node, values))
        array = values[target.node]
        shape = tuple(array.shape[1:])
        fits = len(target.index) <= len(shape) and all(
            0 <= at < most for at, most in zip(target.index, shape, strict=False)
        )
        if not fits:
            raise ExplainError(f"it is {times(shape)} and has no place {target.index}.", where=target.node)
        place: tuple[Any, ...] = (slice(None), *target.index)
        return array[place].reshape(len(array), -1).sum(dim=1)

    def slopes(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """Return the scores (N,) of variants and their gradients, of the variants' shape."""
        x = x.detach().requires_grad_()
        scores = self.scores(self.values(x))
        (found,) = (
            torch.autograd.grad(scores.sum(), x, allow_unused=True) if scores.requires_grad else (None,)
        )
        if found is None:
            raise ExplainError(
                "no gradient reaches the sample: a layer on the way only looks numbers up.",
                where=self.question.target.node,
                hint="Occlusion needs no gradient.",
            )
        return scores.detach(), found

    def score(self, x: Tensor) -> Tensor:
        """Return the scores (N,) of variants, without gradients."""
        with torch.no_grad():
            return self.scores(self.values(x))


@contextmanager
def held_still(module: torch.nn.Module) -> Iterator[None]:
    """Let all parts behave as in use, with gradients; afterwards each has its own mode again."""
    modes = {child: child.training for child in module.modules()}
    module.eval()
    try:
        with torch.enable_grad():
            yield
    finally:
        for child, mode in modes.items():
            child.training = mode


def written(number: float) -> str:
    """Return a number as it is read: four digits, with a true minus."""
    return f"{number:.4g}".replace("-", "\u2212")
