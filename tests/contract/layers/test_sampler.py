"""The spatial transformer: what the sampler fetches, and that it starts by changing nothing."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch

from cnnviz.engine.build import build
from cnnviz.engine.trace import trace
from cnnviz.errors import ShapeError
from cnnviz.explain import explain
from cnnviz.layers import AffineParameters, AffineSampler, Conv2d, Dense, Flatten, Input, ReLU, Remedy, Shape
from cnnviz.model.codegen import to_code
from cnnviz.model.graph import Graph
from tests.contract.layers.draws import modules_of

IDENTITY = [1, 0, 0, 0, 1, 0]


def sampled(image: Any, theta: list[float], size: Shape = (0, 0)) -> Any:
    array = torch.tensor(np.array(image, np.float32))
    (module,) = modules_of(AffineSampler(size), (tuple(array.shape), (6,)))
    with torch.inference_mode():
        return module(array[None], torch.tensor([theta], dtype=torch.float32))[0].numpy()


def spatial_transformer() -> Graph:
    """Return a localisation net, the sampler, and a classifier behind it."""
    graph = (
        Graph()
        .add(Input((1, 12, 12)), "x")
        .add(Conv2d(4, 3), "look", after="x")
        .add(ReLU(), "r", after="look")
    )
    graph = graph.add(Flatten(), "f", after="r").add(AffineParameters(), "theta", after="f")
    graph = graph.add(AffineSampler(), "moved", after="x").connect("theta", "moved")
    return graph.add(Flatten(), "flat", after="moved").add(Dense(3), "scores", after="flat")


def test_the_identity_changes_nothing_and_others_move_and_zoom() -> None:
    image = np.arange(16).reshape(1, 4, 4)
    np.testing.assert_allclose(sampled(image, IDENTITY), image, atol=1e-5)
    left = sampled(
        image, [1, 0, 0.5, 0, 1, 0]
    )  # fetches half an image's half width further right: one column
    np.testing.assert_allclose(left[0, :, :3], image[0, :, 1:], atol=1e-5)
    np.testing.assert_allclose(left[0, :, 3], 0, atol=1e-5)
    np.testing.assert_allclose(sampled(image, [-1, 0, 0, 0, -1, 0]), image[:, ::-1, ::-1], atol=1e-5)
    corners = sampled(image, IDENTITY, (2, 2))
    np.testing.assert_allclose(corners[0], [[2.5, 4.5], [10.5, 12.5]], atol=1e-5)  # the means of four


def test_it_starts_with_the_image_as_it_is_in_the_app_and_in_the_script() -> None:
    image = np.random.default_rng(0).random((1, 12, 12)).astype(np.float32)
    for how in ("default", "normal", "glorot", "he"):
        module = build(spatial_transformer(), seed=3, initialiser=how)
        found = trace(module, image)
        np.testing.assert_array_equal(found.activations["theta"], IDENTITY)
        np.testing.assert_allclose(found.activations["moved"], image, atol=1e-5)
    space: dict[str, Any] = {}
    exec(to_code(spatial_transformer()), space)
    net = space["Net"]()
    assert net.theta.bias.tolist() == IDENTITY
    assert not net.theta.weight.any()


def test_the_localisation_learns_from_what_the_classifier_needs() -> None:
    module = build(spatial_transformer(), seed=1)
    module(torch.rand(5, 1, 12, 12)).square().sum().backward()
    theta = module.get_submodule("theta")
    assert isinstance(theta, torch.nn.Linear)
    assert theta.weight.grad is not None
    assert theta.weight.grad.abs().max() > 0


def test_every_pixel_closes_for_any_map() -> None:
    module = build(spatial_transformer(), seed=1)
    generator = torch.Generator().manual_seed(4)
    with torch.no_grad():
        for name in ("theta.weight", "theta.bias"):
            module.get_parameter(name).normal_(0, 0.4, generator=generator)
    found = trace(module, np.random.default_rng(1).random((1, 12, 12)).astype(np.float32))
    for index in np.ndindex(1, 12, 12):
        assert explain(found, "moved", index).closes, index


@pytest.mark.parametrize(
    ("shapes", "words"),
    [
        (((6,), (1, 8, 8)), "The image comes first, then the six numbers"),
        (((1, 8, 8), (6, 1)), "the six numbers of an affine map, but 6×1 arrives"),
        (((1, 8, 8), (7,)), "but 7 arrives"),
    ],
)
def test_other_inputs_are_refused(shapes: tuple[Shape, ...], words: str) -> None:
    with pytest.raises(ShapeError) as caught:
        AffineSampler().out_shape(*shapes)
    assert words in caught.value.what
    for remedy in caught.value.remedies:
        assert isinstance(remedy, Remedy)
        assert remedy.insert is not None
        assert AffineSampler().out_shape(shapes[0], remedy.insert.out_shape(shapes[1])) == shapes[0]
