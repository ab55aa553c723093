"""Looks into a network while it learns: what it makes of one image, how large its gradients are, and a census."""

from __future__ import annotations

import time
from collections.abc import Collection, Iterator
from typing import Any

from numpy.typing import NDArray
from torch.nn.utils import get_total_norm

from cnnviz.engine.build import GraphModule
from cnnviz.engine.census import CensusTaker, learning
from cnnviz.engine.moment import picture
from cnnviz.events import Event, Gradients, Watched

LARGEST_SHARE = 0.03
"""Of the time, at most; a look that takes longer is taken less often."""
PICTURES, CENSUS = "pictures", "census"
"""What may be looked at: the pinned image and the gradients, many times a second; and the census, now and then."""
LANDMARKS = frozenset({0, 30, 200, 1000, 5000, 25000})
"""Steps at which the pinned image is seen even while nobody looks: five looks in a whole training cost nothing."""


class Watch:
    """Looks at most every `seconds`, or never for 0. `pinned` is a float32 sample (C, H, W); others are not shown.

    What nobody looks at is hardly computed: set `looked_at` to some of `PICTURES` and `CENSUS`.
    """

    def __init__(
        self,
        module: GraphModule,
        pinned: NDArray[Any] | None,
        seconds: float,
        census: CensusTaker | None = None,
    ) -> None:
        self._module = module
        self._seconds = seconds
        self._due = 0.0
        self.pinned = pinned
        self.looked_at: Collection[str] = (PICTURES,)
        self._census = census

    def before(self, step: int) -> None:
        """Note what the step that comes next will change, where it is to be told."""
        if self._census is not None:
            self._census.before(step, often=CENSUS in self.looked_at)

    def look(self, step: int, epoch: float = 0.0, *, at_once: bool = False) -> Iterator[Event]:
        """Report the pinned image and the gradients of the last step, if it is time."""
        if self._census is not None:
            yield from self._census.look(step, epoch)
        start = time.perf_counter()
        if not self._seconds or not (PICTURES in self.looked_at or step in LANDMARKS):
            return
        if start < self._due and not at_once and step not in LANDMARKS:
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
        yield picture(module, image, step)

    def _gradients(self, step: int) -> Iterator[Gradients]:
        ratios = {}
        for name, weights in learning(self._module).items():
            slopes = [weight.grad for weight in weights if weight.grad is not None]
            if slopes:
                size = float(get_total_norm([weight.detach() for weight in weights]))
                ratios[name] = float(get_total_norm(slopes)) / max(size, 1e-12)
        if ratios:
            yield Gradients(step, ratios)
