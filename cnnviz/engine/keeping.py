"""A training that lasts longer than its process: where it stands is kept, and found again."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from cnnviz.engine import checkpoint
from cnnviz.engine.checkpoint import Checkpoint, Keeper
from cnnviz.engine.learner import Learner
from cnnviz.engine.memento import recall, remember, require_same
from cnnviz.engine.pace import Pace
from cnnviz.engine.patience import Patience


@dataclass
class Standing:
    """Where a training stands after a step, beside what its learner knows.

    `judged` are the last accuracy and loss on all `validation` and `test` images, `undecided` says that the judgement
    of an epoch was broken off.
    """

    rate: float
    patience: Patience
    pace: Pace = field(default_factory=Pace)
    step: int = 0
    judged: dict[str, dict[str, float | None]] = field(default_factory=dict)
    undecided: bool = False

    def values(self) -> dict[str, Any]:
        """Return all but arrays, JSON-ready."""
        return {
            "step": self.step,
            "rate": self.rate,
            "patience": self.patience.state(),
            "judged": self.judged,
            "samples": self.pace.samples,
            "seconds": self.pace.seconds,
        }

    def recall(self, kept: Checkpoint) -> None:
        """Stand again where `kept` was taken."""
        values = kept.values
        self.step, self.rate = int(values["step"]), float(values["rate"])
        self.patience.recall(values["patience"])
        self.patience.best_weights = kept.part("best") or None
        self.judged = dict(values["judged"])
        self.pace.samples, self.pace.seconds = int(values["samples"]), float(values["seconds"])


class Keeping:
    """Keeps one training in a file; `identity` is what must be the same for it to go on."""

    def __init__(
        self, learner: Learner, standing: Standing, identity: Mapping[str, Any], path: Path | None
    ) -> None:
        self._learner, self._standing, self._identity = learner, standing, dict(identity)
        self._keeper = None if path is None else Keeper(path)

    def go_on(self, resume: Path) -> None:
        """Go on where a training was kept; raise TrainError where it is another one, or damaged."""
        kept = checkpoint.load(resume)
        require_same(kept.values.get("identity", {}), self._identity)
        recall(self._learner, kept)
        self._standing.recall(kept)

    def keep(self, *, epoch_ended: bool, at_once: bool = False) -> str:
        """Keep the training if it is time, or `at_once`; return what to tell the user, "" for nothing."""
        keeper = self._keeper
        if keeper is None or self._standing.undecided or not (at_once or keeper.due(epoch_ended)):
            return ""
        notice = keeper.keep(self._remember, self._standing.step if epoch_ended or at_once else None)
        self._standing.pace.resume()
        return notice

    def _remember(self) -> Checkpoint:
        kept = remember(self._learner)
        best = self._standing.patience.best_weights or {}
        arrays = {**kept.arrays, **{f"best/{name}": value for name, value in best.items()}}
        return Checkpoint(arrays, {**kept.values, "identity": self._identity, **self._standing.values()})
