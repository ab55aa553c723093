"""A graph with its weights as an .onnx file, by torch's exporter."""

from __future__ import annotations

import logging
import warnings

import torch

from cnnviz.engine.build import GraphModule, build
from cnnviz.errors import FileError
from cnnviz.layers import Input, Shape
from cnnviz.model.graph import Graph

_BATCH = 2
"""Samples of the example that is traced: with 1, the exporter would fix the batch to 1."""


def to_onnx(module: GraphModule) -> bytes:
    """Return an ONNX file of a network with its weights, for batches of any size; raise FileError if ONNX can't say it.

    Takes some seconds. Batch norm stays a layer of its own, so that the file has the network's parameters.
    """
    try:
        return _export(module.eval())
    except _FAILURES as error:
        raise _refused(module, error) from error


_FAILURES = (torch.onnx.OnnxExporterError, RuntimeError, NotImplementedError, ValueError, TypeError)


def _export(module: GraphModule) -> bytes:
    shapes: list[Shape] = [module.report.row(name).shape or () for name in module.report.inputs]
    samples = tuple(torch.zeros(_BATCH, *shape) for shape in shapes)
    batch = torch.export.Dim("batch")
    with warnings.catch_warnings(), _quiet():
        warnings.simplefilter("ignore")  # of torch about itself
        program = torch.onnx.export(
            module, samples, dynamo=True, external_data=False, verbose=False, optimize=False,
            dynamic_shapes={"inputs": tuple({0: batch} for _ in shapes)},
            input_names=list(module.report.inputs), output_names=list(module.report.outputs),
        )  # fmt: skip
    assert program is not None
    content: bytes = program.model_proto.SerializeToString()
    return content


class _quiet:  # noqa: N801 (reads as a word of the language)
    """Keeps the exporter's notes about libraries that are not installed off the screen."""

    def __enter__(self) -> None:
        self._level = logging.getLogger("torch.onnx").level
        logging.getLogger("torch.onnx").setLevel(logging.ERROR)

    def __exit__(self, *_: object) -> None:
        logging.getLogger("torch.onnx").setLevel(self._level)


def _refused(module: GraphModule, error: BaseException) -> FileError:
    """Name the layers that can't be exported alone either, or else repeat what the exporter says."""
    where, hint = module.graph.title, "Replace them, or export a PyTorch script instead."
    guilty = [name for name in _distinct(module) if not _alone(module, name)]
    if guilty:
        named = ", ".join(f"{name} ({module.graph.node(name).layer.title})" for name in guilty)
        return FileError(f"ONNX can't say these layers: {named}.", where=where, hint=hint)
    words = next(iter(str(error).strip().splitlines()), type(error).__name__)
    return FileError(f"ONNX can't say this network ({words[:160]}).", where=where, hint=hint)


def _distinct(module: GraphModule) -> list[str]:
    """Return the first node of every layer with the same options and inputs."""
    first = {
        (module.graph.node(row.name).layer, row.inputs): row.name for row in reversed(module.report.rows)
    }
    return [row.name for row in module.report.rows if row.name in first.values() and row.inputs]


def _alone(module: GraphModule, name: str) -> bool:
    """Say whether the layer of a node can be exported without the others."""
    graph = Graph().add(module.graph.node(name).layer, name)
    for port, shape in enumerate(module.report.row(name).inputs or ()):
        graph = graph.add(Input(shape), f"{name}_{port}").connect(f"{name}_{port}", name, port)
    try:
        _export(build(graph).eval())
    except _FAILURES:
        return False
    return True
