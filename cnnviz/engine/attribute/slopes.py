"""Maps made of gradients with respect to the sample."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from cnnviz.engine.attribute.subject import Subject, written
from cnnviz.engine.trace import to_array
from cnnviz.events import Progress
from cnnviz.explain.attribution import BASELINES, Attribution, answered

Pieces = Iterator[Progress | Attribution]


def saliency(subject: Subject) -> Pieces:
    """Yield |∂ score / ∂ sample| (Simonyan, Vedaldi and Zisserman 2013)."""
    scores, slope = subject.slopes(subject.sample)
    channels = "" if len(slope[0]) == 1 else " The strongest channel of each place is shown."
    yield _answer(subject, slope[0].abs(), scores, f"Score {written(float(scores[0]))}.{channels}")


def gradient_times_input(subject: Subject) -> Pieces:
    """Yield ∂ score / ∂ sample × sample (Shrikumar et al. 2016)."""
    scores, slope = subject.slopes(subject.sample)
    product = (slope * subject.sample)[0]
    total = float(product.double().sum())
    yield _answer(subject, product, scores, f"Sum {written(total)}, score {written(float(scores[0]))}.")


def integrated_gradients(subject: Subject) -> Pieces:
    """Yield (sample − baseline) × the mean gradient between them (Sundararajan, Taly and Yan 2017).

    Gauss-Legendre points are used, as they need the fewest. The sum of the map is the difference of the scores.
    """
    sample, baseline, steps = subject.sample, subject.baseline, subject.question.steps
    points, shares = (torch.from_numpy(each).to(sample) for each in np.polynomial.legendre.leggauss(steps))
    total = torch.zeros_like(sample[0], dtype=torch.float64)
    for done in range(0, steps, subject.batch_size):
        yield Progress("Integrated gradients", done, steps)
        part = slice(done, done + subject.batch_size)
        along = ((points[part] + 1) / 2).view(-1, *(1,) * (sample.dim() - 1))
        _, slope = subject.slopes(baseline + along * (sample - baseline))
        total += torch.tensordot(shares[part].double() / 2, slope.double(), dims=1)
    found = total * (sample - baseline)[0].double()
    scores = subject.score(torch.cat((sample, baseline)))
    gap = written(float(scores[0] - scores[1]))
    nothing = BASELINES[subject.question.baseline]
    note = f"Sum {written(float(found.sum()))}, score minus that of the baseline ({nothing}) {gap}."
    yield _answer(subject, found.float(), scores, note)


def smoothgrad(subject: Subject) -> Pieces:
    """Yield |mean gradient| over noisy copies of the sample (Smilkov et al. 2017); the same for the same seed."""
    question, sample = subject.question, subject.sample
    random = torch.Generator().manual_seed(question.seed)
    spread = question.noise * float(sample.max() - sample.min())
    total = torch.zeros_like(sample[0], dtype=torch.float64)
    for done in range(0, question.steps, subject.batch_size):
        yield Progress("SmoothGrad", done, question.steps)
        count = min(subject.batch_size, question.steps - done)
        noise = torch.randn((count, *sample.shape[1:]), generator=random).to(sample)
        total += subject.slopes(sample + spread * noise)[1].double().sum(dim=0)
    mean = (total / question.steps).abs().float()
    note = f"{question.steps} copies, noise of {written(spread)}."
    yield _answer(subject, mean, subject.score(sample), note)


def guided_backprop(subject: Subject) -> Pieces:
    """Yield the gradient with ReLUs that pass back only what is positive (Springenberg et al. 2014)."""
    with _bent(subject.module, lambda through, _arriving: through.clamp(min=0)):
        scores, slope = subject.slopes(subject.sample)
    yield _answer(subject, slope[0], scores, "Purple: more of it raises the value; green: lowers it.")


def deconvnet(subject: Subject) -> Pieces:
    """Yield the gradient with ReLUs that pass back all that is positive (Zeiler and Fergus 2013)."""
    with _bent(subject.module, lambda _through, arriving: arriving.clamp(min=0)):
        scores, slope = subject.slopes(subject.sample)
    yield _answer(subject, slope[0], scores, "Purple: more of it raises the value; green: lowers it.")


def _answer(subject: Subject, found: Tensor, scores: Tensor, note: str) -> Attribution:
    return answered(subject.question, to_array(found), float(scores[0]), note)


@contextmanager
def _bent(module: nn.Module, rule: Any) -> Iterator[None]:
    """Let every ReLU pass back what `rule(gradient it would pass, gradient that arrives)` says."""

    def hook(_module: nn.Module, through: Any, arriving: Any) -> tuple[Tensor, ...]:
        return (rule(through[0], arriving[0]),)

    handles = [
        child.register_full_backward_hook(hook) for child in module.modules() if isinstance(child, nn.ReLU)
    ]
    try:
        yield
    finally:
        for handle in handles:
            handle.remove()
