"""`same` padding against a slow reference of TensorFlow's rule, and average pooling that does not count padding."""

from __future__ import annotations

import itertools
from random import Random
from typing import Any

import numpy as np
import pytest

from cnnviz.layers import LAYERS, Layer
from tests.contract.layers.draws import draw_fitting, draw_trace

KINDS = [f"{name}{d}d" for name in ("conv", "maxpool", "avgpool", "lppool") for d in (1, 2, 3)]


@pytest.mark.parametrize("kind", [*KINDS, "depthwise_conv2d", "locally_connected2d"])
def test_same_follows_tensorflow(kind: str) -> None:
    random, numbers = Random(kind), np.random.default_rng(5)
    for _ in range(25):
        drawn, shapes = draw_fitting(kind, random)
        layer = drawn.replace(padding="same", **({"groups": 1} if kind.startswith("conv") else {}))
        trace = draw_trace(layer, shapes, numbers)
        wanted = _reference(layer, trace.activations["input0"], trace.parameters["layer"])
        found = trace.activations["layer"]
        assert found.shape == wanted.shape, (layer, shapes)
        np.testing.assert_allclose(found, wanted, rtol=1e-4, atol=1e-4, err_msg=f"{layer} {shapes}")


def test_average_pooling_does_not_count_numeric_padding() -> None:
    layer = LAYERS["avgpool2d"](kernel_size=(3, 3), stride=(2, 2), padding=(1, 1))
    trace = draw_trace(layer, ((1, 4, 4),), np.random.default_rng(0))
    pixels = trace.activations["input0"][0]
    assert trace.activations["layer"][0, 0, 0] == pytest.approx(pixels[:2, :2].mean(), rel=1e-6)
    assert trace.activations["layer"][0, 1, 1] == pytest.approx(pixels[1:4, 1:4].mean(), rel=1e-6)


def _reference(layer: Layer, image: Any, arrays: Any) -> Any:
    """Loop over output cells and window cells; out = ceil(n / s), the odd padding cell behind (TensorFlow)."""
    options = layer.to_dict()
    kernel, stride = options["kernel_size"], options["stride"]
    gaps = options.get("dilation", [1] * len(kernel))
    sizes = image.shape[1:]
    out = [-(-n // s) for n, s in zip(sizes, stride, strict=True)]
    pads = [
        max((o - 1) * s + (k - 1) * d + 1 - n, 0)
        for o, s, k, d, n in zip(out, stride, kernel, gaps, sizes, strict=True)
    ]
    maps = np.zeros((layer.out_shape(image.shape)[0], *out))
    for cell in itertools.product(*(range(o) for o in out)):
        window = []
        for offset in itertools.product(*(range(k) for k in kernel)):
            place = tuple(
                c * s - p // 2 + o * d for c, s, p, o, d in zip(cell, stride, pads, offset, gaps, strict=True)
            )
            if all(0 <= i < n for i, n in zip(place, sizes, strict=True)):
                window.append((offset, image[(slice(None), *place)].astype(np.float64)))
        maps[(slice(None), *cell)] = _answer(layer, cell, window, arrays)
    return maps


def _answer(
    layer: Layer, cell: tuple[int, ...], window: list[tuple[tuple[int, ...], Any]], arrays: Any
) -> Any:
    kind, options = layer.kind, layer.to_dict()
    if kind.startswith("maxpool"):
        return np.max([values for _, values in window], axis=0)
    if kind.startswith("avgpool"):
        return np.mean([values for _, values in window], axis=0)
    if kind.startswith("lppool"):
        return np.sum([np.abs(values) ** options["power"] for _, values in window], axis=0) ** (
            1 / options["power"]
        )
    weight = arrays["weight"].astype(np.float64)
    if kind.startswith("depthwise"):
        own = [
            weight[(slice(None), 0, *offset)] * values.repeat(options["multiplier"])
            for offset, values in window
        ]
        return sum(own) + arrays.get("bias", 0)
    if kind.startswith("locally"):
        weight = weight[(slice(None), *cell)]
        arrays = {name: array[(slice(None), *cell)] for name, array in arrays.items()}
    total = sum(weight[(slice(None), slice(None), *offset)] @ values for offset, values in window)
    return total + arrays["bias"] if "bias" in arrays else total
