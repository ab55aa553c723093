"""Networks with modules of our own start from the same weights in the app and in an exported script, and learn."""

from __future__ import annotations

from typing import Any

import pytest
import torch

from cnnviz.engine.build import build
from cnnviz.layers import (
    LSTM,
    AffineParameters,
    AffineSampler,
    CapsuleLength,
    CapsuleRouting,
    Conv2d,
    ConvLSTM2d,
    Dense,
    Flatten,
    Input,
    PrimaryCapsules,
    ReLU,
    TimeDistributed,
)
from cnnviz.model.codegen import to_code
from cnnviz.model.graph import Graph, chain
from cnnviz.model.recipe import INITIALISERS, Recipe


def video() -> Graph:
    layers = [
        Input((1, 3, 6, 6)), ConvLSTM2d(2, 3, peepholes=True), TimeDistributed(Conv2d(2, 3)),
        TimeDistributed(Flatten()), LSTM(4, every_step=False, peepholes=True, biases="two"), Dense(3),
    ]  # fmt: skip
    return chain(layers)


def capsules() -> Graph:
    return chain(
        [Input((1, 9, 9)), Conv2d(3, 3), PrimaryCapsules(2, 4, 3), CapsuleRouting(3, 5), CapsuleLength()]
    )


def moved() -> Graph:
    graph = chain([("x", Input((1, 8, 8))), Conv2d(2, 3), ReLU(), Flatten(), ("theta", AffineParameters())])
    graph = graph.add(AffineSampler(), "moved", after="x").connect("theta", "moved")
    return graph.add(Flatten(), "flat", after="moved").add(Dense(3), "scores", after="flat")


@pytest.mark.parametrize("how", INITIALISERS)
@pytest.mark.parametrize("make", [video, capsules, moved])
def test_a_script_starts_from_the_same_weights(make: Any, how: str) -> None:
    graph = make()
    space: dict[str, Any] = {"__name__": "exported"}
    exec(compile(to_code(graph, Recipe(initialiser=how)), "net.py", "exec"), space)
    net = space["Net"]()
    space["initialise"](net, how, 7)
    wanted = build(graph, seed=7, initialiser=how).state_dict()
    assert list(net.state_dict()) == list(wanted)
    for name, value in net.state_dict().items():
        assert torch.equal(value, wanted[name]), name


@pytest.mark.parametrize("make", [video, capsules, moved])
def test_every_weight_learns(make: Any) -> None:
    graph = make()
    module = build(graph, seed=1).train()
    before = {name: value.clone() for name, value in module.state_dict().items()}
    optimiser = torch.optim.Adam(module.parameters(), 0.01)
    x = torch.rand(
        16, *graph.summary().shapes[graph.nodes[0].name], generator=torch.Generator().manual_seed(2)
    )
    y = torch.arange(16) % 3
    losses = []
    for _ in range(40):
        loss = torch.nn.functional.cross_entropy(module(x), y)
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        losses.append(loss.item())
    assert losses[-1] < losses[0]
    assert all(not torch.equal(value, before[name]) for name, value in module.state_dict().items())
