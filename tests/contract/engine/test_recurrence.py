"""The quick memory of a training gives what the plain one gives, forwards and backwards, in less memory."""

from __future__ import annotations

import copy
from itertools import product
from typing import Any

import numpy as np
import onnxruntime
import pytest
import torch
from torch import Tensor

from cnnviz.engine.build import build
from cnnviz.engine.exchange.onnx_writing import to_onnx
from cnnviz.engine.modules import GatedMemory
from cnnviz.engine.quick import quicken
from cnnviz.engine.recurrence import QuickMemory
from cnnviz.layers import LSTM, ConvLSTM2d, Dense, Flatten, Input
from cnnviz.model.graph import chain


def pair(kernel: tuple[int, ...] = (3, 3), **options: Any) -> tuple[GatedMemory, GatedMemory]:
    """Return a plain and a quick memory of two channels and three units, with the same weights."""
    torch.manual_seed(3)
    plain = GatedMemory(2, 3, kernel_size=kernel, **options)
    return plain, quicken(copy.deepcopy(plain))  # type: ignore[return-value]


def video(dtype: torch.dtype = torch.float64, steps: int = 4) -> Tensor:
    return torch.randn(2, 2, steps, 6, 5, dtype=dtype, generator=torch.Generator().manual_seed(1))


def slopes(module: GatedMemory, x: Tensor) -> list[Tensor]:
    found = module(x)
    weights = torch.randn(found.shape, generator=torch.Generator().manual_seed(2)).to(found.dtype)
    return list(torch.autograd.grad((found * weights).sum(), [x, *module.parameters()]))


@pytest.mark.parametrize("peepholes", [(), (3, 6, 5)])
@pytest.mark.parametrize("kernel", [(3, 3), (5, 1)])
def test_values_and_slopes_are_those_of_the_plain_one(
    kernel: tuple[int, int], peepholes: tuple[int, ...]
) -> None:
    x = video().requires_grad_()
    for new_state, every_step, biases in product((False, True), (False, True), (0, 1, 2)):
        options = {"new_state": new_state, "every_step": every_step, "biases": biases}
        plain, quick = (each.double() for each in pair(kernel, peepholes=peepholes, **options))
        torch.testing.assert_close(quick(x), plain(x), rtol=1e-10, atol=1e-12)
        for found, wanted in zip(slopes(quick, x), slopes(plain, x), strict=True):
            torch.testing.assert_close(found, wanted, rtol=1e-9, atol=1e-11)


@pytest.mark.parametrize("new_state", [False, True])
def test_slopes_are_differences_of_values(new_state: bool) -> None:
    _, quick = pair(peepholes=(3, 6, 5), new_state=new_state)
    assert torch.autograd.gradcheck(quick.double(), video(steps=2).requires_grad_(), fast_mode=True)


def test_in_float32_it_differs_by_rounding() -> None:
    plain, quick = pair((5, 5), peepholes=(3, 6, 5))
    x = video(torch.float32).requires_grad_()
    torch.testing.assert_close(quick(x), plain(x), rtol=0, atol=1e-6)
    for found, wanted in zip(slopes(quick, x), slopes(plain, x), strict=True):
        torch.testing.assert_close(found, wanted, rtol=1e-4, atol=1e-5)


def test_in_bfloat16_the_states_keep_their_digits() -> None:
    plain, quick = pair(peepholes=(3, 6, 5))
    x = video(torch.float32, steps=8)
    exact = plain(x)
    with torch.autocast("cpu", torch.bfloat16):
        errors = [(module(x).float() - exact).abs().mean().item() for module in (quick, plain)]
        found = quick(x)
    assert found.dtype is torch.bfloat16
    assert errors[0] <= errors[1] < 0.01
    found.float().sum().backward()
    assert all(array.grad is not None and array.grad.dtype is torch.float32 for array in quick.parameters())


def test_the_frame_needs_no_slope_where_nothing_learns_before_it() -> None:
    _, quick = pair()
    quick(video(torch.float32)).sum().backward()
    assert all(array.grad is not None for array in quick.parameters())


def test_what_the_node_does_not_fit_is_computed_plainly() -> None:
    x = video(torch.float32)
    for plain, quick, given in (
        (*pair((2, 3)), x),
        (*pair(()), x[..., 0, 0]),
    ):
        assert torch.equal(quick(given), plain(given))


def test_only_a_network_that_learns_fast_has_it() -> None:
    graph = chain([Input((2, 4, 6, 5)), ("m", ConvLSTM2d(3, peepholes=True)), Flatten(), Dense(2)])
    fast, plain = build(graph, fast=True, seed=1), build(graph, seed=1)
    assert isinstance(fast.m, QuickMemory)
    assert not isinstance(plain.m, QuickMemory)
    x = video(torch.float32)
    torch.testing.assert_close(fast(x), plain(x), rtol=0, atol=1e-6)
    assert type(build(chain([Input((2, 4)), ("m", LSTM(3))])).m) is GatedMemory


def test_a_quick_network_is_exported_as_the_plain_one() -> None:
    graph = chain([Input((1, 3, 6, 6)), ConvLSTM2d(2, peepholes=True), Flatten(), Dense(2)])
    module = build(graph, fast=True, seed=1).eval()
    session = onnxruntime.InferenceSession(to_onnx(module))
    x = torch.rand(3, 1, 3, 6, 6)
    (found,) = session.run(None, {session.get_inputs()[0].name: x.numpy()})
    with torch.inference_mode():
        assert np.abs(found - module(x).numpy()).max() < 1e-5
