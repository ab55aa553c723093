"""Activations, when they are asked for: one sample through the network, as numpy copies."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, TypeVar

import numpy as np
import torch
from numpy.typing import NDArray

from cnnviz.engine.build import GraphModule
from cnnviz.engine.losses import probabilities
from cnnviz.errors import ExplainError
from cnnviz.explain.trace import Trace
from cnnviz.layers import Shape, times
from cnnviz.model.checking.freesize import admits, admitting

Array = NDArray[Any]
Key = TypeVar("Key")


def trace(module: GraphModule, x: Array, *more: Array, step: int = 0) -> Trace:
    """Return all activations and parameters for one sample (C, H, W), float32; the module's mode is restored.

    A network with several Inputs takes one array for each. Arrays inside of layers are there too, as `node.name`. For
    a larger sample, where the Input lets it in, the trace's graph has the sample's shape. `step` is noted in the trace.
    Raise ExplainError for a sample of another shape.
    """
    samples = (x, *more)
    shapes = [tuple(each.shape) for each in samples]
    require_shapes(module, shapes, "the sample")
    module = module.resized(*shapes)
    with evaluating(module):
        inside: dict[str, dict[str, torch.Tensor]] = {}
        tensors = (to_tensor(each[None]).to(device_of(module)) for each in samples)
        values = module.activations(*tensors, inside=inside)
        values |= module.internals(values, known=inside)
        values |= {f"{node}.{name}": each for node, found in inside.items() for name, each in found.items()}
        activations = {name: array[0] for name, array in taken(module, values).items()}
    return Trace(module.graph, activations, parameters_of(module), step)


def given(module: GraphModule, image: Array) -> tuple[Array, ...]:
    """Return one array per Input: the image wherever it fits, zeros of the Input's own shape elsewhere.

    An image that fits nowhere is given to all of them, so that `trace` tells what is wrong with it.
    """
    names, takers = module.report.inputs, admitting(module.graph, tuple(image.shape))
    zeros = {name: np.zeros(module.report.row(name).shape or (), np.float32) for name in names}
    return tuple(image if name in takers or not takers else zeros[name] for name in names)


def predict(module: GraphModule, images: Array, batch_size: int = 1000) -> Array:
    """Return class probabilities (N, K), float32, of images (N, C, H, W): uint8, or float32 from 0 to 1.

    A network without a softmax at its end gets one. Raise ExplainError for images of another shape, and where the main
    output names no classes.
    """
    require_shapes(module, [tuple(images.shape[1:])], "each image")
    device, parts = device_of(module), []
    with evaluating(module):
        for at in range(0, max(len(images), 1), batch_size):
            scores = module.logits(to_tensor(images[at : at + batch_size]).to(device))
            odds = probabilities(module.main_head, scores)
            if odds is None:
                raise ExplainError("the main output names no classes.", where=module.report.output)
            parts.append(to_array(odds))
    return np.concatenate(parts)


@contextmanager
def evaluating(module: torch.nn.Module) -> Iterator[None]:
    """Compute without gradients; dropout passes everything, batch norm uses its running statistics."""
    training = module.training
    if not training:  # going through all its parts twice takes a fifth of a small network's trace
        with torch.inference_mode():
            yield
        return
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
    return np.array(tensor.numpy(force=True), order="C")


def taken(module: GraphModule, values: Mapping[Key, torch.Tensor]) -> dict[Key, Array]:
    """Return values that nobody else will change as arrays, without a copy where they are in main memory already.

    What lies in the network itself is copied: it goes on learning.
    """
    kept = {tensor.data_ptr() for tensor in module.own_tensors().values()}
    return {
        name: to_array(value) if value.data_ptr() in kept else as_array(value)
        for name, value in values.items()
    }


def as_array(tensor: torch.Tensor) -> Array:
    """Return a tensor that nobody will change as an array in C order: its own memory, where that can be read."""
    return np.ascontiguousarray(tensor.numpy(force=True))


def device_of(module: torch.nn.Module) -> torch.device:
    """Return where a module's weights are."""
    return next((p.device for p in module.parameters()), torch.device("cpu"))


def require_shapes(module: GraphModule, given: Sequence[Shape], what: str) -> None:
    """Raise ExplainError unless the network takes samples of these shapes, one per Input."""
    names = module.report.inputs
    if len(given) != len(names):
        raise ExplainError(
            f"the network takes {len(names)} inputs, but {len(given)} arrived.", where=names[-1]
        )
    for name, shape in zip(names, given, strict=True):
        if not admits(module.graph, name, shape):
            wanted = module.report.row(name).shape or ()
            raise ExplainError(
                f"the network takes {times(wanted)}, but {what} is {times(shape)}.", where=name
            )


def parameters_of(module: GraphModule) -> dict[str, dict[str, Array]]:
    """Return copies of all parameters and running statistics, by node and name."""
    found: dict[str, dict[str, Array]] = {}
    for (node, name), tensor in module.own_tensors().items():
        found.setdefault(node, {})[name] = to_array(tensor)
    return found
