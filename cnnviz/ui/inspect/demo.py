"""Small traces with numbers of their own, so that every view can be looked at alone."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import cache

import numpy as np
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QSplitter, QWidget

from cnnviz.explain import Trace, explain
from cnnviz.layers import LAYERS, Input, Layer, ReLU, Shape
from cnnviz.model.graph import Graph
from cnnviz.ui.inspect.frame import Frame, make_frame
from cnnviz.ui.inspect.inputpane import InputPane
from cnnviz.ui.inspect.outputpane import OutputPane
from cnnviz.ui.inspect.volumes import unraveled
from cnnviz.ui.inspect.workpane import WorkPane

_SHAPES: dict[str, Shape] = {
    "conv1d": (5, 12), "maxpool1d": (3, 12), "avgpool1d": (3, 12),
    "conv3d": (2, 6, 6, 6), "maxpool3d": (2, 6, 6, 6), "avgpool3d": (2, 6, 6, 6),
    "dense": (24,), "softmax": (10,),
}  # fmt: skip
_OPTIONS: dict[str, dict[str, object]] = {
    "conv2d": {"out_channels": 4, "padding": "same"},
    "conv1d": {"out_channels": 3, "padding": "same"},
    "conv3d": {"out_channels": 2, "kernel_size": (3, 3, 3), "padding": "same"},
}


def graph_of(layer: Layer, shape: Shape) -> Graph:
    """Return a graph that ends in the layer: an input, and a ReLU beside it where two inputs are needed."""
    graph = Graph().add(Input(shape=shape), "input")
    if layer.most_inputs == 0:
        return graph
    graph = graph.add(layer, "layer", after="input")
    if layer.fewest_inputs > 1:
        graph = graph.add(ReLU(), "relu1", after="input").connect("relu1", "layer")
    return graph


@cache
def trace(kind: str) -> Trace:
    """Return a trace of one layer of a kind on random numbers; the outputs are computed by the layer's own formula."""
    random = np.random.default_rng(len(kind))
    shape = _SHAPES.get(kind, (4, 10, 10))
    layer = LAYERS[kind](**_OPTIONS.get(kind, {}))
    graph = graph_of(layer, shape)
    parameters = {}
    for row in graph.summary().rows:
        drawn = {p.name: random.normal(0, 0.4, p.shape).astype(np.float32) for p in row.parameters}
        parameters[row.name] = {
            name: np.abs(array) + 0.1 if "var" in name else array for name, array in drawn.items()
        }
    found = Trace(graph, {}, parameters)
    for row in graph.summary().rows:
        found = replace(found, activations={**found.activations, row.name: _output(found, row.name, random)})
    return found


def _output(so_far: Trace, node: str, random: np.random.Generator) -> np.ndarray:
    row = so_far.graph.summary().row(node)
    shape = row.shape or ()
    if not row.inputs:
        return np.round(random.normal(0, 1, shape), 3).astype(np.float32)
    blank = replace(so_far, activations={**so_far.activations, node: np.zeros(shape, np.float32)})
    cells = (unraveled(place, shape) for place in range(int(np.prod(shape))))
    return np.array([explain(blank, node, cell).result for cell in cells], np.float32).reshape(shape)


def frame(kind: str, scope: str = "layer") -> Frame:
    """Return the frame of a value in the middle of a layer of a kind."""
    found = trace(kind)
    node = "layer" if "layer" in found.graph else "input"
    shape = found.activations[node].shape
    return make_frame(found, node, tuple(entry // 2 for entry in shape), scope)


def example(kind: str) -> Callable[[], QWidget]:
    """Return what builds the three panes for a layer of a kind."""

    def build() -> QWidget:
        shown = frame(kind)
        panes = QSplitter(Qt.Orientation.Horizontal)
        for pane in (InputPane(), WorkPane(), OutputPane()):
            pane.show_frame(shown)
            panes.addWidget(pane)
        panes.setSizes([300, 480, 300])
        return panes

    return build
