"""An .onnx file as a graph with weights: operator after operator, in the order of the file."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import numpy as np
import onnx

from cnnviz.engine.exchange.constants import CONSTANT_OPERATORS, fold
from cnnviz.engine.exchange.drawing import Array, Drawing, Imported, Value
from cnnviz.engine.exchange.onnx_file import array_of, parse, scope_of, settings_of
from cnnviz.engine.exchange.onnx_operators import OPERATORS
from cnnviz.engine.exchange.operator import BATCH, Operator, Thing


def read_onnx(path: Path) -> Imported:
    """Return what an .onnx file holds; raise FileError that names the operator which can't be read."""
    model, drawing = parse(path), Drawing(str(path))
    with drawing.told_as_damage():
        return _Reading(model, drawing).read(path.stem)


class _Reading:
    """Goes through the operators of one file."""

    def __init__(self, model: onnx.ModelProto, drawing: Drawing) -> None:
        self._graph, self._d = model.graph, drawing
        self._readers = Counter(name for node in model.graph.node for name in node.input)
        self._readers.update(each.name for each in model.graph.output)
        self._things: dict[str, Thing] = {"": None}

    def read(self, title: str) -> Imported:
        self._refuse_unknown()
        self._take_constants()
        self._take_inputs()
        for number, node in enumerate(self._graph.node):
            self._d.here = f"operator {number + 1} ({node.op_type}{f' {node.name!r}' if node.name else ''})"
            self._step(node)
        self._d.here = ""
        outputs = [self._things.get(each.name) for each in self._graph.output]
        return self._d.finish(title, [each for each in outputs if isinstance(each, Value)])

    def _refuse_unknown(self) -> None:
        """Name every kind of operator that has no layer, with the first node of each, before anything is drawn."""
        unknown: dict[str, str] = {}
        for node in self._graph.node:
            known = (not node.domain or node.domain == "ai.onnx") and (
                node.op_type in OPERATORS or _folds(node)
            )
            if not known:
                unknown.setdefault(f"{node.domain + '.' if node.domain else ''}{node.op_type}", node.name)
        self._d.refuse(unknown)

    def _take_constants(self) -> None:
        for tensor in self._graph.initializer:
            self._d.here = f"weights {tensor.name!r}"
            self._things[tensor.name] = array_of(tensor)
        self._d.here = ""

    def _take_inputs(self) -> None:
        for each in self._graph.input:
            if each.name in self._things:
                continue
            self._d.here = f"input {each.name!r}"
            sizes = [dim.dim_value for dim in each.type.tensor_type.shape.dim]
            if len(sizes) < 2 or any(size < 1 for size in sizes[1:]):
                raise self._d.error(
                    "its shape is not fixed.", "Export it with fixed sizes; only the batch may be free."
                )
            self._d.batch = sizes[0] or None
            name = each.name if each.name.isidentifier() else "input"
            self._things[each.name] = self._d.input(name, tuple(sizes[1:]), self._readers[each.name])

    def _step(self, node: onnx.NodeProto) -> None:
        missing = next((name for name in node.input if name not in self._things), None)
        if missing is not None:
            raise self._d.error(
                f"it reads {missing!r}, which nothing before it gives.",
                "The file was cut short; export it again.",
            )
        inputs = tuple(self._things[name] for name in node.input)
        settings = settings_of(node)
        constant = self._constant(node, settings, inputs)
        if constant is not None:
            self._things[node.output[0]] = constant
            return
        if node.op_type not in OPERATORS:
            raise self._d.error("cnnviz has no layer for it.")
        op = Operator(node.op_type, scope_of(node), inputs, settings, self._readers[node.output[0]])
        found = OPERATORS[node.op_type](op, self._d)
        for name, value in zip(node.output, found if isinstance(found, list) else [found], strict=False):
            self._things[name] = value

    def _constant(
        self, node: onnx.NodeProto, settings: dict[str, object], inputs: tuple[Thing, ...]
    ) -> Array | None:
        """Return the result of an operator that computes with constants only, shapes included."""
        if node.op_type == "Shape":
            x = inputs[0]
            sizes = [BATCH, *x.padded] if isinstance(x, Value) else np.shape(x if x is not None else ())
            shape = np.array(sizes, np.int64)
            start, end = settings.get("start"), settings.get("end")
            return shape[start if isinstance(start, int) else None : end if isinstance(end, int) else None]
        if node.op_type == "CastLike" and isinstance(inputs[0], np.ndarray) and isinstance(inputs[1], Value):
            return inputs[0].astype(np.float32)
        arrays = [each for each in inputs if isinstance(each, np.ndarray)]
        if any(isinstance(each, Value) for each in inputs):
            return None
        return fold(node.op_type, settings, arrays)


def _folds(node: onnx.NodeProto) -> bool:
    return node.op_type in CONSTANT_OPERATORS or node.op_type == "Shape"
