"""What a network learns from: the loss of every answer, weighted and added up, and the penalties within.

`step_loss(module, inputs, labels)` makes one number of one batch, for any graph.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import torch
from torch import Tensor
from torch.nn import functional

from cnnviz.engine.build import GraphModule
from cnnviz.errors import TrainError
from cnnviz.layers import Output
from cnnviz.model.heads import Head, learned_from

SMOOTHED = frozenset({"cross entropy"})
"""The losses that label smoothing is defined for."""
MARGIN_PRESENT, MARGIN_ABSENT, ABSENT_WEIGHT = 0.9, 0.1, 0.5
"""m⁺, m⁻ and λ of Sabour, Frosst and Hinton, "Dynamic routing between capsules" (2017), equation 4."""


def step_loss(module: GraphModule, inputs: Sequence[Tensor], labels: Tensor | None) -> Tensor:
    """Return the loss of one batch, ready for `backward()`: Σ weight · loss over all answers, plus all penalties.

    `inputs` are float32, one (N, …) per Input in the order of the graph. `labels` are class numbers (N,), int64, or
    values (N, …), float, where an answer is compared with labels; None where none is. A mean over the batch is taken.
    Raise TrainError where no answer has a loss, or where the labels that it needs are missing.
    """
    return Objective(module)(inputs, labels)[0]


class Objective:
    """The sum of losses that a network makes small, found once for all steps of a training.

    `smoothing` is the share of the true class that cross entropy deals out to all classes alike (Szegedy et al. 2016).
    """

    def __init__(self, module: GraphModule, smoothing: float = 0.0) -> None:
        self._module, self._smoothing = module, smoothing
        self.heads = learned_from(module.graph)
        if not self.heads:
            raise TrainError(
                "no output has a loss.", hint="Choose a loss at the Output, with a weight above 0."
            )
        self.main = module.main_head
        self._penal = _penal(module)
        plain = module.heads == self.heads and len(self.heads) == 1 and not self._penal
        self._plain = (
            plain and self.main.layer == Output() and not self.main.ready and len(self.main.shape) == 1
        )

    def __call__(
        self, inputs: Sequence[Tensor], labels: Tensor | None, others: Tensor | None = None, kept: float = 1.0
    ) -> tuple[Tensor, Tensor]:
        """Return the loss, and the main answer's scores (N, …).

        Blended samples have `others` for labels, too: of the loss by `labels`, the share `kept` counts.
        """
        if self._plain and labels is not None and others is None:  # the usual network, without a detour
            scores = _as_float32(self._module.logits(*inputs))
            return functional.cross_entropy(scores, labels, label_smoothing=self._smoothing), scores
        net = self._module.fitting(inputs)
        found = {node: _as_float32(value) for node, value in net.scores(*inputs).items()}
        total = self.of_scores(found, inputs, labels)
        if others is not None:
            total = kept * total + (1 - kept) * self.of_scores(found, inputs, others)
        for child in self._penal if net is self._module else _penal(net):
            total = total + _penalty(child)
        return total, found[self.main.node]

    def of_scores(self, scores: dict[str, Tensor], inputs: Sequence[Tensor], labels: Tensor | None) -> Tensor:
        """Return the weighted sum of the losses of scores by node, without penalties."""
        given = dict(zip(self._module.report.inputs, inputs, strict=True))
        losses = [
            head.layer.weight * head_loss(head, scores[head.node], self._wanted(head, scores, given, labels))
            for head in self.heads
        ]
        total = losses[0]
        for loss in losses[1:]:
            total = total + loss
        return total

    def target(self, inputs: Sequence[Tensor], labels: Tensor | None) -> Tensor:
        """Return what the main answer is compared with, in whatever form."""
        return _target(self.main, dict(zip(self._module.report.inputs, inputs, strict=True)), labels)

    def _wanted(
        self, head: Head, scores: dict[str, Tensor], given: dict[str, Tensor], labels: Tensor | None
    ) -> Tensor:
        target = _target(head, given, labels)
        smooth = self._smoothing and head.layer.loss in SMOOTHED and not head.sample
        return _smoothed(target, scores[head.node], self._smoothing) if smooth else target


def head_loss(head: Head, scores: Tensor, target: Tensor) -> Tensor:
    """Return the loss of one answer, a mean over the batch, before its weight."""
    return _LOSSES[head.layer.loss](scores, target, head.ready)


def probabilities(head: Head, scores: Tensor) -> Tensor | None:
    """Return the probability of each class (N, K) from the scores of an answer; None where it names no classes.

    A map of scores (N, K, H, W) is averaged over its places; the length of a capsule is its probability; a single
    number is that of class 1 of two.
    """
    if not head.classifies:
        return None
    if head.layer.loss == "margin":
        return _lengths(scores)
    if head.layer.loss == "cross entropy":
        odds = scores if head.ready else scores.softmax(dim=1)
        return odds.flatten(2).mean(dim=2) if odds.dim() > 2 else odds
    odds = scores if head.ready else scores.sigmoid()
    return torch.cat((1 - odds, odds), dim=1) if odds.shape[1] == 1 else odds


def hits(head: Head, scores: Tensor, labels: Tensor) -> Tensor:
    """Return how many answers name the right class; no number where the answer names none."""
    if head.classifies and scores.dim() == 2 and scores.shape[1] > 1:  # the most probable is the highest
        return (scores.argmax(dim=1) == labels).sum()
    found = probabilities(head, scores)
    return scores.new_tensor(torch.nan) if found is None else (found.argmax(dim=1) == labels).sum()


def as_target(head: Head, values: Tensor, target: Tensor) -> Tensor:
    """Return what an answer is compared with, in the form of its values (of the capsules' lengths, for the margin)."""
    if head.layer.loss == "margin":
        return _like(target, _lengths(values))
    if head.layer.loss != "cross entropy" or target.is_floating_point():
        return _like(target, values)
    wanted = functional.one_hot(target, values.shape[1]).movedim(-1, 1).to(values.dtype)
    return wanted.reshape(*wanted.shape, *[1] * (values.dim() - wanted.dim())).expand_as(values)


def _target(head: Head, given: dict[str, Tensor], labels: Tensor | None) -> Tensor:
    if head.sample:
        return given[head.sample]
    if labels is None:
        raise TrainError("it is compared with labels, but there are none.", where=head.node)
    return labels


def _smoothed(target: Tensor, scores: Tensor, smoothing: float) -> Tensor:
    """Return class numbers (N,) as shares of the classes (N, K, …), of which the true one gives some to all."""
    if target.is_floating_point():
        return target
    classes = scores.shape[1]
    shares = functional.one_hot(target, classes).to(scores.dtype) * (1 - smoothing) + smoothing / classes
    return shares.reshape(*shares.shape, *[1] * (scores.dim() - 2)).expand_as(scores)


def _as_float32(values: Tensor) -> Tensor:
    """Return values for a loss: half precision is for the network, a sum over a batch needs more digits."""
    return values if values.element_size() >= 4 else values.float()


def _penal(module: GraphModule) -> tuple[torch.nn.Module, ...]:
    """Return the modules that add to the loss."""
    return tuple(child for child in module.modules() if "penalty" in vars(child))


def _penalty(child: Any) -> Tensor | float:
    """Take the penalty of the last pass out of its module, so that nothing keeps that pass in memory."""
    found, child.penalty = child.penalty, None
    return found if isinstance(found, Tensor) else 0.0


# -- the losses -----------------------------------------------------------------------------------------------------


def _cross_entropy(scores: Tensor, target: Tensor, ready: bool) -> Tensor:
    """−log p of the true class. In a map of scores every place answers for the whole sample."""
    if scores.dim() > 2 and target.dim() == 1:
        target = target.reshape(-1, *[1] * (scores.dim() - 2)).expand(-1, *scores.shape[2:])
    if target.is_floating_point():
        target = _like(target, scores)
    if not ready:
        return functional.cross_entropy(scores, target)
    logs = scores.clamp_min(torch.finfo(scores.dtype).tiny).log()
    return (
        -(logs * target).sum(dim=1).mean()
        if target.is_floating_point()
        else functional.nll_loss(logs, target)
    )


def _binary_cross_entropy(scores: Tensor, target: Tensor, ready: bool) -> Tensor:
    wanted = _like(target, scores)
    if ready:
        return functional.binary_cross_entropy(scores, wanted)
    return functional.binary_cross_entropy_with_logits(scores, wanted)


def _squared_error(values: Tensor, target: Tensor, ready: bool) -> Tensor:
    return functional.mse_loss(values, _like(target, values))


def _absolute_error(values: Tensor, target: Tensor, ready: bool) -> Tensor:
    return functional.l1_loss(values, _like(target, values))


def _margin(values: Tensor, target: Tensor, ready: bool) -> Tensor:
    """Σ over classes of T·max(0, m⁺ − ‖v‖)² + λ·(1 − T)·max(0, ‖v‖ − m⁻)², T being 1 for the true class."""
    lengths = _lengths(values)
    present = _like(target, lengths)
    missed = present * (MARGIN_PRESENT - lengths).clamp_min(0) ** 2
    imagined = (1 - present) * (lengths - MARGIN_ABSENT).clamp_min(0) ** 2
    return (missed + ABSENT_WEIGHT * imagined).sum(dim=1).mean()


def _lengths(values: Tensor) -> Tensor:
    """Return the lengths (N, K) of capsules (N, K, dimension); lengths themselves stay."""
    return values if values.dim() == 2 else torch.linalg.vector_norm(values, dim=2)


def _like(target: Tensor, values: Tensor) -> Tensor:
    """Return a target in the form of the values: class numbers as ones and zeros, a picture as one long row."""
    if target.is_floating_point():
        return target.to(values.dtype).reshape(values.shape)
    if values.dim() == 2 and target.dim() == 1 and values.shape[1] > 1:
        return functional.one_hot(target, values.shape[1]).to(values.dtype)
    return target.to(values.dtype).reshape(values.shape)


_LOSSES: dict[str, Callable[[Tensor, Tensor, bool], Tensor]] = {
    "cross entropy": _cross_entropy,
    "binary cross entropy": _binary_cross_entropy,
    "mean squared error": _squared_error,
    "mean absolute error": _absolute_error,
    "margin": _margin,
}

__all__ = ["Head", "Objective", "as_target", "head_loss", "hits", "probabilities", "step_loss"]
