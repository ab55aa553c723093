"""What a recipe asks for is what is done: held against torch, step by step."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import torch
from torch import nn
from torch.nn import functional

from cnnviz.data import Dataset, Split
from cnnviz.engine.build import build
from cnnviz.engine.losses import Objective
from cnnviz.engine.step import penalty
from cnnviz.engine.train import train
from cnnviz.engine.weights import weights_of
from cnnviz.errors import TrainError
from cnnviz.events import Evaluated, Event, Finished, Snapshot, Started, StepDone
from cnnviz.layers import BatchNorm, Conv2d, Dense, Flatten, Input, Output, ReLU, Softmax
from cnnviz.model.graph import Graph, chain
from cnnviz.model.recipe import DataChoice, Recipe
from cnnviz.model.schedule import rate
from tests.contract.engine.networks import noisy, small

CHOICE = DataChoice("strokes", validation=200)
QUICK = Recipe(optimiser="sgd", learning_rate=0.1, steps=4, batch_size=32)


def weights_after(dataset: Dataset, recipe: Recipe, graph: Graph | None = None) -> dict[str, np.ndarray]:
    events = train(graph or small(), dataset, recipe, CHOICE, live=0)
    return dict([event for event in events if isinstance(event, Snapshot)][-1].weights)


def steps(events: Iterator[Event]) -> list[StepDone]:
    return [event for event in events if isinstance(event, StepDone)]


def summary(dataset: Dataset, recipe: Recipe, graph: Graph | None = None) -> dict[str, Any]:
    events = list(train(graph or small(), dataset, recipe, CHOICE, live=0))
    return dict(next(event for event in events if isinstance(event, Finished)).summary)


# -- schedules ------------------------------------------------------------------------------------------------------


def of_torch(make: Any, count: int) -> list[float]:
    optimiser = torch.optim.SGD([nn.Parameter(torch.zeros(1))], lr=0.4)
    schedule, found = make(optimiser), []
    for _ in range(count):
        found.append(optimiser.param_groups[0]["lr"])
        optimiser.step()
        schedule.step()
    return found


@pytest.mark.parametrize("count", [10, 57])
def test_schedules_are_torchs(count: int) -> None:
    plan = torch.optim.lr_scheduler
    for recipe, make in [
        (Recipe(schedule="cosine"), lambda o: plan.CosineAnnealingLR(o, count)),
        (Recipe(schedule="one-cycle"), lambda o: plan.OneCycleLR(o, 0.4, total_steps=count + 1)),
        (Recipe(schedule="step", drop_steps=(3, 8)), lambda o: plan.MultiStepLR(o, [3, 8], 0.1)),
    ]:
        length = count + 1 if recipe.schedule == "one-cycle" else count
        ours = [rate(replace(recipe, learning_rate=0.4), step, length) for step in range(count)]
        assert ours == pytest.approx(of_torch(make, count), rel=1e-9), recipe.schedule


def test_the_rate_of_every_step_is_the_planned_one(strokes: Dataset) -> None:
    recipe = replace(QUICK, schedule="one-cycle", warm_up=2, steps=6)
    found = steps(train(small(), strokes, recipe, CHOICE, live=0))
    assert [each.learning_rate for each in found] == [rate(recipe, step, 6) for step in range(6)]


def test_a_plateau_lowers_the_rate_by_the_validation_loss(strokes: Dataset) -> None:
    recipe = Recipe(
        "sgd", 1e-8, batch_size=500, epochs=6, schedule="plateau", drop_patience=2, drop_factor=0.5, seed=1
    )
    events = list(train(small(), strokes, recipe, CHOICE, live=0))
    losses = [event.loss for event in events if isinstance(event, Evaluated) and event.which == "validation"]
    best, worse, share, expected = np.inf, 0, 1.0, []
    for loss in losses:
        expected += [recipe.learning_rate * share] * 2
        worse, best = (0, loss) if loss < best else (worse + 1, best)
        if worse == 2:
            share, worse = share * 0.5, 0
    assert [each.learning_rate for each in steps(iter(events))] == expected


# -- the loss and the gradients -------------------------------------------------------------------------------------


def test_label_smoothing_is_torchs() -> None:
    module = build(chain([Input((1, 4, 4)), Flatten(), Dense(5), Softmax()]))
    x, y = torch.rand(7, 1, 4, 4), torch.randint(0, 5, (7,))
    loss, scores = Objective(module, 0.2)((x,), y)
    torch.testing.assert_close(loss, functional.cross_entropy(scores, y, label_smoothing=0.2))


def test_label_smoothing_with_a_map_of_scores_and_a_second_head() -> None:
    graph = chain([Input((1, 4, 4)), ("scores", Conv2d(5, 3)), Output(weight=0.5)])
    graph = graph.add(Output(), "again", after="scores")
    module = build(graph)
    x, y = torch.rand(7, 1, 4, 4), torch.randint(0, 5, (7,))
    loss, _ = Objective(module, 0.2)((x,), y)
    scores = module.activations(x)["scores"]
    wanted = y.reshape(7, 1, 1).expand(7, *scores.shape[2:])
    torch.testing.assert_close(loss, 1.5 * functional.cross_entropy(scores, wanted, label_smoothing=0.2))


def test_l1_and_l2_are_added_for_kernels_only() -> None:
    kernel, bias = torch.tensor([[1.0, -2.0]], requires_grad=True), torch.tensor([3.0], requires_grad=True)
    loss = penalty([kernel, bias], 0.1, 0.01)
    assert loss.item() == pytest.approx(0.1 * 3 + 0.01 * 5)
    loss.backward()
    assert bias.grad is None
    torch.testing.assert_close(kernel.grad, torch.tensor([[0.1 + 0.02, -0.1 - 0.04]]))


def test_l2_makes_weights_smaller(strokes: Dataset) -> None:
    free, held = (weights_after(strokes, replace(QUICK, l2=l2, steps=20)) for l2 in (0.0, 0.1))
    assert np.abs(held["conv1.weight"]).sum() < np.abs(free["conv1.weight"]).sum()


def test_a_clipped_step_is_no_longer_than_its_bound(strokes: Dataset) -> None:
    recipe = replace(QUICK, clip_norm=0.01, steps=1, learning_rate=1.0)
    before, after = weights_of(build(small())), weights_after(strokes, recipe)
    moved = np.sqrt(sum(((after[name] - before[name]) ** 2).sum() for name in before))
    assert moved == pytest.approx(0.01, rel=1e-3)


def test_a_batch_in_parts_makes_the_same_step(strokes: Dataset) -> None:
    whole, parts = weights_after(strokes, QUICK), weights_after(strokes, replace(QUICK, accumulate=5))
    for name, value in whole.items():
        np.testing.assert_allclose(parts[name], value, atol=1e-5)
    losses = [
        [each.loss for each in steps(train(small(), strokes, replace(QUICK, accumulate=n), CHOICE, live=0))]
        for n in (1, 5)
    ]
    assert losses[0] == pytest.approx(losses[1], abs=1e-4)


def test_mixup_blends_images_and_answers() -> None:
    module = build(chain([Input((1, 4, 4)), Flatten(), Dense(5)]))
    x, y, z = torch.rand(7, 1, 4, 4), torch.randint(0, 5, (7,)), torch.randint(0, 5, (7,))
    loss, scores = Objective(module)((x,), y, z, 0.3)
    expected = 0.3 * functional.cross_entropy(scores, y) + 0.7 * functional.cross_entropy(scores, z)
    torch.testing.assert_close(loss, expected)


def test_mixup_learns_and_is_seeded(strokes: Dataset) -> None:
    recipe = Recipe(learning_rate=3e-3, batch_size=50, epochs=3, mixup=0.3)
    assert summary(strokes, recipe)["test_accuracy"] > 0.7
    quick = replace(QUICK, mixup=0.5)
    one, other = weights_after(strokes, quick), weights_after(strokes, quick)
    assert all(np.array_equal(one[name], other[name]) for name in one)
    assert not np.array_equal(one["conv1.weight"], weights_after(strokes, QUICK)["conv1.weight"])


# -- what learns, and how long --------------------------------------------------------------------------------------


def test_frozen_layers_stay_with_their_statistics(strokes: Dataset) -> None:
    layers = [Input((1, 28, 28)), ("c", Conv2d(4)), ("bn", BatchNorm()), ReLU(), Flatten(), ("fc", Dense(10))]
    graph = chain(layers)
    before = weights_of(build(graph))
    after = weights_after(strokes, replace(QUICK, freeze=("c", "bn")), graph)
    still = [name for name in before if name.startswith(("c.", "bn."))]
    assert len(still) > 4
    assert all(np.array_equal(before[name], after[name]) for name in still)
    assert not np.array_equal(before["fc.weight"], after["fc.weight"])


def test_freezing_what_is_not_there(strokes: Dataset) -> None:
    with pytest.raises(TrainError, match="no layer 'conv' with weights to freeze. Did you mean 'conv1'"):
        weights_after(strokes, replace(QUICK, freeze=("conv",)))
    graph = chain([Input((1, 28, 28)), Flatten(), ("fc", Dense(10))])
    with pytest.raises(TrainError, match="all layers are frozen"):
        weights_after(strokes, replace(QUICK, freeze=("fc",)), graph)


def test_early_stopping_goes_back_to_the_best(strokes: Dataset) -> None:
    few = Split(
        strokes.train.images[:230], strokes.train.labels[:230]
    )  # 30 to learn from: soon too well known
    dataset = replace(strokes, train=few)
    recipe = Recipe("adam", 0.02, batch_size=10, epochs=60, early_stopping=3)
    events = list(train(small(), dataset, recipe, CHOICE, live=0))
    judged = [e for e in events if isinstance(e, Evaluated) and e.which == "validation"]
    best = min(judged, key=lambda each: each.loss)
    found = dict(events[-1].summary)
    assert found["stopped_early"]
    assert found["best_step"] == best.step
    assert found["steps"] == best.step + 3 * 3
    kept = [event for event in events if isinstance(event, Snapshot)]
    of_best = next(each for each in kept if each.step == best.step)
    assert all(np.array_equal(of_best.weights[name], kept[-1].weights[name]) for name in of_best.weights)


@pytest.mark.parametrize("change", [{"early_stopping": 2}, {"schedule": "plateau"}])
def test_what_judges_by_validation_needs_some(strokes: Dataset, change: dict[str, Any]) -> None:
    with pytest.raises(TrainError, match="judges by validation samples, but none are held out"):
        train(small(), strokes, replace(QUICK, **change), DataChoice("strokes", 0))


def test_label_smoothing_needs_cross_entropy(strokes: Dataset) -> None:
    graph = chain([Input((1, 28, 28)), Flatten(), Dense(10), Output("mean squared error")])
    with pytest.raises(TrainError, match="label smoothing needs an output whose loss is cross entropy"):
        train(graph, strokes, replace(QUICK, label_smoothing=0.1), CHOICE)


def test_every_fold_holds_out_another_part(strokes: Dataset) -> None:
    seen: list[int] = []
    for fold in range(3):
        choice = DataChoice("strokes", 0, 5, folds=3, fold=fold)
        events = list(train(small(), strokes, replace(QUICK, batch_size=400, steps=1), choice, live=0))
        assert isinstance(events[0], Started)
        assert events[0].validation_images == 400
        judged = next(e for e in events if isinstance(e, Evaluated) and e.which == "validation")
        seen += judged.indices.tolist()
    assert sorted(seen) == list(range(1200))


# -- arithmetic -----------------------------------------------------------------------------------------------------


def test_bfloat16_learns_nearly_the_same(strokes: Dataset) -> None:
    recipe = Recipe(learning_rate=3e-3, batch_size=50, epochs=2)
    half = replace(recipe, precision="bfloat16")
    assert weights_after(strokes, replace(half, steps=2))["conv1.weight"].dtype == np.float32
    assert abs(summary(strokes, half)["test_accuracy"] - summary(strokes, recipe)["test_accuracy"]) < 0.1


def test_float16_is_refused_on_a_processor(strokes: Dataset) -> None:
    with pytest.raises(TrainError, match="processors don't train in float16"):
        train(small(), strokes, replace(QUICK, precision="float16"), CHOICE)


# -- faults ---------------------------------------------------------------------------------------------------------


def test_no_number_any_more_names_the_layer_and_offers_the_last_good_weights(strokes: Dataset) -> None:
    recipe = Recipe("sgd", 10.0, initialiser="normal", batch_size=64)
    layers = [
        Input((1, 28, 28)),
        ("first", Conv2d(16, 3)),
        ("second", Conv2d(16, 3)),
        Conv2d(16, 3),
        Flatten(),
    ]
    events: list[Event] = []
    with pytest.raises(TrainError, match=r"no number any more: the (weights|values) of (first|second)"):
        events.extend(train(chain([*layers, Dense(10)]), strokes, recipe, CHOICE, live=0))
    last = events[-1]
    assert isinstance(last, Snapshot)
    assert all(np.isfinite(value).all() for value in last.weights.values())


@pytest.mark.parametrize(
    ("room", "hint"), [(8, "batch size of 8, which fits, or .* in 4 parts"), (0, "Not even one")]
)
def test_short_memory_suggests_what_fits(
    strokes: Dataset, monkeypatch: pytest.MonkeyPatch, room: int, hint: str
) -> None:
    real = functional.cross_entropy

    def scarce(scores: torch.Tensor, *rest: Any, **options: Any) -> torch.Tensor:
        if len(scores) > room:
            raise RuntimeError("DefaultCPUAllocator: can't allocate memory: you tried to allocate 9 bytes")
        return real(scores, *rest, **options)

    monkeypatch.setattr("cnnviz.engine.losses.functional.cross_entropy", scarce)
    with pytest.raises(TrainError, match=f"not enough memory for batches of 32 samples. .*{hint}"):
        list(train(small(), strokes, QUICK, CHOICE, live=0))


def test_dropout_is_drawn_for_every_part_anew(strokes: Dataset) -> None:
    one, other = (weights_after(strokes, replace(QUICK, accumulate=n), noisy()) for n in (1, 2))
    assert any(not np.array_equal(one[name], other[name]) for name in one)
