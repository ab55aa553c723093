"""What the horizontal axis of the plots counts: steps, epochs, or seconds of training."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from cnnviz.events import Array
from cnnviz.model.recipe import Recipe
from cnnviz.model.schedule import rate
from cnnviz.runs import Judgement
from cnnviz.ui import numbers
from cnnviz.ui.state import Record

AXES = ("step", "epoch", "time")
PLANNED_POINTS = 240


def along(record: Record, start: int, axis: str) -> Array:
    """Return the x of all steps of a run from an index on."""
    if axis == "time":
        return np.asarray(record.seconds[start : len(record.steps)], np.float64)
    steps = np.asarray(record.steps[start:], np.float64)
    return steps / _per_epoch(record) if axis == "epoch" else steps


def of_steps(record: Record, steps: Sequence[float] | Array, axis: str) -> Array:
    """Return the x of some steps of a run; beyond its last step the time goes on as it did."""
    found = np.asarray(steps, np.float64)
    if axis == "epoch":
        return found / _per_epoch(record)
    if axis == "step" or not len(record.steps):
        return found if axis == "step" else np.zeros_like(found)
    known, seconds = np.asarray(record.steps[:], np.float64), np.asarray(record.seconds[:], np.float64)
    pace = seconds[-1] / max(known[-1], 1.0)
    inside = np.interp(found, known[: len(seconds)], seconds)
    return np.where(found > known[-1], seconds[-1] + (found - known[-1]) * pace, inside)


def of_judgements(judgements: Sequence[Judgement], axis: str) -> Array:
    """Return the x of judgements of a run of which nothing else is read."""
    return np.array([{"epoch": j.epoch, "time": j.seconds}.get(axis, float(j.step)) for j in judgements])


def words(axis: str, x: float) -> str:
    """Write a place on the axis."""
    return numbers.duration(x) if axis == "time" else numbers.compact(x, 4)


def planned(record: Record) -> tuple[Array, Array]:
    """Return steps, and the learning rates planned for them after what the user has changed; none without a plan."""
    if record.started is None:
        return np.zeros(0), np.zeros(0)
    total = record.started.steps
    steps = np.unique(np.linspace(0, max(total - 1, 0), PLANNED_POINTS).round())
    recipe = _changed(record)
    return steps + 1, np.array([rate(recipe, int(step), total) for step in steps])


def _changed(record: Record) -> Recipe:
    """Return the recipe with the learning rate that the user has set last."""
    return replace(record.recipe, learning_rate=record.changes[-1][1]) if record.changes else record.recipe


def _per_epoch(record: Record) -> int:
    return max(record.started.steps_per_epoch if record.started is not None else 1, 1)
