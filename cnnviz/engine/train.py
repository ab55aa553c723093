"""Training as a plain generator of events: read it from top to bottom. No hooks, no Qt."""

from __future__ import annotations

import math
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch.nn import functional as F

from cnnviz.control import Control
from cnnviz.data import Dataset, hold_out
from cnnviz.engine.build import GraphModule, build
from cnnviz.engine.devices import device as find_device
from cnnviz.engine.evaluate import judge
from cnnviz.engine.memory import keep_freed_memory
from cnnviz.engine.optimiser import make_optimiser, scheduled, set_rate
from cnnviz.engine.trace import evaluated
from cnnviz.engine.weights import Weights, apply, weights_of
from cnnviz.errors import TrainError
from cnnviz.events import (
    Evaluated,
    Event,
    Finished,
    Gradients,
    Progress,
    Snapshot,
    Started,
    StateChanged,
    StepDone,
    Watched,
)
from cnnviz.layers import times
from cnnviz.model.graph import Graph
from cnnviz.model.names import attribute
from cnnviz.model.recipe import DataChoice, Recipe

Array = NDArray[Any]
QUICK_IMAGES, QUICK_STEPS = 1000, 200
"""Within an epoch, a fixed subset of the validation images is judged this often, so that the curve lives."""
LIVE_SECONDS = 0.1


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
    (C, H, W) whose maps are reported at most every `live` seconds; `live` 0 reports none, nor gradients.
    Raises TrainError, GraphError or WeightsError before the first step if the parts don't fit, and TrainError if the loss
    is no number any more.
    """
    run = _prepare(graph, dataset, recipe, choice, weights, control or Control(), pinned, live)
    yield Started(run.steps, run.per_epoch, len(run.train_indices), len(run.validation), recipe.device)
    yield from _look(run)
    yield StateChanged("running")
    run.watch.begin()
    while run.step < run.steps and not run.control.cancelled:
        yield from _wait_while_paused(run)
        if run.control.cancelled:
            break
        yield _learn(run, _next_batch(run))
        yield from _after_step(run)
    yield Snapshot(run.step, weights_of(run.module))
    yield from _finish(run)


@dataclass
class _Stopwatch:
    """Counts the seconds spent learning: neither pauses nor judging."""

    samples: int = 0
    seconds: float = 0.0
    recent: float = 0.0
    started: float = 0.0

    def begin(self) -> None:
        self.started = time.perf_counter()

    def lap(self, samples: int) -> None:
        """Add a batch; `recent` is the smoothed speed in samples per second."""
        now = time.perf_counter()
        took, self.started = max(now - self.started, 1e-9), now
        self.samples += samples
        self.seconds += took
        speed = samples / took
        share = 0.05 if self.recent else 1.0
        self.recent += share * (speed - self.recent)


@dataclass
class _Run:
    """Everything that one training holds."""

    module: GraphModule
    optimiser: torch.optim.Optimizer
    recipe: Recipe
    dataset: Dataset
    control: Control
    device: torch.device
    images: torch.Tensor
    labels: torch.Tensor
    train_indices: Array
    validation: Array
    steps: int
    per_epoch: int
    rate: float
    pinned: Array | None
    live: float
    shuffler: torch.Generator
    order: torch.Tensor = field(default_factory=lambda: torch.zeros(0, dtype=torch.int64))
    step: int = 0
    looked: float = 0.0
    watch: _Stopwatch = field(default_factory=_Stopwatch)
    last: dict[str, Evaluated] = field(default_factory=dict)

    @property
    def epoch(self) -> float:
        """Return how many epochs are done, as a fraction."""
        return self.step / self.per_epoch


def _prepare(
    graph: Graph,
    dataset: Dataset,
    recipe: Recipe,
    choice: DataChoice,
    weights: Weights | None,
    control: Control,
    pinned: Array | None,
    live: float,
) -> _Run:
    device = find_device(recipe.device)
    keep_freed_memory()
    module = build(graph, fast=True, seed=recipe.seed, initialiser=recipe.initialiser)
    _check_fit(module, dataset)
    if weights is not None:
        apply(module, weights)
    torch.manual_seed(recipe.seed)  # dropout draws from the global generator; nothing else here does
    module.to(device=device, memory_format=torch.channels_last).train()
    train_indices, validation = hold_out(len(dataset.train), choice.validation, choice.seed)
    per_epoch = -(-len(train_indices) // recipe.batch_size)
    return _Run(
        module=module,
        optimiser=make_optimiser(module.parameters(), recipe),
        recipe=recipe,
        dataset=dataset,
        control=control,
        device=device,
        images=torch.from_numpy(dataset.train.images).to(device),
        labels=torch.from_numpy(dataset.train.labels).to(device),
        train_indices=train_indices,
        validation=validation,
        steps=recipe.steps or recipe.epochs * per_epoch,
        per_epoch=per_epoch,
        rate=recipe.learning_rate,
        pinned=pinned,
        live=live,
        shuffler=torch.Generator().manual_seed(recipe.seed),
    )


def _check_fit(module: GraphModule, dataset: Dataset) -> None:
    """Raise TrainError where images or classes don't fit the network, before anything is computed."""
    wanted = module.report.row(module.report.input).shape or ()
    given = tuple(dataset.train.images.shape[1:])
    if wanted != given:
        hint = f"Give the Input the shape {times(given)}, or choose other data."
        raise TrainError(
            f"the network takes {times(wanted)}, but {dataset.title} has {times(given)}.", hint=hint
        )
    scores = module.report.row(module.scores_node).shape or ()
    classes = len(dataset.classes)
    if len(scores) != 1 or scores[0] < classes:
        hint = f"End with a Dense layer of {classes} units."
        raise TrainError(
            f"the output is {times(scores)}, but {dataset.title} has {classes} classes.", hint=hint
        )
    if not any(parameter.requires_grad for parameter in module.parameters()):
        raise TrainError("the network has nothing that learns.", hint="Add a convolution or a Dense layer.")


