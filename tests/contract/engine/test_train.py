"""Training: the same seed gives the same numbers, whatever happens around it, and what can't work is said in words."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import replace

import numpy as np
import pytest
import torch

from cnnviz.control import Control
from cnnviz.data import Dataset
from cnnviz.engine.build import build
from cnnviz.engine.devices import devices
from cnnviz.engine.train import train
from cnnviz.engine.weights import weights_of
from cnnviz.errors import CnnvizError, DataError, TrainError, WeightsError
from cnnviz.events import (
    Evaluated,
    Event,
    Finished,
    Gradients,
    Snapshot,
    Started,
    StateChanged,
    StepDone,
    Watched,
)
from cnnviz.layers import BatchNorm, Conv2d, Dense, Flatten, Input
from cnnviz.model.graph import chain
from cnnviz.model.recipe import OPTIMISERS, DataChoice, Recipe
from tests.contract.engine.networks import noisy, small

CHOICE = DataChoice("strokes", validation=200)
QUICK = Recipe(steps=6, batch_size=32)


def losses(events: Iterator[Event]) -> list[float]:
    return [event.loss for event in events if isinstance(event, StepDone)]


def kinds(events: list[Event], kind: type) -> list:
    return [event for event in events if isinstance(event, kind)]


def test_learns_drawn_digits(strokes: Dataset) -> None:
    recipe = Recipe(learning_rate=3e-3, batch_size=50, epochs=6)
    events = list(train(small(), strokes, recipe, CHOICE, live=0))
    (started,), (finished,) = kinds(events, Started), kinds(events, Finished)
    assert (started.steps, started.steps_per_epoch, started.train_images) == (120, 20, 1000)
    assert finished.summary["test_accuracy"] > 0.9
    assert finished.summary["steps"] == 120
    assert finished.summary["epochs"] == 6
    assert not finished.cancelled
    json.dumps(finished.summary)
    assert events[-1] is finished
    assert [event.step for event in kinds(events, StepDone)] == list(range(1, 121))
    validations = [e for e in kinds(events, Evaluated) if e.which == "validation"]
    assert [e.step for e in validations] == [20, 40, 60, 80, 100, 120]
    assert [e.step for e in kinds(events, Snapshot)] == [0, 10, 20, 40, 50, 60, 80, 100, 120]


def test_same_seed_same_numbers_whatever_happens_around(strokes: Dataset) -> None:
    plain = list(train(noisy(), strokes, QUICK, CHOICE, live=0))
    watched = []
    for event in train(noisy(), strokes, QUICK, CHOICE, live=1e-9, pinned=strokes.test.sample(0)):
        watched.append(event)
        torch.rand(3)  # someone else draws
        torch.manual_seed(99)
    assert losses(plain) == losses(watched)
    a, b = kinds(plain, Snapshot)[-1].weights, kinds(watched, Snapshot)[-1].weights
    assert all(np.array_equal(a[name], b[name]) for name in a)
    assert losses(train(noisy(), strokes, replace(QUICK, seed=1), CHOICE, live=0)) != losses(plain)


def test_training_leaves_the_global_random_state(strokes: Dataset) -> None:
    torch.manual_seed(7)
    expected = torch.rand(4)
    torch.manual_seed(7)
    list(train(noisy(), strokes, QUICK, CHOICE, live=0))
    assert torch.equal(torch.rand(4), expected)


def test_dropout_draws_anew_in_every_step(strokes: Dataset) -> None:
    recipe = replace(
        QUICK, learning_rate=1e-8, batch_size=1000, steps=3
    )  # one batch is all images, so nothing but
    found = losses(train(noisy(), strokes, recipe, CHOICE, live=0))  # dropout can change the loss
    assert len({round(loss, 4) for loss in found}) == 3


def _stepped(strokes: Dataset) -> Iterator[Event]:
    control = Control(paused=True)
    for event in train(noisy(), strokes, QUICK, CHOICE, control=control, live=0):
        if isinstance(event, StateChanged) and event.state == "paused":
            control.step()
        yield event


def test_stepping_gives_the_same_numbers(strokes: Dataset) -> None:
    events = list(_stepped(strokes))
    assert losses(iter(events)) == losses(train(noisy(), strokes, QUICK, CHOICE, live=0))
    assert [event.state for event in kinds(events, StateChanged)] == ["paused", "running"] * 6
    assert [event.step for event in kinds(events, Snapshot)] == [0, 0, 1, 2, 3, 4, 5, 6]


def test_an_epoch_ends_in_a_pause(strokes: Dataset) -> None:
    control = Control()
    control.epoch()
    for event in train(small(), strokes, Recipe(batch_size=500, epochs=3), CHOICE, control=control, live=0):
        if isinstance(event, StateChanged):
            break
    assert event == StateChanged("paused")
    assert control.permit == "pause"


def test_cancelled_within_one_batch(strokes: Dataset) -> None:
    control, after = Control(), []
    for event in train(small(), strokes, Recipe(batch_size=10), CHOICE, control=control, live=0):
        if control.cancelled:
            after.append(event)
        if isinstance(event, StepDone) and event.step == 3:
            control.cancel()
    assert [type(event) for event in after] == [Snapshot, Finished]
    assert after[0].step == 3
    assert after[1].cancelled
    assert after[1].summary["steps"] == 3
    assert "test_accuracy" not in after[1].summary


def test_cancelled_in_the_middle_of_judging(strokes: Dataset) -> None:
    control = Control()
    events = []
    for event in train(small(), strokes, QUICK, CHOICE, control=control, live=0):
        events.append(event)
        if isinstance(event, Evaluated):
            control.cancel()
    assert kinds(events, Finished)[0].cancelled
    assert [event.which for event in kinds(events, Evaluated)] == ["validation"]


def test_cancelled_while_paused(strokes: Dataset) -> None:
    control, states = Control(paused=True), []
    for event in train(small(), strokes, QUICK, CHOICE, control=control, live=0):
        states.append(event)
        if isinstance(event, StateChanged):
            control.cancel()
    assert [type(event) for event in states] == [
        Started,
        Snapshot,
        StateChanged,
        Snapshot,
        Snapshot,
        Finished,
    ]


def test_learning_rate_changes_while_it_runs(strokes: Dataset) -> None:
    control, rates = Control(), []
    for event in train(small(), strokes, QUICK, CHOICE, control=control, live=0):
        if isinstance(event, StepDone):
            rates.append(event.learning_rate)
            if event.step == 2:
                control.change("learning_rate", 0.5)
    assert rates == [1e-3, 1e-3, 0.5, 0.5, 0.5, 0.5]


def test_cosine_falls_from_the_learning_rate_to_nothing(strokes: Dataset) -> None:
    recipe = replace(QUICK, schedule="cosine", steps=4, learning_rate=0.01)
    rates = [
        e.learning_rate for e in train(small(), strokes, recipe, CHOICE, live=0) if isinstance(e, StepDone)
    ]
    assert rates == pytest.approx([0.01, 0.00853553, 0.005, 0.00146447], rel=1e-5)


def test_pinned_image_is_seen_as_the_network_sees_it(strokes: Dataset) -> None:
    image = strokes.test.sample(3)
    events = list(train(noisy(), strokes, QUICK, CHOICE, live=1e-9, pinned=image))
    first = kinds(events, Watched)[0]
    assert first.step == 0
    assert {name: value.shape for name, value in first.maps.items()} == noisy().summary().shapes
    fresh = build(noisy(), seed=0).eval()
    expected = fresh.activations(torch.tensor(image[None]))
    assert all(
        np.allclose(value, expected[name][0].detach(), atol=1e-6) for name, value in first.maps.items()
    )
    assert first.probabilities == pytest.approx(expected["dense1"][0].softmax(0).detach().numpy(), abs=1e-6)


def test_another_image_is_pinned_while_paused(strokes: Dataset) -> None:
    control, seen = Control(paused=True), []
    for event in train(small(), strokes, QUICK, CHOICE, control=control, pinned=strokes.test.sample(0)):
        if isinstance(event, StateChanged):
            control.change("pinned", strokes.test.sample(1))
        if isinstance(event, Watched):
            seen.append(event.image)
        if len(seen) == 2:
            break
    assert np.array_equal(seen[1], strokes.test.sample(1))


def test_gradient_sizes_are_those_of_torch(strokes: Dataset) -> None:
    recipe = Recipe(optimiser="sgd", learning_rate=1e-8, steps=1, batch_size=1000)
    events = list(train(small(), strokes, recipe, CHOICE, live=1e-9))
    found = kinds(events, Gradients)[-1].ratios
    module = build(small(), seed=0)
    held = np.random.Generator(np.random.PCG64(0)).permutation(1200)[200:]
    x = torch.tensor(strokes.train.images[held]).float() / 255
    torch.nn.functional.cross_entropy(module.logits(x), torch.tensor(strokes.train.labels[held])).backward()
    for node in ("conv1", "dense1", "dense2"):
        own = list(module.get_submodule(node).parameters())
        slope = torch.cat([p.grad.flatten() for p in own]).norm()
        size = torch.cat([p.detach().flatten() for p in own]).norm()
        assert found[node] == pytest.approx(float(slope / size), rel=1e-3)
    assert set(found) == {"conv1", "dense1", "dense2"}


def test_judgement_agrees_with_itself(strokes: Dataset) -> None:
    events = list(train(small(), strokes, QUICK, CHOICE, live=0))
    for judged in kinds(events, Evaluated):
        split = strokes.test if judged.which == "test" else strokes.train
        assert judged.whole
        assert len(judged.indices) == 200
        assert np.array_equal(judged.labels, split.labels[judged.indices])
        assert judged.confusion.sum() == 200
        assert np.trace(judged.confusion) / 200 == pytest.approx(judged.accuracy)
        assert judged.confusion.sum(axis=1).tolist() == np.bincount(judged.labels, minlength=10).tolist()
        assert ((judged.confidence >= 0.1) & (judged.confidence <= 1)).all()


def test_validation_images_are_not_learned(strokes: Dataset) -> None:
    started = next(iter(train(small(), strokes, QUICK, replace(CHOICE, validation=0))))
    assert (started.train_images, started.validation_images) == (1200, 0)
    events = list(train(small(), strokes, QUICK, replace(CHOICE, validation=0), live=0))
    assert [event.which for event in kinds(events, Evaluated)] == ["test"]


def test_curve_lives_within_the_first_epoch(strokes: Dataset, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("cnnviz.engine.train.QUICK_STEPS", 4)
    monkeypatch.setattr("cnnviz.engine.train.QUICK_IMAGES", 50)
    events = list(train(small(), strokes, replace(QUICK, steps=10), CHOICE, live=0.1))
    found = [(e.step, e.whole, len(e.indices)) for e in kinds(events, Evaluated) if e.which == "validation"]
    assert found == [(4, False, 50), (8, False, 50), (10, True, 200)]


def test_a_lonely_last_image_is_left_out(strokes: Dataset) -> None:
    recipe = Recipe(batch_size=333, epochs=2)  # 1,000 = 3 × 333 + 1
    events = list(train(noisy(), strokes, recipe, CHOICE, live=0))
    assert kinds(events, Started)[0].steps_per_epoch == 3
    assert len(kinds(events, StepDone)) == 6


def test_goes_on_from_given_weights(strokes: Dataset) -> None:
    weights = weights_of(build(small(), seed=42))
    recipe = replace(QUICK, learning_rate=1e-8, optimiser="sgd")
    last = kinds(list(train(small(), strokes, recipe, CHOICE, weights=weights, live=0)), Snapshot)[-1].weights
    assert all(np.allclose(last[name], weights[name], atol=1e-5) for name in weights)
    with pytest.raises(WeightsError):
        list(train(noisy(), strokes, recipe, CHOICE, weights=weights))


@pytest.mark.parametrize("optimiser", OPTIMISERS)
def test_every_optimiser_learns(strokes: Dataset, optimiser: str) -> None:
    rate = {"sgd": 0.3, "momentum": 0.1, "nesterov": 0.1}.get(optimiser, 3e-3)
    recipe = Recipe(optimiser=optimiser, learning_rate=rate, batch_size=50, epochs=2, momentum=0.8)
    events = list(train(small(), strokes, recipe, CHOICE, live=0))
    assert kinds(events, Finished)[0].summary["test_accuracy"] > 0.5


def test_loss_that_is_no_number_names_step_and_remedy(strokes: Dataset) -> None:
    recipe = Recipe(optimiser="sgd", learning_rate=10.0, initialiser="normal", batch_size=64)
    graph = chain([Input((1, 28, 28)), Conv2d(16, 3), Conv2d(16, 3), Conv2d(16, 3), Flatten(), Dense(10)])
    with pytest.raises(TrainError, match=r"step \d+: the loss is no number .* Lower the learning rate"):
        list(train(graph, strokes, recipe, CHOICE, live=0))


@pytest.mark.parametrize(
    ("run", "error", "words"),
    [
        (
            lambda d: train(chain([Input((3, 32, 32)), Flatten(), Dense(10)]), d, QUICK, CHOICE),
            TrainError,
            "input: the network takes 3×32×32, but Drawn digits has 1×28×28",
        ),
        (
            lambda d: train(chain([Input((1, 28, 28)), Flatten(), Dense(5)]), d, QUICK, CHOICE),
            TrainError,
            "output is 5, but Drawn digits has 10 classes",
        ),
        (
            lambda d: train(chain([Input((1, 28, 28)), Conv2d(10, 3)]), d, QUICK, CHOICE),
            TrainError,
            "output is 10×26×26",
        ),
        (lambda d: train(small(), d, replace(QUICK, device="cuda:9"), CHOICE), TrainError, "There is: cpu"),
        (lambda d: train(small(), d, QUICK, replace(CHOICE, validation=1200)), DataError, "hold out 1200"),
        (
            lambda d: train(
                chain([Input((1, 28, 28)), Flatten(), BatchNorm(), Dense(10)]),
                d,
                Recipe(batch_size=1),
                CHOICE,
            ),
            TrainError,
            "batch norm can't learn from one image",
        ),
    ],
)
def test_what_does_not_fit_is_said_before_the_first_step(
    strokes: Dataset, run: Callable[[Dataset], Iterator[Event]], error: type[CnnvizError], words: str
) -> None:
    steps = []
    with pytest.raises(error, match=words):
        steps += [event for event in run(strokes) if isinstance(event, StepDone)]
    assert steps == []


def test_cpu_is_always_there() -> None:
    assert devices()[0] == "cpu"
