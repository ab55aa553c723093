"""Which part of a sample an answer rests on: what can be asked, where it can be asked, and what comes back.

Nothing here computes a map; `cnnviz.engine.attribute` does. Numpy and the graph alone, so that a view can ask.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np

from cnnviz.explain.trace import Array
from cnnviz.layers.formula import Pointwise, WeightedSum
from cnnviz.model.graph import Graph

Baseline = Literal["zero", "mean"]
BASELINES: dict[Baseline, str] = {"zero": "zero", "mean": "the sample's mean"}
"""What stands for "nothing there": 0, or the mean of each channel of the sample."""


@dataclass(frozen=True)
class Target:
    """The number asked about: the one at `index` in the array of a node (`dense1`) or inside one (`lstm1.i`).

    A shorter index means the sum of all that it covers: `(3,)` of maps is all of map 3.
    """

    node: str
    index: tuple[int, ...]

    @property
    def owner(self) -> str:
        """Return the node that the array belongs to."""
        return self.node.partition(".")[0]


@dataclass(frozen=True)
class Question:
    """A method, a target, and the settings of the methods that have some.

    `input` names the Input whose sample is asked about, `maps` the node whose maps Grad-CAM weighs; empty lets them be
    chosen. `steps` is the number of points on the path of integrated gradients, or of noisy copies for SmoothGrad;
    their noise has a standard deviation of `noise` × the sample's range. `window` and `stride` of occlusion are in
    cells; 0 lets them follow from the sample's size.
    """

    method: str
    target: Target
    input: str = ""
    maps: str = ""
    baseline: Baseline = "zero"
    steps: int = 32
    noise: float = 0.15
    window: int = 0
    stride: int = 0
    seed: int = 0


@dataclass(frozen=True)
class Method:
    """A way to ask. `colormap` says what its numbers are: an amount, a share of the value, or a gradient.

    `sums` says that the channels of its map add up; otherwise the strongest of them speaks. `obstacle(graph, node)`
    returns why a number of that node can't be asked, in a sentence, or an empty text.
    """

    title: str
    sentence: str
    colormap: Literal["amount", "value", "gradient"]
    sums: bool
    obstacle: Callable[[Graph, str], str]


@dataclass(frozen=True, eq=False)
class Attribution:
    """The answer: `map`, float32, has the shape of the sample, or (1, …) where its channels have no map each.

    `range` are the ends of the colour scale of `picture`; `score` is the target's value; `note` is a sentence to read.
    """

    method: str
    target: Target
    map: Array
    range: tuple[float, float]
    note: str
    score: float

    @property
    def picture(self) -> Array:
        """Return one number per place: the map without its channels."""
        return joined(self.method, self.map)


def joined(method: str, array: Array) -> Array:
    """Return a map without its channels: their sum, or the entry of the largest size; a vector stays as it is."""
    if array.ndim == 1:
        return array
    if METHODS[method].sums:
        return np.asarray(array.sum(axis=0))
    strongest = np.abs(array).argmax(axis=0)[None]
    return np.asarray(np.take_along_axis(array, strongest, axis=0)[0])


def answered(question: Question, array: Array, score: float, note: str) -> Attribution:
    """Return the answer with its colour range: from 0 for an amount, symmetric about 0 for the others."""
    picture = joined(question.method, array)
    reach = float(np.abs(picture).max(initial=0.0)) or 1.0
    low = 0.0 if METHODS[question.method].colormap == "amount" else -reach
    return Attribution(question.method, question.target, array, (low, reach), note, score)


def usual_window(size: int) -> int:
    """Return how many of so many cells a window covers where that is not chosen: a sixth."""
    return max(round(size / 6), 1)


def usual_stride(window: int, dimensions: int) -> int:
    """Return how far a window moves on: half of itself, in volumes two thirds, where there are many windows."""
    return max(2 * window // 3 if dimensions > 2 else window // 2, 1)


# -- where a method can be asked --------------------------------------------------------------------------------------


def obstacle(graph: Graph, question: Question) -> str:
    """Return why a question can't be answered, in a sentence, or an empty text."""
    return METHODS[question.method].obstacle(graph, question.target.owner)


def inputs_before(graph: Graph, node: str) -> list[str]:
    """Return the Inputs that a node depends on, in the order of the graph."""
    before = graph.ancestors(node)
    return [name for name in graph.summary().inputs if name in before]


def nodes_with_maps(graph: Graph, node: str) -> list[str]:
    """Return the nodes before one, itself included, whose maps lie like those of the sample, in computing order.

    The Inputs are none of them.
    """
    report, before, inputs = graph.summary(), graph.ancestors(node), inputs_before(graph, node)
    rank = len(report.row(inputs[0]).shape or ()) if inputs else 0
    return [
        row.name
        for row in report.rows
        if row.name in before and row.inputs and rank > 1 and len(row.shape or ()) == rank
    ]


