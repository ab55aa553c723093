"""Training as a plain generator of events: read it from top to bottom. No hooks, no Qt."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cnnviz.control import Control
from cnnviz.data import Dataset, Split, hold_out, one_fold
from cnnviz.engine import checkpoint, distributed, faults
from cnnviz.engine.census import CensusTaker, samples_for
from cnnviz.engine.devices import device as find_device
from cnnviz.engine.evaluate import evaluate
from cnnviz.engine.feed import Batch
from cnnviz.engine.keeping import Keeping, Standing
from cnnviz.engine.learner import Learner
from cnnviz.engine.memento import descend, identity
from cnnviz.engine.patience import Patience
from cnnviz.engine.precision import remark
from cnnviz.engine.requirements import require_usable
from cnnviz.engine.watch import Watch
from cnnviz.engine.weights import Weights, apply, weights_of
from cnnviz.errors import TrainError
from cnnviz.events import Evaluated, Event, Finished, Notice, Snapshot, Started, StateChanged, StepDone
from cnnviz.model.graph import Graph
from cnnviz.model.recipe import DataChoice, Recipe
from cnnviz.model.schedule import share

Array = NDArray[Any]
QUICK_IMAGES, QUICK_STEPS = 500, 200
"""While one watches, so many validation images are judged every so many steps of the first epoch: the curve lives,
and a small network (T1) loses 2 % of its speed to it."""
MILESTONES = frozenset(digit * 10**power for power in range(1, 9) for digit in (1, 2, 5))
"""Steps after which the weights are shown, beside those at the ends of epochs: most is learned at the beginning."""
LIVE_SECONDS = 0.09
"""A little more often than the 10 times a second that a window shows, since a look has to wait for a step to end."""


def train(  # noqa: PLR0913 (all but four are options of a call)
    graph: Graph,
    dataset: Dataset,
    recipe: Recipe,
    choice: DataChoice,
    *,
    control: Control | None = None,
    weights: Weights | None = None,
    pinned: Array | None = None,
    live: float = LIVE_SECONDS,
    checkpoints: Path | None = None,
    resume: Path | None = None,
    fork: Path | None = None,
) -> Iterator[Event]:
    """Train a graph on a data set and yield what happens; the last event is `Finished`.

    The same seed gives the same numbers, paused or not, watched or not (on CPU). `control` may pause, step and cancel,
    and change `learning_rate` and `pinned` while it runs; it is read once per batch. `pinned` is a float32 sample
    (C, H, W) whose maps are reported every `live` seconds, with the size of the gradients; `live` 0 reports neither,
    and judges at the ends of epochs only. `weights` None starts from the recipe's initialiser.
    The training is kept in `checkpoints`, a file or an existing folder, every epoch and every minute. `resume` names
    such a place: the training goes on from there, and ends as if it had never been interrupted (on CPU, bit for bit).
    `fork` names one, too: a new training begins with the weights and the state of the optimiser there.
    Under torchrun every process calls it alike and gets the same events, but only the first one judges and keeps.
    Raises TrainError, GraphError, DataError or WeightsError before the first step if the parts don't fit, and
    TrainError if the loss is no number any more, after a `Snapshot` of the last good weights.
    """
    training = _Training(graph, dataset, recipe, choice, control or Control(), weights, pinned, live)
    if fork is not None:
        training.descend(fork)
    if checkpoints is not None or resume is not None:
        training.keep(checkpoints, resume, identity(graph, dataset, recipe, choice))
    return training.events()


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
        places, self._validation = _held_out(len(dataset.train), choice)
        self._team = distributed.join(recipe.batch_size)
        self._learner = Learner(graph, dataset, places, recipe, weights, self._team)
        require_usable(recipe, choice, self._learner.module)
        self._dataset, self._recipe, self._control = dataset, recipe, control
        self._at = Standing(recipe.learning_rate, Patience(recipe))
        self._per_epoch = self._learner.steps_per_epoch
        self._steps = recipe.steps or recipe.epochs * self._per_epoch
        self._watch = Watch(self._learner.module, pinned, live, self._census_taker())
        self._quick_steps = QUICK_STEPS if live else 0
        self._keeping: Keeping | None = None
        self._inherited = ""
        self._images = len(places)
        self._good: Snapshot | None = None

    def _census_taker(self) -> CensusTaker | None:
        """Return what tells how values are spread, at the ends of epochs and at milestones, on held-out samples."""
        places = self._validation if len(self._validation) else np.arange(len(self._dataset.train))
        samples = samples_for(self._learner.module, self._dataset.train, places)
        if samples is None or self._team.rank:
            return None

        def wanted(step: int) -> bool:
            return step == 1 or step in MILESTONES or step % self._per_epoch == 0 or step == self._steps

        return CensusTaker(self._learner.module, samples, wanted, self._steps)

    def keep(self, checkpoints: Path | None, resume: Path | None, same: dict[str, Any]) -> None:
        """Go on where a training was kept, if there is one, and keep this one; `same` must be as it was then."""
        path = checkpoints if self._team.rank == 0 else None
        self._keeping = Keeping(self._learner, self._at, same, path)
        if resume is not None:
            self._keeping.go_on(resume)

    def descend(self, fork: Path) -> None:
        """Begin with the weights and the optimiser of a checkpoint, the optimiser only where it is of the same kind."""
        kept = checkpoint.load(fork)
        why = descend(self._learner, kept, self._recipe)
        step = int(kept.values["step"])
        goes_on = f"The optimiser goes on from its state at step {step:,}."
        self._inherited = f"The optimiser starts anew: {why}" if why else goes_on

    def events(self) -> Iterator[Event]:
        """Learn until the end, or until it is cancelled."""
        yield self._opening()
        yield self._snapshot()
        yield from self._watch.look(self._at.step)
        self._at.pace.resume()
        if not self._at.patience.over:
            with contextlib.closing(self._learner.batches()) as batches:
                yield from self._learn(islice(batches, max(self._steps - self._at.step, 0)))
        self._go_back_to_the_best()
        if not self._control.cancelled:
            yield from self._judge("test", self._dataset.test)
        yield Snapshot(self._at.step, weights_of(self._learner.module))
        distributed.leave()
        yield Finished(self._summary(), self._control.cancelled)

    def _learn(self, batches: Iterator[Batch]) -> Iterator[Event]:
        """Learn one batch after the other, and say so; between two of them the user's wishes are heard."""
        for batch in batches:
            yield from self._obey()
            if self._cancelled():
                yield from self._keep(at_once=True)
                break
            rate = self._at.rate * self._at.patience.share * share(self._recipe, self._at.step, self._steps)
            self._watch.before(self._at.step + 1)
            try:
                loss, accuracy = self._learner.learn(batch, rate)
            except TrainError as error:
                yield from self._last_good()
                raise TrainError(error.what, where=f"step {self._at.step + 1:,}", hint=error.hint) from error
            self._at.step += 1
            self._at.pace.count(len(batch) * self._team.size)
            yield self._step_done(loss, accuracy, rate)
            yield from self._watch.look(self._at.step, self._epoch)
            yield from self._now_and_then()
            yield from self._keep()
            self._control.spend("batch")
            if self._at.patience.over:
                break

    def _cancelled(self) -> bool:
        """Say whether to end; in a team, all processes end at the same step."""
        wanted = self._control.cancelled
        if self._team.size > 1 and self._team.total(float(wanted))[0]:
            self._control.cancel()
            return True
        return wanted

    def _last_good(self) -> Iterator[Snapshot]:
        """Offer the weights of now, or the latest ones that were numbers."""
        if faults.sound(self._learner.module):
            yield Snapshot(self._at.step, weights_of(self._learner.module))
        elif self._good is not None:
            yield self._good

    def _snapshot(self) -> Snapshot:
        """Return the weights of now, and remember them as good if they are."""
        found = Snapshot(self._at.step, weights_of(self._learner.module))
        if faults.sound(self._learner.module):
            self._good = found
        return found

    @property
    def _epoch(self) -> float:
        return self._at.step / self._per_epoch

    def _obey(self) -> Iterator[Event]:
        """Take the user's changes; while paused, say so once, show the weights, and wait."""
        yield from self._take_changes()
        if self._control.permit != "pause" or self._control.cancelled:
            return
        yield StateChanged("paused")
        yield self._snapshot()
        while self._control.permit == "pause" and not self._control.cancelled:
            self._control.wait(0.2)
            yield from self._take_changes()
        yield from self._take_changes()  # what came together with the permit holds for its first batch
        if not self._control.cancelled:
            yield StateChanged("running")
        self._at.pace.resume()

    def _take_changes(self) -> Iterator[Event]:
        changes = self._control.take_changes()
        self._at.rate = float(changes.get("learning_rate", self._at.rate))
        self._watch.looked_at = changes.get("looked_at", self._watch.looked_at)
        if "pinned" in changes:
            self._watch.pinned = changes["pinned"]
            yield from self._watch.look(self._at.step, at_once=True)

    def _step_done(self, loss: float, accuracy: float | None, rate: float) -> StepDone:
        speed = self._at.pace.recent
        left = (self._steps - self._at.step) * self._recipe.batch_size / speed
        return StepDone(self._at.step, self._epoch, loss, accuracy, rate, speed, left)

    def _now_and_then(self) -> Iterator[Event]:
        """At the end of an epoch judge and show the weights; now and then within the first, judge quickly."""
        validation = self._validation
        if self._at.step % self._per_epoch == 0 or self._at.step == self._steps:
            yield from self._judge("validation", self._dataset.train, validation)
            self._decide()
            if self._at.step != self._steps:
                yield self._snapshot()
            self._control.spend("epoch")
            self._at.pace.resume()
        elif self._quick_steps and self._at.step < self._per_epoch and self._at.step % self._quick_steps == 0:
            yield from self._judge("validation", self._dataset.train, validation[:QUICK_IMAGES])
            self._at.pace.resume()
        if self._at.step in MILESTONES and self._at.step % self._per_epoch and self._at.step != self._steps:
            yield Snapshot(self._at.step, weights_of(self._learner.module))

    def _judge(self, which: str, split: Split, places: Array | None = None) -> Iterator[Event]:
        if (places is not None and not len(places)) or self._team.rank:
            return
        whole = places is None or len(places) == len(self._validation)
        found = evaluate(
            self._learner.module, split, places, which=which, step=self._at.step, epoch=self._epoch, whole=whole,
            cancelled=lambda: self._control.cancelled,
        )  # fmt: skip
        for event in found:
            if isinstance(event, Evaluated) and whole:
                self._at.judged[which] = {"accuracy": event.accuracy, "loss": event.loss}
            yield event
        self._at.undecided = whole and self._control.cancelled

    def _decide(self) -> None:
        """Let the validation loss of an epoch decide what it decides; in a team, that of the first process."""
        judged = self._at.judged.get("validation")
        if not len(self._validation) or self._control.cancelled or (judged is None and not self._team.rank):
            return
        loss = self._team.told(float((judged or {}).get("loss") or 0.0))
        if self._at.patience.judge(loss, self._at.step) and self._at.patience.keeps_best:
            self._at.patience.best_weights = weights_of(self._learner.module)

    def _go_back_to_the_best(self) -> None:
        if self._at.patience.best_weights is not None and not self._control.cancelled:
            apply(self._learner.module, self._at.patience.best_weights)

    def _keep(self, *, at_once: bool = False) -> Iterator[Notice]:
        if self._keeping is not None:
            ended = self._learner.learned == self._per_epoch
            notice = self._keeping.keep(epoch_ended=ended, at_once=at_once)
            yield from [Notice(notice)] if notice else []

    # -- words --------------------------------------------------------------------------------------------------

    def _opening(self) -> Started:
        remarks = [
            self._inherited,
            remark(self._recipe.precision, find_device(self._recipe.device)),
            self._team.remark(self._learner.module),
        ]
        return Started(
            self._steps,
            self._per_epoch,
            self._images,
            len(self._validation),
            self._recipe.device,
            remarks=tuple(filter(None, remarks)),
            first_step=self._at.step,
        )

    def _summary(self) -> dict[str, Any]:
        report = self._learner.module.report
        found: dict[str, Any] = {
            "steps": self._at.step,
            "epochs": round(self._epoch, 4),
            "seed": self._recipe.seed,
            "device": self._recipe.device,
            "data": self._dataset.name,
            "trainable": report.trainable,
            "params": report.trainable + report.non_trainable,
            "seconds": round(self._at.pace.seconds, 3),
            "samples_per_s": round(self._at.pace.mean, 1),
        }
        for which, judged in self._at.judged.items():
            if judged["accuracy"] is not None:
                found[f"{which}_accuracy"] = judged["accuracy"]
            found[f"{which}_loss"] = judged["loss"]
        if self._at.patience.keeps_best and self._at.patience.best_step:
            found["best_step"] = self._at.patience.best_step
            found["stopped_early"] = self._at.step < self._steps and not self._control.cancelled
        return found


def _held_out(count: int, choice: DataChoice) -> tuple[Array, Array]:
    """Return the places to learn from and those to judge by."""
    if choice.folds:
        return one_fold(count, choice.folds, choice.fold, choice.seed)
    return hold_out(count, choice.validation, choice.seed)
