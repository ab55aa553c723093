"""A graph with its weights as an .onnx file, by torch's exporter."""

from __future__ import annotations

import logging
import warnings

import torch

from cnnviz.engine.build import GraphModule
from cnnviz.errors import FileError
from cnnviz.layers import Shape

_BATCH = 2
"""Samples of the example that is traced: with 1, the exporter would fix the batch to 1."""


def to_onnx(module: GraphModule) -> bytes:
    """Return an ONNX file of a network with its weights, for batches of any size; raise FileError if ONNX can't say it.

    Takes some seconds. Batch norm stays a layer of its own, so that the file has the network's parameters.
    """
    shapes: list[Shape] = [module.report.row(name).shape or () for name in module.report.inputs]
    samples = tuple(torch.zeros(_BATCH, *shape) for shape in shapes)
    batch = torch.export.Dim("batch")
    module = module.eval()
    try:
        with warnings.catch_warnings(), _quiet():
            warnings.simplefilter("ignore")  # of torch about itself
            program = torch.onnx.export(
                module, samples, dynamo=True, external_data=False, verbose=False, optimize=False,
                dynamic_shapes={"inputs": tuple({0: batch} for _ in shapes)},
                input_names=list(module.report.inputs), output_names=list(module.report.outputs),
            )  # fmt: skip
    except (torch.onnx.OnnxExporterError, RuntimeError, NotImplementedError, ValueError, TypeError) as error:
        raise _refused(module, error) from error
    assert program is not None
    return program.model_proto.SerializeToString()


class _quiet:  # noqa: N801 (reads as a word of the language)
    """Keeps the exporter's notes about libraries that are not installed off the screen."""

    def __enter__(self) -> None:
        self._level = logging.getLogger("torch.onnx").level
        logging.getLogger("torch.onnx").setLevel(logging.ERROR)

    def __exit__(self, *_: object) -> None:
        logging.getLogger("torch.onnx").setLevel(self._level)


def _refused(module: GraphModule, error: BaseException) -> FileError:
    """Name the layers that ONNX can't say: those whose modules fail alone, or else what the exporter says."""
    words = str(error).strip().splitlines() or [type(error).__name__]
    return FileError(
        f"ONNX can't say this network ({words[0][:160]}).",
        where=module.graph.title,
        hint="Export a PyTorch script instead.",
    )
