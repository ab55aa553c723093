"""Capsules: the sizes of the paper, the routing against a slow reference, and what every round is made of."""

from __future__ import annotations

import itertools
from random import Random

import numpy as np
import pytest
import torch
from torch.utils.flop_counter import FlopCounterMode

from cnnviz.engine.build import build
from cnnviz.engine.trace import trace
from cnnviz.errors import ShapeError
from cnnviz.explain import explain
from cnnviz.layers import (
    CapsuleLength,
    CapsuleMask,
    CapsuleRouting,
    Conv2d,
    Dense,
    Input,
    PrimaryCapsules,
    ReLU,
    Remedy,
    Sigmoid,
)
from cnnviz.model.graph import Graph
from tests.contract.layers.draws import draw_trace, modules_of, some_indices


def capsule_network(scale: int = 1, image: int = 28, window: int = 9) -> Graph:
    """Return the network of Sabour et al. 2017 with its decoder, `scale` times narrower."""
    layers = [
        ("conv", Conv2d(256 // scale, window)), ("relu", ReLU()),
        ("primary", PrimaryCapsules(32 // scale, 8, window)), ("digits", CapsuleRouting(10, 16)),
        ("mask", CapsuleMask()),
        ("d1", Dense(512 // scale)), ("r1", ReLU()), ("d2", Dense(1024 // scale)), ("r2", ReLU()),
        ("d3", Dense(image * image)), ("drawn", Sigmoid()),
    ]  # fmt: skip
    graph = Graph().add(Input((1, image, image)), "x")
    for name, layer in layers:
        graph = graph.add(layer, name, after=graph.nodes[-1].name)
    return graph


def test_counts_of_the_paper() -> None:
    graph = capsule_network()
    report = graph.summary()
    assert [report.row(name).params for name in ("conv", "primary", "digits")] == [
        20_992,
        5_308_672,
        1_474_560,
    ]
    assert report.shapes["primary"] == (1152, 8)
    assert report.trainable == 8_215_568
    shorter = graph.remove([f"{name}" for name in ("mask", "d1", "r1", "d2", "r2", "d3", "drawn")])
    assert shorter.add(CapsuleLength(), "length", after="digits").summary().trainable == 6_804_224
    told = graph.node("digits").layer.calculations((1152, 8))[0]
    assert told.worked == "1,152·10·16·8 = 1,474,560"


def squashed(s: np.ndarray) -> np.ndarray:
    square = (s**2).sum(-1, keepdims=True)
    return square / (1 + square) * s / np.sqrt(square)


def test_routing_is_the_procedure_of_the_paper() -> None:
    count, arriving, capsules, dimension = 5, 3, 4, 6
    trace_ = draw_trace(
        CapsuleRouting(capsules, dimension, 3), ((count, arriving),), np.random.default_rng(0)
    )
    u = trace_.activations["input0"].astype(float)
    weight = trace_.parameters["layer"]["weight"].astype(float)
    u_hat = np.zeros((count, capsules, dimension))
    for i, j in itertools.product(range(count), range(capsules)):
        u_hat[i, j] = weight[i, j] @ u[i]
    b = np.zeros((count, capsules))
    for turn in (1, 2, 3):
        c = np.exp(b) / np.exp(b).sum(1, keepdims=True)
        v = squashed((c[..., None] * u_hat).sum(0))
        for name, wanted in (("b", b), ("c", c), ("v", v)):
            np.testing.assert_allclose(
                trace_.activations[f"layer.{name}_{turn}"], wanted, rtol=1e-4, atol=1e-5
            )
        b = b + (u_hat * v).sum(-1)
    np.testing.assert_allclose(trace_.activations["layer"], v, rtol=1e-4, atol=1e-5)
    assert np.linalg.norm(trace_.activations["layer"], axis=1).max() < 1


def test_a_capsule_is_made_of_neighbouring_maps_at_one_place() -> None:
    layer, shape = PrimaryCapsules(3, 4, 2, 2), (2, 6, 8)
    found = draw_trace(layer, (shape,), np.random.default_rng(1))
    arrays = {name: torch.from_numpy(value) for name, value in found.parameters["layer"].items()}
    image = torch.from_numpy(found.activations["input0"])
    maps = torch.nn.functional.conv2d(image[None], arrays["weight"], arrays["bias"], stride=2)[0].numpy()
    capsules = [maps[4 * m : 4 * m + 4, y, x] for m, y, x in itertools.product(range(3), range(3), range(4))]
    np.testing.assert_allclose(found.activations["layer"], squashed(np.array(capsules)), rtol=1e-4, atol=1e-5)


def test_the_mask_keeps_the_longest_capsule_alone() -> None:
    u = torch.tensor([[[1.0, 0], [0, -2], [1, 1]], [[0, 0], [0, 0], [0, 0.1]]])
    (mask,) = modules_of(CapsuleMask(), ((3, 2),))
    (length,) = modules_of(CapsuleLength(), ((3, 2),))
    assert mask(u).tolist() == [[0, 0, 0, -2, 0, 0], pytest.approx([0, 0, 0, 0, 0, 0.1])]
    assert length(u)[0].tolist() == pytest.approx([1, 2, 2**0.5])


def test_a_vector_of_zeros_has_a_gradient() -> None:
    (module,) = modules_of(CapsuleRouting(2, 3, 2), ((4, 2),))
    u = torch.zeros(1, 4, 2, requires_grad=True)
    module(u).sum().backward()
    assert u.grad is not None
    assert torch.isfinite(u.grad).all()


def test_multiply_adds_are_those_that_torch_counts() -> None:
    for layer, shape in ((CapsuleRouting(5, 6, 3), (12, 4)), (PrimaryCapsules(3, 4, 3, 2), (2, 9, 9))):
        modules = modules_of(layer, (shape,))
        with FlopCounterMode(display=False) as counter, torch.no_grad():
            modules[0](torch.rand(1, *shape))
        assert counter.get_total_flops() == 2 * layer.macs(shape)


def test_every_number_of_a_capsule_network_closes() -> None:
    module = build(capsule_network(16, 12, 3), seed=2)
    found = trace(module, np.random.default_rng(0).random((1, 12, 12)).astype(np.float32))
    assert {"digits.u_hat", "digits.c_3", "mask.kept", "primary.s"} <= set(found.activations)
    random = Random(1)
    for name, array in found.activations.items():
        for index in some_indices(array.shape, 6, random):
            account = explain(found, name, index)
            assert account.closes, (name, index, account.result, account.engine)


def test_couplings_of_the_first_round_are_equal_and_add_up_to_one() -> None:
    found = draw_trace(CapsuleRouting(4, 3, 2), ((5, 2),), np.random.default_rng(2))
    np.testing.assert_allclose(found.activations["layer.c_1"], 0.25)
    np.testing.assert_allclose(found.activations["layer.c_2"].sum(axis=1), 1, rtol=1e-6)
    assert np.ptp(found.activations["layer.c_2"]) > 0.01


def test_a_row_that_can_not_be_cut_has_none() -> None:
    with pytest.raises(ShapeError) as caught:
        CapsuleLength().out_shape((7,))
    assert caught.value.remedies == ()


def test_maps_where_capsules_belong_have_a_fix_that_fits() -> None:
    for shape in ((256, 20, 20), (4, 5, 6), (160,), (6,), (2, 3, 2, 4)):
        with pytest.raises(ShapeError, match="capsules × dimension") as caught:
            CapsuleRouting().out_shape(shape)
        (remedy,) = caught.value.remedies
        assert isinstance(remedy, Remedy)
        assert remedy.insert is not None
        assert CapsuleRouting().out_shape(remedy.insert.out_shape(shape)) == (10, 16)
    with pytest.raises(ShapeError, match="9-wide window") as caught:
        PrimaryCapsules().out_shape((4, 5, 20))
    (remedy,) = caught.value.remedies
    assert isinstance(remedy, Remedy)
    assert remedy.replace is not None
    assert remedy.replace.out_shape((4, 5, 20)) == (32 * 6, 8)


@pytest.mark.parametrize(
    ("how", "spread"),
    [("default", 1 / np.sqrt(8 * 3)), ("normal", 0.1), ("he", 0.5), ("glorot", np.sqrt(2 / 168))],
)
def test_every_capsule_below_starts_with_a_dense_layer_of_its_own(how: str, spread: float) -> None:
    graph = Graph().add(Input((30, 8)), "u").add(CapsuleRouting(10, 16), "digits", after="u")
    weight = build(graph, initialiser=how).get_parameter("digits.weight").detach()
    assert float(weight.std()) == pytest.approx(spread, rel=0.05)