def usual_maps(graph: Graph, node: str) -> str:
    """Return the last of them that is more than one cell large and no pooling, as Grad-CAM is mostly used; or ""."""
    report = graph.summary()
    found = [
        name
        for name in nodes_with_maps(graph, node)
        if max((report.row(name).shape or ())[1:]) > 1 and graph.node(name).layer.group != "Pooling"
    ]
    return found[-1] if found else ""


def averaged_maps(graph: Graph, node: str) -> str:
    """Return the node whose maps are averaged to the numbers that a dense layer weighs; "" where there is none."""
    report, layer = graph.summary(), graph.node(node).layer
    if not layer.linear or len(report.row(node).shape or ()) != 1 or len(graph.inputs(node)) != 1:
        return ""
    before = graph.inputs(node)[0].source
    while _hands_on(graph, before):
        before = graph.inputs(before)[0].source
    arriving = report.row(before).inputs or ()
    if len(arriving) != 1 or len(arriving[0]) < 2 or not _averages(graph, before):
        return ""
    return graph.inputs(before)[0].source


def _hands_on(graph: Graph, name: str) -> bool:
    """Say whether a node passes on, in use, the very values of one other, in the same order of channels."""
    row, layer = graph.summary().row(name), graph.node(name).layer
    arriving, shape = row.inputs or (), row.shape or ()
    if len(arriving) != 1 or arriving[0][0] != shape[0] or max((1, *arriving[0][1:])) > 1:
        return False
    made = layer.formula((0,) * len(shape), *arriving)
    return isinstance(made, Pointwise) and made.function == "identity"


def _averages(graph: Graph, name: str) -> bool:
    """Say whether each output of a node is the mean of a whole map."""
    row = graph.summary().row(name)
    arriving, shape = (row.inputs or ())[0], row.shape or ()
    if shape[0] != arriving[0] or max((1, *shape[1:])) > 1:
        return False
    made = graph.node(name).layer.formula((0,) * len(shape), arriving)
    if not isinstance(made, WeightedSum) or len(made.parts) != 1 or made.biases or made.parts[0].weight:
        return False
    windows = made.parts[0].block.ranges
    return windows[1:] == tuple(range(size) for size in arriving[1:])


def _of_the_sample(graph: Graph, node: str) -> str:
    if graph.node(node).layer.takes_sample:
        return "This value is part of the sample itself: choose a value that is made from it."
    return "" if inputs_before(graph, node) else "This value does not depend on the sample."


def _through_relu(graph: Graph, node: str) -> str:
    if any(graph.node(name).layer.cuts for name in graph.ancestors(node)):
        return _of_the_sample(graph, node)
    return "No ReLU lies between the sample and this value, so that there is nothing to guide: take saliency."


def _through_maps(graph: Graph, node: str) -> str:
    return "" if usual_maps(graph, node) else "No layer with maps lies between the sample and this value."


def _of_averages(graph: Graph, node: str) -> str:
    if averaged_maps(graph, node):
        return ""
    return "It needs a global average of the maps with one dense layer behind it: take Grad-CAM."


METHODS: dict[str, Method] = {
    "saliency": Method(
        "Saliency", "How much the value changes with each pixel: |∂ value / ∂ pixel|.",
        "amount", False, _of_the_sample,
    ),
    "gradient-input": Method(
        "Gradient × input", "The gradient times the pixel: what each pixel would add if the network were linear.",
        "value", True, _of_the_sample,
    ),
    "integrated": Method(
        "Integrated gradients", "Gradient × change of the pixel, averaged on the way from the baseline to the sample.",
        "value", True, _of_the_sample,
    ),
    "smoothgrad": Method(
        "SmoothGrad", "The size of the mean gradient of many copies of the sample with noise on them.",
        "amount", False, _of_the_sample,
    ),
    "guided": Method(
        "Guided backprop", "The gradient, of which each ReLU passes back only what is positive and was let through.",
        "gradient", False, _through_relu,
    ),
    "deconvnet": Method(
        "Deconvnet", "The gradient, of which each ReLU passes back all that is positive.",
        "gradient", False, _through_relu,
    ),
    "grad-cam": Method(
        "Grad-CAM", "The maps of a layer, each times its mean gradient, added up; what is negative is left out.",
        "amount", True, _through_maps,
    ),
    "cam": Method(
        "CAM", "The maps that are averaged, each times its weight in the dense layer, added up.",
        "value", True, _of_averages,
    ),
    "occlusion": Method(
        "Occlusion", "How far the value falls when a window of the sample is covered.",
        "value", True, _of_the_sample,
    ),
}  # fmt: skip
"""Every method by its name, in the order in which they are offered."""
