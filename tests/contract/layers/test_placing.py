"""Layers that move, repeat or gather numbers, against numpy and torch."""

from __future__ import annotations

from random import Random
from typing import Any

import numpy as np
import pytest
import torch
from torch import nn

from cnnviz.engine.build import build
from cnnviz.engine.modules import PowerPool
from cnnviz.layers import Conv2d, Crop, Input, LocallyConnected2d, LPPool2d, Permute, Reshape, Upsample
from cnnviz.model.graph import chain
from tests.contract.layers.draws import draw_fitting, draw_trace, modules_of, run


def computed(layer: Any, array: Any) -> Any:
    with torch.inference_mode():
        return run(modules_of(layer, (array.shape,)), torch.from_numpy(array)[None])[0].numpy()


def drawn(kind: str, count: int) -> Any:
    """Yield layers of a kind, an input and the output."""
    random, numbers = Random(kind), np.random.default_rng(1)
    for _ in range(count):
        layer, shapes = draw_fitting(kind, random)
        trace = draw_trace(layer, shapes, numbers)
        yield layer, trace.activations["input0"], trace.activations["layer"]


def each(amounts: tuple[int, ...], array: Any) -> tuple[int, ...]:
    return amounts * (array.ndim - 1) if len(amounts) == 1 else amounts


def test_padding_equals_numpy() -> None:
    modes = {"zeros": "constant", "reflect": "reflect", "replicate": "edge"}
    for layer, before, after in drawn("pad", 40):
        pads = [(0, 0), *zip(each(layer.before, before), each(layer.after, before), strict=True)]
        np.testing.assert_array_equal(after, np.pad(before, pads, modes[layer.border]))


def test_cropping_undoes_padding() -> None:
    for layer, before, after in drawn("pad", 20):
        np.testing.assert_array_equal(computed(Crop(layer.before, layer.after), after), before)


def test_permuting_and_reshaping_equal_numpy() -> None:
    for layer, before, after in drawn("permute", 30):
        np.testing.assert_array_equal(after, before.transpose([place - 1 for place in layer.order]))
    for layer, before, after in drawn("reshape", 30):
        np.testing.assert_array_equal(after, before.reshape(layer.target))


def test_the_nearest_value_is_repeated() -> None:
    for layer, before, after in drawn("upsample", 30):
        wanted = before
        for axis, scale in enumerate(each(layer.scale, before), start=1):
            wanted = wanted.repeat(scale, axis)
        if layer.mode == "nearest":
            np.testing.assert_array_equal(after, wanted)
        else:
            assert after.shape == wanted.shape
            assert before.min() - 1e-5 <= after.min() <= after.max() <= before.max() + 1e-5
    line = computed(Upsample((2,), "linear"), np.array([[0.0, 4.0]], np.float32))
    np.testing.assert_allclose(line, [[0, 1, 3, 4]], atol=1e-6)


def test_moves_can_be_undone() -> None:
    cube = np.arange(24, dtype=np.float32).reshape(2, 3, 4)
    np.testing.assert_array_equal(computed(Permute((3, 1, 2)), computed(Permute((2, 3, 1)), cube)), cube)
    np.testing.assert_array_equal(computed(Reshape((2, 3, -1)), computed(Reshape((-1,)), cube)), cube)


def test_p_norms_equal_torchs_where_both_are_defined() -> None:
    positive = np.random.default_rng(2).random((3, 8, 9)).astype(np.float32)
    for power in (1.0, 2.0, 3.5):
        ours = computed(LPPool2d((3, 2), (2, 2), power=power), positive)
        theirs = nn.LPPool2d(power, (3, 2), (2, 2))(torch.from_numpy(positive))
        np.testing.assert_allclose(ours, theirs.numpy(), rtol=1e-5)
    signed = np.array([[[3.0, -4.0]]], np.float32)
    assert computed(LPPool2d((1, 2)), signed).item() == pytest.approx(5)
    assert computed(LPPool2d((1, 2), power=1.0), signed).item() == pytest.approx(7)


def test_p_norm_pooling_learns_behind_windows_of_zeros() -> None:
    """torch's own gradient is not a number there, and after a ReLU such windows are common."""
    x = torch.tensor([[[0.0, 0.0, 3.0, -4.0]]], requires_grad=True)
    PowerPool(2.0, (2,), (2,), (0, 0))(x).sum().backward()
    torch.testing.assert_close(x.grad, torch.tensor([[[0.0, 0.0, 0.6, -0.8]]]))


def test_local_filters_that_are_all_alike_are_a_convolution() -> None:
    shape, numbers = (3, 6, 7), np.random.default_rng(3)
    options: dict[str, Any] = {"kernel_size": (3, 2), "stride": (2, 1), "padding": "same"}
    local = modules_of(LocallyConnected2d(4, **options), (shape,))
    shared = modules_of(Conv2d(4, **options), (shape,))
    weight, bias = (
        torch.from_numpy(numbers.normal(size=size).astype(np.float32)) for size in ((4, 3, 3, 2), 4)
    )
    with torch.inference_mode():
        local[0].weight.copy_(weight[:, None, None])
        local[0].bias.copy_(bias[:, None, None])
        shared[1].weight.copy_(weight)
        shared[1].bias.copy_(bias)
        batch = torch.from_numpy(numbers.normal(size=(2, *shape)).astype(np.float32))
        torch.testing.assert_close(run(local, batch), run(shared, batch), rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize("how", ["default", "glorot", "he", "normal"])
def test_local_filters_start_like_those_of_a_convolution(how: str) -> None:
    """Each place sees its own window only, so the spread must not shrink with the number of places."""
    input_, options = Input((8, 12, 12)), {"out_channels": 8, "kernel_size": (3, 3)}
    local = build(chain([("x", input_), ("y", LocallyConnected2d(**options))]), initialiser=how)
    shared = build(chain([("x", input_), ("y", Conv2d(**options))]), initialiser=how)
    assert local.y.weight.std().item() == pytest.approx(shared.y.weight.std().item(), rel=0.1)
    assert local.y.bias.abs().max().item() <= shared.y.bias.abs().max().item() * 2
