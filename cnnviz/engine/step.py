"""One step of learning: loss, gradients, and what the recipe does to them before the weights move."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager

import numpy as np
import torch
from torch import Tensor, nn

from cnnviz.engine import precision
from cnnviz.engine.losses import Head, hits
from cnnviz.engine.optimiser import set_rate
from cnnviz.model.recipe import Recipe

Lesson = Callable[..., tuple[Tensor, Tensor]]
"""What `Objective` is called with and returns: the loss of samples and answers, and the main answer's scores."""


class NotFinite(ArithmeticError):
    """The loss is no number; the weights have not been changed by it."""


class Step:
    """Learns one batch after the other."""

    def __init__(
        self,
        lesson: Lesson,
        module: nn.Module,
        optimiser: torch.optim.Optimizer,
        recipe: Recipe,
        device: torch.device,
        randomness: AbstractContextManager[None],
        main: Head | None,
    ) -> None:
        """`main` is the answer whose hits are counted, None for none; dropout draws within `randomness`."""
        self._lesson, self._optimiser, self._recipe = lesson, optimiser, recipe
        self._randomness, self._main = randomness, main
        self._casting = precision.casting(recipe.precision, device)
        self._plain = recipe.precision == "float32"
        self.scaler = precision.scaler(recipe.precision, device)
        self._learned = [each for each in module.parameters() if each.requires_grad]
        self.mixer = np.random.Generator(np.random.PCG64(recipe.seed)) if recipe.mixup else None
        self._reads_early = device.type == "cpu"  # elsewhere reading a number waits for the device

    def __call__(
        self, samples: Tensor, answers: Tensor, rate: float, share: float = 1.0
    ) -> tuple[float, float]:
        """Make one step; return loss and hits of the batch. Raise NotFinite where the loss is no number.

        The loss counts as much as `share` says: processes that learn together may have parts of unequal sizes.
        """
        set_rate(self._optimiser, rate)
        self._optimiser.zero_grad()
        parts = self._recipe.accumulate
        if parts == 1:
            found = self._loss(samples, answers, share)
        else:
            found = torch.stack(
                [
                    self._loss(each, wanted, share * len(each) / len(samples))
                    for each, wanted in zip(samples.chunk(parts), answers.chunk(parts), strict=True)
                ]
            ).sum(dim=0)
        self._move()
        loss, right = found.tolist()  # one transfer from the device, not two
        if not math.isfinite(loss):
            raise NotFinite
        return loss, right

    def _loss(self, samples: Tensor, answers: Tensor, share: float) -> Tensor:
        """Add the gradients of a part of a batch; return its share of the loss, and its hits."""
        with self._randomness:
            if self._plain:
                loss, right = self._answered(samples, answers)
            else:
                with self._casting():
                    loss, right = self._answered(samples, answers)
        if self._recipe.l1 or self._recipe.l2:
            loss = loss + penalty(self._learned, self._recipe.l1, self._recipe.l2)
        if share != 1:
            loss = loss * share
        value = loss.detach()
        if self._reads_early and not math.isfinite(value.item()):
            raise NotFinite
        (loss if self.scaler is None else self.scaler.scale(loss)).backward()  # type: ignore[no-untyped-call]
        return torch.stack((value, right))

    def _answered(self, samples: Tensor, answers: Tensor) -> tuple[Tensor, Tensor]:
        """Return the loss and the hits of samples, blended with each other where the recipe wants it."""
        if self.mixer is None:
            loss, scores = self._lesson((samples,), answers)
            return loss, self._hits(loss, scores, answers)
        # Zhang et al. 2018, "mixup"
        kept, order = (
            self.mixer.beta(self._recipe.mixup, self._recipe.mixup),
            self.mixer.permutation(len(samples)),
        )
        partners = torch.from_numpy(order).to(samples.device)
        others = answers[partners]
        loss, scores = self._lesson((samples.lerp(samples[partners], 1 - kept),), answers, others, kept)
        right = kept * self._hits(loss, scores, answers) + (1 - kept) * self._hits(loss, scores, others)
        return loss, right

    def _hits(self, loss: Tensor, scores: Tensor, answers: Tensor) -> Tensor:
        if self._main is None:
            return loss.new_zeros(())
        return hits(self._main, scores.detach(), answers)

    def _move(self) -> None:
        """Change the weights by their gradients."""
        if self.scaler is not None:
            self.scaler.unscale_(self._optimiser)
        if self._recipe.clip_norm:
            nn.utils.clip_grad_norm_(self._learned, self._recipe.clip_norm)
        if self.scaler is None:
            self._optimiser.step()
        else:
            self.scaler.step(self._optimiser)
            self.scaler.update()


def penalty(weights: Sequence[Tensor], l1: float, l2: float) -> Tensor:
    """Return l1 · Σ|w| + l2 · Σw² over all arrays but biases and the scales of norms, which have one axis."""
    kernels = [each for each in weights if each.dim() > 1]
    total = kernels[0].new_zeros(()) if kernels else torch.zeros(())
    for each in kernels:
        if l1:
            total = total + l1 * each.abs().sum()
        if l2:
            total = total + l2 * each.square().sum()
    return total
