"""The exported script of every layer kind computes what the engine computes, with the same weights."""

from __future__ import annotations

from random import Random

import pytest
import torch
from torch import nn

from cnnviz.engine.build import build
from cnnviz.layers import LAYERS, AffineParameters, Conv2d, Flatten, Input, Layer, LayerNorm, ReLU
from cnnviz.model.codegen import to_code
from cnnviz.model.graph import Graph
from tests.contract.layers.draws import draw_batch, draw_fitting


def network(layer: Layer, shape: tuple[int, ...]) -> Graph:
    """Return input → layer; what merges gets the input itself and its positive part, in this order."""
    if layer.differentiates:  # the code depends on the input behind it
        graph = Graph().add(Input(shape), "x").add(ReLU(), "code", after="x")
        return graph.add(layer, "layer", after="code").connect("x", "layer")
    graph = Graph().add(Input(shape), "x").add(layer, "layer", after="x")
    if layer.kind == "affine_sampler":
        graph = graph.add(Flatten(), "f", after="x").add(AffineParameters(), "theta", after="f")
        return graph.connect("theta", "layer")
    if layer.fewest_inputs == 2:
        graph = graph.add(ReLU(), "r", after="x").connect("r", "layer")
    return graph


def executed(code: str) -> nn.Module:
    space: dict[str, type[nn.Module]] = {}
    exec(compile(code, "net.py", "exec"), space)
    return space["Net"]()


@pytest.mark.parametrize("kind", [kind for kind, cls in LAYERS.items() if cls.most_inputs != 0])
def test_code_computes_the_same(kind: str) -> None:
    random = Random(kind)
    for seed in range(15):
        layer, shapes = draw_fitting(kind, random)
        graph = network(layer, shapes[0])
        ours = build(graph, seed=seed).eval()
        theirs = executed(to_code(graph)).eval()
        theirs.load_state_dict(ours.state_dict())
        batch = draw_batch(layer, shapes[0], seed)
        with torch.inference_mode():
            torch.testing.assert_close(theirs(batch), ours(batch), rtol=0, atol=0, equal_nan=True)


def test_other_weights_give_other_values() -> None:
    """The comparison above would notice weights that were not carried over."""
    graph = network(Conv2d(4), (1, 5, 5))
    batch = torch.ones(1, 1, 5, 5)
    with torch.inference_mode():
        assert not torch.equal(executed(to_code(graph))(batch), build(graph, seed=1)(batch))


def test_layer_norm_over_equal_sizes_is_still_over_all_of_them() -> None:
    """Torch reads a single number as the last dimension alone."""
    graph = network(LayerNorm(), (4, 4, 4))
    ours, theirs = build(graph), executed(to_code(graph))
    theirs.load_state_dict(ours.state_dict())
    batch = torch.randn(2, 4, 4, 4)
    with torch.inference_mode():
        assert torch.equal(theirs(batch), ours(batch))
