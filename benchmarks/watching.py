"""What looking at a training costs it: the same training three times, a few steps in turn."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from benchmarks import setting
from benchmarks.claim import Claim, at_most
from benchmarks.rounds import Ratio, Work, speed
from cnnviz.control import Control
from cnnviz.engine import cores
from cnnviz.engine.train import train
from cnnviz.engine.watch import CENSUS, PICTURES
from cnnviz.events import Census, Gradients, StepDone, Watched
from cnnviz.model.recipe import DataChoice
from cnnviz.templates import template

NETWORKS = ("t1", "t2")
TURN_SECONDS = 2.0
ENDLESS = 100_000_000
ALL, UNSEEN = 5.0, 2.0
"""Percent of the time that all looking may take, and what is left of it while nobody looks."""


def measure(rounds: int) -> list[Claim]:
    """Return what the pinned image, gradients and the census together cost both networks."""
    cores.use_all_cores()
    return [claim for name in NETWORKS for claim in _measure(name, rounds)]


def _measure(name: str, rounds: int) -> Iterator[Claim]:
    blind = _work(name, (), live=0.0)
    sides = {"all looking": _work(name, (PICTURES, CENSUS)), "looking while nobody looks": _work(name, ())}
    speeds: dict[str, list[float]] = {side: [] for side in sides}
    bare: list[float] = []
    for _ in range(rounds):
        for side, work in sides.items():
            speeds[side].append(speed(work, TURN_SECONDS))
        bare.append(speed(blind, TURN_SECONDS))
    for side, limit in zip(sides, (ALL, UNSEEN), strict=True):
        ratio = Ratio(tuple(speeds[side]), tuple(bare))
        yield at_most(
            f"{name.upper()}: {side}", 100 * (1 - ratio.median), limit, "% of the speed", ratio.told()
        )


def _work(name: str, looked_at: tuple[str, ...], **live: float) -> Work:
    """Train without end, with an image pinned, while somebody looks at this; judgements are in nobody's time."""
    data, recipe, control = setting.dataset(), replace(setting.recipe(name), steps=ENDLESS), Control()
    control.change("looked_at", looked_at)
    graph, pinned = template(name).graph, data.test.sample(0)
    for event in train(
        graph, data, recipe, DataChoice(validation=500), control=control, pinned=pinned, **live
    ):
        if isinstance(event, StepDone):
            yield recipe.batch_size
        else:
            yield 0 if isinstance(event, (Watched, Gradients, Census)) else None
