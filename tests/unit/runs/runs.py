"""Runs made by hand: what the tests of the folder of runs share."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np

from cnnviz.data import Dataset, Split
from cnnviz.events import Census, Evaluated, Event, Finished, Histogram, Snapshot, Started, StepDone
from cnnviz.layers import Dense, Flatten, Input
from cnnviz.model.files import Project
from cnnviz.model.graph import chain
from cnnviz.model.recipe import Recipe
from cnnviz.runs import Recorder, Run, open_run, recorded
from cnnviz.runs.about import about_now

PER_EPOCH = 10


def dataset(seed: int = 0) -> Dataset:
    """Return forty images of two classes."""
    rng = np.random.default_rng(seed)
    split = Split(rng.integers(0, 256, (40, 1, 4, 4), np.uint8), rng.integers(0, 2, 40))
    return Dataset("dots", "Dots", "made for a test", ("a", "b"), split, split)


def project(units: int = 2, **recipe: object) -> Project:
    """Return a small network with its recipe."""
    return Project(
        chain((Input(shape=(1, 4, 4)), Flatten(), Dense(units=units)), "small"), recipe=Recipe(**recipe)
    )


def step(number: int) -> StepDone:
    """Return what is said of a step."""
    return StepDone(number, number / PER_EPOCH, 2.0 / number, 1 - 1 / number, 1e-3, 500.0, 0.0)


def judged(number: int, accuracy: float | None = 0.5, which: str = "validation") -> Evaluated:
    """Return a judgement on four samples, one of them wrong."""
    labels, predicted = np.array([0, 1, 1, 0]), np.array([0, 1, 0, 0])
    confusion = np.array([[2, 0], [1, 1]])
    places, odds = np.array([3, 5, 7, 9]), np.array([0.9, 0.8, 0.7, 0.6], np.float32)
    return Evaluated(
        number, number / PER_EPOCH, which, 1.0 / number, accuracy, confusion, places, labels, predicted, odds
    )


def census(number: int) -> Census:
    """Return a census of two layers."""
    spread = {"dense1": Histogram(np.linspace(0, 1, 8, dtype=np.float32), -1.0, float(number))}
    return Census(
        number, number / PER_EPOCH, 4, spread, {}, {**spread, "flatten1": spread["dense1"]}, {"dense1": 0.25},
        {"dense1": 1e-3 * number}, {},
    )  # fmt: skip


def weights(value: float) -> dict[str, np.ndarray]:
    """Return the arrays of the small network."""
    return {"dense1.weight": np.full((2, 16), value, np.float32), "dense1.bias": np.zeros(2, np.float32)}


def events(steps: int = 30, accuracies: tuple[float, ...] = (0.5, 0.75, 0.6)) -> Iterator[Event]:
    """Yield what a training of some epochs says."""
    yield Started(steps, PER_EPOCH, 36, 4, "cpu")
    for number in range(1, steps + 1):
        yield step(number)
        if number % PER_EPOCH == 0:
            yield judged(number, accuracies[(number // PER_EPOCH - 1) % len(accuracies)])
            yield census(number)
            yield Snapshot(number, weights(number))
    yield judged(steps, 0.7, "test")
    yield Finished({"steps": steps}, cancelled=False)


def recorder(
    folder: Path, told: Callable[[str], None] = lambda _text: None, number: int = 1, *, goes_on: bool = False
) -> Recorder:
    """Return what writes a run of the small network."""
    about = about_now(number, "small", Recipe())
    return Recorder(folder, about, project(), dataset(), told, goes_on=goes_on)


def make_run(folder: Path, number: int = 1, **options: object) -> Run:
    """Write a whole run, and open it."""
    list(recorded(events(**options), recorder(folder, number=number)))
    return open_run(folder)


def eventually(condition: Callable[[], object], seconds: float = 10.0) -> None:
    """Wait until a condition holds; fail where it never does."""
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.01)
