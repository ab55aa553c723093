"""Judging a network on images it does not learn from."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch.nn import functional

from cnnviz.data import Split
from cnnviz.engine.build import GraphModule
from cnnviz.engine.trace import device_of, evaluating, to_tensor
from cnnviz.events import Evaluated, Progress

Array = NDArray[Any]
CHUNK = 500
"""Images at once."""


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

    When `cancelled` says so, it ends without one.
    """
    places = np.arange(len(split)) if indices is None else indices
    device, parts = device_of(module), []
    for at in range(0, len(places), CHUNK):
        if cancelled():
            return
        yield Progress(f"Judging on {which} images", at, len(places))
        images = to_tensor(split.images[places[at : at + CHUNK]]).to(device)
        with evaluating(module):
            parts.append(module.logits(images).float().cpu())
    yield _judged(torch.cat(parts), split.labels[places], places, which, step, epoch, whole)


def _judged(
    scores: torch.Tensor, labels: Array, places: Array, which: str, step: int, epoch: float, whole: bool
) -> Evaluated:
    confidence, predicted = (found.numpy() for found in scores.softmax(dim=1).max(dim=1))
    return Evaluated(
        step=step,
        epoch=epoch,
        which=which,
        loss=float(functional.cross_entropy(scores, torch.tensor(labels))),
        accuracy=float((predicted == labels).mean()),
        confusion=_confusion(labels, predicted, scores.shape[1]),
        indices=places,
        labels=labels,
        predicted=predicted,
        confidence=confidence,
        whole=whole,
    )


def _confusion(labels: Array, predicted: Array, classes: int) -> Array:
    """Return how often each class (row) was taken for each class (column)."""
    counts = np.bincount(labels * classes + predicted, minlength=classes * classes)
    return counts.reshape(classes, classes)
