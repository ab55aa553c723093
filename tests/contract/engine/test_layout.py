"""What lies channels last while a network learns gives the same as what lies channels first."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from torch import nn

from cnnviz.engine.build import build
from cnnviz.engine.layout import RowConv1d, RowMaxPool1d, laid_out
from cnnviz.engine.quick import quicken
from cnnviz.layers import (
    BatchNorm,
    Conv1d,
    Conv3d,
    Dense,
    Flatten,
    Input,
    MaxPool1d,
    MaxPool3d,
    ReLU,
    Softmax,
)
from cnnviz.model.graph import Graph, chain

CPU = torch.device("cpu")


def series() -> Graph:
    convolution = ("conv", Conv1d(4, (5,), padding="same"))
    layers = [convolution, ReLU(), ("pool", MaxPool1d((4,), (1,))), Flatten(), Dense(3), Softmax()]
    return chain([Input((3, 12)), *layers])


def volume() -> Graph:
    layers = [Conv3d(4), BatchNorm(), ReLU(), MaxPool3d(), Flatten(), Dense(3), Softmax()]
    return chain([Input((2, 8, 8, 8)), *layers])


@pytest.mark.parametrize("make", [series, volume])
def test_scores_and_slopes_stay_the_same(make: Any) -> None:
    graph = make()
    plain, quick = (build(graph, fast=fast, seed=1).double().train() for fast in (False, True))
    x = torch.rand(4, *(plain.report.row("input").shape or ()), dtype=torch.float64)
    scores = [module.logits(x) for module in (plain, laid_out(quick, CPU))]
    torch.testing.assert_close(scores[1], scores[0])
    for found in scores:
        found.square().sum().backward()
    for first, second in zip(plain.parameters(), quick.parameters(), strict=True):
        torch.testing.assert_close(second.grad, first.grad, rtol=1e-7, atol=1e-9)


@pytest.mark.parametrize(
    "make",
    [
        lambda: nn.Conv1d(4, 6, 3, stride=2, padding=1, dilation=2, groups=2),
        lambda: nn.Conv1d(4, 6, 4, padding="same"),
        lambda: nn.Conv1d(4, 6, 3, padding=1, padding_mode="circular"),
        lambda: nn.MaxPool1d(3, 2, padding=1, ceil_mode=True),
        lambda: nn.MaxPool1d(2, dilation=3),
        lambda: nn.MaxPool1d((3,), (1,)),
    ],
)
@pytest.mark.filterwarnings("ignore:Using padding='same'")
def test_a_series_is_an_image_of_one_row(make: Any) -> None:
    torch.manual_seed(2)
    module, x = make(), torch.randn(3, 4, 11)
    wanted = module(x)
    assert isinstance(quicken(module), (RowConv1d, RowMaxPool1d))
    torch.testing.assert_close(module(x), wanted, rtol=1e-5, atol=1e-6)
    torch.testing.assert_close(module(x.transpose(0, 1).contiguous().transpose(0, 1)), wanted)


def test_kernels_lie_as_samples_do() -> None:
    module: Any = laid_out(build(volume(), fast=True), CPU)
    kernels = next(each for each in module.parameters() if each.dim() == 5)
    assert kernels.is_contiguous(memory_format=torch.channels_last_3d)
