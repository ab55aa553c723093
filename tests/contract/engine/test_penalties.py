"""Penalties and noise against what they stand for, and only while training."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor
from torch.nn import functional

from cnnviz.data import Dataset
from cnnviz.engine.build import GraphModule, build
from cnnviz.engine.losses import step_loss
from cnnviz.engine.train import train
from cnnviz.events import StepDone
from cnnviz.layers import (
    ActivityPenalty,
    Add,
    ContractivePenalty,
    Conv2d,
    Dense,
    Flatten,
    GaussianNoise,
    Input,
    Output,
    ReLU,
    Sigmoid,
)  # fmt: skip
from cnnviz.model.graph import Graph, chain
from cnnviz.model.recipe import DataChoice, Recipe

X = torch.rand(4, 1, 5, 5, generator=torch.Generator().manual_seed(0))
END = [Dense(25), Output("mean squared error", "sample")]


def sparse(rate: float = 0.01) -> GraphModule:
    layers = [Input((1, 5, 5)), Flatten(), Dense(7), ("code", ReLU()), ("p", ActivityPenalty(rate)), *END]
    return build(chain(layers), seed=1)


def contractive(rate: float = 0.01, projections: int = 1, units: int = 6) -> GraphModule:
    """Return an autoencoder whose code is sigmoid(W x + b)."""
    graph = chain([("x", Input((1, 5, 5))), Flatten(), ("d", Dense(units)), ("code", Sigmoid())])
    graph = graph.add(ContractivePenalty(rate, projections), "p", after="code").connect("x", "p", 1)
    graph = graph.add(Dense(25), "e", after="p").add(Output("mean squared error", "sample"), "o", after="e")
    return build(graph, seed=1)


def penalty_of(module: GraphModule) -> Tensor:
    """Return what a training step adds to the loss."""
    return step_loss(module.train(), (X,), None) - functional.mse_loss(module(X), X.flatten(1))


def jacobian_norm(module: GraphModule) -> Tensor:
    """Return the mean of ‖∂code/∂x‖² in closed form: Σⱼ (hⱼ(1 − hⱼ))² Σᵢ Wⱼᵢ² (Rifai et al. 2011, equation 6)."""
    weight, bias = module.get_parameter("d.weight"), module.get_parameter("d.bias")
    h = (X.flatten(1) @ weight.T + bias).sigmoid()
    return ((h * (1 - h)).square() * weight.square().sum(dim=1)).sum(dim=1).mean()


def test_the_activity_penalty_is_the_sum_of_absolute_values() -> None:
    module = sparse()
    wanted = 0.01 * module.activations(X)["code"].abs().sum() / len(X)
    torch.testing.assert_close(penalty_of(module), wanted)


def test_the_gradient_of_the_activity_penalty_reaches_the_encoder() -> None:
    module, plain = sparse(0.5), sparse(0.0)
    step_loss(module.train(), (X,), None).backward()
    step_loss(plain.train(), (X,), None).backward()
    code = plain.activations(X)["code"]
    (slope,) = torch.autograd.grad(0.5 * code.abs().sum() / len(X), plain.get_parameter("dense1.weight"))
    grown = module.get_parameter("dense1.weight").grad - plain.get_parameter("dense1.weight").grad
    torch.testing.assert_close(grown, slope, rtol=1e-4, atol=1e-7)


def test_the_contractive_penalty_is_unbiased() -> None:
    torch.manual_seed(0)
    module = contractive(projections=64)
    found = torch.stack([penalty_of(module).detach() for _ in range(30)])
    assert found.mean().item() == pytest.approx(0.01 * jacobian_norm(module).item(), rel=0.02)
    assert found.std().item() > 0


def test_a_code_of_one_number_needs_no_estimate() -> None:
    """A sign in front of a single number changes nothing: value and gradient are exact."""
    module = contractive(units=1)
    torch.testing.assert_close(penalty_of(module), 0.01 * jacobian_norm(module))
    step_loss(module, (X,), None).backward()
    found = module.get_parameter("d.weight").grad.clone()
    module.zero_grad()
    (functional.mse_loss(module.eval()(X), X.flatten(1)) + 0.01 * jacobian_norm(module)).backward()
    torch.testing.assert_close(found, module.get_parameter("d.weight").grad)


def test_the_input_may_be_seen_through_other_layers() -> None:
    """The value the code depends on may lie behind layers and feed others; the caller's tensor stays as it is."""
    graph = chain([("x", Input((1, 5, 5))), ("n", GaussianNoise(0.1)), ("c", Conv2d(2, 3)), ("f", Flatten())])
    graph = graph.add(ContractivePenalty(0.1), "p", after="f").connect("n", "p", 1)
    graph = graph.add(Dense(25), "d", after="p").add(Flatten(), "g", after="n")
    graph = (
        graph.add(Add(), "s", after="d")
        .connect("g", "s")
        .add(Output("mean squared error", "sample"), "o", after="s")
    )
    module = build(graph, fast=True)
    step_loss(module, (X,), None).backward()
    assert float(module.get_parameter("c.weight").grad.abs().sum()) > 0
    assert not X.requires_grad


