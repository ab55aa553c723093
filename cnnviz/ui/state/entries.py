"""One line of the list of runs: what it says about a run, wherever the run comes from."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from cnnviz.runs import Judgement, Labels, Run
from cnnviz.runs.about import COLORS
from cnnviz.runs.journal import best_of
from cnnviz.runs.names import CHECKPOINT_NAME
from cnnviz.ui.state.training import Record


@dataclass(frozen=True)
class Entry:
    """One line of the list: a run of the folder, the run that goes on, or one that could not be kept."""

    key: str
    number: int
    title: str
    labels: Labels
    state: str
    created: str
    about: str
    judgements: tuple[Judgement, ...]
    path: Path | None = None
    can_go_on: bool = False

    @property
    def name(self) -> str:
        """Return what the user calls it, or the network's title."""
        return self.labels.name or self.title

    @property
    def color(self) -> str:
        """Return the colour of its curves."""
        return self.labels.color or COLORS[(self.number - 1) % len(COLORS)]

    @property
    def best(self) -> Judgement | None:
        """Return the best judgement on all validation images."""
        return best_of(self.judgements)

    @property
    def reached(self) -> Judgement | None:
        """Return the judgement that a list shows: on test images where there is one."""
        tests = [each for each in self.judgements if each.which == "test"]
        return tests[-1] if tests else self.best or (self.judgements[-1] if self.judgements else None)

    def matches(self, words: str) -> bool:
        """Say whether every word occurs in its number, name, tags, note or description."""
        labels = self.labels
        everything = (
            f"#{self.number} {self.name} {self.title} {' '.join(labels.tags)} {labels.note} {self.about}"
        )
        return all(word in f"{everything} {self.state}".lower() for word in words.lower().split())


def key_of(record: Record) -> str:
    """Return what tells a run from all others: its folder, where it has one."""
    return str(record.path) if record.path is not None else f"unkept {record.number}"


def entry_of_record(record: Record, labels: Labels) -> Entry:
    """Return the line of a run of this window."""
    judgements = tuple(
        Judgement(e.step, e.epoch, e.which, e.loss, e.accuracy, len(e.indices), e.whole)
        for e in record.evaluations
    )
    state = record.outcome.lower() or "running"
    about = _described(record.recipe.to_dict(), record.data_title)
    ended = state in ("stopped", "failed") and record.path is not None
    return Entry(
        key_of(record), record.number, record.graph.title, labels, state, "", about, judgements, record.path,
        ended and record.path is not None and (record.path / CHECKPOINT_NAME).exists(),
    )  # fmt: skip


def entry_of_run(run: Run) -> Entry:
    """Return the line of a run of the folder."""
    about = _described(dict(run.about.recipe), str(run.about.data.get("title", "")))
    return Entry(
        run.key, run.about.number, run.about.title, run.labels, run.state, run.about.created, about,
        tuple(run.journal.judgements), run.path, run.can_go_on,
    )  # fmt: skip


def _described(recipe: dict[str, object], data: str) -> str:
    """Say in a line how and on what a run was trained."""
    rate = recipe.get("learning_rate")
    parts = [
        f"{recipe.get('optimiser', '')} {rate:g}" if isinstance(rate, float) else "",
        f"batch {recipe['batch_size']}" if "batch_size" in recipe else "",
        data,
    ]
    return " · ".join(part for part in parts if part)
