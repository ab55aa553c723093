"""Random layers in networks of their own, run forward and back by the engine."""

from __future__ import annotations

from typing import Any

import numpy as np

from cnnviz.engine.build import GraphModule, build
from cnnviz.engine.gradients import gradients
from cnnviz.explain import Trace
from cnnviz.explain.backward import Slopes
from cnnviz.layers import Input, Layer, Output, Shape, Sigmoid
from cnnviz.model.graph import Graph
from tests.contract.layers.draws import draw_inputs, randomise

SQUARED = Output("mean squared error")


def network_around(layer: Layer, shapes: tuple[Shape, ...], end: Output = SQUARED) -> Graph:
    """Return inputs → layer (named `layer`) → an answer; the layer itself where it is an Input or an Output."""
    graph = Graph().add(layer, "layer")
    if layer.differentiates:  # what it takes gradients of has to be made from something
        graph = graph.add(Input(shapes[0]), "input1").add(Sigmoid(), "input0").connect("input1", "input0")
        return network_end(graph.connect("input0", "layer").connect("input1", "layer", 1), layer, end)
    for port, shape in enumerate(shapes):
        graph = graph.add(Input(shape), f"input{port}").connect(f"input{port}", "layer", port)
    return network_end(graph, layer, end)


def network_end(graph: Graph, layer: Layer, end: Output) -> Graph:
    """Return the graph with an answer after the layer, unless it is one."""
    return graph if layer.ends else graph.add(end, "answer").connect("layer", "answer")


def draw_module(graph: Graph, random: np.random.Generator) -> GraphModule:
    """Return the network with random parameters and running statistics."""
    module = build(graph)
    randomise(module, random)  # type: ignore[arg-type]
    return module


def draw_slopes(layer: Layer, shapes: tuple[Shape, ...], random: np.random.Generator) -> tuple[Trace, Slopes]:
    """Return the trace and the slopes of a random sample; the answer is compared with random numbers."""
    graph = network_around(layer, shapes)
    module = draw_module(graph, random)
    inputs = draw_inputs(layer, shapes, random)
    shape_of = {name: module.report.row(name).shape or () for name in module.report.inputs}
    samples = [
        inputs[name] if name in inputs and inputs[name].shape == shape else random.normal(size=shape)
        for name, shape in shape_of.items()
    ]
    samples = [sample.astype(np.float32) for sample in samples]
    return gradients(module, *samples, target=draw_target(module, random))


def draw_target(module: GraphModule, random: np.random.Generator) -> Any:
    """Return a class, or random values from 0 to 1, as the answer is compared with."""
    head = module.main_head
    if head.layer.loss in ("cross entropy", "margin"):
        return int(random.integers(head.shape[0]))
    return random.uniform(size=head.shape).astype(np.float32)
