"""Every template, with torch: it builds, its script is the same network, and it takes a step of training."""

from __future__ import annotations

from typing import Any

import pytest
import torch

from cnnviz.engine.build import GraphModule, build
from cnnviz.engine.losses import step_loss
from cnnviz.layers import Input
from cnnviz.model.codegen import to_code
from cnnviz.model.graph import Graph
from cnnviz.templates import BLOCKS, TEMPLATES, Template

SMALLER: dict[str, tuple[int, ...]] = {
    "alexnet": (3, 67, 67),
    "vgg16": (3, 32, 32),
    "vgg16-gray": (1, 32, 32),
    "vgg19": (3, 32, 32),
    "googlenet": (3, 80, 80),
    "googlenet-aux": (3, 80, 80),
    "resnet18": (3, 64, 64),
    "resnet34": (3, 64, 64),
    "resnet50": (3, 64, 64),
    "resnet101": (3, 64, 64),
    "resnet152": (3, 64, 64),
    "t19": (1, 3, 16, 16),
    "t20": (1, 3, 16, 16),
}
"""Samples for which a step takes a second or less; everything but the size is as it is."""


@pytest.fixture(params=list(TEMPLATES))
def found(request: pytest.FixtureRequest) -> Template:
    return TEMPLATES[request.param]


def smaller(found: Template) -> Graph:
    """Return the network for small samples."""
    if found.id not in SMALLER:
        return found.graph
    return found.graph.with_layer("input", Input(shape=SMALLER[found.id]))


def shapes(module: torch.nn.Module) -> dict[str, tuple[int, ...]]:
    return {name: tuple(value.shape) for name, value in module.state_dict().items()}


def exported(graph: Graph) -> Any:
    """Return the class `Net` of a graph's script."""
    names: dict[str, Any] = {"__name__": "exported"}
    exec(compile(to_code(graph), "exported.py", "exec"), names)
    return names["Net"]


def test_torch_counts_the_same_parameters(found: Template) -> None:
    with torch.device("meta"):
        module = GraphModule(found.graph)
    assert sum(parameter.numel() for parameter in module.parameters()) == found.params


def test_the_script_has_the_same_weights(found: Template) -> None:
    with torch.device("meta"):
        module, net = GraphModule(found.graph), exported(found.graph)()
    assert shapes(net) == shapes(module)


def test_the_script_gives_the_same_values(found: Template) -> None:
    graph = smaller(found)
    module, net = build(graph, seed=1).eval(), exported(graph)().eval()
    net.load_state_dict(module.state_dict())
    with torch.no_grad():
        given = samples(graph, 1)
        one, other = module(*given), net(*given)
    for first, second in zip(
        *((each if isinstance(each, tuple) else (each,)) for each in (one, other)), strict=True
    ):
        assert torch.equal(first, second)


def samples(graph: Graph, count: int) -> list[torch.Tensor]:
    generator = torch.Generator().manual_seed(0)
    report = graph.summary()
    return [torch.rand(count, *(report.row(name).shape or ()), generator=generator) for name in report.inputs]


def labels(module: GraphModule, count: int) -> torch.Tensor:
    """Return class numbers, or values where the main answer is none of a class."""
    head = module.main_head
    if head.classifies:
        return torch.arange(count)
    return torch.rand(count, *head.shape, generator=torch.Generator().manual_seed(1))


def test_training_moves_every_weight(found: Template) -> None:
    """In two steps: the last layer of a localisation starts with zeros, so that in the first one it moves alone."""
    graph = smaller(found)
    module = build(graph, seed=0).train()
    before = {name: value.detach().clone() for name, value in module.named_parameters()}
    optimiser = torch.optim.Adam(module.parameters(), lr=1e-3)
    for _ in range(2):
        optimiser.zero_grad()
        loss = step_loss(module, samples(graph, 2), labels(module, 2))
        loss.backward()
        optimiser.step()
        assert loss.isfinite()
    assert [name for name, value in module.named_parameters() if torch.equal(value, before[name])] == []
    assert all(value.isfinite().all() for value in module.parameters())


@pytest.mark.parametrize("name", list(BLOCKS))
def test_blocks_build_and_their_scripts_give_the_same_values(name: str) -> None:
    graph = BLOCKS[name].graph
    module, net = build(graph, seed=1).eval(), exported(graph)().eval()
    net.load_state_dict(module.state_dict())
    with torch.no_grad():
        assert torch.equal(module(*samples(graph, 2)), net(*samples(graph, 2)))
