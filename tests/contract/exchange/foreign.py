"""Small networks of other programs, made by hand: ONNX files that no exporter of ours has touched."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import torch
from onnx import TensorProto, helper, numpy_helper

from cnnviz.engine.build import GraphModule, build
from cnnviz.engine.exchange.drawing import Imported
from cnnviz.engine.weights import apply

Array = np.ndarray[Any, np.dtype[Any]]
Step = tuple[str, list[str], dict[str, Any]]
"""Kind of an operator, names of what goes in, settings; its output is called like its place: v0, v1 …"""


def model(
    steps: Sequence[Step], shape: tuple[int, ...], arrays: Mapping[str, Array] | None = None, opset: int = 18
) -> onnx.ModelProto:
    """Return a model that takes x (N, shape) and gives the result of the last step."""
    nodes = [
        helper.make_node(kind, inputs, [f"v{n}"], **settings)
        for n, (kind, inputs, settings) in enumerate(steps)
    ]
    given = helper.make_tensor_value_info("x", TensorProto.FLOAT, ["N", *shape])
    answer = helper.make_tensor_value_info(f"v{len(steps) - 1}", TensorProto.FLOAT, None)
    initial = [numpy_helper.from_array(np.asarray(array), name) for name, array in (arrays or {}).items()]
    graph = helper.make_graph(nodes, "made by hand", [given], [answer], initial)
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", opset)], ir_version=9)


def written(path: Path, found: onnx.ModelProto) -> Path:
    """Write a model into a file."""
    path.write_bytes(found.SerializeToString())
    return path


def module_of(found: Imported) -> GraphModule:
    """Return the network of an import with its weights, ready to run."""
    module = build(found.graph)
    apply(module, found.weights)
    return module.eval()


def drawn(*shape: int, seed: int = 0) -> Array:
    """Return random numbers, float32."""
    return np.random.default_rng(seed).normal(size=shape).astype(np.float32)


def answer_of(module: torch.nn.Module, x: Array) -> Array:
    """Run one network on a batch."""
    with torch.no_grad():
        found: Array = module(torch.from_numpy(x)).numpy()
    return found