def _next_batch(run: _Run) -> torch.Tensor:
    """Return the indices of the next batch; each epoch is a new shuffle of all training images."""
    place = run.step % run.per_epoch
    if place == 0 or not len(run.order):
        shuffled = torch.randperm(len(run.train_indices), generator=run.shuffler)
        run.order = torch.from_numpy(run.train_indices)[shuffled]
    size = run.recipe.batch_size
    return run.order[place * size : (place + 1) * size].to(run.device)


def _learn(run: _Run, batch: torch.Tensor) -> StepDone:
    """Do one step: forward, loss, backward, update."""
    images = run.images[batch].float().mul_(1 / 255)
    labels = run.labels[batch]
    rate = scheduled(run.recipe, run.rate, run.step, run.steps)
    set_rate(run.optimiser, rate)
    try:
        logits = run.module.logits(images.contiguous(memory_format=_layout(images)))
        loss = F.cross_entropy(logits, labels)
        run.optimiser.zero_grad(set_to_none=True)
        loss.backward()
        run.optimiser.step()
    except (MemoryError, torch.OutOfMemoryError, RuntimeError) as error:
        raise _out_of_memory(run, error) from error
    run.step += 1
    value = float(loss.detach())
    if not math.isfinite(value):
        hint = "Lower the learning rate, or change the initial weights."
        raise TrainError(
            f"the loss is no number any more at step {run.step:,} (learning rate {rate:g}).", hint=hint
        )
    correct = float((logits.detach().argmax(1) == labels).float().mean())
    run.watch.lap(len(batch))
    left = (run.steps - run.step) * run.recipe.batch_size / max(run.watch.recent, 1e-9)
    return StepDone(run.step, run.epoch, value, correct, rate, run.watch.recent, left)


def _after_step(run: _Run) -> Iterator[Event]:
    """Look at the pinned image, judge at the end of an epoch and now and then within, use up permits."""
    if run.live and time.perf_counter() - run.looked >= run.live:
        yield from _look(run)
        yield _gradients(run)
    at_end = run.step % run.per_epoch == 0 or run.step == run.steps
    if len(run.validation) and (at_end or run.step % QUICK_STEPS == 0):
        yield _judge(run, whole=at_end)
        run.watch.begin()
    if at_end:
        yield Snapshot(run.step, weights_of(run.module))
        run.control.spend("epoch")
    run.control.spend("batch")


