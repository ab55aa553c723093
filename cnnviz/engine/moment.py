"""One image seen by a network at a moment of its training: live, and later again from its snapshot, bit for bit."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from cnnviz.engine.build import GraphModule, build
from cnnviz.engine.layout import laid_out
from cnnviz.engine.losses import probabilities
from cnnviz.engine.trace import device_of, evaluating, given, to_array, to_tensor
from cnnviz.engine.weights import Weights, apply
from cnnviz.events import MOST_KERNELS, MOST_PLANES, Watched
from cnnviz.model.checking.freesize import resized
from cnnviz.model.graph import Graph
from cnnviz.model.names import attribute

Array = NDArray[Any]


def picture(module: GraphModule, image: Array, step: int) -> Watched:
    """Return what a network makes of a sample (C, …), float32; its mode is restored.

    On one core: sums of two cores may be rounded otherwise.
    """
    with evaluating(module), _one_core():
        arriving = (to_tensor(each[None]).to(device_of(module)) for each in given(module, image))
        values = module.activations(*arriving)
        odds = probabilities(module.main_head, values[module.scores_node].float())
    maps = {name: to_array(value[0]) for name, value in values.items()}
    shares = np.zeros(0, np.float32) if odds is None else to_array(odds[0])
    return Watched(step, image, maps, shares, _kernels(module))


class Moments:
    """Sees images with the weights of snapshots. The module is built once and stays for the next moment."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._graph: Graph | None = None
        self._module: GraphModule | None = None

    def see(self, graph: Graph, weights: Weights, image: Array, step: int) -> Watched:
        """Return what the training saw at that step, bit for bit on a CPU; raise WeightsError, GraphError."""
        with self._lock:
            module = self._built(graph, image)
            apply(module, weights)
            return picture(module, image, step)

    def _built(self, graph: Graph, image: Array) -> GraphModule:
        """Return a module that computes in the very order and memory layout of a training."""
        sized = resized(graph, {graph.summary().input: tuple(image.shape)})
        if self._module is None or self._graph != sized:
            module = build(sized, fast=True)
            self._graph, self._module = sized, laid_out(module, torch.device("cpu"))
        assert self._module is not None
        return self._module


def _kernels(module: GraphModule) -> dict[str, Array]:
    """Return the first kernels (out, in, …) of the first layer that has any."""
    for row in module.report.rows:
        for parameter in row.parameters:
            if parameter.name == "weight" and len(parameter.shape) > 2:
                weight = module.get_submodule(attribute(row.name)).get_parameter("weight")
                return {row.name: to_array(weight[:MOST_KERNELS, :MOST_PLANES])}
    return {}


@contextmanager
def _one_core() -> Iterator[None]:
    cores = torch.get_num_threads()
    if cores > 1:
        torch.set_num_threads(1)
    try:
        yield
    finally:
        if cores > 1:
            torch.set_num_threads(cores)
