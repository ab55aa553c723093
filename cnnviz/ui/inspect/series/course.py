"""A forecast as far as it has come: the line, what is held against it, and the errors, in the user's units."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

from cnnviz.data.series.outlook import Foreseen, Outlook, root_mean_squares
from cnnviz.explain.trace import Array

NETWORK = "network"
LOW, HIGH = 5.0, 95.0
FEW = 10
"""With fewer paths a band goes from the lowest to the highest of them."""


@dataclass(eq=False)
class Course:
    """`line` (steps, columns) and `paths` (steps, paths, columns) grow; columns are the predicted ones."""

    outlook: Outlook
    source: str = ""
    parts: list[Foreseen] = field(default_factory=list)

    def take(self, part: Foreseen) -> None:
        """Add some steps."""
        self.parts.append(part)
        for name in ("line", "paths", "errors", "band"):
            self.__dict__.pop(name, None)

    @property
    def known(self) -> int:
        """Return how many steps are there."""
        return self.parts[-1].first + len(self.parts[-1].line) if self.parts else 0

    @property
    def complete(self) -> bool:
        """Say whether all steps are there."""
        return self.known == self.outlook.steps

    @property
    def names(self) -> tuple[str, ...]:
        """Return the names of the predicted columns."""
        timeline = self.outlook.timeline
        return tuple(timeline.names[column] for column in timeline.predicted)

    @cached_property
    def line(self) -> Array:
        """What the network foresees."""
        parts = [part.line for part in self.parts] or [np.zeros((0, len(self.names)), np.float32)]
        return self.outlook.timeline.in_units(np.concatenate(parts))

    @cached_property
    def paths(self) -> Array:
        """What the others foresee."""
        parts = [part.paths for part in self.parts] or [np.zeros((0, 0, len(self.names)), np.float32)]
        return self.outlook.timeline.in_units(np.concatenate(parts))

    @cached_property
    def band(self) -> tuple[Array, Array] | None:
        """The lowest and highest of the paths, (steps, columns) each; without the outermost where there are many."""
        if not self.paths.shape[1]:
            return None
        ends = (LOW, HIGH) if self.paths.shape[1] >= FEW else (0.0, 100.0)
        with np.errstate(invalid="ignore"):  # a forecast may grow beyond all bounds
            low, high = np.percentile(self.paths, ends, axis=1)
        return low, high

    @cached_property
    def past(self) -> Array:
        """Everything up to now, (now, predicted columns)."""
        timeline = self.outlook.timeline
        return timeline.in_units(timeline.values[: self.outlook.now][:, list(timeline.predicted)])

    @cached_property
    def truth(self) -> Array:
        """What came true, as far as it is known."""
        return self.outlook.timeline.in_units(self.outlook.truth)

    @cached_property
    def rules(self) -> dict[str, Array]:
        """What the rules of thumb foresee."""
        return {name: self.outlook.timeline.in_units(line) for name, line in self.outlook.rules.items()}

    @cached_property
    def errors(self) -> dict[str, Array]:
        """How far the network and the rules are off, (steps, columns), where the truth is known."""
        steps = min(self.known, len(self.truth))
        lines = {NETWORK: self.line, **self.rules}
        return {name: line[:steps] - self.truth[:steps] for name, line in lines.items()}

    def off_by(self, step: int) -> dict[str, Array]:
        """Return the root mean square error (columns,) of each over the steps before `step`; none without truth."""
        found = {name: root_mean_squares(each[:step]) for name, each in self.errors.items()}
        return {name: each[-1] for name, each in found.items() if len(each)}

    def window_at(self, step: int) -> tuple[int, int]:
        """Return the first step that the network sees for a step of the forecast, and the first after."""
        end = self.outlook.now + step
        return end - self.outlook.length, end

    def lines_of(self, column: int) -> Iterator[Array]:
        """Return everything that is drawn of a column, to find its range."""
        yield self.line[:, column]
        yield self.truth[:, column]
        if self.band is not None:
            yield from (each[:, column] for each in self.band)
