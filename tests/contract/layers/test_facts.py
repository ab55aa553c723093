"""Worked numbers of the lecture notes, computed by the account and by torch."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch

from cnnviz.explain import Trace, explain
from cnnviz.layers import AvgPool2d, Conv2d, Input, Layer, MaxPool2d, ReLU, Softmax
from cnnviz.model.graph import chain
from tests.contract.layers.draws import modules_of, run

NINE = [[1, 2, 3], [4, 5, 6], [7, 8, 9]]
SIXTEEN = [[1, 5, 3, 7], [7, 3, 9, 2], [3, 5, 8, 4], [8, 7, 3, 5]]


def both(layer: Layer, image: Any, **parameters: Any) -> tuple[Any, Any]:
    """Return a layer's output by torch, and by explaining every value of it."""
    sample = np.array(image, np.float32)
    arrays = {name: np.array(value, np.float32) for name, value in parameters.items()}
    modules = modules_of(layer, (sample.shape,))
    with torch.inference_mode():
        for name, tensor in modules.state_dict().items():
            tensor.copy_(torch.from_numpy(arrays[name.split(".")[-1]]))
        output = run(modules, torch.from_numpy(sample)[None])[0].numpy()
    trace = Trace(
        chain([("x", Input(sample.shape)), ("y", layer)]), {"x": sample, "y": output}, {"y": arrays}
    )
    account = [explain(trace, "y", index) for index in np.ndindex(*output.shape)]
    assert all(each.closes for each in account)
    return output, np.array([each.result for each in account]).reshape(output.shape)


def check(layer: Layer, image: Any, wanted: Any, tolerance: float = 0.0, **parameters: Any) -> None:
    for found in both(layer, image, **parameters):
        np.testing.assert_allclose(found, np.array(wanted, float), rtol=tolerance, atol=0)


@pytest.mark.parametrize(
    ("padding", "wanted"),
    [
        ("valid", [[[12, 16], [24, 28]]]),
        ("same", [[[12, 16, 9], [24, 28, 15], [15, 17, 9]]]),
    ],
)
def test_convolution_with_ones(padding: str, wanted: Any) -> None:
    layer = Conv2d(1, (2, 2), padding=padding)
    check(layer, [NINE], wanted, weight=np.ones((1, 1, 2, 2)), bias=[0])


def test_three_filters() -> None:
    weight = np.ones((3, 1, 2, 2)) * np.array([1, 10, -1]).reshape(3, 1, 1, 1)
    one = np.array([[12, 16], [24, 28]])
    check(Conv2d(3, (2, 2)), [NINE], [one, 10 * one, -one], weight=weight, bias=[0, 0, 0])


@pytest.mark.parametrize(("padding", "wanted"), [("valid", [[[4]]]), ("same", [[[4, 3], [2, 1]]])])
def test_max_pooling_with_stride_one(padding: str, wanted: Any) -> None:
    check(MaxPool2d((2, 2), (1, 1), padding), [[[4, 3], [2, 1]]], wanted)


def test_max_and_average_pooling_of_sixteen() -> None:
    check(MaxPool2d(), [SIXTEEN], [[[7, 9], [8, 8]]])
    check(AvgPool2d(), [SIXTEEN], [[[4, 5.25], [5.75, 5]]])


def test_convolution_then_relu() -> None:
    image = [[[1, 1, 2], [1, 2, 1], [2, 1, 1]]]
    kernel = [[[[0.6779961, -0.3282364], [0.61954254, -0.02001727]]]]
    wanted = [[[0.9292677, 1.2405912], [1.2405912, 1.6272811]]]
    check(Conv2d(1, (2, 2)), image, wanted, 2e-7, weight=kernel, bias=[0])
    check(ReLU(), [[[-1.5, 0.0], [2.0, 3.0]]], [[[0, 0], [2, 3]]])


@pytest.mark.parametrize("scores", [[1, 2, 3], [1000, 1001, 1002]])
def test_softmax_does_not_overflow(scores: list[float]) -> None:
    check(Softmax(), scores, [0.09003057, 0.24472847, 0.66524096], 1e-6)


def test_a_colour_filter_covers_the_whole_depth() -> None:
    image = np.arange(27).reshape(3, 3, 3)
    check(Conv2d(1, (3, 3)), image, [[[image.sum()]]], weight=np.ones((1, 3, 3, 3)), bias=[0])
