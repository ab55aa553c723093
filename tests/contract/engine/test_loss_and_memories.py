"""L as a sum, the optimiser's real state, and networks run in a batch: against what training itself does."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from cnnviz.data import Dataset, Split
from cnnviz.engine import checkpoint
from cnnviz.engine.build import build
from cnnviz.engine.gradients import batch_gradients, gradients, in_a_batch
from cnnviz.engine.losses import step_loss
from cnnviz.engine.memories import read_memories
from cnnviz.engine.optimiser import make_optimiser
from cnnviz.engine.step import penalty
from cnnviz.engine.train import train
from cnnviz.engine.weights import apply
from cnnviz.errors import TrainError
from cnnviz.explain import explain
from cnnviz.explain.backward import explain_gradient, explain_loss, explain_weight, rule_of, step
from cnnviz.layers import ActivityPenalty, BatchNorm, Conv2d, Dense, Flatten, Input, Output, ReLU
from cnnviz.model.graph import Graph, chain
from cnnviz.model.recipe import OPTIMISERS, DataChoice, Recipe
from tests.contract.layers.ways import draw_module

NET = chain(
    [
        ("x", Input((1, 6, 6))),
        ("conv", Conv2d(2, (3, 3))),
        ("norm", BatchNorm()),
        ("relu", ReLU()),
        ("sparse", ActivityPenalty(0.01)),
        ("flat", Flatten()),
        ("dense", Dense(3)),
    ]
)
IMAGES = np.random.default_rng(0).normal(size=(5, 1, 6, 6)).astype(np.float32)
LABELS = [0, 2, 1, 1, 0]


@pytest.mark.parametrize(
    ("loss", "shape"),
    [("cross entropy", (4,)), ("cross entropy", (4, 2, 2)), ("binary cross entropy", (4,)),
     ("mean squared error", (2, 3)), ("mean absolute error", (5,)), ("margin", (3, 4)), ("margin", (3,))],
)  # fmt: skip
def test_the_loss_is_the_engines(loss: str, shape: tuple[int, ...]) -> None:
    numbers = np.random.default_rng(1)
    module = build(chain([("x", Input(shape)), ("out", Output(loss, weight=0.7))]))
    values = numbers.normal(size=shape).astype(np.float32)
    classes = loss in ("cross entropy", "margin")
    target: Any = 1 if classes else numbers.random(shape).astype(np.float32)
    account = explain_loss(*gradients(module, values, target=target))
    assert account.closes
    assert account.sum == pytest.approx(account.engine, rel=1e-6)
    assert [term.factor for term in account.terms] == [0.7]


def test_penalties_are_those_of_a_step() -> None:
    """What training makes small: the loss of its own step, activity penalty, L1 and L2 included."""
    recipe = Recipe(l1=0.003, l2=0.02)
    module = draw_module(NET, np.random.default_rng(2))
    trace, slopes = in_a_batch(module, list(IMAGES), LABELS)
    account = explain_loss(trace, slopes, recipe)
    assert account.closes
    whole = step_loss(module.train(), [torch.from_numpy(IMAGES)], torch.tensor(LABELS))
    whole = whole + penalty(list(module.parameters()), recipe.l1, recipe.l2)
    assert account.with_penalties == pytest.approx(whole.detach().item(), rel=1e-5)
    assert [term.penal for term in account.terms] == [False, True, True, True]


def test_a_wrong_loss_does_not_close() -> None:
    module = draw_module(NET, np.random.default_rng(2))
    trace, slopes = gradients(module, IMAGES[0], target=1)
    array = trace.activations["dense"].copy()
    array[1] += 0.1
    bad = type(trace)(trace.graph, {**trace.activations, "dense": array}, trace.parameters)
    assert not explain_loss(bad, slopes).closes


# -- in a batch -----------------------------------------------------------------------------------------------


def test_batch_norm_closes_with_the_batch() -> None:
    """Forward with the batch's mean and variance, backward in three parts."""
    module = draw_module(NET, np.random.default_rng(3))
    before = {name: value.clone() for name, value in module.state_dict().items()}
    trace, slopes = in_a_batch(module, list(IMAGES), LABELS)
    assert all(torch.equal(before[name], value) for name, value in module.state_dict().items())
    for place in np.ndindex(2, 4, 4):
        assert explain(trace, "norm", place).closes
        assert explain_gradient(trace, slopes, "conv", place).closes
    x = batch_gradients(module, IMAGES, targets=np.array(LABELS))[0][1].batch.values["conv"]  # type: ignore[union-attr]
    np.testing.assert_allclose(
        trace.parameters["norm"]["running_mean"], x.mean(axis=(0, 2, 3)), rtol=1e-5, atol=1e-6
    )
    assert [t.label for t in explain_gradient(trace, slopes, "conv", (0, 1, 1)).offsets] == [
        "through the mean",
        "through the variance",
    ]


