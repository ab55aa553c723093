"""The journal of a run: one JSON object per line, in the order in which things happened; it only grows.

A last line that a crash cut short is ignored; a damaged line in the middle is counted, and hides no other.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from io import RawIOBase
from pathlib import Path
from typing import Any

from cnnviz.errors import RunError
from cnnviz.events import Evaluated, Failed, Finished, Started

JOURNAL_NAME = "journal.jsonl"


@dataclass(frozen=True)
class Judgement:
    """How good the network was on `validation` or `test` images; accuracy 0 to 1, None where there are no classes.

    `file` holds what was answered to each image, below `judgements/`; empty where it could not be kept.
    """

    step: int
    epoch: float
    which: str
    loss: float
    accuracy: float | None
    images: int
    whole: bool
    seconds: float = 0.0
    file: str = ""

    def better(self, other: Judgement | None) -> bool:
        """Say whether this one is better: by accuracy, where there is one, then by loss."""
        if other is None:
            return True
        own, theirs = self.accuracy, other.accuracy
        if own is not None and theirs is not None and own != theirs:
            return own > theirs
        return not self.loss >= other.loss


def best_of(judgements: Iterable[Judgement]) -> Judgement | None:
    """Return the best of the judgements on all validation images, the earliest of equals; None where there is none."""
    best: Judgement | None = None
    for each in judgements:
        if each.which == "validation" and each.whole and each.better(best):
            best = each
    return best


@dataclass(frozen=True)
class Change:
    """A setting that the user changed while the run went on; it holds for the steps after `step`."""

    step: int
    name: str
    value: float


@dataclass
class Journal:
    """What a journal says. `outcome` is empty while the run goes on, or where its process died."""

    started: Started | None = None
    judgements: list[Judgement] = field(default_factory=list)
    changes: list[Change] = field(default_factory=list)
    outcome: str = ""
    summary: Mapping[str, Any] = field(default_factory=dict)
    failure: str = ""
    damaged: int = 0

    def best(self) -> Judgement | None:
        """Return the best judgement on all validation images, the earliest of equals."""
        return best_of(self.judgements)

    def latest(self, which: str) -> Judgement | None:
        """Return the last judgement on all images of a kind."""
        return next((each for each in reversed(self.judgements) if each.which == which and each.whole), None)


class JournalFile:
    """The writing side; every line is in the hands of the system when `write` returns, or nothing of it."""

    def __init__(self, path: Path) -> None:
        """Open to append to; a line that was cut short by a crash is ended."""
        torn = path.exists() and path.stat().st_size and path.read_bytes()[-1:] != b"\n"
        self._file: RawIOBase = path.open("ab", buffering=0)
        if torn:
            self._file.write(b"\n")

    def write(self, event: str, **values: Any) -> None:
        """Add a line; numbers that are not finite become null. Raise OSError where the disk is full."""
        line = json.dumps({"event": event, **_finite(values)}, ensure_ascii=False) + "\n"
        before, left = self._file.seek(0, 2), memoryview(line.encode())
        try:
            while left:
                left = left[self._file.write(left) or 0 :]
        except OSError:
            self._file.truncate(before)
            raise

    def close(self) -> None:
        """Close the file."""
        self._file.close()


def started_values(event: Started) -> dict[str, Any]:
    """Return what a journal says of the begin."""
    return {name: getattr(event, name) for name in (*_STARTED, "first_step")}


def judged_values(event: Evaluated) -> dict[str, Any]:
    """Return what a journal says of a judgement; the answers to the images lie in a file of their own."""
    found = {name: getattr(event, name) for name in ("step", "epoch", "which", "loss", "accuracy", "whole")}
    return {**found, "images": len(event.indices)}


def ended_values(event: Finished | Failed) -> dict[str, Any]:
    """Return what a journal says of the end."""
    if isinstance(event, Failed):
        return {"outcome": "failed", "message": event.message}
    return {"outcome": "stopped" if event.cancelled else "finished", "summary": dict(event.summary)}


def read_journal(folder: Path) -> Journal:
    """Read the journal of a run, as far as it was written; raise RunError where the system refuses."""
    try:
        content = (folder / JOURNAL_NAME).read_bytes()
    except FileNotFoundError:
        return Journal()
    except OSError as error:
        what = f"{JOURNAL_NAME} can't be read ({error.strerror or error})."
        raise RunError(what, where=str(folder), hint="Check its permissions.") from None
    found = Journal()
    *lines, _unfinished = content.split(b"\n")
    for line in lines:
        if line.strip():
            _take(found, line)
    return found


def _take(journal: Journal, line: bytes) -> None:
    """Add what a line says."""
    try:
        values = json.loads(line)
        _TAKERS.get(values.pop("event"), _ignore)(journal, values)
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        journal.damaged += 1


def _take_started(journal: Journal, values: dict[str, Any]) -> None:
    first = _typed(values.get("first_step", 0), int)
    found = {name: _typed(values[name], kind) for name, kind in _STARTED.items()}
    journal.started, journal.outcome, journal.failure = Started(**found, first_step=first), "", ""
    # a run that was taken up again goes on from there; what came after will come again
    journal.judgements = [each for each in journal.judgements if each.step <= first]
    journal.changes = [each for each in journal.changes if each.step <= first]


def _take_judged(journal: Journal, values: dict[str, Any]) -> None:
    accuracy, loss = values["accuracy"], values["loss"]
    found = Judgement(
        step=_typed(values["step"], int),
        epoch=float(values["epoch"]),
        which=_typed(values["which"], str),
        loss=math.nan if loss is None else float(loss),
        accuracy=None if accuracy is None else float(accuracy),
        images=_typed(values["images"], int),
        whole=bool(values["whole"]),
        seconds=float(values.get("seconds", 0.0)),
        file=_typed(values.get("file", ""), str),
    )
    again = [each for each in journal.judgements if each.which == found.which and each.step >= found.step]
    for each in again:  # done again after a crash
        journal.judgements.remove(each)
    journal.judgements.append(found)


def _take_change(journal: Journal, values: dict[str, Any]) -> None:
    change = Change(_typed(values["step"], int), _typed(values["name"], str), float(values["value"]))
    journal.changes.append(change)


def _take_end(journal: Journal, values: dict[str, Any]) -> None:
    journal.outcome = _typed(values["outcome"], str)
    journal.failure = _typed(values.get("message", ""), str)
    journal.summary = _typed(values.get("summary", {}), dict)


def _ignore(_journal: Journal, _values: dict[str, Any]) -> None:
    """Pass over what a newer cnnviz may say."""


_TAKERS = {"started": _take_started, "judged": _take_judged, "changed": _take_change, "ended": _take_end}
_STARTED: Mapping[str, type] = {
    "steps": int, "steps_per_epoch": int, "train_images": int, "validation_images": int, "device": str,
}  # fmt: skip


def _typed(value: Any, kind: type) -> Any:
    if not isinstance(value, kind):
        raise TypeError(f"{value!r} is no {kind.__name__}")
    return value


def _finite(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {key: _finite(each) for key, each in value.items()}
    return None if isinstance(value, float) and not math.isfinite(value) else value