def _wait_while_paused(run: _Run) -> Iterator[Event]:
    """Take the user's changes; while paused, say so once, leave the weights, and wait."""
    yield from _take_changes(run)
    if run.control.permit != "pause":
        return
    yield StateChanged("paused")
    yield Snapshot(run.step, weights_of(run.module))
    while run.control.permit == "pause" and not run.control.cancelled:
        run.control.wait(0.2)
        yield from _take_changes(run)
    if not run.control.cancelled:
        yield StateChanged("running")
    run.watch.begin()


def _take_changes(run: _Run) -> Iterator[Event]:
    for name, value in run.control.take_changes().items():
        if name == "learning_rate":
            run.rate = float(value)
        elif name == "pinned":
            run.pinned = value
            yield from _look(run)


def _look(run: _Run) -> Iterator[Event]:
    """Report the pinned image's maps and class probabilities as the network sees it now."""
    run.looked = time.perf_counter()
    wanted = run.module.report.row(run.module.report.input).shape
    if not run.live or run.pinned is None or run.pinned.shape != wanted:
        return
    batch = torch.from_numpy(np.ascontiguousarray(run.pinned, dtype=np.float32))[None].to(run.device)
    values = evaluated(run.module, lambda: run.module.activations(batch))
    maps = {name: value[0].cpu().numpy() for name, value in values.items()}
    probabilities = values[run.module.scores_node][0].float().softmax(dim=0).cpu().numpy()
    yield Watched(run.step, run.pinned, maps, probabilities)


def _gradients(run: _Run) -> Gradients:
    """Return ‖g‖ / ‖w‖ of the last step, per node that learns."""
    ratios = {}
    for row in run.module.report.rows:
        own = getattr(run.module, attribute(row.name)) if row.parameters else None
        weight = getattr(own, "weight", None)
        if weight is not None and weight.grad is not None:
            size = float(weight.detach().norm())
            ratios[row.name] = float(weight.grad.norm()) / max(size, 1e-12)
    return Gradients(run.step, ratios)


def _judge(run: _Run, *, whole: bool) -> Evaluated:
    indices = run.validation if whole else run.validation[:QUICK_IMAGES]
    whole = len(indices) == len(run.validation)
    found = judge(
        run.module, run.dataset.train, indices, which="validation", step=run.step, epoch=run.epoch, whole=whole,
        classes=len(run.dataset.classes),
    )  # fmt: skip
    run.last["validation"] = found
    return found


def _finish(run: _Run) -> Iterator[Event]:
    """Judge on the test images, unless the run was given up, and sum up."""
    cancelled = run.control.cancelled
    if not cancelled:
        yield Progress("Judging on the test images", 0, len(run.dataset.test))
        indices = np.arange(len(run.dataset.test))
        found = judge(
            run.module, run.dataset.test, indices, which="test", step=run.step, epoch=run.epoch,
            classes=len(run.dataset.classes),
        )  # fmt: skip
        run.last["test"] = found
        yield found
    yield Finished(_summary(run), cancelled)


def _summary(run: _Run) -> dict[str, Any]:
    recipe, watch = run.recipe, run.watch
    found: dict[str, Any] = {
        "steps": run.step,
        "epochs": round(run.epoch, 4),
        "seed": recipe.seed,
        "device": recipe.device,
        "data": run.dataset.name,
        "trainable": run.module.report.trainable,
        "seconds": round(watch.seconds, 3),
        "samples_per_s": round(watch.samples / watch.seconds, 1) if watch.seconds else 0.0,
    }
    for which, event in run.last.items():
        found[f"{which}_accuracy"] = event.accuracy
        found[f"{which}_loss"] = event.loss
    return found


def _out_of_memory(run: _Run, error: Exception) -> Exception:
    """Return what to tell about an error of the engine: a smaller batch where memory ran out, else the error itself."""
    short = isinstance(error, (MemoryError, torch.OutOfMemoryError)) or "allocate" in str(error)
    if not short:
        return error
    smaller = max(run.recipe.batch_size // 2, 1)
    return TrainError(
        f"there is not enough memory for batches of {run.recipe.batch_size}.",
        hint=f"Try a batch size of {smaller}.",
    )


def _layout(images: torch.Tensor) -> torch.memory_format:
    """Return channels-last for pictures, where convolutions are faster with it, and torch's default otherwise."""
    return torch.channels_last if images.ndim == 4 else torch.contiguous_format
