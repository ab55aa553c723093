"""A network that learns: its weights, its optimiser, and its data, batch after batch."""

from __future__ import annotations

import math
from collections.abc import Generator
from contextlib import AbstractContextManager, nullcontext
from typing import Any

import torch
from numpy.typing import NDArray

from cnnviz.data import Dataset
from cnnviz.engine.build import GraphModule, build
from cnnviz.engine.devices import device as find_device
from cnnviz.engine.feed import Batch, make_feed
from cnnviz.engine.losses import Head, Objective, hits
from cnnviz.engine.memory import keep_freed_memory
from cnnviz.engine.optimiser import make_optimiser, set_rate
from cnnviz.engine.randomness import Randomness
from cnnviz.engine.weights import Weights, apply
from cnnviz.errors import TrainError
from cnnviz.layers import size, times
from cnnviz.model.check import check
from cnnviz.model.checking.answers import PER_CELL
from cnnviz.model.checking.freesize import admits, resized
from cnnviz.model.graph import Graph
from cnnviz.model.recipe import Recipe


class Learner:
    """Learns batch after batch. All that is random comes from streams of its own, seeded by the recipe."""

    def __init__(
        self, graph: Graph, dataset: Dataset, places: NDArray[Any], recipe: Recipe, weights: Weights | None
    ) -> None:
        """Make all ready to learn the training samples at `places`; raise an error if something does not fit."""
        self._device = find_device(recipe.device)
        _require_samples(graph, dataset)
        sized = resized(graph, {check(graph).input: dataset.shape})
        self.module = build(sized, fast=True, seed=recipe.seed, initialiser=recipe.initialiser)
        _require_answers(self.module, dataset)
        self._objective = Objective(self.module)
        if weights is not None:
            apply(self.module, weights)
        keep_freed_memory()
        self._batch_size = recipe.batch_size
        self._layout = _layout(self.module, self._device)
        self.module.to(device=self._device, memory_format=self._layout).train()  # type: ignore[call-overload]
        self._optimiser = make_optimiser(self.module.parameters(), recipe)
        self._places = torch.tensor(places)
        self._classifies = self._objective.main.classifies and dataset.answers == "labels"
        self._feed = make_feed(dataset.train, self._device)
        self._shuffler = torch.Generator().manual_seed(recipe.seed)
        self._randomness = _randomness(self.module, recipe.seed, self._device)

    @property
    def steps_per_epoch(self) -> int:
        """Return how many batches an epoch has.

        The last may be smaller; a single image is left out of it, as batch norm can't learn from one.
        """
        full, rest = divmod(len(self._places), self._batch_size)
        return full + (rest > 1 or full == 0)

    def batches(self) -> Generator[Batch, None, None]:
        """Yield batches without end; every epoch shuffles the samples anew. Close it to end what reads ahead."""
        while True:
            order = self._places[torch.randperm(len(self._places), generator=self._shuffler)]
            yield from self._feed.batches(order, self._batch_size, self.steps_per_epoch)

    def learn(self, batch: Batch, rate: float) -> tuple[float, float | None]:
        """Make one step; return loss and accuracy of the batch. Raise TrainError where that breaks down.

        The accuracy is None where the network names no classes.
        """
        set_rate(self._optimiser, rate)
        try:
            loss, right = self._step(batch)
        except (MemoryError, RuntimeError, ValueError) as error:
            raise self._explained(error) from error
        if not math.isfinite(loss):
            raise TrainError(
                f"the loss is no number any more (learning rate {rate:g}).",
                hint="Lower the learning rate, or choose another initialiser.",
            )
        return loss, right / len(batch) if self._classifies else None

    def _step(self, batch: Batch) -> tuple[float, float]:
        with self._randomness:
            loss, scores = self._objective((self._prepared(batch.samples),), batch.answers)
        self._optimiser.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        self._optimiser.step()
        if not self._classifies:
            return float(loss.detach()), 0.0
        found = hits(self._objective.main, scores.detach(), batch.answers)
        value, right = torch.stack((loss.detach(), found)).tolist()  # one transfer from the device, not two
        return value, right

    def _prepared(self, samples: torch.Tensor) -> torch.Tensor:
        """Return samples as the network takes them: float32 in its memory layout, bytes as fractions of 255."""
        layout = self._layout if samples.dim() == 4 else torch.contiguous_format
        floats = samples.to(torch.float32, memory_format=layout)
        return floats.div_(255) if samples.dtype == torch.uint8 else floats

    def _explained(self, error: Exception) -> Exception:
        """Return what to tell the user about an error of torch, or the error itself."""
        text = str(error)
        if isinstance(error, MemoryError) or "out of memory" in text or "allocate memory" in text:
            hint = f"Try a batch size of {max(self._batch_size // 2, 1)}."
            return TrainError(
                f"there is not enough memory for batches of {self._batch_size} images.", hint=hint
            )
        if "more than 1 value per channel" in text:
            return TrainError("batch norm can't learn from one image.", hint="Use a batch size of 2 or more.")
        return error


