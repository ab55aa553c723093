"""Judging a network on images it does not learn from."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from cnnviz.data import Split
from cnnviz.engine.build import GraphModule
from cnnviz.engine.feed import as_fractions, samples_at_once
from cnnviz.engine.fit import Fitting
from cnnviz.engine.losses import Objective, probabilities
from cnnviz.engine.trace import device_of, evaluating, to_tensor
from cnnviz.events import Evaluated, Fit, Progress

Array = NDArray[Any]
CHUNK, CHUNK_VALUES = 500, 2_000_000
"""Samples at once, and the most values they may have together: videos are judged a few at a time."""


def evaluate(
    module: GraphModule,
    split: Split,
    indices: Array | None = None,
    *,
    which: str = "test",
    step: int = 0,
    epoch: float = 0.0,
    whole: bool = True,
    cancelled: Callable[[], bool] = lambda: False,
) -> Iterator[Progress | Evaluated]:
    """Judge on the images at `indices` of a split (by default all): progress, and at last the one Evaluated.

    The loss is that of all answers, without penalties. Where samples have no classes, `labels` is empty. When
    `cancelled` says so, it ends without one.
    """
    places = np.arange(len(split)) if indices is None else indices
    judge = _Judge(module, len(places))
    step_size = samples_at_once(split.images.shape[1:], CHUNK, CHUNK_VALUES)
    for at in range(0, len(places), step_size):
        if cancelled():
            return
        yield Progress(f"Judging on {which} samples", at, len(places))
        chunk = places[at : at + step_size]
        judge.take(split.images[chunk], split.labels[chunk])
    named = split.answers == "labels"
    labels = split.class_numbers[places] if named else split.class_numbers
    confidence, predicted = judge.answers
    named = named and len(predicted) == len(labels)
    yield Evaluated(
        step=step,
        epoch=epoch,
        which=which,
        loss=judge.loss,
        accuracy=float((predicted == labels).mean()) if named else None,
        confusion=_confusion(labels, predicted, judge.classes) if named else np.zeros((0, 0), np.int64),
        indices=places,
        labels=labels,
        predicted=predicted,
        confidence=confidence,
        whole=whole,
        fit=judge.fit,
    )


class _Judge:
    """What the network answers to one chunk of images after the other."""

    def __init__(self, module: GraphModule, samples: int) -> None:
        self._module, self._objective = module, Objective(module)
        main = self._objective.main
        self._fitting = None if main.classifies or not samples else Fitting(main, samples)
        self._device = device_of(module)
        self._losses: list[tuple[float, int]] = []
        self._found: list[tuple[Array, Array]] = []
        self.classes = 0

    def take(self, images: Array, labels: Array) -> None:
        """Judge samples (N, …) with class numbers (N,), values or frames (N, …)."""
        pixels = to_tensor(images).to(self._device)
        answers = as_fractions(torch.tensor(labels).to(self._device))
        with evaluating(self._module):
            scores = {name: value.float() for name, value in self._module.scores(pixels).items()}
            loss = self._objective.of_scores(scores, (pixels,), answers)
            odds = probabilities(self._objective.main, scores[self._objective.main.node])
            if self._fitting is not None:
                self._fitting.take(
                    scores[self._objective.main.node], self._objective.target((pixels,), answers)
                )
        self._losses.append((float(loss), len(images)))
        if odds is not None:
            self.classes = odds.shape[1]
            confidence, predicted = odds.cpu().max(dim=1)
            self._found.append((confidence.numpy(), predicted.numpy()))

    @property
    def loss(self) -> float:
        """Return the mean loss of an image."""
        return sum(loss * count for loss, count in self._losses) / sum(count for _, count in self._losses)

    @property
    def fit(self) -> Fit | None:
        """Return how the answers fit; None where they are classes."""
        return None if self._fitting is None else self._fitting.result()

    @property
    def answers(self) -> tuple[Array, Array]:
        """Return confidence and class of every answer; empty arrays where no classes are named."""
        if not self._found:
            return np.zeros(0, np.float32), np.zeros(0, np.int64)
        return np.concatenate([c for c, _ in self._found]), np.concatenate([p for _, p in self._found])


def _confusion(labels: Array, predicted: Array, classes: int) -> Array:
    """Return how often each class (row) was taken for each class (column)."""
    counts = np.bincount(labels * classes + predicted, minlength=classes * classes)
    return counts.reshape(classes, classes)
