"""Everything that one run has said so far."""

from __future__ import annotations

from array import array
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from cnnviz.data import Dataset
from cnnviz.events import Census, Evaluated, Failed, Finished, Gradients, Started, StepDone, Watched
from cnnviz.model.graph import Graph
from cnnviz.model.recipe import Recipe

MILESTONES = (0, 30, 200, 1000, 5000, 25000)
"""Steps at which a picture of the pinned image is kept beside the live one."""
MOST_CENSUSES = 400


Column = Any
"""An array of numbers that grows, or a view of the file of a run: both have a length and can be sliced."""


def _column() -> array[float]:
    return array("d")


@dataclass(eq=False)
class Record:
    """What one run has said. Arrays run in parallel: entry i of each belongs to `steps[i]`.

    An accuracy is NaN where the network names no classes. `seconds` are of training, pauses left out. `dataset` is None
    where the run comes from its folder and its data are not loaded. `changes` are (step, learning rate) that the user
    has set. `path` is the folder the run is kept in, if it is.
    """

    number: int
    graph: Graph
    recipe: Recipe
    dataset: Dataset | None
    started: Started | None = None
    steps: Column = field(default_factory=lambda: array("q"))
    losses: Column = field(default_factory=_column)
    accuracies: Column = field(default_factory=_column)
    learning_rates: Column = field(default_factory=_column)
    seconds: Column = field(default_factory=_column)
    changes: list[tuple[int, float]] = field(default_factory=list)
    path: Path | None = None
    classes: tuple[str, ...] = ()
    data_title: str = ""
    mark: object = None
    """What its folder looked like when it was read from there, if it was; a later reading may have more."""
    ending: str = ""
    last: StepDone | None = None
    evaluations: list[Evaluated] = field(default_factory=list)
    watched: Watched | None = None
    milestones: list[Watched] = field(default_factory=list)
    gradients: Gradients | None = None
    censuses: list[Census] = field(default_factory=list)
    finished: Finished | None = None
    failure: Failed | None = None
    queued: bool = False
    """It waited in the queue: what the window looks at and edits stays as it is."""
    goes_on: bool = False
    """It is taken up again, and has not begun yet."""

    def __post_init__(self) -> None:
        if self.dataset is not None:
            self.classes, self.data_title = self.dataset.classes, self.dataset.title

    def latest(self, which: str, *, whole: bool = False) -> Evaluated | None:
        """Return the last judgement on `validation` or `test` images, if any."""
        fitting = (e for e in reversed(self.evaluations) if e.which == which and (e.whole or not whole))
        return next(fitting, None)

    def spread_seconds(self, now: float) -> None:
        """Date the steps that have no time yet, evenly up to now: they come in handfuls."""
        dated, count = len(self.seconds), len(self.steps)
        before = self.seconds[-1] if dated else 0.0
        for place in range(dated, count):
            self.seconds.append(before + (now - before) * (place + 1 - dated) / (count - dated))

    def take_up(self, dataset: Dataset) -> None:
        """Get ready to go on: what has been said so far can grow again, and nothing has ended."""
        self.dataset, self.goes_on = dataset, True
        self.ending, self.mark, self.finished, self.failure = "", None, None, None

    def rewind(self, step: int) -> None:
        """Go on after a step: what was said of later ones will be said again."""
        kept = int(np.searchsorted(np.asarray(self.steps), step, "right"))
        self.steps = array("q", np.asarray(self.steps[:kept], np.int64).tobytes())
        for name in ("losses", "accuracies", "learning_rates", "seconds"):
            numbers = np.asarray(getattr(self, name)[:kept], np.float64)
            setattr(self, name, array("d", numbers.tobytes()))
        self.evaluations = [each for each in self.evaluations if each.step <= step]
        self.milestones = [each for each in self.milestones if each.step <= step]
        self.censuses = [each for each in self.censuses if each.step <= step]
        self.changes = [each for each in self.changes if each[0] <= step]
        self.goes_on = False

    @property
    def outcome(self) -> str:
        """Return in a word how the run ended, or an empty text while it has not."""
        if self.ending or self.failure is not None:
            return self.ending or "Failed"
        if self.finished is None:
            return ""
        return "Stopped" if self.finished.cancelled else "Finished"

    def keep_census(self, census: Census) -> None:
        """Keep how values are spread; where there are very many, every other one gives way."""
        if len(self.censuses) >= MOST_CENSUSES:
            self.censuses = self.censuses[::2]
        self.censuses.append(census)

    def keep_picture(self, picture: Watched) -> None:
        """Show a picture of the pinned image, and keep it where the run has reached another milestone."""
        self.watched = picture
        since = self.milestones[-1].step if self.milestones else -1
        if not self.milestones or any(since < step <= picture.step for step in MILESTONES):
            self.milestones.append(picture)
