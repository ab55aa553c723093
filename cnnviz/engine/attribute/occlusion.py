"""Occlusion: cover the sample window by window, and see how far the value falls (Zeiler and Fergus 2013)."""

from __future__ import annotations

import itertools
from typing import Any

import torch

from cnnviz.engine.attribute.slopes import Pieces
from cnnviz.engine.attribute.subject import Subject, written
from cnnviz.engine.trace import to_array
from cnnviz.events import Progress
from cnnviz.explain.attribution import BASELINES, answered, usual_stride, usual_window
from cnnviz.layers.base import Shape, times


def occlusion(subject: Subject) -> Pieces:
    """Yield how far the score falls, for each place the mean over the windows that cover it, (1, …).

    All channels are covered at once, with the baseline.
    """
    sample, question = subject.sample, subject.question
    size = tuple(sample.shape[2:]) or tuple(sample.shape[1:])
    windows = window_sizes(size, question.window)
    along = [
        starts(n, width, question.stride or usual_stride(width, len(size)))
        for n, width in zip(size, windows, strict=True)
    ]
    boxes: list[tuple[Any, ...]] = [
        tuple(slice(at, at + width) for at, width in zip(corner, windows, strict=True))
        for corner in itertools.product(*along)
    ]
    score, nothing = subject.score(sample)[0].double(), subject.baseline[0]
    total, count = (torch.zeros(size, dtype=torch.float64) for _ in range(2))
    for done in range(0, len(boxes), subject.batch_size):
        yield Progress("Occlusion", done, len(boxes))
        part = boxes[done : done + subject.batch_size]
        covered = sample.repeat(len(part), *(1,) * (sample.dim() - 1))
        for number, box in enumerate(part):
            inside = (..., *box)
            covered[number][inside] = nothing[inside]
        for box, fall in zip(part, (score - subject.score(covered).double()).cpu(), strict=True):
            total[box] += fall
            count[box] += 1
    found = (total / count.clamp(min=1)).float().view(*(1,) * (sample.dim() - 1 - len(size)), *size)
    note = (
        f"{len(boxes)} windows of {times(windows)}, covered by {BASELINES[question.baseline]}; "
        f"score {written(float(score))}."
    )
    yield answered(question, to_array(found), float(score), note)


def window_sizes(size: Shape, wanted: int) -> Shape:
    """Return how wide the window is in each dimension: as wanted, or as usual."""
    return tuple(min(wanted or usual_window(n), n) for n in size)


def starts(size: int, width: int, step: int) -> list[int]:
    """Return where windows begin: every `step` cells, no more than a window's width, and one at the end."""
    return [*range(0, size - width, min(step, width)), size - width]
