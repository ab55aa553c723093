"""What a value sees, through two layers, against torch's gradient: the box around every cell that matters."""

from __future__ import annotations

from random import Random

import numpy as np
import pytest
import torch
from torch import nn

from cnnviz.engine.build import construct
from cnnviz.explain import receptive_field
from cnnviz.layers import (
    AdaptiveAvgPool,
    Conv1d,
    Conv2d,
    ConvTranspose2d,
    Crop,
    DepthwiseConv2d,
    FixedFilter2d,
    Flatten,
    Input,
    Layer,
    LocallyConnected2d,
    LPPool2d,
    Pad,
    Permute,
    Reshape,
    Shape,
    Upsample,
)
from cnnviz.model.graph import chain
from tests.contract.layers.draws import run, some_indices


@pytest.mark.parametrize(
    ("first", "second", "shape"),
    [
        (ConvTranspose2d(2, 3, 2, "same"), Conv2d(2, 3), (2, 5, 4)),
        (ConvTranspose2d(2, 1, 3), Conv2d(2, 3), (1, 4, 4)),
        (ConvTranspose2d(2, 2, 2, dilation=3), Conv2d(2, 2), (1, 4, 4)),
        (DepthwiseConv2d(2, 3, padding="same"), ConvTranspose2d(2, 2, 2), (2, 5, 5)),
        (LocallyConnected2d(2, 3), LPPool2d(2, 1), (2, 6, 6)),
        (Upsample((2,), "linear"), Conv2d(1, 3, 2), (1, 5, 5)),
        (Upsample((3,)), AdaptiveAvgPool((4,)), (1, 5, 5)),
        (Pad((2,), (3,), "reflect"), Conv2d(1, 3), (1, 5, 6)),
        (Pad((2,), (3,), "replicate"), Conv2d(1, 3, 3), (1, 5, 6)),
        (Pad((2,), (3,), "zeros"), AdaptiveAvgPool((1,)), (1, 5, 6)),
        (Conv2d(2, 3), Crop((1,), (1, 0)), (1, 6, 6)),
        (Conv2d(2, 3), Permute((3, 1, 2)), (1, 5, 6)),
        (Permute((2, 1)), Conv1d(3, 2), (4, 5)),
        (Reshape((1, 4, 9)), Conv2d(2, 2), (1, 6, 6)),
        (Reshape((4, -1)), Conv1d(3, 3), (2, 6, 3)),
        (FixedFilter2d("gaussian"), FixedFilter2d("blur"), (1, 6, 6)),
        (Reshape((3, 2, 4)), Flatten(), (2, 12)),
    ],
)
def test_the_box_holds_every_cell_that_matters_and_no_row_more(
    first: Layer, second: Layer, shape: Shape
) -> None:
    graph = chain([("x", Input(shape)), ("first", first), ("second", second)])
    calls = [*first.torch_calls(shape), *second.torch_calls(first.out_shape(shape))]
    modules = nn.ModuleList(construct(call) for call in calls)
    with torch.no_grad():
        for parameter in modules.parameters():
            parameter.fill_(1.0)  # so that nothing cancels
    x = (torch.rand(1, *shape, generator=torch.Generator().manual_seed(0)) + 0.5).requires_grad_()
    values = run(modules, x)[0]
    for index in some_indices(tuple(values.shape), 25, Random(1)):
        (gradient,) = torch.autograd.grad(values[index], x, retain_graph=True)
        reached = np.argwhere(gradient[0].numpy() != 0)
        box = receptive_field(graph, "second", index).get("x")
        assert (box is None) == (len(reached) == 0)
        if box is not None:
            first_cell, end = reached.min(axis=0), reached.max(axis=0) + 1
            assert box == tuple(zip(first_cell.tolist(), end.tolist(), strict=True)), index
