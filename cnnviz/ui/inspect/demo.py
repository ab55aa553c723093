"""Small traces with numbers of their own, so that every view can be looked at alone."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import cache
from itertools import product

import numpy as np
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QSplitter, QWidget

from cnnviz.explain import Trace, explain, formula_of, split
from cnnviz.layers import LAYERS, Flatten, Input, Layer, ReLU, Shape
from cnnviz.layers.formula import Lookup, blocks
from cnnviz.model.graph import Graph
from cnnviz.ui.inspect.frame import Frame, make_frame
from cnnviz.ui.inspect.inputpane import InputPane
from cnnviz.ui.inspect.outputpane import OutputPane
from cnnviz.ui.inspect.volumes import unraveled
from cnnviz.ui.inspect.workpane import WorkPane

_SHAPES: tuple[Shape, ...] = ((4, 10, 10), (5, 12), (24,), (2, 6, 6, 6))
"""A map, a sequence, a vector and a volume: a layer is shown on the first that it takes."""
_SMALL: dict[str, object] = {"out_channels": 3, "units": 4, "maps": 4, "padding": "same"}
"""Options that keep an example small, for every layer that has them."""


def graph_of(layer: Layer, shape: Shape) -> Graph:
    """Return a graph that ends in the layer, on an input; a second port gets a ReLU, or six numbers for a sampler."""
    graph = Graph().add(Input(shape=shape), "input")
    if layer.most_inputs == 0:
        return graph
    if layer.fewest_inputs == 1:
        return graph.add(layer, "layer", after="input")
    branched = graph.add(ReLU(), "relu1", after="input")
    six = graph.add(Flatten(), "flatten", after="input")
    six = six.add(LAYERS["affine_parameters"](), "theta", after="flatten")
    wired = [
        network.add(layer, "layer").connect(first, "layer", 0).connect(second, "layer", 1)
        for network, first, second in (
            (branched, "input", "relu1"),
            (branched, "relu1", "input"),
            (six, "input", "theta"),
        )
    ]
    return next((network for network in wired if not network.summary().errors), wired[0])


def graph_for(kind: str) -> Graph:
    """Return a small graph that ends in a layer of a kind."""
    cls = LAYERS[kind]
    layer = cls(**{option.name: _SMALL[option.name] for option in cls.options() if option.name in _SMALL})
    tried = (graph_of(layer, shape) for shape in _SHAPES)
    return next(graph for graph in tried if not graph.summary().errors)


@cache
def trace(kind: str) -> Trace:
    """Return a trace of one layer of a kind on random numbers; the outputs are computed by the layer's own formula."""
    random, graph = np.random.default_rng(len(kind)), graph_for(kind)
    parameters = {}
    for row in graph.summary().rows:
        drawn = {p.name: random.normal(0, 0.4, p.shape).astype(np.float32) for p in row.parameters}
        parameters[row.name] = {
            name: np.abs(array) + 0.1 if "var" in name else array for name, array in drawn.items()
        }
    return _filled(Trace(graph, {}, parameters), random)


def _filled(empty: Trace, random: np.random.Generator) -> Trace:
    """Return the trace with every array that the layers declare, each number computed by its own formula."""
    arrays: dict[str, np.ndarray] = {}
    found = replace(empty, activations=arrays)
    for row in empty.graph.summary().rows:
        layer, shapes = empty.graph.node(row.name).layer, row.inputs or ()
        inside = {f"{row.name}.{name}": shape for name, shape in layer.internals(*shapes).items()}
        for name, shape in {row.name: row.shape or (), **inside}.items():
            arrays[name] = np.full(shape, np.nan, np.float32)
        if not row.inputs:
            arrays[row.name][:] = _sample(empty, row.shape or (), random)
        for name in (row.name, *inside):
            for place in range(arrays[name].size):
                _fill(found, name, unraveled(place, arrays[name].shape))
    return found


def _sample(trace: Trace, shape: Shape, random: np.random.Generator) -> np.ndarray:
    """Return random numbers, or random tokens where a table is read."""
    row = trace.graph.summary().rows[-1]
    layer, place = trace.graph.node(row.name).layer, (0,) * len(row.shape or ())
    if isinstance(layer.formula(place, *(row.inputs or ())), Lookup):
        return random.integers(0, 10, shape).astype(np.float32)
    return np.round(random.normal(0, 1, shape), 3).astype(np.float32)


def _fill(trace: Trace, name: str, index: tuple[int, ...]) -> None:
    """Compute one number, and before it those inside the layer that it is made from."""
    array = trace.activation(name)
    if not np.isnan(array[index]):
        return
    node = split(name)[0]
    for block in blocks(formula_of(trace, name, index)):
        if isinstance(block.input, str):
            size = trace.activation(f"{node}.{block.input}").shape
            for cell in product(*block.ranges):
                if all(0 <= at < n for at, n in zip(cell, size, strict=True)):
                    _fill(trace, f"{node}.{block.input}", cell)
    array[index] = explain(trace, name, index).result


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
