"""Judging a network on images it does not learn from."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch.nn import functional as F

from cnnviz.data import Split
from cnnviz.engine.build import GraphModule
from cnnviz.engine.trace import evaluated, to_input
from cnnviz.events import Evaluated

Array = NDArray[Any]
BATCH = 500


def judge(
    module: GraphModule,
    split: Split,
    indices: Array,
    *,
    which: str,
    step: int = 0,
    epoch: float = 0.0,
    whole: bool = True,
    classes: int = 0,
) -> Evaluated:
    """Return loss, accuracy, confusion and every prediction on the images at `indices` of a split."""
    device = next(module.parameters()).device
    parts = []
    for at in range(0, len(indices), BATCH):
        batch = to_input(split.images[indices[at : at + BATCH]]).to(device)
        parts.append(evaluated(module, lambda batch=batch: module.logits(batch)).float().cpu())
    logits = torch.cat(parts) if parts else torch.zeros(0, max(classes, 1))
    labels = torch.from_numpy(split.labels[indices])
    confidence, predicted = logits.softmax(dim=1).max(dim=1)
    loss = float(F.cross_entropy(logits, labels)) if len(indices) else float("nan")
    count = classes or logits.shape[1]
    return Evaluated(
        step=step,
        epoch=epoch,
        which=which,
        loss=loss,
        accuracy=float((predicted == labels).float().mean()) if len(indices) else float("nan"),
        confusion=_confusion(labels.numpy(), predicted.numpy(), count),
        indices=np.asarray(indices),
        labels=labels.numpy(),
        predicted=predicted.numpy(),
        confidence=confidence.numpy(),
        whole=whole,
    )


def _confusion(labels: Array, predicted: Array, classes: int) -> Array:
    """Return (true, predicted) counts; classes that the network has beyond the data's get rows of zeros."""
    size = max(classes, int(predicted.max(initial=0)) + 1)
    return np.bincount(labels * size + predicted, minlength=size * size).reshape(size, size)
