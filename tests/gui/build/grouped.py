"""Networks with groups, for the tests of the canvas."""

from __future__ import annotations

from cnnviz.layers import Add, BatchNorm, Conv2d, Dense, GlobalAvgPool, Input, ReLU, Softmax
from cnnviz.model.graph import Graph, chain
from cnnviz.model.groups.folding import put_together
from cnnviz.model.placing.layout import tidy

BLOCK = ("conv_a", "bn_a", "relu_a", "conv_b", "bn_b", "add", "relu_b")


def residual() -> Graph:
    """Return a network with one residual block, not yet grouped: 16 filters on 28×28."""
    graph = chain([Input(), Conv2d(16, padding="same"), ReLU()])
    graph = graph.add(Conv2d(16, padding="same"), "conv_a", after="relu1").add(
        BatchNorm(), "bn_a", after="conv_a"
    )
    graph = graph.add(ReLU(), "relu_a", after="bn_a").add(
        Conv2d(16, padding="same"), "conv_b", after="relu_a"
    )
    graph = graph.add(BatchNorm(), "bn_b", after="conv_b").add(Add(), "add", after="bn_b")
    graph = graph.connect("relu1", "add").add(ReLU(), "relu_b", after="add")
    graph = graph.add(GlobalAvgPool(), "gap", after="relu_b").add(Dense(10), "dense1", after="gap")
    return tidy(graph.add(Softmax(), "softmax", after="dense1"))


def folded() -> Graph:
    """Return the same network with its block folded into the group `block1`."""
    return tidy(put_together(residual(), BLOCK, "Residual block", name="block1"))
