"""Multiply-adds against torch's own counter, for every kind that multiplies with weights."""

from __future__ import annotations

from random import Random

import pytest
import torch
from torch.utils.flop_counter import FlopCounterMode

from cnnviz.layers import LAYERS
from tests.contract.layers.draws import draw_fitting, modules_of, run

WEIGHING = [kind for kind, cls in LAYERS.items() if cls.group in ("Convolution", "Dense")]


@pytest.mark.parametrize("kind", WEIGHING)
def test_macs_equal_the_flop_counter(kind: str) -> None:
    random = Random(kind)
    counted = 0
    for _ in range(40):
        layer, shapes = draw_fitting(kind, random)
        with torch.device("meta"), FlopCounterMode(display=False) as counter:
            run(modules_of(layer, shapes), torch.zeros(1, *shapes[0]))
        assert counter.get_total_flops() == 2 * layer.macs(*shapes), (layer, shapes)
        counted += layer.macs(*shapes)
    assert counted > 0
