"""What a network that names no classes gives for a sample, what it should have given, and how far that is apart."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from cnnviz.data import Dataset
from cnnviz.data.dataset import as_floats
from cnnviz.explain import Trace
from cnnviz.explain.trace import Array
from cnnviz.explain.video.metrics import squared_error
from cnnviz.model.heads import Head, main_head
from cnnviz.ui import numbers
from cnnviz.ui.state import Sample

MOST_VALUES = 12
"""So many values are written as numbers; more are a picture."""


@dataclass(frozen=True, eq=False)
class Outcome:
    """`values` as the network gives them, or in the units of a series; `truth`, of the same shape, where it is known.

    `names` are those of single values. `moving` says that values (C, time, H, W) are frames.
    """

    title: str
    values: Array
    truth: Array | None = None
    names: tuple[str, ...] = ()
    moving: bool = False

    @property
    def listed(self) -> bool:
        """Say whether the values are few enough to be read one by one."""
        return self.values.ndim == 1 and self.values.size <= MOST_VALUES

    @property
    def frame_errors(self) -> Array:
        """Return Σ (p − y)² of each frame, averaged over channels: (time,); empty where they are no frames."""
        if self.truth is None or not self.moving or self.values.ndim != 4:
            return np.zeros(0)
        return squared_error(self.values, self.truth).mean(axis=0)

    @property
    def told(self) -> str:
        """Say in a few words how far the answer is off, or that nobody knows."""
        if self.truth is None:
            return "the true answer is not known"
        if len(self.frame_errors):
            return f"squared error {numbers.compact(float(self.frame_errors.mean()), 3)} a frame"
        if self.moving:
            total = float(squared_error(self.values, self.truth).mean())
            return f"squared error {numbers.compact(total, 3)}"
        mean = float(np.square(np.subtract(self.values, self.truth, dtype=np.float64)).mean())
        return f"root mean squared error {numbers.compact(float(np.sqrt(mean)), 3)}"


def outcome(trace: Trace, sample: Sample | None, dataset: Dataset | None) -> Outcome:
    """Return the main answer of a trace beside what the sample asks for."""
    head = main_head(trace.graph)
    values, frames = _answer(trace, head), dataset is not None and dataset.answers == "frames"
    if head.sample:
        return Outcome("Reconstruction", values, _fitting(trace.activation(head.sample), values))
    answer = sample.answer if sample is not None else None
    truth = _fitting(as_floats(answer), values) if answer is not None else None
    if values.ndim == 1:
        return _in_units(Outcome("Predicted values", values, truth), dataset)
    if frames:
        title = "Predicted frames" if values.ndim == 4 else "Predicted frame"
        return Outcome(title, values, truth, moving=True)
    return Outcome("Answer", values, truth)


def _answer(trace: Trace, head: Head) -> Array:
    """Return what the network gives: probabilities also where its loss makes them of scores."""
    values, answer = trace.activation(head.node), trace.graph.node(head.node)
    giver = trace.graph.inputs(head.node)[0].source if answer.layer.ends else head.node
    if head.layer.loss != "binary cross entropy" or head.ready or giver != head.source:
        return values
    with np.errstate(over="ignore"):
        return np.asarray(1 / (1 + np.exp(-values.astype(np.float64))), np.float32)


def _fitting(truth: Array, values: Array) -> Array | None:
    return truth.reshape(values.shape) if truth.size == values.size else None


def _in_units(found: Outcome, dataset: Dataset | None) -> Outcome:
    """Return the values of a series in the units of its source, with the names of its columns."""
    timeline = dataset.timeline if dataset is not None else None
    if timeline is None or len(timeline.predicted) != found.values.size:
        return found
    names = tuple(timeline.names[column] for column in timeline.predicted)
    truth = None if found.truth is None else timeline.in_units(found.truth)
    return Outcome("Predicted next step", timeline.in_units(found.values), truth, names)
