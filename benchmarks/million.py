"""A run of a million recorded steps: how soon it is open, and how long drawing it takes."""

from __future__ import annotations

import math
import os
import time
from collections.abc import Iterator
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

import numpy as np

from benchmarks import setting
from benchmarks.claim import Claim, at_most
from benchmarks.rounds import percentile
from cnnviz import app, wiring
from cnnviz.events import Evaluated, Event, Finished, Started, StepDone
from cnnviz.model.files import Project
from cnnviz.model.recipe import DataChoice
from cnnviz.runs import Recorder, open_run, recorded
from cnnviz.runs.about import about_now
from cnnviz.settings import Settings
from cnnviz.templates import template

STEPS, PER_EPOCH = 1_000_000, 1000
OPENS_WITHIN, DRAWS_WITHIN = 1.0, 30.0
WIDTH, HEIGHT = 1600, 1000
FRAMES = 20


def measure(rounds: int) -> list[Claim]:
    """Return how long a window takes from the click on the run to its curves, and for a frame afterwards."""
    with TemporaryDirectory() as home:
        os.environ["CNNVIZ_HOME"] = home
        folder = Path(home) / "runs" / "million"
        write_run(folder)
        return [_reading(folder, rounds), *_showing(folder, rounds)]


def write_run(folder: Path, steps: int = STEPS) -> None:
    """Write a run of so many steps, with a judgement after every thousand, as a training does."""
    project = Project(template("t1").graph, DataChoice(), setting.recipe("t1"))
    about = about_now(1, "t1", project.recipe, "")
    list(recorded(_events(steps), Recorder(folder, about, project, setting.dataset())))


def _events(steps: int) -> Iterator[Event]:
    dice = np.random.default_rng(setting.SEED)
    noise = dice.normal(0, 0.3, steps)
    yield Started(steps, PER_EPOCH, 55_000, 500, "cpu")
    for step in range(1, steps + 1):
        loss = float(2.3 * step**-0.2 * math.exp(noise[step - 1]))
        yield StepDone(step, step / PER_EPOCH, loss, math.exp(-loss), 1e-3, 5000.0, 0.0)
        if step % PER_EPOCH == 0:
            yield _judged(step, loss, dice)
    yield Finished({})


def _judged(step: int, loss: float, dice: np.random.Generator) -> Evaluated:
    labels, predicted = dice.integers(0, 10, 500), dice.integers(0, 10, 500)
    confusion = np.bincount(labels * 10 + predicted, minlength=100).reshape(10, 10)
    right, sure = float((labels == predicted).mean()), dice.random(500).astype(np.float32)
    return Evaluated(
        step, step / PER_EPOCH, "validation", loss, right, confusion, np.arange(500), labels, predicted, sure
    )


def _reading(folder: Path, rounds: int) -> Claim:
    from cnnviz.ui.state.reopening import read_record

    took = []
    for _ in range(rounds + 1):
        start = time.perf_counter()
        record = read_record(open_run(folder), None)
        took.append(time.perf_counter() - start)
        assert len(record.steps) == STEPS
    return at_most("1,000,000 steps read", median(took[1:]), OPENS_WITHIN, "s", f"median of {rounds}")


def _showing(folder: Path, rounds: int) -> list[Claim]:
    """Show the run in the window's own plots, from nothing; then move it on and measure each frame."""
    from cnnviz.ui.state import Session
    from cnnviz.ui.state.reopening import read_record
    from cnnviz.ui.train.plots import Plots

    application = app.make_application()
    session = Session(wiring.services(), Settings())
    opened, frames = [], []
    for _ in range(rounds):
        plots = Plots(session)
        plots.resize(WIDTH, HEIGHT)
        plots.show()
        application.processEvents()
        start = time.perf_counter()
        session.training.choose(read_record(open_run(folder), None))
        plots.refresh()
        plots.grab()
        opened.append(time.perf_counter() - start)
        for _ in range(FRAMES):
            start = time.perf_counter()
            plots.refresh()
            plots.grab()
            frames.append(1000 * (time.perf_counter() - start))
        plots.close()
        session.training.choose(None)
    session.training.shut_down()
    detail = f"median of {len(frames)}; 95 % within {percentile(frames, 0.95):.1f} ms"
    return [
        at_most("1,000,000 steps open and drawn", median(opened), OPENS_WITHIN, "s", f"median of {rounds}"),
        at_most("1,000,000 steps, a frame", median(frames), DRAWS_WITHIN, "ms", detail),
    ]
