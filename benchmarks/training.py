"""Training without a window, beside the bare tuned loop."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks import setting
from benchmarks.claim import Claim, at_least
from benchmarks.rival import Rivals
from benchmarks.rounds import Ratio, Work, speed
from cnnviz import library
from cnnviz.engine.train import train
from cnnviz.events import Event, Gradients, StepDone, Watched
from cnnviz.runs import Recorder, recorded
from cnnviz.runs.about import about_now

NETWORKS = ("t1", "t2")
TURN_SECONDS = 0.6
ENDLESS = 100_000_000


def measure(rounds: int) -> list[Claim]:
    """Return the claims of both networks; evaluation is in nobody's time."""
    return [claim for name in NETWORKS for claim in _measure(name, rounds)]


def _measure(name: str, rounds: int) -> Iterator[Claim]:
    bare: list[float] = []
    with TemporaryDirectory() as folder, Rivals(name) as rivals:
        sides = {"from the command line": _written(name, Path(folder)), "with live events": _watched(name)}
        speeds: dict[str, list[float]] = {side: [] for side in sides}
        for _ in range(rounds):
            for side, work in sides.items():
                speeds[side].append(speed(work, TURN_SECONDS))
            bare.append(rivals.turn("bare", TURN_SECONDS))
    for side, found in speeds.items():
        ratio = Ratio(tuple(found), tuple(bare))
        yield at_least(f"{name.upper()} {side}", ratio.median, 0.97, "× bare loop", ratio.told())


def _written(name: str, path: Path) -> Work:
    """Train as `cnnviz train` does: nobody watches, and every step is written down."""
    found, recipe = library.find(name), replace(setting.recipe(name), steps=ENDLESS)
    project, data = replace(found.project, recipe=recipe), setting.dataset()
    recorder = Recorder(path / "run", about_now(1, name, recipe), project, data)
    for event in recorded(train(project.graph, data, recipe, project.data, live=0.0), recorder):
        yield _samples(event, recipe.batch_size)


def _watched(name: str) -> Work:
    """Train with the events that a window gets: the maps of a pinned image and gradients ten times a second."""
    found, recipe = library.find(name), replace(setting.recipe(name), steps=ENDLESS)
    data = setting.dataset()
    events = train(found.project.graph, data, recipe, found.project.data, pinned=data.test.sample(0))
    for event in events:
        yield _samples(event, recipe.batch_size)


def _samples(event: Event, batch_size: int) -> int | None:
    """Return what a pull was for: learning, looking (which takes time from it), or something beside the loop."""
    if isinstance(event, StepDone):
        return batch_size
    return 0 if isinstance(event, (Watched, Gradients)) else None
