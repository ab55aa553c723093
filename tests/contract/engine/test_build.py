"""Modules built from graphs: the right ones, with the right names, in an order that changes nothing."""

from __future__ import annotations

from random import Random

import pytest
import torch
from torch import nn

from cnnviz.engine.build import build
from cnnviz.errors import GraphError
from cnnviz.layers import LAYERS, AvgPool2d, Conv2d, Dense, Flatten, Input, MaxPool2d, ReLU, Softmax
from cnnviz.model.graph import Graph, chain
from tests.contract.engine.networks import noisy, residual, small
from tests.contract.layers.draws import draw_fitting


@pytest.mark.parametrize("kind", sorted(LAYERS))
def test_every_kind_builds(kind: str) -> None:
    layer, shapes = draw_fitting(kind, Random(kind))
    graph = Graph().add(layer, "node")
    for port, shape in enumerate(shapes):
        graph = graph.add(Input(shape), f"i{port}").add(ReLU(), f"r{port}", after=f"i{port}")
        graph = graph.connect(f"r{port}", "node", port)
    for port in layer.differentiates:  # a code depends on the input behind it
        graph = graph.remove(["i0"]).connect(f"r{port}", "r0")
    report = graph.summary()
    if report.errors:
        pytest.fail(report.errors[0].text)
    found = build(graph).eval()(*(torch.zeros(2, *(report.row(name).shape or ())) for name in report.inputs))
    assert tuple(found.shape) == (2, *(report.row("node").shape or ()))


def test_first_weights_are_those_of_torch() -> None:
    torch.manual_seed(5)
    oracle = nn.Sequential(nn.Conv2d(1, 8, 5, 2), nn.Linear(800, 3))
    module = build(chain([Input((1, 24, 24)), Conv2d(8, 5, 2), Flatten(), Dense(3)]), seed=5)
    for mine, theirs in zip(module.parameters(), oracle.parameters(), strict=True):
        assert torch.equal(mine, theirs)


@pytest.mark.parametrize(
    ("how", "spread"), [("normal", 0.1), ("glorot", (2 / (784 + 500)) ** 0.5), ("he", (2 / 784) ** 0.5)]
)
def test_initialisers_have_their_spread(how: str, spread: float) -> None:
    module = build(chain([Input((1, 28, 28)), Flatten(), ("d", Dense(500))]), initialiser=how)
    assert float(module.get_parameter("d.weight").detach().std()) == pytest.approx(spread, rel=0.01)
    assert not module.get_parameter("d.bias").any()


def test_building_leaves_the_global_random_state() -> None:
    before = torch.get_rng_state()
    build(noisy(), seed=3)
    assert torch.equal(torch.get_rng_state(), before)


@pytest.mark.parametrize("make", [small, noisy, residual])
def test_fast_order_changes_neither_values_nor_gradients(make: object) -> None:
    graph = make()
    plain, fast = build(graph, seed=1), build(graph, fast=True, seed=1)
    assert list(plain.state_dict()) == list(fast.state_dict())
    shape = graph.summary().row(graph.summary().input).shape
    x = torch.randn(6, *shape, generator=torch.Generator().manual_seed(0))
    if make is noisy:  # dropout would draw
        plain.eval(), fast.eval()
    a, b = plain.logits(x), fast.logits(x)
    assert torch.equal(a, b)
    a.square().sum().backward()
    b.square().sum().backward()
    for (name, p), q in zip(plain.named_parameters(), fast.parameters(), strict=True):
        torch.testing.assert_close(p.grad, q.grad, rtol=1e-5, atol=1e-6, msg=name)


def test_fast_order_pools_first_only_where_nobody_else_listens() -> None:
    fast = build(residual(), fast=True)
    order = {step.node: step.modules for step in fast._answering}
    assert "t" not in order
    assert order["u"] == ("u_pad", "u", "t")
    assert order["r"] == ("r",)  # feeds three nodes
    assert order["p"] == ("p_pad", "p") or order["p"] == ("p",)  # behind a sum


def test_fast_order_shows_the_values_of_the_users_graph() -> None:
    graph = small()
    x = torch.rand(2, 1, 28, 28, generator=torch.Generator().manual_seed(0))
    plain, fast = build(graph).activations(x), build(graph, fast=True).activations(x)
    assert list(plain) == list(fast) == [node.name for node in graph]
    assert all(torch.equal(plain[name], fast[name]) for name in plain)


def test_logits_are_what_goes_into_the_softmax() -> None:
    module = build(small())
    x = torch.rand(3, 1, 28, 28)
    torch.testing.assert_close(module.logits(x).softmax(1), module(x))
    assert module.scores_node == "dense2"


def test_without_softmax_the_output_is_the_logits() -> None:
    module = build(noisy()).eval()
    x = torch.rand(3, 1, 28, 28)
    assert torch.equal(module.logits(x), module(x))


def test_mean_counts_real_cells_only() -> None:
    module = build(chain([Input((1, 3, 3)), AvgPool2d(2, 2, "same")]))
    x = torch.arange(9.0).reshape(1, 1, 3, 3)
    assert module(x).tolist() == [[[[2.0, 3.5], [6.5, 8.0]]]]


@pytest.mark.parametrize(
    ("graph", "words"),
    [
        (Graph(), "empty"),
        (chain([Input((1, 4, 4)), Conv2d(2, 7)]), "7-wide window"),
        (chain([Input((1, 4, 4)), Dense(3)]), "flat vector"),
        (chain([Input((1, 4, 4)), ReLU()]).add(ReLU(), "loose", after="input"), "two outputs"),
        (
            chain([Input((1, 4, 4)), ReLU()]).add(Input((1, 4, 4)), "second"),
            "second: is an input that feeds nothing",
        ),
        (Graph().add(MaxPool2d()).add(Softmax(), "s", after="pool1"), "pool1: there is no Input"),
    ],
)
def test_what_can_not_run_is_refused_in_words(graph: Graph, words: str) -> None:
    with pytest.raises(GraphError, match=words):
        build(graph)