def _randomness(module: GraphModule, seed: int, device: torch.device) -> AbstractContextManager[None]:
    """Return the stream that dropout and noise draw from, if there are any: switching streams takes microseconds."""
    draws = any(node.layer.draws for node in module.graph)
    return Randomness(seed, device) if draws else nullcontext()


def _require_samples(graph: Graph, dataset: Dataset) -> None:
    """Raise TrainError where the samples don't fit the network, before anything is built."""
    report = check(graph).require()
    if len(report.inputs) > 1:
        raise TrainError(
            f"the network takes {len(report.inputs)} inputs, but {dataset.title} has one kind of sample.",
            where=report.inputs[1],
        )
    if not report.trainable:
        raise TrainError("the network has nothing that learns.", hint="Add a convolution or a Dense layer.")
    if not admits(graph, report.input, dataset.shape):
        wanted = report.row(report.input).shape or ()
        raise TrainError(
            f"the network takes {times(wanted)}, but {dataset.title} has {times(dataset.shape)}.",
            where=report.input,
            hint=f"Give the Input the shape {times(dataset.shape)}, or choose other data.",
        )


def _require_answers(module: GraphModule, dataset: Dataset) -> None:
    """Raise TrainError where an answer does not fit what the samples of the data set should give."""
    if dataset.answers != "labels":
        _require_values(module, dataset)
        return
    classes = len(dataset.classes)
    free = any(node.layer.enlarged() != node.layer for node in module.graph)
    for head in module.heads:
        if head.layer.target == "labels" and head.layer.loss != "none" and not _fits(head, classes, free):
            raise TrainError(
                f"the network's output is {times(head.shape)}, but {dataset.title} has {classes} classes.",
                where=head.node,
                hint=f"End with a Dense layer of {classes} units.",
            )


def _require_values(module: GraphModule, dataset: Dataset) -> None:
    """Raise TrainError where an answer can't be compared with values or frames."""
    wanted = dataset.answer_shape
    for head in module.heads:
        if head.layer.target != "labels" or head.layer.loss == "none":
            continue
        if head.layer.loss not in PER_CELL:
            raise TrainError(
                f"{head.layer.loss} needs classes, but {dataset.title} asks for {dataset.answers} of {times(wanted)}.",
                where=head.node,
                hint="End with an Output whose loss is mean squared error.",
            )
        if size(head.shape) != size(wanted):
            raise TrainError(
                f"the network's output is {times(head.shape)}, but {dataset.title} asks for {times(wanted)}.",
                where=head.node,
                hint=f"End with {size(wanted):,} values.",
            )


def _layout(module: GraphModule, device: torch.device) -> torch.memory_format:
    """Return how images lie in memory: channels last where it is faster and no kernel has three axes."""
    deep = any(each.dim() > 4 for each in (*module.parameters(), *module.buffers()))
    return torch.contiguous_format if device.type == "mps" or deep else torch.channels_last


def _fits(head: Head, classes: int, free: bool) -> bool:
    """Say whether class numbers can be the target of an answer, in a network of free size also of a map of scores."""
    shape, loss = head.shape, head.layer.loss
    if loss == "cross entropy":
        return shape[0] == classes and (free or size(shape) == classes)
    if loss == "margin":
        return shape[0] == classes and len(shape) <= 2
    return len(shape) == 1 and (shape[0] == classes or (shape[0] == 1 and _takes_numbers(loss, classes)))


def _takes_numbers(loss: str, classes: int) -> bool:
    """Say whether a single value can stand for the class number."""
    return loss != "binary cross entropy" or classes == 2
