"""A census of a network while it learns: how weights, gradients and activations are spread, and what moves."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from cnnviz.data import Split
from cnnviz.engine.build import GraphModule
from cnnviz.engine.trace import device_of, evaluating, to_array, to_tensor
from cnnviz.events import Census, Histogram
from cnnviz.layers import LAYERS
from cnnviz.model.names import attribute

BINS = 48
MOST_VALUES = 60_000
"""Of a layer's values so many are counted, evenly spaced: a histogram needs no more."""
MOST_SAMPLES, MOST_ACTIVATIONS = 64, 2_000_000
"""So many samples are sent through the network, and fewer where all their values together are more than that."""
SMALLEST, LARGEST = -10.0, 2.0
"""Powers of ten between which gradients are counted."""
RARE_SHARE, OFTEN_SHARE = 0.01, 0.02
"""Of the time, at most: while nobody looks, and while somebody does."""
OFTEN_SECONDS = 2.0
"""While somebody looks, a census is taken at least this often, if that costs no more than its share."""


class CensusTaker:
    """Takes a census after the steps that are `wanted`, the `last` in any case, and often while somebody looks.

    `samples` (N, …) are what activations are computed of, float32, on the module's device.
    """

    def __init__(
        self, module: GraphModule, samples: Tensor, wanted: Callable[[int], bool], last: int
    ) -> None:
        self._module, self._samples, self._wanted, self._last = module, samples, wanted, last
        self._kernels = {name: _kernels(weights) for name, weights in learning(module).items()}
        self._before: dict[str, list[Tensor]] | None = None
        self._begun, self._spent = 0.0, 0.0

    def before(self, step: int, *, often: bool) -> None:
        """Note the weights before a step, if there will be a census after it."""
        now, wanted = time.perf_counter(), self._wanted(step)
        if not wanted and not often:
            return
        rest = self._spent / (OFTEN_SHARE if often else RARE_SHARE)
        if step == self._last or now - self._begun >= max(rest, 0.0 if wanted else OFTEN_SECONDS):
            self._begun = now
            self._before = {
                name: [each.detach().clone() for each in kernels] for name, kernels in self._kernels.items()
            }
            self._spent = time.perf_counter() - now

    def look(self, step: int, epoch: float) -> Iterator[Census]:
        """Report the census of the step that was just made, if it was wanted."""
        if self._before is None:
            return
        start, before = time.perf_counter(), self._before
        self._before = None
        activations, silent = self._activations()
        with torch.no_grad():
            found = Census(
                step, epoch, len(self._samples),
                weights={name: _around_zero(_joined(each)) for name, each in self._kernels.items()},
                gradients=self._gradients(),
                activations=activations,
                ratios=self._ratios(),
                updates={name: _moved(self._kernels[name], before[name]) for name in self._kernels},
                silent=silent,
            )  # fmt: skip
        self._spent += time.perf_counter() - start
        yield found

    def _gradients(self) -> dict[str, Histogram]:
        found = {}
        for name, kernels in self._kernels.items():
            slopes = [each.grad for each in kernels if each.grad is not None]
            if slopes:
                sizes = _joined(slopes).abs()
                found[name] = _histogram(sizes[sizes > 0].log10(), SMALLEST, LARGEST)
        return found

    def _ratios(self) -> dict[str, float]:
        found = {}
        for name, kernels in self._kernels.items():
            slopes = [each.grad for each in kernels if each.grad is not None]
            if slopes:
                found[name] = _norm(slopes) / max(_norm(kernels), 1e-12)
        return found

    def _activations(self) -> tuple[dict[str, Histogram], dict[str, float]]:
        """Return how the layers' values are spread, and which share of the units of a ReLU is silent."""
        spread, silent = {}, {}
        with evaluating(self._module):
            inputs = self._module.report.inputs
            values = self._module.activations(*[self._samples] * len(inputs))
            for row in self._module.report.rows:
                layer = LAYERS[row.kind]
                if row.name in inputs or layer.ends:
                    continue
                value = values[row.name]
                spread[row.name] = _within(value)
                if layer.cuts:
                    units = value.ne(0).movedim(1, 0).flatten(1).any(dim=1)
                    silent[row.name] = 1.0 - float(units.float().mean())
        return spread, silent


def samples_for(module: GraphModule, split: Split, places: NDArray[Any]) -> Tensor | None:
    """Return as many samples (N, …) at `places` as a census takes in a moment; None where they fit no input."""
    shapes = {module.report.row(name).shape for name in module.report.inputs}
    if not len(places) or shapes != {tuple(split.images.shape[1:])}:
        return None
    per_sample = sum(math.prod(row.shape or ()) for row in module.report.rows)
    count = max(min(MOST_SAMPLES, MOST_ACTIVATIONS // max(per_sample, 1)), 1)
    return to_tensor(np.asarray(split.images[np.sort(places[:count])])).to(device_of(module))


def learning(module: GraphModule) -> dict[str, list[nn.Parameter]]:
    """Return the arrays of every node that learns."""
    found = {}
    for row in module.report.rows:
        if any(parameter.trainable for parameter in row.parameters):
            own = list(module.get_submodule(attribute(row.name)).parameters())
            found[row.name] = own
    return found


def _kernels(weights: list[nn.Parameter]) -> list[nn.Parameter]:
    """Return the weights without biases, or all where there is nothing else."""
    return [each for each in weights if each.dim() > 1] or weights


def _joined(parts: list[Tensor] | list[nn.Parameter]) -> Tensor:
    """Return evenly spaced values of several arrays, in one row."""
    return torch.cat([_some(each.detach()) for each in parts])


def _some(values: Tensor) -> Tensor:
    """Return evenly spaced values, or all where they are few; in the order of memory, so that nothing is copied."""
    row = values.as_strided((values.numel(),), (1,)) if _dense(values) else values.reshape(-1)
    return row[:: max(row.numel() // MOST_VALUES, 1)].float()


def _dense(values: Tensor) -> bool:
    """Say whether an array fills its memory without gaps, in whatever order."""
    return values.is_contiguous() or (
        values.dim() == 4 and values.is_contiguous(memory_format=torch.channels_last)
    )


def _around_zero(values: Tensor) -> Histogram:
    reach = float(values.abs().max()) if values.numel() else 0.0
    reach = reach if math.isfinite(reach) and reach else 1.0
    return _histogram(values, -reach, reach)


def _within(values: Tensor) -> Histogram:
    row = _some(values)
    low, high = (float(each) for each in row.aminmax()) if row.numel() else (0.0, 1.0)
    if not (math.isfinite(low) and math.isfinite(high)):
        low, high = 0.0, 1.0
    return _histogram(row, min(low, 0.0), high if high > low else low + 1.0)


def _histogram(values: Tensor, low: float, high: float) -> Histogram:
    """Return the shares of values in equal bins; what lies outside counts in none."""
    counts = torch.histc(values, BINS, low, high)
    return Histogram(to_array(counts / max(values.numel(), 1)), low, high)


def _moved(now: list[nn.Parameter], before: list[Tensor]) -> float:
    """Return ‖Δw‖ / ‖w‖."""
    moved = [each.detach() - earlier for each, earlier in zip(now, before, strict=True)]
    return _norm(moved) / max(_norm(before), 1e-12)


def _norm(parts: list[Tensor] | list[nn.Parameter]) -> float:
    return float(torch.nn.utils.get_total_norm([each.detach() for each in parts]))
