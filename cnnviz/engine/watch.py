"""Looks into a network while it learns: what it makes of one image, and how large its gradients are."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray
from torch.nn.utils import get_total_norm

from cnnviz.engine.build import GraphModule
from cnnviz.engine.losses import probabilities
from cnnviz.engine.trace import device_of, evaluating, to_array, to_tensor
from cnnviz.events import Event, Gradients, Watched
from cnnviz.model.names import attribute

LARGEST_SHARE = 0.03
"""Of the time, at most; a look that takes longer is taken less often."""


class Watch:
    """Looks at most every `seconds`, or never for 0. `pinned` is a float32 sample (C, H, W); others are not shown."""

    def __init__(self, module: GraphModule, pinned: NDArray[Any] | None, seconds: float) -> None:
        self._module = module
        self._seconds = seconds
        self._due = 0.0
        self.pinned = pinned

    def look(self, step: int, *, at_once: bool = False) -> Iterator[Event]:
        """Report the pinned image and the gradients of the last step, if it is time."""
        start = time.perf_counter()
        if not self._seconds or (start < self._due and not at_once):
            return
        found: list[Event] = [*self._pinned(step), *self._gradients(step)]
        now = time.perf_counter()
        # Counted from when it was due, not from now: with steps of 13 ms, "every 0.1 s" would become 9 times a second.
        self._due = max(self._due + self._seconds, now, start + (now - start) / LARGEST_SHARE)
        yield from found

    def _pinned(self, step: int) -> Iterator[Watched]:
        module, image = self._module, self.pinned
        if image is None or [image.shape] != [module.report.row(name).shape for name in module.report.inputs]:
            return
        with evaluating(module):
            values = module.activations(to_tensor(image[None]).to(device_of(module)))
            maps = {name: to_array(value[0]) for name, value in values.items()}
            odds = probabilities(module.main_head, values[module.scores_node].float())
        shares = np.zeros(0, np.float32) if odds is None else to_array(odds[0])
        yield Watched(step, image, maps, shares)

    def _gradients(self, step: int) -> Iterator[Gradients]:
        ratios = {}
        for row in self._module.report.rows:
            if not any(parameter.trainable for parameter in row.parameters):
                continue
            weights = list(self._module.get_submodule(attribute(row.name)).parameters())
            slopes = [weight.grad for weight in weights if weight.grad is not None]
            if slopes:
                size = float(get_total_norm([weight.detach() for weight in weights]))
                ratios[row.name] = float(get_total_norm(slopes)) / max(size, 1e-12)
        if ratios:
            yield Gradients(step, ratios)
