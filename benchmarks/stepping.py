"""The stepper: all gates of all frames of T20, and what one pixel's six accounts cost the window."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from functools import partial
from statistics import median

import numpy as np

from benchmarks import setting
from benchmarks.claim import Claim, at_most
from cnnviz.engine import cores
from cnnviz.engine.trace import trace
from cnnviz.engine.weights import fitted
from cnnviz.explain.video.protocol import protocol_of
from cnnviz.templates import template
from cnnviz.ui.inspect.video.rows import rows_of
from cnnviz.ui.inspect.video.step import step_at

PIXEL = (3, 9, 30, 30)
"""Channel, step, row and column."""


def measure(rounds: int) -> list[Claim]:
    """Return how long the unrolling, the rows and one explained pixel take."""
    return list(_unrolling(rounds))


def _unrolling(rounds: int) -> Iterator[Claim]:
    graph = template("t20").graph
    module, shape = fitted(graph, None, setting.SEED), (1, 19, 64, 64)
    clip = np.random.default_rng(setting.SEED).random(shape, np.float32)
    cores.use_all_cores()
    trace(module, clip)
    found = trace(module, clip)
    protocol = protocol_of(shape, shape)
    told = "two memories of 32 channels, 64×64: i, f, o, candidate, c and h"
    yield _within("T20 unrolled, 19 frames with all gates", 0.5, rounds, lambda: trace(module, clip), told)
    rows = partial(rows_of, found, "convlstm1", PIXEL[0], protocol, None, "teacher-forced")
    yield _within("the rows of a channel", 0.05, rounds, rows, "in the window's thread")
    step = partial(step_at, found, "convlstm2", PIXEL)
    yield _within(
        "six accounts of one pixel", 0.05, rounds, step, "four gates of 578 products, state and output"
    )


def _within(what: str, limit: float, rounds: int, do: Callable[[], object], told: str) -> Claim:
    seconds = []
    for _ in range(rounds):
        start = time.perf_counter()
        do()
        seconds.append(time.perf_counter() - start)
    return at_most(what, median(seconds), limit, "s", told)
