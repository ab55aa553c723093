"""Multiply-adds as declared, against torch's own counter."""

from __future__ import annotations

from random import Random

import numpy as np
import pytest
import torch
from torch.utils.flop_counter import FlopCounterMode

from cnnviz.layers import LAYERS, Layer, Shape
from cnnviz.templates import template
from tests.contract.layers.draws import draw_fitting, draw_inputs, modules_of, run

KINDS = [kind for kind in LAYERS if LAYERS[kind].most_inputs != 0]


def counted(layer: Layer, shapes: tuple[Shape, ...]) -> int:
    """Return torch's count of one pass of one sample: two operations to a multiply-add."""
    arrays = draw_inputs(layer, shapes, np.random.default_rng(0)).values()
    with FlopCounterMode(display=False) as counter, torch.no_grad():
        run(modules_of(layer, shapes), *(torch.from_numpy(each)[None] for each in arrays))
    return int(counter.get_total_flops()) // 2


def countable(kind: str, random: Random) -> tuple[Layer, tuple[Shape, ...]]:
    """Return a layer whose products torch counts: it knows matrix products and convolutions, no products of values."""
    while True:
        layer, shapes = draw_fitting(kind, random)
        if getattr(layer, "peepholes", False):
            layer = layer.replace(peepholes=False)
        inner = getattr(layer, "layer", layer)
        if inner.kind.startswith("locally_connected") and inner.out_channels == 1:
            continue
        if kind != "capsule_routing" or min(*shapes[0], layer.capsules, layer.dimension) > 1:
            return layer, shapes


@pytest.mark.parametrize("kind", KINDS)
def test_multiply_adds_equal_those_of_torch(kind: str) -> None:
    random = Random(kind)
    for _ in range(15):
        layer, shapes = countable(kind, random)
        assert layer.macs(*shapes) == counted(layer, shapes), layer


def test_a_peephole_is_one_product_per_gate_value_and_step_with_a_past() -> None:
    with_holes, without = (LAYERS["lstm"](units=4, peepholes=holes) for holes in (True, False))
    assert with_holes.macs((3, 5)) - without.macs((3, 5)) == 3 * 4 * (5 - 1)


def test_whole_networks_equal_torch_too() -> None:
    from cnnviz.engine.build import build

    for name in ("t10", "t6", "resnet20"):
        graph = template(name).graph
        shape = graph.summary().row("input").shape or ()
        with FlopCounterMode(display=False) as counter, torch.no_grad():
            build(graph).eval()(torch.rand(1, *shape))
        assert counter.get_total_flops() == 2 * graph.summary().macs
