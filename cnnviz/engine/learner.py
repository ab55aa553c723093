"""A network that learns: its weights, its optimiser, and its data, batch after batch."""

from __future__ import annotations

from collections.abc import Callable, Generator
from contextlib import AbstractContextManager, nullcontext
from typing import Any

import torch
from numpy.typing import NDArray

from cnnviz.data import Dataset
from cnnviz.engine import faults, precision
from cnnviz.engine.augmenting import make_augment
from cnnviz.engine.build import GraphModule, build
from cnnviz.engine.devices import device as find_device
from cnnviz.engine.distributed import Team
from cnnviz.engine.feed import Batch, make_feed
from cnnviz.engine.freeze import freeze
from cnnviz.engine.layout import laid_out, memory_format
from cnnviz.engine.losses import Objective
from cnnviz.engine.memory import keep_freed_memory
from cnnviz.engine.optimiser import make_optimiser
from cnnviz.engine.randomness import Randomness
from cnnviz.engine.requirements import require_answers, require_samples
from cnnviz.engine.step import NotFinite, Step
from cnnviz.engine.weights import Weights, apply
from cnnviz.model.check import check
from cnnviz.model.checking.freesize import resized
from cnnviz.model.graph import Graph
from cnnviz.model.recipe import Recipe


class Learner:
    """Learns batch after batch. All that is random comes from streams of its own, seeded by the recipe."""

    def __init__(
        self,
        graph: Graph,
        dataset: Dataset,
        places: NDArray[Any],
        recipe: Recipe,
        weights: Weights | None,
        team: Team | None = None,
    ) -> None:
        """Make all ready to learn the training samples at `places`; raise an error if something does not fit.

        In a `team`, each process learns its own part of every batch.
        """
        self._team = team or Team()
        self._device = find_device(recipe.device)
        precision.require_precision(recipe.precision, self._device)
        require_samples(graph, dataset)
        sized = resized(graph, {check(graph).input: dataset.shape})
        self.module = build(sized, fast=True, seed=recipe.seed, initialiser=recipe.initialiser)
        require_answers(self.module, dataset)
        freeze(self.module, recipe.freeze)
        objective = Objective(self.module, recipe.label_smoothing)
        if weights is not None:
            apply(self.module, weights)
        keep_freed_memory()
        self._recipe, self._batch_size = recipe, recipe.batch_size
        laid_out(self.module, self._device).train()
        self.optimiser = make_optimiser((w for w in self.module.parameters() if w.requires_grad), recipe)
        self._places = torch.tensor(places)
        self._main = objective.main if objective.main.classifies and dataset.answers == "labels" else None
        self._feed = make_feed(dataset.train, self._device)
        self.augment = make_augment(recipe.augment, dataset, recipe.seed + self._team.rank, self._device)
        self.shuffler = torch.Generator().manual_seed(recipe.seed)
        self.order_state = self.shuffler.get_state()
        """The state of the shuffler before this epoch's order was drawn."""
        self.learned = 0
        """Batches learned in this epoch."""
        self.randomness = _randomness(self.module, recipe.seed + self._team.rank, self._device)
        self._lesson: Callable[..., Any] = self._team.wrapped(objective, self.module)
        if recipe.compiled:
            self._lesson = torch.compile(self._lesson)
        self.step = Step(
            self._lesson, self.module, self.optimiser, recipe, self._device, self.randomness, self._main
        )

    @property
    def steps_per_epoch(self) -> int:
        """Return how many batches an epoch has.

        The last may be smaller; a single image (per process) is left out of it, as batch norm can't learn from one.
        """
        full, rest = divmod(len(self._places), self._batch_size)
        return full + (rest > self._team.size or full == 0)

    def batches(self) -> Generator[Batch, None, None]:
        """Yield batches without end; every epoch shuffles the samples anew. Close it to end what reads ahead."""
        size, team = self._batch_size, self._team
        while True:
            self.order_state = self.shuffler.get_state()
            order = self._places[torch.randperm(len(self._places), generator=self.shuffler)]
            left = order[self.learned * size :]
            yield from self._feed.batches(
                team.part(left, size), size // team.size, self.steps_per_epoch - self.learned
            )
            self.learned = 0

    def learn(self, batch: Batch, rate: float) -> tuple[float, float | None]:
        """Make one step; return loss and accuracy of the batch. Raise TrainError where that breaks down.

        The accuracy is None where the network names no classes.
        """
        whole = self._whole(batch)
        try:
            samples = self._changed(self._prepared(batch.samples))
            loss, right = self.step(samples, batch.answers, rate, len(batch) * self._team.size / whole)
        except NotFinite:
            raise faults.no_number(self.module, samples, rate) from None
        except (MemoryError, RuntimeError, ValueError) as error:
            raise faults.explained(error, self._recipe, self._fitting(batch, error)) from error
        if self._team.size > 1:
            loss, right = self._team.total(loss / self._team.size, right)
        self.learned += 1
        return loss, right / whole if self._main is not None else None

    def _whole(self, batch: Batch) -> int:
        """Return how many samples all processes together learn in this step."""
        if self._team.size == 1:
            return len(batch)
        return min(self._batch_size, len(self._places) - self.learned * self._batch_size)

    def _prepared(self, samples: torch.Tensor) -> torch.Tensor:
        """Return samples as the network takes them: float32 in its memory layout, bytes as fractions of 255."""
        layout = memory_format(samples.dim(), self._device)
        floats = samples.to(torch.float32, memory_format=layout)
        return floats.div_(255) if samples.dtype == torch.uint8 else floats

    def _changed(self, samples: torch.Tensor) -> torch.Tensor:
        """Return samples as the recipe's augmentation changes them, in the same memory layout."""
        if self.augment is None:
            return samples
        return self.augment(samples).contiguous(memory_format=memory_format(samples.dim(), self._device))

    def _fitting(self, batch: Batch, error: Exception) -> int:
        """Return how many samples at once there is memory for, by trying; 0 where that was not the trouble."""
        if not faults.lacks_memory(error):
            return 0

        def attempt(count: int) -> None:
            loss, _ = self._lesson((self._prepared(batch.samples[:count]),), batch.answers[:count])
            loss.backward()

        self.optimiser.zero_grad()
        found = faults.largest_fitting(attempt, len(batch))
        self.optimiser.zero_grad()
        return found


def _randomness(module: GraphModule, seed: int, device: torch.device) -> AbstractContextManager[None]:
    """Return the stream that dropout and noise draw from, if there are any: switching streams takes microseconds."""
    draws = any(node.layer.draws for node in module.graph)
    return Randomness(seed, device) if draws else nullcontext()
