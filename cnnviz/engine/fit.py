"""How well answers fit that are no classes: values, pictures, frames."""

from __future__ import annotations

import math

import numpy as np
import torch
from torch import Tensor

from cnnviz.engine.losses import Head, as_target
from cnnviz.engine.trace import to_array
from cnnviz.events import Array, Fit

MOST_KEPT, MOST_NUMBERS, WORST = 240, 400_000, 24
"""So many answers are kept with their targets, fewer where they are large: some of the worst, others spread evenly."""


class Fitting:
    """Takes answers chunk by chunk. Of all it keeps the error, of some the answer itself beside its target."""

    def __init__(self, head: Head, samples: int) -> None:
        self._head, self._samples = head, samples
        self._errors: list[Array] = []
        self._total: Tensor | None = None
        self._kept: dict[int, tuple[float, Array, Array]] = {}
        self._seen = 0

    def take(self, scores: Tensor, target: Tensor) -> None:
        """Take scores (N, …), and what they are compared with in any form."""
        wanted = as_target(self._head, scores, target)
        values = scores.sigmoid() if self._squashed else scores
        squares = (values - wanted).square()
        errors = to_array(squares.flatten(1).mean(dim=1))
        total = squares.sum(dim=0, dtype=torch.float64)
        self._total = total if self._total is None else self._total + total
        self._errors.append(errors)
        self._keep(errors, values, wanted)
        self._seen += len(errors)

    def result(self) -> Fit:
        """Return what was found; the worst answers first, then the others in their order."""
        errors, total = np.concatenate(self._errors), self._total
        assert total is not None
        worst = np.argsort(-errors, kind="stable")[: self._worst].tolist()
        places = [*worst, *(place for place in sorted(self._kept) if place not in set(worst))]
        values, targets = (np.stack([self._kept[place][at] for place in places]) for at in (1, 2))
        per_output = to_array(total / len(errors)).astype(np.float32)
        return Fit(errors, per_output, np.array(places), values, targets)

    def _keep(self, errors: Array, values: Tensor, wanted: Tensor) -> None:
        """Keep the evenly spread ones, and the worst so far in place of those that were."""
        room = max(min(MOST_KEPT, MOST_NUMBERS // max(math.prod(values.shape[1:]), 1)), 4)
        self._worst = min(WORST, room // 2)
        stride = max(self._samples // (room - self._worst), 1)
        first = -self._seen % stride
        spread = set(range(first, len(errors), stride))
        for at in {*spread, *np.argsort(-errors, kind="stable")[: self._worst].tolist()}:
            self._kept[self._seen + at] = float(errors[at]), to_array(values[at]), to_array(wanted[at])
        others = [place for place in self._kept if place % stride]
        others.sort(key=lambda place: (-self._kept[place][0], place))
        for place in others[self._worst :]:
            del self._kept[place]

    @property
    def _squashed(self) -> bool:
        return self._head.layer.loss == "binary cross entropy" and not self._head.ready
