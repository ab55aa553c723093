"""Training as a plain generator of events: read it from top to bottom. No hooks, no Qt."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any

from numpy.typing import NDArray

from cnnviz.control import Control
from cnnviz.data import Dataset, Split, hold_out, one_fold
from cnnviz.engine import checkpoint, distributed, faults
from cnnviz.engine.checkpoint import Checkpoint, Keeper
from cnnviz.engine.devices import device as find_device
from cnnviz.engine.evaluate import evaluate
from cnnviz.engine.feed import Batch
from cnnviz.engine.learner import Learner
from cnnviz.engine.memento import identity, recall, remember, require_same
from cnnviz.engine.pace import Pace
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
) -> Iterator[Event]:
    """Train a graph on a data set and yield what happens; the last event is `Finished`.

    The same seed gives the same numbers, paused or not, watched or not (on CPU). `control` may pause, step and cancel,
    and change `learning_rate` and `pinned` while it runs; it is read once per batch. `pinned` is a float32 sample
    (C, H, W) whose maps are reported every `live` seconds, with the size of the gradients; `live` 0 reports neither,
    and judges at the ends of epochs only. `weights` None starts from the recipe's initialiser.
    The training is kept in `checkpoints`, a file or an existing folder, every epoch and every minute. `resume` names
    such a place: the training goes on from there, and ends as if it had never been interrupted (on CPU, bit for bit).
    Under torchrun every process calls it alike and gets the same events, but only the first one judges and keeps.
    Raises TrainError, GraphError, DataError or WeightsError before the first step if the parts don't fit, and
    TrainError if the loss is no number any more, after a `Snapshot` of the last good weights.
    """
    training = _Training(graph, dataset, recipe, choice, control or Control(), weights, pinned, live)
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
        self._rate = recipe.learning_rate
        self._per_epoch = self._learner.steps_per_epoch
        self._steps = recipe.steps or recipe.epochs * self._per_epoch
        self._step = 0
        self._watch = Watch(self._learner.module, pinned, live)
        self._quick_steps = QUICK_STEPS if live else 0
        self._pace, self._patience = Pace(), Patience(recipe)
        self._keeper: Keeper | None = None
        self._identity: dict[str, Any] = {}
        self._judged: dict[str, dict[str, float | None]] = {}
        self._images = len(places)
        self._good: Snapshot | None = None

    def keep(self, checkpoints: Path | None, resume: Path | None, same: dict[str, Any]) -> None:
        """Go on where a training was kept, if there is one, and keep this one; `same` must be as it was then."""
        self._identity = same
        if resume is not None:
            kept = checkpoint.load(resume)
            require_same(kept.values.get("identity", {}), same)
            self._recall(kept)
        if checkpoints is not None and self._team.rank == 0:
            self._keeper = Keeper(checkpoints)

    def events(self) -> Iterator[Event]:
        """Learn until the end, or until it is cancelled."""
        yield self._opening()
        yield self._snapshot()
        yield from self._watch.look(self._step)
        self._pace.resume()
        if not self._patience.over:
            with contextlib.closing(self._learner.batches()) as batches:
                yield from self._learn(islice(batches, max(self._steps - self._step, 0)))
        self._go_back_to_the_best()
        if not self._control.cancelled:
            yield from self._judge("test", self._dataset.test)
        yield Snapshot(self._step, weights_of(self._learner.module))
        distributed.leave()
        yield Finished(self._summary(), self._control.cancelled)

    def _learn(self, batches: Iterator[Batch]) -> Iterator[Event]:
        """Learn one batch after the other, and say so; between two of them the user's wishes are heard."""
        for batch in batches:
            yield from self._obey()
            if self._cancelled():
                break
            rate = self._rate * self._patience.share * share(self._recipe, self._step, self._steps)
            try:
                loss, accuracy = self._learner.learn(batch, rate)
            except TrainError as error:
                yield from self._last_good()
                raise TrainError(error.what, where=f"step {self._step + 1:,}", hint=error.hint) from error
            self._step += 1
            self._pace.count(len(batch) * self._team.size)
            yield self._step_done(loss, accuracy, rate)
            yield from self._watch.look(self._step)
            yield from self._now_and_then()
            yield from self._keep_now_and_then()
            self._control.spend("batch")
            if self._patience.over:
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
            yield Snapshot(self._step, weights_of(self._learner.module))
        elif self._good is not None:
            yield self._good

    def _snapshot(self) -> Snapshot:
        """Return the weights of now, and remember them as good if they are."""
        found = Snapshot(self._step, weights_of(self._learner.module))
        if faults.sound(self._learner.module):
            self._good = found
        return found

    @property
    def _epoch(self) -> float:
        return self._step / self._per_epoch

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
            self._decide()
            if self._step != self._steps:
                yield self._snapshot()
            self._control.spend("epoch")
            self._pace.resume()
        elif self._quick_steps and self._step < self._per_epoch and self._step % self._quick_steps == 0:
            yield from self._judge("validation", self._dataset.train, validation[:QUICK_IMAGES])
            self._pace.resume()
        if self._step in MILESTONES and self._step % self._per_epoch and self._step != self._steps:
            yield Snapshot(self._step, weights_of(self._learner.module))

    def _judge(self, which: str, split: Split, places: Array | None = None) -> Iterator[Event]:
        if (places is not None and not len(places)) or self._team.rank:
            return
        whole = places is None or len(places) == len(self._validation)
        found = evaluate(
            self._learner.module, split, places, which=which, step=self._step, epoch=self._epoch, whole=whole,
            cancelled=lambda: self._control.cancelled,
        )  # fmt: skip
        for event in found:
            if isinstance(event, Evaluated) and whole:
                self._judged[which] = {"accuracy": event.accuracy, "loss": event.loss}
            yield event

    def _decide(self) -> None:
        """Let the validation loss of an epoch decide what it decides; in a team, that of the first process."""
        judged = self._judged.get("validation")
        if not len(self._validation) or self._control.cancelled or (judged is None and not self._team.rank):
            return
        loss = self._team.told(float((judged or {}).get("loss") or 0.0))
        if self._patience.judge(loss, self._step) and self._patience.keeps_best:
            self._patience.best_weights = weights_of(self._learner.module)

    def _go_back_to_the_best(self) -> None:
        if self._patience.best_weights is not None and not self._control.cancelled:
            apply(self._learner.module, self._patience.best_weights)

    # -- keeping ------------------------------------------------------------------------------------------------

    def _keep_now_and_then(self) -> Iterator[Notice]:
        if self._keeper is None or not self._keeper.due(self._learner.learned == self._per_epoch):
            return
        notice = self._keeper.keep(self._remember)
        if notice:
            yield Notice(notice)
        self._pace.resume()

    def _remember(self) -> Checkpoint:
        kept = remember(self._learner)
        best = self._patience.best_weights or {}
        arrays = {**kept.arrays, **{f"best/{name}": value for name, value in best.items()}}
        values = {
            **kept.values,
            "identity": self._identity,
            "step": self._step,
            "rate": self._rate,
            "patience": self._patience.state(),
            "judged": self._judged,
            "samples": self._pace.samples,
            "seconds": self._pace.seconds,
        }
        return Checkpoint(arrays, values)

    def _recall(self, kept: Checkpoint) -> None:
        recall(self._learner, kept)
        values = kept.values
        self._step, self._rate = int(values["step"]), float(values["rate"])
        self._patience.recall(values["patience"])
        self._patience.best_weights = kept.part("best") or None
        self._judged = dict(values["judged"])
        self._pace.samples, self._pace.seconds = int(values["samples"]), float(values["seconds"])

    # -- words --------------------------------------------------------------------------------------------------

    def _opening(self) -> Started:
        remarks = [
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
            first_step=self._step,
        )

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
        for which, judged in self._judged.items():
            if judged["accuracy"] is not None:
                found[f"{which}_accuracy"] = judged["accuracy"]
            found[f"{which}_loss"] = judged["loss"]
        if self._patience.keeps_best and self._patience.best_step:
            found["best_step"] = self._patience.best_step
            found["stopped_early"] = self._step < self._steps and not self._control.cancelled
        return found


def _held_out(count: int, choice: DataChoice) -> tuple[Array, Array]:
    """Return the places to learn from and those to judge by."""
    if choice.folds:
        return one_fold(count, choice.folds, choice.fold, choice.seed)
    return hold_out(count, choice.validation, choice.seed)
