"""What is told of a network while it learns is what plain torch finds; an image is seen again later to the bit."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from cnnviz.control import Control
from cnnviz.data import Dataset, Split, stroke_digits
from cnnviz.engine import watch
from cnnviz.engine.census import BINS
from cnnviz.engine.moment import Moments
from cnnviz.engine.train import train
from cnnviz.engine.weights import fitted
from cnnviz.events import Census, Evaluated, Gradients, Snapshot, Watched
from cnnviz.layers import Conv2d, Dense, Flatten, Input, MaxPool2d, Output, ReLU, Sigmoid, Softmax
from cnnviz.model.files import Project
from cnnviz.model.graph import Graph, chain
from cnnviz.model.recipe import DataChoice, Recipe
from cnnviz.runs import Recorder, open_run, recorded
from cnnviz.runs.about import about_now

RECIPE = Recipe(optimiser="sgd", learning_rate=0.05, batch_size=16, steps=20, seed=3)
CHOICE = DataChoice(validation=32)


@pytest.fixture(scope="module")
def digits() -> Dataset:
    """Return 192 training and 60 test images of drawn digits."""
    images, labels = stroke_digits(252, seed=1)
    shaped = images.reshape(-1, 1, 28, 28)
    train, test = Split(shaped[:192], labels[:192]), Split(shaped[192:], labels[192:])
    return Dataset(
        "strokes", "Drawn digits", "252 digits, drawn for a test", tuple("0123456789"), train, test
    )


def small() -> Graph:
    """Return a network whose every layer the fast order or the memory layout could change."""
    layers = (
        Input(), Conv2d(out_channels=8, kernel_size=(3, 3)), ReLU(), MaxPool2d(),
        Conv2d(out_channels=8, kernel_size=(3, 3)), ReLU(), MaxPool2d(), Flatten(), Dense(units=10), Softmax(),
    )  # fmt: skip
    return chain(layers, "small")


def test_the_numbers_of_a_step_are_those_of_plain_torch(digits: Dataset) -> None:
    weights, found = {}, {}
    for event in train(small(), digits, replace(RECIPE, steps=12), CHOICE):
        if isinstance(event, Snapshot):
            weights[event.step] = event.weights
        elif isinstance(event, Census):
            found[event.step] = event
    assert set(found) >= {1}
    census = found[1]
    before = weights[0]
    spread = census.weights["conv1"]
    # a step of stochastic gradient descent moves the weights by rate · gradient
    assert census.updates["conv1"] == pytest.approx(RECIPE.learning_rate * census.ratios["conv1"], rel=0.05)
    reach = np.abs(before["conv1.weight"]).max()
    assert spread.low == -spread.high
    assert spread.high == pytest.approx(reach, rel=0.05)
    assert spread.shares.shape == (BINS,)
    assert spread.shares.sum() == pytest.approx(1.0)
    assert 0.9 < census.gradients["dense1"].shares.sum() <= 1.0 + 1e-6
    assert set(census.activations) == {row.name for row in small().summary().rows} - {"input"}


def test_silent_units_are_those_that_answer_nothing(digits: Dataset) -> None:
    graph = small()
    weights = {name: value.numpy().copy() for name, value in fitted(graph, None, 0).state_dict().items()}
    weights["conv1.bias"][:3] = -100.0
    events = train(graph, digits, replace(RECIPE, steps=1, learning_rate=1e-8), CHOICE, weights=weights)
    (census,) = [event for event in events if isinstance(event, Census)]
    assert census.silent["relu1"] == pytest.approx(3 / 8)
    assert census.activations["relu1"].shares[0] >= 3 / 8


def test_what_nobody_looks_at_is_hardly_computed(digits: Dataset, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(watch, "LARGEST_SHARE", 1.0)

    def told(*looked_at: str) -> list[object]:
        control = Control()
        control.change("looked_at", looked_at)
        return list(
            train(small(), digits, RECIPE, CHOICE, control=control, pinned=digits.test.sample(0), live=1e-6)
        )

    unseen, seen = told(), told("pictures")
    assert sum(isinstance(event, Gradients) for event in unseen) <= 1
    assert sum(isinstance(event, Watched) for event in unseen) <= 2
    assert sum(isinstance(event, Watched) for event in seen) > 2
    last = [[e for e in events if isinstance(e, Snapshot)][-1].weights for events in (unseen, seen)]
    assert all(np.array_equal(last[0][name], last[1][name]) for name in last[0]), "looking changes nothing"


@pytest.mark.parametrize("cores", [1, 2])
def test_a_scrubbed_snapshot_gives_the_very_bits_of_the_training(
    digits: Dataset, tmp_path: Path, cores: int
) -> None:
    graph, image, control = small(), digits.test.sample(3), Control()
    live: dict[int, Watched] = {}
    recorder = Recorder(tmp_path, about_now(1, "small", RECIPE), Project(graph, CHOICE, RECIPE), digits)
    before = torch.get_num_threads()
    torch.set_num_threads(cores)
    try:
        events = train(graph, digits, RECIPE, CHOICE, pinned=image, control=control)
        for event in recorded(events, recorder):
            if isinstance(event, Watched):
                live[event.step] = event
            elif isinstance(event, Snapshot):
                control.change("pinned", image)  # which is looked at before the next step
    finally:
        torch.set_num_threads(before)
    run, moments, compared = open_run(tmp_path), Moments(), 0
    for step in run.snapshot_steps:
        if step not in live:
            continue
        again = moments.see(run.project.graph, run.weights(step), image, step)
        for name, values in live[step].maps.items():
            assert again.maps[name].tobytes() == values.tobytes(), f"{name} at step {step}"
        assert again.probabilities.tobytes() == live[step].probabilities.tobytes()
        assert again.kernels["conv1"].tobytes() == live[step].kernels["conv1"].tobytes()
        compared += 1
    assert compared >= 2


def test_answers_that_are_no_classes_are_kept_beside_their_targets(digits: Dataset) -> None:
    layers = (Input(), Flatten(), Dense(784), Sigmoid(), Output("mean squared error", "sample"))
    graph = chain(layers, "autoencoder")
    events = list(train(graph, digits, replace(RECIPE, steps=3), CHOICE))
    judged = [event for event in events if isinstance(event, Evaluated)][-1]
    weights = [event for event in events if isinstance(event, Snapshot)][-1].weights
    fit = judged.fit
    assert fit is not None
    assert judged.accuracy is None
    pixels = digits.test.images.astype(np.float32).reshape(60, 784) / 255
    answers = 1 / (1 + np.exp(-(pixels @ weights["dense1.weight"].T + weights["dense1.bias"])))
    squares = np.square(answers - pixels)
    assert fit.errors == pytest.approx(squares.mean(axis=1), rel=1e-4)
    assert fit.per_output.ravel() == pytest.approx(squares.mean(axis=0), rel=1e-4)
    assert judged.loss == pytest.approx(squares.mean(), rel=1e-4)
    assert fit.values.reshape(-1, 784) == pytest.approx(answers[fit.places], abs=1e-5)
    assert fit.targets.reshape(-1, 784) == pytest.approx(pixels[fit.places], abs=1e-6)
    assert fit.places[0] == fit.errors.argmax()
    assert len(set(fit.places.tolist())) == len(fit.places)


def test_classes_need_no_fit(digits: Dataset) -> None:
    events = train(small(), digits, replace(RECIPE, steps=1), CHOICE)
    assert all(event.fit is None for event in events if isinstance(event, Evaluated))
