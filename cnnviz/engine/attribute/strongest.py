"""The samples that each channel answers to most: one pass over a data set for all channels of all nodes."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np
import torch
from torch import Tensor

from cnnviz.engine.attribute.subject import MOST_VALUES, Array
from cnnviz.engine.build import GraphModule
from cnnviz.engine.trace import device_of, evaluating, to_array, to_tensor
from cnnviz.errors import ExplainError
from cnnviz.events import Answer, Progress
from cnnviz.explain.strongest import KEPT, Best, Strongest
from cnnviz.layers.base import size

LARGEST_BATCH = 64


def strongest(module: GraphModule, sample: Callable[[int], Array], count: int) -> Iterator[Progress | Answer]:
    """Yield how far it is, and last the Strongest among `sample(0)` to `sample(count − 1)`, float32 (C, …).

    A value of a channel is its largest anywhere in the map. Raise ExplainError for a network with several Inputs.
    """
    if len(module.report.inputs) != 1:
        raise ExplainError("only networks with one input can be shown all samples.", where=module.graph.title)
    ranking: dict[str, _Ranking] = {}
    per_sample = sum(size(row.shape or ()) for row in module.report.rows)
    batch = min(max(MOST_VALUES // max(per_sample, 1), 1), LARGEST_BATCH)
    for done in range(0, count, batch):
        yield Progress("Looking at samples", done, count)
        images = np.stack([sample(number) for number in range(done, min(done + batch, count))])
        with evaluating(module):
            values = module.activations(to_tensor(images).to(device_of(module)))
            for node, array in values.items():
                ranking.setdefault(node, _Ranking(tuple(array.shape[1:]))).add(array, done)
    yield Answer(Strongest({node: found.best() for node, found in ranking.items()}, count))


class _Ranking:
    """The best so far of one node: values, sample numbers and places, (KEPT, C)."""

    def __init__(self, shape: tuple[int, ...]) -> None:
        self._shape = shape
        self._values = torch.full((KEPT, shape[0]), -torch.inf)
        self._samples = torch.full((KEPT, shape[0]), -1)
        self._places = torch.zeros((KEPT, shape[0]), dtype=torch.int64)

    def add(self, array: Tensor, first: int) -> None:
        """Take in the values (N, C, …) of the samples from number `first` on; of equal ones, the earlier stay."""
        flat = array.float().cpu().nan_to_num(nan=-torch.inf).reshape(len(array), len(array[0]), -1)
        values, places = flat.max(dim=2)
        numbers = torch.arange(first, first + len(array))[:, None].expand_as(places)
        values = torch.cat((self._values, values))
        order = values.sort(dim=0, descending=True, stable=True).indices[:KEPT]
        self._values = values.gather(0, order)
        self._samples = torch.cat((self._samples, numbers)).gather(0, order)
        self._places = torch.cat((self._places, places)).gather(0, order)

    def best(self) -> Best:
        return Best(self._shape, to_array(self._values), to_array(self._samples), to_array(self._places))
