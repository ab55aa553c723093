"""A series cut into windows: the steps that are seen, and the step that follows them."""

from __future__ import annotations

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from cnnviz.data.dataset import Split
from cnnviz.data.source import Choice
from cnnviz.data.timeline import Timeline
from cnnviz.errors import DataError

WINDOW = Choice(
    "window", 30, "steps that are seen, one after the other, before the step to predict", lo=1, hi=4096
)
TRAIN_SHARE = 0.8
"""How much of a series is learned from, from its beginning; the rest is to test with."""


def cut(timeline: Timeline, window: int, where: str) -> tuple[Split, Split]:
    """Return every window of the part that is learned from, and of the rest; DataError where one is too short."""
    at, steps = timeline.train_steps, len(timeline)
    shorter = min(at, steps - at)
    if shorter <= window:
        most = min(int(steps * TRAIN_SHARE), steps - int(steps * TRAIN_SHARE)) - 1
        part = "train" if at == shorter else "test"
        raise DataError(
            f"A window of {window} steps and the step after it don't fit into the {shorter:,} steps to {part} with.",
            where=where,
            hint=f"Choose a window of at most {most} steps." if most > 0 else "Give a longer series.",
        )
    return _windows(timeline, 0, at, window), _windows(timeline, at, steps, window)


def _windows(timeline: Timeline, first: int, end: int, window: int) -> Split:
    """Return each window (columns, window) of some steps, and the columns to predict of the step that follows it."""
    part = timeline.values[first:end]
    seen = sliding_window_view(part, window, axis=0)[:-1]
    next_step = part[window:, list(timeline.predicted)]
    return Split(np.ascontiguousarray(seen, np.float32), np.ascontiguousarray(next_step, np.float32))
