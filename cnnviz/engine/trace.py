"""Activations, when they are asked for: one sample through the network, as numpy copies."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from cnnviz.engine.build import GraphModule
from cnnviz.errors import ExplainError
from cnnviz.explain.trace import Trace
from cnnviz.layers import times
from cnnviz.model.names import attribute

Array = NDArray[Any]


def trace(module: GraphModule, x: Array, *, step: int = 0) -> Trace:
    """Return all activations and parameters for one sample (C, H, W), float32; the module's mode is restored.

    `step` is noted in the trace. Raise ExplainError for a sample of another shape.
    """
    _require_shape(module, tuple(x.shape), "the sample")
    with evaluating(module):
        values = module.activations(to_tensor(x[None]).to(device_of(module)))
        activations = {name: to_array(value[0]) for name, value in values.items()}
    return Trace(module.graph, activations, _parameters(module), step)


def predict(module: GraphModule, images: Array, batch_size: int = 1000) -> Array:
    """Return class probabilities (N, K), float32, of images (N, C, H, W): uint8, or float32 from 0 to 1.

    A network without a softmax at its end gets one. Raise ExplainError for images of another shape.
    """
    _require_shape(module, tuple(images.shape[1:]), "each image")
    device = device_of(module)
    with evaluating(module):
        parts = [
            to_array(module.logits(to_tensor(images[at : at + batch_size]).to(device)).softmax(dim=1))
            for at in range(0, max(len(images), 1), batch_size)
        ]
    return np.concatenate(parts)


@contextmanager
def evaluating(module: torch.nn.Module) -> Iterator[None]:
    """Compute without gradients; dropout passes everything, batch norm uses its running statistics."""
    training = module.training
    module.eval()
    try:
        with torch.inference_mode():
            yield
    finally:
        module.train(training)


def to_tensor(images: Array) -> torch.Tensor:
    """Return images (a copy) as a float32 tensor; bytes are scaled to 0..1."""
    tensor = torch.tensor(images)
    return tensor.float().div_(255) if tensor.dtype == torch.uint8 else tensor.float()


def to_array(tensor: torch.Tensor) -> Array:
    """Return a copy in main memory, in C order."""
    return np.array(tensor.detach().cpu().numpy(), order="C")


def device_of(module: torch.nn.Module) -> torch.device:
    """Return where a module's weights are."""
    return next((p.device for p in module.parameters()), torch.device("cpu"))


def _require_shape(module: GraphModule, given: tuple[int, ...], what: str) -> None:
    wanted = module.report.row(module.report.input).shape or ()
    if given != wanted:
        raise ExplainError(
            f"the network takes {times(wanted)}, but {what} is {times(given)}.", where=module.report.input
        )


def _parameters(module: GraphModule) -> dict[str, dict[str, Array]]:
    found: dict[str, dict[str, Array]] = {}
    for row in module.report.rows:
        if row.parameters:
            own = module.get_submodule(attribute(row.name))
            found[row.name] = {p.name: to_array(getattr(own, p.name)) for p in row.parameters}
    return found
