"""An .onnx file: read as data, checked before anything is made of it. Nothing in it is executed."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import onnx
from google.protobuf.message import DecodeError
from onnx import numpy_helper

from cnnviz.engine.exchange.drawing import MOST_OPERATORS, Array
from cnnviz.errors import FileError

LARGEST = 2**30
"""Bytes; VGG19, the largest network of the field's classics, takes half of it."""
NEWEST_OPSET = 26
_AGAIN = "Export it again, in one file: torch.onnx.export(…, external_data=False)."
_CUT = "It is damaged or was cut short; take a complete copy."


def parse(path: Path) -> onnx.ModelProto:
    """Return the model in a file; raise FileError where it is too large, damaged, foreign or in several files."""
    where = str(path)
    if path.stat().st_size > LARGEST:
        raise FileError(
            f"it is larger than {LARGEST // 2**30} GB.", where=where, hint="Take a smaller network."
        )
    try:
        model = onnx.ModelProto.FromString(path.read_bytes())
    except (DecodeError, ValueError) as error:
        raise FileError("it is no readable ONNX file.", where=where, hint=_CUT) from error
    graph = model.graph
    if not model.ir_version or not graph.output:
        raise FileError("it holds no ONNX network.", where=where, hint=_CUT)
    if len(graph.node) > MOST_OPERATORS:
        text = f"it has {len(graph.node):,} operators; cnnviz draws up to {MOST_OPERATORS:,}."
        raise FileError(text, where=where, hint="Export a part of the network.")
    if any(tensor.external_data or tensor.data_location for tensor in graph.initializer):
        raise FileError(
            "its weights lie in other files, which cnnviz does not open.", where=where, hint=_AGAIN
        )
    for domain in model.opset_import:
        if not domain.domain and domain.version > NEWEST_OPSET:
            text = f"it uses ONNX operators of version {domain.version}; cnnviz knows up to {NEWEST_OPSET}."
            raise FileError(text, where=where, hint="Export it for an older version (opset).")
    return model


def array_of(tensor: onnx.TensorProto) -> Array:
    """Return the numbers of a tensor; weights of half precision become float32."""
    if tensor.external_data or tensor.data_location:
        raise ValueError("its numbers lie in another file")
    found: Array = numpy_helper.to_array(tensor)
    return found.astype(np.float32) if found.dtype.kind not in "iub" else found


def settings_of(node: onnx.NodeProto) -> dict[str, Any]:
    """Return the attributes of a node by name, as Python values and arrays."""
    found: dict[str, Any] = {}
    for attribute in node.attribute:
        value = onnx.helper.get_attribute_value(attribute)
        if isinstance(value, onnx.TensorProto):
            value = array_of(value)
        if isinstance(value, float):
            value = float(str(np.float32(value)))  # 1e-05, as it was meant, and not 9.999999747378752e-06
        found[attribute.name] = value.decode("utf-8") if isinstance(value, bytes) else value
    return found


def scope_of(node: onnx.NodeProto) -> str:
    """Return the name of the module that a node comes from: what the exporter noted, else from its weights or name."""
    for entry in node.metadata_props:
        if entry.key == "pkg.torch.onnx.name_scopes":
            scopes = [part.strip(" '\"") for part in entry.value.strip("[]").split(",")]
            if len(scopes) > 2:
                return scopes[-2]
    for name in node.input[1:3]:
        if name.endswith((".weight", ".bias")) and not name.startswith("onnx::"):
            return name.rsplit(".", 1)[0]
    return "/".join(node.name.strip("/").split("/")[:-1])