def test_the_class_that_is_named_stands_for_a_missing_one() -> None:
    module = draw_module(NET, np.random.default_rng(3))
    _, slopes = in_a_batch(module, list(IMAGES), [-1, 2, 1, 1, 0])
    assert slopes.ends[0].target.sum() == 1
    assert slopes.count == 5


# -- the optimiser's memory -----------------------------------------------------------------------------------


def trained(path: Path, recipe: Recipe, graph: Graph = NET) -> None:
    images = np.random.default_rng(5).random((40, 1, 6, 6)).astype(np.float32)
    split = Split(images, np.arange(40) % 3)
    data = Dataset("made", "Made", "made for a test", ("a", "b", "c"), split, split)
    for _ in train(graph, data, recipe, DataChoice("made", 0), checkpoints=path, live=0):
        pass


def state_of(kept: checkpoint.Checkpoint) -> dict[int, dict[str, torch.Tensor]]:
    """Return a kept optimiser as torch takes it."""
    found: dict[int, dict[str, torch.Tensor]] = {}
    for key, array in kept.part("optimiser").items():
        number, _, name = key.partition("/")
        value = torch.from_numpy(array.copy())
        found.setdefault(int(number), {})[name] = value.reshape(()) if name == "step" else value
    return found


@pytest.mark.parametrize("name", OPTIMISERS)
def test_the_next_step_is_the_optimisers_own(name: str, tmp_path: Path) -> None:
    """From a kept training, the arithmetic gives the very weights that torch gives next."""
    recipe = Recipe(
        optimiser=name, learning_rate=0.01, batch_size=10, epochs=2, weight_decay=0.01, l1=0.001, l2=0.002
    )
    path = tmp_path / "checkpoint.safetensors"
    trained(path, recipe)
    kept = checkpoint.load(path)
    module = build(NET)
    apply(module, kept.part("weights"))
    trace, slopes = in_a_batch(module, list(IMAGES), LABELS)
    memories = read_memories(path, NET, recipe)
    assert memories.step == kept.values["step"] > 0
    assert not memories.belongs_to(type(trace)(trace.graph, {}, {"conv": {"weight": np.zeros(1)}}))
    plain, _ = gradients(module, IMAGES[0], target=0)
    assert memories.belongs_to(plain)

    optimiser = make_optimiser(module.parameters(), recipe)
    optimiser.load_state_dict({**optimiser.state_dict(), "state": state_of(kept)})
    optimiser.zero_grad()
    loss = step_loss(module.train(), [torch.from_numpy(IMAGES)], torch.tensor(LABELS))
    activity = sum(t.value for t in explain_loss(trace, slopes).terms if t.penal)
    assert activity > 0
    (loss + penalty(list(module.parameters()), recipe.l1, recipe.l2)).backward()
    optimiser.step()
    for node, key, index in (("dense", "weight", (1, 7)), ("dense", "bias", (2,))):  # behind the penal layer
        old = float(plain.parameters[node][key][index])
        slope = explain_weight(trace, slopes, node, key, index).result
        rule = rule_of(recipe, kernel=plain.parameters[node][key].ndim > 1)
        made = step(rule, old, slope, memories.of(node, key, index))
        new = module.state_dict()[f"{node}.{key}"][index].item()
        assert made.new == pytest.approx(new, rel=1e-6, abs=1e-7)
        assert made.lines[-1].value == made.new


def test_what_is_frozen_is_not_remembered(tmp_path: Path) -> None:
    recipe = Recipe(batch_size=10, epochs=1, freeze=("conv",))
    trained(tmp_path / "c.safetensors", recipe)
    memories = read_memories(tmp_path / "c.safetensors", NET, recipe)
    assert memories.of("conv", "weight", (0, 0, 0, 0)) is None
    assert memories.of("dense", "weight", (0, 0)).count == 4  # type: ignore[union-attr]
    assert memories.of("dense", "weight", (0, 9999)) is None
    assert memories.of("nowhere", "weight", (0,)) is None


def test_the_state_of_another_network_is_told(tmp_path: Path) -> None:
    recipe = Recipe(batch_size=10, epochs=1)
    trained(tmp_path / "c.safetensors", recipe)
    with pytest.raises(TrainError, match="fit"):
        read_memories(tmp_path / "c.safetensors", chain([("x", Input((4,))), ("d", Dense(2))]), recipe)
    with pytest.raises(TrainError):
        read_memories(tmp_path / "nothing", NET, recipe)
