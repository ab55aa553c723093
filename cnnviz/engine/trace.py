"""Activations, when they are asked for: one sample through the network, as numpy copies."""

from __future__ import annotations

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


def trace(module: GraphModule, x: Array) -> Trace:
    """Return all activations and parameters for one sample (C, H, W), float32; the module's mode is restored."""
    wanted = module.report.row(module.report.input).shape or ()
    if tuple(x.shape) != wanted:
        raise ExplainError(f"the network takes {times(wanted)}, but {times(tuple(x.shape))} was given.")
    device = _device(module)
    batch = torch.from_numpy(np.ascontiguousarray(x, dtype=np.float32))[None].to(device)
    values = evaluated(module, lambda: module.activations(batch))
    activations = {name: value[0].cpu().numpy().copy() for name, value in values.items()}
    return Trace(module.graph, activations, _parameters(module))


def predict(module: GraphModule, images: Array, batch_size: int = 1000) -> Array:
    """Return class probabilities (N, K) of images (N, C, H, W), uint8 or float32 from 0 to 1."""
    parts = [
        evaluated(module, lambda at=at: module.logits(to_input(images[at : at + batch_size])))
        for at in range(0, len(images), batch_size)
    ]  # fmt: skip
    found: Array = torch.cat(parts).softmax(dim=1).cpu().numpy()
    return found


def to_input(images: Array) -> torch.Tensor:
    """Return images as a float32 tensor; bytes are scaled to 0..1."""
    tensor = torch.from_numpy(np.ascontiguousarray(images))
    return tensor.float() / 255 if tensor.dtype == torch.uint8 else tensor.float()


def evaluated(module: GraphModule, question: Any) -> Any:
    """Answer a question in evaluation mode without gradients, and put the module's mode back."""
    training = module.training
    module.eval()
    try:
        with torch.inference_mode():
            return question()
    finally:
        module.train(training)


def _parameters(module: GraphModule) -> dict[str, dict[str, Array]]:
    found: dict[str, dict[str, Array]] = {}
    for row in module.report.rows:
        if row.parameters:
            own = getattr(module, attribute(row.name))
            found[row.name] = {
                p.name: getattr(own, p.name).detach().cpu().numpy().copy() for p in row.parameters
            }
    return found


def _device(module: GraphModule) -> torch.device:
    return next((p.device for p in module.parameters()), torch.device("cpu"))
