"""The filter that a channel is in input space.

At a given sample, a network of convolutions, ReLUs and pooling is linear: a value is Σ filter × input + constant, with
∂ value / ∂ input as the filter. For the first layer that is its kernel, the same at every sample; for a deeper one it
is asked at the sample that the channel answers to most. Where other curves lie on the way, it is the best linear
approximation there.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np
import torch

from cnnviz.engine.attribute.subject import MOST_VALUES, held_still
from cnnviz.engine.build import GraphModule
from cnnviz.engine.trace import to_array, to_tensor
from cnnviz.errors import ExplainError
from cnnviz.events import Answer, Progress
from cnnviz.explain.asking.questions import AskFilters, Filters, Samples
from cnnviz.explain.asking.sight import sight
from cnnviz.explain.strongest import Best
from cnnviz.explain.trace import Array, Trace
from cnnviz.layers.base import Box, size

LARGEST_BATCH = 32
MOST = 512
"""Of a layer with more channels, the first ones."""
Index = tuple[int, ...]


def filters(
    module: GraphModule, trace: Trace, question: AskFilters, splits: Mapping[str, Samples]
) -> Iterator[Progress | Answer]:
    """Yield the Filters of the channels of a node; raise ExplainError where no gradient reaches the input."""
    node, source = question.node, module.report.input
    own = trace.activation(source)
    module = module.resized(own.shape)
    asked = list(_asked(module, node, question.best))
    boxes = sight(module.graph, node, [index for _, index in asked])
    largest = tuple(max(end - first for first, end in (box[d] for box in boxes)) for d in range(own.ndim))
    maps = np.zeros((len(asked), *largest), np.float32)
    values, constants = np.zeros(len(asked)), np.zeros(len(asked))
    per_sample = sum(size(row.shape or ()) for row in module.report.rows)
    batch = min(max(MOST_VALUES // max(per_sample, 1), 1), LARGEST_BATCH)
    for first in range(0, len(asked), batch):
        yield Progress("Projecting filters", first, len(asked))
        part = asked[first : first + batch]
        images = np.stack([splits["test"].sample(sample) if sample >= 0 else own for sample, _ in part])
        with held_still(module):
            reached, slopes = _slopes(module, node, images, [index for _, index in part])
        products = (slopes.astype(np.float64) * images).reshape(len(part), -1).sum(axis=1)
        for at, slope in enumerate(slopes, start=first):
            maps[at] = _cut(slope, boxes[at], largest)
        values[first : first + batch], constants[first : first + batch] = reached, reached - products
    samples = np.array([sample for sample, _ in asked], np.int64)
    exact = question.best is None
    yield Answer(Filters(node, maps, values, constants, samples, exact))


def _asked(module: GraphModule, node: str, best: Best | None) -> Iterator[tuple[int, Index]]:
    """Yield for each channel the number of a sample and the value that is asked about."""
    shape = module.report.row(node).shape or ()
    for channel in range(min(shape[0], MOST)):
        findings = best.of(channel) if best is not None else []
        if findings:
            yield findings[0].sample, findings[0].index
        else:
            yield -1, (channel, *(entry // 2 for entry in shape[1:]))


def _slopes(module: GraphModule, node: str, images: Array, places: list[Index]) -> tuple[Array, Array]:
    """Return one value per sample, and its gradient with respect to that sample."""
    x = to_tensor(images).requires_grad_()
    array = module.some((node,), x)[node]
    chosen = torch.stack([array[(number, *index)] for number, index in enumerate(places)])
    found = torch.autograd.grad(chosen.sum(), x, allow_unused=True)[0] if chosen.requires_grad else None
    if found is None:
        raise ExplainError(
            "no gradient reaches the input: a layer on the way only looks numbers up.", where=node
        )
    return to_array(chosen), to_array(found)


def _cut(slope: Array, box: Box, largest: tuple[int, ...]) -> Array:
    """Return the part of a gradient in a box; beyond the input's edge it is 0."""
    found = np.zeros(largest, np.float32)
    inside = [(max(first, 0), min(end, n)) for (first, end), n in zip(box, slope.shape, strict=True)]
    target = tuple(slice(a - first, b - first) for (a, b), (first, _) in zip(inside, box, strict=True))
    found[target] = slope[tuple(slice(a, b) for a, b in inside)]
    return found
