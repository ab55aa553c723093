"""What differs between two runs: recipe, data, network, and what they reached."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from cnnviz.model.check import check
from cnnviz.model.difference import compare
from cnnviz.model.files import Project
from cnnviz.runs.run import Run


@dataclass(frozen=True)
class Row:
    """One line of the table; `kind` is `recipe`, `data`, `network` or `result`."""

    kind: str
    what: str
    one: str
    other: str

    @property
    def differs(self) -> bool:
        """Say whether the two runs differ here."""
        return self.one != self.other


def differences(one: Run, other: Run) -> tuple[Row, ...]:
    """Return what was set differently in two runs, then what they reached. Raise FileError where one is damaged."""
    first, second = one.project, other.project
    found = [
        *_settings("recipe", first.recipe.to_dict(), second.recipe.to_dict()),
        *_settings("data", first.data.to_dict(), second.data.to_dict()),
        *_data(one, other),
        *_network(first, second),
    ]
    return (*(row for row in found if row.differs), *_results(one, other))


def _settings(kind: str, one: dict[str, Any], other: dict[str, Any]) -> Iterator[Row]:
    for name in {**one, **other}:
        what = name.replace("_", " ").capitalize()
        yield Row(kind, what, _written(one.get(name)), _written(other.get(name)))


def _data(one: Run, other: Run) -> Iterator[Row]:
    yield Row("data", "Data", *(str(run.about.data.get("title", "unknown")) for run in (one, other)))
    prints = [str(run.about.data.get("fingerprint", "")) for run in (one, other)]
    if all(prints):
        yield Row("data", "Fingerprint", *(each[:8] for each in prints))


def _network(one: Project, other: Project) -> Iterator[Row]:
    reports = [check(one.graph), check(other.graph)]
    counts = [f"{report.trainable + report.non_trainable:,}" for report in reports]
    yield Row("network", "Parameters", *counts)
    for change in compare(one.graph, other.graph).changes:
        name = change.after or change.before
        before, arrow, after = change.text.partition(" → ")
        if change.kind == "added":
            yield Row("network", name, "–", change.text)
        elif change.kind == "removed":
            yield Row("network", name, change.text, "–")
        elif arrow and " → " not in after:
            label, _, value = before.rpartition(" ")
            yield Row("network", f"{name} {label}".strip(), value, after)
        else:
            yield Row("network", name, "", change.text)


def _results(one: Run, other: Run) -> Iterator[Row]:
    bests = [run.journal.best() for run in (one, other)]
    if any(bests):
        yield Row("result", "Best epoch", *(f"{best.epoch:.3g}" if best else "–" for best in bests))
        yield Row("result", "Validation loss", *(f"{best.loss:.4f}" if best else "–" for best in bests))
        rights = [f"{best.accuracy:.2%}" if best and best.accuracy is not None else "–" for best in bests]
        if rights != ["–", "–"]:
            yield Row("result", "Validation accuracy", *rights)
    tests = [run.journal.latest("test") for run in (one, other)]
    if any(tests):
        yield Row("result", "Test loss", *(f"{test.loss:.4f}" if test else "–" for test in tests))
        rights = [f"{test.accuracy:.2%}" if test and test.accuracy is not None else "–" for test in tests]
        if rights != ["–", "–"]:
            yield Row("result", "Test accuracy", *rights)
    lengths = [run.steps for run in (one, other)]
    yield Row(
        "result", "Steps done", *(f"{int(each['step'][-1]):,}" if len(each) else "0" for each in lengths)
    )


def _written(value: Any) -> str:
    if isinstance(value, bool):
        return "on" if value else "off"
    if value is None or value in ("", (), []):
        return "–"
    return f"{value:g}" if isinstance(value, float) else str(value)
