"""What writing a training down costs it, and whether its memory stays where it is over ten thousand steps."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks import setting
from benchmarks.claim import Claim, at_most
from benchmarks.rounds import Ratio, Work, speed
from cnnviz.data import Dataset, Split
from cnnviz.engine.train import train
from cnnviz.events import Event, StepDone
from cnnviz.model.files import Project
from cnnviz.model.recipe import DataChoice, Recipe
from cnnviz.runs import Recorder, recorded
from cnnviz.runs.about import about_now
from cnnviz.runs.names import CHECKPOINT_NAME
from cnnviz.templates import template

ENDLESS = 100_000_000
TURN_SECONDS = 2.0
SETTLED, STEPS, SMALL_BATCH = 2_000, 10_000, 2


def measure(rounds: int) -> list[Claim]:
    """Return the claims about T1."""
    return [*_cost(rounds), *_growth()]


def _cost(rounds: int) -> Iterator[Claim]:
    recipe = replace(setting.recipe("t1"), steps=ENDLESS)
    with TemporaryDirectory() as folder:
        kept, blind = _samples(_kept(recipe, Path(folder)), recipe), _samples(_plain(recipe), recipe)
        turns = [(speed(kept, TURN_SECONDS), speed(blind, TURN_SECONDS)) for _ in range(rounds)]
    mine, theirs = zip(*turns, strict=True)
    ratio = Ratio(mine, theirs)
    cost = 100 * (1 - ratio.median)
    yield at_most("T1: log, snapshots and checkpoints", max(cost, 0.0), 2.0, "% of its time", ratio.told())


def _growth() -> Iterator[Claim]:
    """Compare the resident size early and late in a training with batches of 2, which is many steps in little time."""
    if not Path("/proc/self/statm").exists():  # other systems tell no current size
        return
    recipe = replace(setting.recipe("t1"), steps=STEPS, batch_size=SMALL_BATCH)
    with TemporaryDirectory() as folder:
        steps = (event for event in _kept(recipe, Path(folder)) if isinstance(event, StepDone))
        next(islice(steps, SETTLED - 1, None))
        early = _resident()
        next(islice(steps, STEPS - SETTLED - 2, None))
        late = _resident()
    told = f"{early / 1e6:,.0f} MB after {SETTLED:,} steps of T1, {late / 1e6:,.0f} MB after {STEPS:,}"
    yield at_most("memory gained in 10,000 steps", 100 * (late / early - 1), 3.0, "%", told)


def _plain(recipe: Recipe) -> Iterator[Event]:
    return train(template("t1").graph, _data(), recipe, DataChoice("mnist", validation=0), live=0.0)


def _kept(recipe: Recipe, folder: Path) -> Iterator[Event]:
    """Train as `cnnviz train` does: with checkpoints, and all written down."""
    graph, data, choice = template("t1").graph, _data(), DataChoice("mnist", validation=0)
    events = train(graph, data, recipe, choice, live=0.0, checkpoints=folder / CHECKPOINT_NAME)
    return recorded(
        events, Recorder(folder, about_now(1, "t1", recipe), Project(graph, choice, recipe), data)
    )


def _samples(events: Iterator[Event], recipe: Recipe) -> Work:
    """Yield what every event has learned: everything counts that happens in between."""
    return (recipe.batch_size if isinstance(event, StepDone) else 0 for event in events)


def _data() -> Dataset:
    """Return MNIST with few images to test with: judging is no part of the loop."""
    data = setting.dataset()
    return replace(data, test=Split(data.test.images[:100], data.test.labels[:100]))


def _resident() -> int:
    """Return how many bytes of memory this process holds now (Linux)."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * 4096
