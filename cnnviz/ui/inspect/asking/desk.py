"""What questions are about (a network, its weights, a data set), and the answers that are known already."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Iterator
from typing import Any

from PySide6.QtCore import QObject, Signal

from cnnviz.data import Dataset, Split
from cnnviz.data.adapt import adapted
from cnnviz.events import Array, Event
from cnnviz.explain import Trace
from cnnviz.explain.asking.questions import (
    AskAny,
    AskCode,
    AskFilters,
    AskIdeal,
    AskJudgement,
    AskLikeness,
    AskProbes,
    AskStrongest,
    Samples,
)
from cnnviz.model.graph import Graph
from cnnviz.model.whatif import WhatIf
from cnnviz.ui.services import Weights
from cnnviz.ui.state import Session

MOST_SAMPLES = 10_000
MOST_KEPT = 24
"""So many answers stay; the one that was not wanted for the longest time goes."""
UNASKED = 3e11
"""Multiply-adds up to which a question is asked by itself: some ten seconds on one core."""
BACKWARD = 3
"""A step back and forth costs as much as so many forward."""


class Desk(QObject):
    """`changed` says that the questions are about another network, other weights or other data from now on."""

    changed = Signal()

    def __init__(self, session: Session, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.session = session
        self.trace: Trace | None = None
        self.dataset: Dataset | None = None
        self._about: tuple[Graph, Weights | None, Dataset, int, WhatIf] | None = None
        self._answers: OrderedDict[AskAny, Any] = OrderedDict()
        session.looking.trace_changed.connect(self.look)
        session.material.dataset_changed.connect(self.look)

    def look(self) -> None:
        """Take note of what is looked at; where that is something else, forget all answers."""
        looking, dataset = self.session.looking, self.session.material.dataset
        self.trace, self.dataset = looking.trace, dataset
        if self.trace is None or dataset is None:
            return
        graph, seed = self.trace.graph, self.session.document.recipe.seed
        about, known = (graph, looking.weights, dataset, seed, self.session.document.whatif), self._about
        if known is not None and all(
            one is other or (at != 1 and one == other)
            for at, (one, other) in enumerate(zip(about, known, strict=True))
        ):
            return
        self._about = about
        self._answers.clear()
        self.changed.emit()

    # -- samples ------------------------------------------------------------------------------------------------

    @property
    def sample_count(self) -> int:
        """Return how many test samples are looked at, at most."""
        return min(len(self.dataset.test), MOST_SAMPLES) if self.dataset is not None else 0

    @property
    def noun(self) -> str:
        """Return what one sample of the data is called."""
        return self.dataset.noun if self.dataset is not None else "sample"

    @property
    def classes(self) -> tuple[str, ...]:
        """Return the names of the data's classes."""
        return tuple(self.dataset.classes) if self.dataset is not None else ()

    def sample(self, number: int) -> Array:
        """Return a test sample as the network takes it, float32."""
        assert self.dataset is not None
        return adapted(self.dataset.test.sample(number), self._shape())

    def label(self, number: int) -> int:
        """Return the class of a test sample; −1 where samples have none."""
        assert self.dataset is not None
        labels = self.dataset.test.class_numbers
        return int(labels[number]) if len(labels) else -1

    def class_name(self, number: int) -> str:
        """Return what a class is called."""
        return self.classes[number] if 0 <= number < len(self.classes) else str(number)

    def _shape(self) -> tuple[int, ...]:
        assert self.trace is not None
        return self.trace.activation(self.trace.graph.summary().input).shape

    def _samples(self, split: Split) -> Samples:
        shape = self._shape()
        return Samples(lambda at: adapted(split.sample(at), shape), len(split), split.class_numbers)

    # -- answers ------------------------------------------------------------------------------------------------

    def known(self, question: AskAny) -> Any | None:
        """Return the answer where it is known."""
        if question in self._answers:
            self._answers.move_to_end(question)
        return self._answers.get(question)

    def keep(self, question: AskAny, answer: Any) -> None:
        """Remember an answer."""
        self._answers[question] = answer
        while len(self._answers) > MOST_KEPT:
            self._answers.popitem(last=False)

    def pieces(self, question: AskAny) -> Iterator[Event]:
        """Return the work on a question, for a worker to go through."""
        assert self.trace is not None
        assert self.dataset is not None
        splits = {"train": self._samples(self.dataset.train), "test": self._samples(self.dataset.test)}
        return self.session.services.ask(self.trace, question, splits)

    def takes_long(self, question: AskAny) -> bool:
        """Say whether the user should be asked before it is worked on."""
        if self.trace is None or self.known(question) is not None:
            return False
        return passes(question) * self.trace.graph.summary().macs > UNASKED


def passes(question: AskAny) -> int:
    """Return how often a sample goes through the network."""
    return _PASSES[type(question)](question)


_PASSES: dict[type, Callable[[Any], int]] = {
    AskCode: lambda asked: asked.count,
    AskProbes: lambda asked: asked.fitted_to + asked.judged_on,
    AskJudgement: lambda asked: asked.count,
    AskStrongest: lambda asked: asked.count,
    AskLikeness: lambda asked: asked.count,
    AskIdeal: lambda asked: BACKWARD * asked.steps * asked.starts,
    AskFilters: lambda asked: BACKWARD * (len(asked.best.samples[0]) if asked.best is not None else 1),
}
