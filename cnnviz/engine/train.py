"""Training as a plain generator of events: read it from top to bottom. No hooks, no Qt."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from itertools import islice
from typing import Any

from numpy.typing import NDArray

from cnnviz.control import Control
from cnnviz.data import Dataset, Split, hold_out
from cnnviz.engine.evaluate import evaluate
from cnnviz.engine.feed import Batch
from cnnviz.engine.learner import Learner
from cnnviz.engine.optimiser import scheduled
from cnnviz.engine.pace import Pace
from cnnviz.engine.watch import Watch
from cnnviz.engine.weights import Weights, weights_of
from cnnviz.errors import TrainError
from cnnviz.events import Evaluated, Event, Finished, Snapshot, Started, StateChanged, StepDone
from cnnviz.model.graph import Graph
from cnnviz.model.recipe import DataChoice, Recipe

Array = NDArray[Any]
QUICK_IMAGES, QUICK_STEPS = 500, 200
"""While one watches, so many validation images are judged every so many steps of the first epoch: the curve lives,
and a small network (T1) loses 2 % of its speed to it."""
LIVE_SECONDS = 0.09
"""A little more often than the 10 times a second that a window shows, since a look has to wait for a step to end."""


def train(
    graph: Graph,
    dataset: Dataset,
    recipe: Recipe,
    choice: DataChoice,
    *,
    control: Control | None = None,
    weights: Weights | None = None,
    pinned: Array | None = None,
    live: float = LIVE_SECONDS,
) -> Iterator[Event]:
    """Train a graph on a data set and yield what happens; the last event is `Finished`.

    The same seed gives the same numbers, paused or not, watched or not (on CPU). `control` may pause, step and cancel,
    and change `learning_rate` and `pinned` while it runs; it is read once per batch. `pinned` is a float32 sample
    (C, H, W) whose maps are reported every `live` seconds, with the size of the gradients; `live` 0 reports neither,
    and judges at the ends of epochs only. `weights` None starts from the recipe's initialiser.
    Raises TrainError, GraphError, DataError or WeightsError before the first step if the parts don't fit, and
    TrainError if the loss is no number any more.
    """
    return _Training(graph, dataset, recipe, choice, control or Control(), weights, pinned, live).events()


class _Training:
    """What the loop and its parts share."""

    def __init__(
        self,
        graph: Graph,
        dataset: Dataset,
        recipe: Recipe,
        choice: DataChoice,
        control: Control,
        weights: Weights | None,
        pinned: Array | None,
        live: float,
    ) -> None:
        places, self._validation = hold_out(len(dataset.train), choice.validation, choice.seed)
        self._learner = Learner(graph, dataset, places, recipe, weights)
        self._dataset, self._recipe, self._control = dataset, recipe, control
        self._rate = recipe.learning_rate
        self._per_epoch = self._learner.steps_per_epoch
        self._steps = recipe.steps or recipe.epochs * self._per_epoch
        self._step = 0
        self._watch = Watch(self._learner.module, pinned, live)
        self._quick_steps = QUICK_STEPS if live else 0
        self._pace = Pace()
        self._judged: dict[str, Evaluated] = {}
        self._started = Started(
            self._steps, self._per_epoch, len(places), len(self._validation), recipe.device
        )

    def events(self) -> Iterator[Event]:
        """Learn until the end, or until it is cancelled."""
        yield self._started
        yield from self._watch.look(0)
        self._pace.resume()
        with contextlib.closing(self._learner.batches()) as batches:
            yield from self._learn(islice(batches, self._steps))
        if not self._control.cancelled:
            yield from self._judge("test", self._dataset.test)
        yield Snapshot(self._step, weights_of(self._learner.module))
        yield Finished(self._summary(), self._control.cancelled)

    def _learn(self, batches: Iterator[Batch]) -> Iterator[Event]:
        """Learn one batch after the other, and say so; between two of them the user's wishes are heard."""
        for batch in batches:
            yield from self._obey()
            if self._control.cancelled:
                break
            rate = scheduled(self._recipe.schedule, self._rate, self._step, self._steps)
            try:
                loss, accuracy = self._learner.learn(batch, rate)
            except TrainError as error:
                raise TrainError(error.what, where=f"step {self._step + 1:,}", hint=error.hint) from error
            self._step += 1
            self._pace.count(len(batch))
            yield self._step_done(loss, accuracy, rate)
            yield from self._watch.look(self._step)
            yield from self._now_and_then()
            self._control.spend("batch")

    @property
    def _epoch(self) -> float:
        return self._step / self._per_epoch

    def _obey(self) -> Iterator[Event]:
        """Take the user's changes; while paused, say so once, show the weights, and wait."""
        yield from self._take_changes()
        if self._control.permit != "pause" or self._control.cancelled:
            return
        yield StateChanged("paused")
        yield Snapshot(self._step, weights_of(self._learner.module))
        while self._control.permit == "pause" and not self._control.cancelled:
            self._control.wait(0.2)
            yield from self._take_changes()
        yield from self._take_changes()  # what came together with the permit holds for its first batch
        if not self._control.cancelled:
            yield StateChanged("running")
        self._pace.resume()

    def _take_changes(self) -> Iterator[Event]:
        changes = self._control.take_changes()
        self._rate = float(changes.get("learning_rate", self._rate))
        if "pinned" in changes:
            self._watch.pinned = changes["pinned"]
            yield from self._watch.look(self._step, at_once=True)

    def _step_done(self, loss: float, accuracy: float | None, rate: float) -> StepDone:
        speed = self._pace.recent
        left = (self._steps - self._step) * self._recipe.batch_size / speed
        return StepDone(self._step, self._epoch, loss, accuracy, rate, speed, left)

    def _now_and_then(self) -> Iterator[Event]:
        """At the end of an epoch judge and show the weights; now and then within the first, judge quickly."""
        validation = self._validation
        if self._step % self._per_epoch == 0 or self._step == self._steps:
            yield from self._judge("validation", self._dataset.train, validation)
            if self._step != self._steps:
                yield Snapshot(self._step, weights_of(self._learner.module))
            self._control.spend("epoch")
            self._pace.resume()
        elif self._quick_steps and self._step < self._per_epoch and self._step % self._quick_steps == 0:
            yield from self._judge("validation", self._dataset.train, validation[:QUICK_IMAGES])
            self._pace.resume()

    def _judge(self, which: str, split: Split, places: Array | None = None) -> Iterator[Event]:
        if places is not None and not len(places):
            return
        whole = places is None or len(places) == len(self._validation)
        found = evaluate(
            self._learner.module, split, places, which=which, step=self._step, epoch=self._epoch, whole=whole,
            cancelled=lambda: self._control.cancelled,
        )  # fmt: skip
        for event in found:
            if isinstance(event, Evaluated) and whole:
                self._judged[which] = event
            yield event

    def _summary(self) -> dict[str, Any]:
        report = self._learner.module.report
        found: dict[str, Any] = {
            "steps": self._step,
            "epochs": round(self._epoch, 4),
            "seed": self._recipe.seed,
            "device": self._recipe.device,
            "data": self._dataset.name,
            "trainable": report.trainable,
            "params": report.trainable + report.non_trainable,
            "seconds": round(self._pace.seconds, 3),
            "samples_per_s": round(self._pace.mean, 1),
        }
        for which, event in self._judged.items():
            if event.accuracy is not None:
                found[f"{which}_accuracy"] = event.accuracy
            found[f"{which}_loss"] = event.loss
        return found
