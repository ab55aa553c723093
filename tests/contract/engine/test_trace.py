"""What is traced is what the network computes when it is used."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from cnnviz.engine.build import build
from cnnviz.engine.trace import predict, trace
from cnnviz.errors import ExplainError
from tests.contract.engine.networks import noisy, small

IMAGE = np.random.default_rng(0).random((1, 28, 28)).astype(np.float32)


def test_trace_has_every_node_and_every_array() -> None:
    module = build(noisy())
    found = trace(module, IMAGE)
    report = noisy().summary()
    assert {name: value.shape for name, value in found.activations.items()} == report.shapes
    assert set(found.parameters["bn1"]) == {"weight", "bias", "running_mean", "running_var"}
    assert np.array_equal(found.activations["input"], IMAGE)
    assert all(value.dtype == np.float32 for value in found.activations.values())


def test_trace_evaluates_and_goes_back_to_training() -> None:
    module = build(noisy()).train()
    before = {name: value.clone() for name, value in module.state_dict().items()}
    found = trace(module, IMAGE)
    assert module.training
    assert np.array_equal(found.activations["flatten"], found.activations["dropout1"])
    assert all(torch.equal(before[name], value) for name, value in module.state_dict().items())


def test_trace_does_not_share_memory_with_the_network() -> None:
    module = build(small())
    found = trace(module, IMAGE)
    kept = found.parameters["conv1"]["weight"].copy()
    with torch.no_grad():
        module.get_parameter("conv1.weight").zero_()
    assert np.array_equal(found.parameters["conv1"]["weight"], kept)


def test_predictions_are_the_softmax_of_the_scores() -> None:
    module = build(noisy()).train()
    images = np.random.default_rng(1).integers(0, 256, (7, 1, 28, 28)).astype(np.uint8)
    found = predict(module, images, batch_size=3)
    single = trace(module, images[4] / np.float32(255))
    torch.testing.assert_close(torch.tensor(found[4]), torch.tensor(single.activation("dense1")).softmax(0))
    assert found.shape == (7, 10)
    assert np.allclose(found.sum(axis=1), 1)
    assert np.allclose(predict(module, images / np.float32(255)), found)
    assert predict(module, images[:0]).shape == (0, 10)


def test_other_shapes_are_refused_in_words() -> None:
    with pytest.raises(ExplainError, match="takes 1×28×28, but the sample is 3×8×8"):
        trace(build(small()), np.zeros((3, 8, 8), np.float32))
    with pytest.raises(ExplainError, match="each image is 1×8×8"):
        predict(build(small()), np.zeros((2, 1, 8, 8), np.uint8))