@pytest.mark.parametrize("make", [sparse, contractive])
def test_outside_of_training_there_is_no_penalty_and_nothing_is_kept(make) -> None:
    module = make(10.0)
    wanted = functional.mse_loss(module.eval()(X), X.flatten(1))
    torch.testing.assert_close(step_loss(module, (X,), None), wanted)
    assert float(step_loss(module.train(), (X,), None).detach()) > float(wanted.detach())
    assert all(getattr(child, "penalty", None) is None for child in module.modules())


def test_larger_samples_are_penalised_too() -> None:
    code = [Input((1, 5, 5), free_size=True), Conv2d(1, 3, padding="same"), ("p", ActivityPenalty(0.1))]
    module = build(chain([*code, Output("mean squared error", "sample")])).train()
    large = torch.rand(2, 1, 8, 9)
    code = module(large)
    wanted = functional.mse_loss(code, large) + 0.1 * code.abs().sum() / 2
    torch.testing.assert_close(step_loss(module, (large,), None), wanted)


def test_a_code_that_does_not_depend_on_the_input_is_named() -> None:
    graph = Graph().add(Input((4,)), "x").add(Input((4,)), "y").add(Dense(2), "code", after="x")
    graph = (
        graph.add(ContractivePenalty(), "p", after="code").connect("y", "p", 1).add(Dense(4), "d", after="p")
    )
    (problem,) = graph.summary().errors
    assert (problem.node, problem.text) == (
        "p",
        "code does not depend on y: there is no gradient to make small.",
    )
    (fix,) = problem.fixes
    assert fix.label == "Wire x to port 1"
    assert [each.node for each in fix.edit(graph).summary().errors] == ["y"]


def test_noise_has_its_spread_and_passes_on_outside_of_training() -> None:
    torch.manual_seed(0)
    module = build(chain([Input((100, 100)), GaussianNoise(0.3)])).train()
    x = torch.zeros(1, 100, 100)
    assert module(x).std().item() == pytest.approx(0.3, rel=0.03)
    assert module(x).mean().item() == pytest.approx(0.0, abs=0.01)
    assert torch.equal(module.eval()(x), x)


def test_training_draws_its_noise_and_signs_from_streams_of_its_own(strokes: Dataset) -> None:
    graph = chain([("x", Input()), GaussianNoise(0.2), Flatten(), Dense(8), ("code", Sigmoid())])
    graph = graph.add(ContractivePenalty(0.01), "p", after="code").connect("x", "p", 1)
    graph = graph.add(Dense(784), "d", after="p").add(Output("mean squared error", "sample"), "o", after="d")

    recipe = Recipe(batch_size=50, steps=6)

    def losses() -> list[float]:
        found = []
        for event in train(graph, strokes, recipe, DataChoice("strokes", validation=0), live=0):
            torch.rand(3)  # somebody else draws meanwhile
            if isinstance(event, StepDone):
                found.append(event.loss)
        return found

    before = torch.get_rng_state()
    first = losses()
    torch.manual_seed(9)
    assert losses() == first
    assert len(set(first)) == 6
    torch.set_rng_state(before)
