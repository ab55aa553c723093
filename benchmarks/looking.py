"""Asking for one value, and painting many maps."""

from __future__ import annotations

import time
from collections.abc import Callable
from statistics import median

import numpy as np

from benchmarks import setting
from benchmarks.claim import Claim, at_most
from benchmarks.rounds import percentile
from cnnviz import app, wiring
from cnnviz.explain import explain
from cnnviz.templates import template

MAPS, SIDE = 64, 28
WIDTH, HEIGHT = 640, 480
REPEATS = 20
"""Times per round."""


def measure(rounds: int) -> list[Claim]:
    """Return the claims about looking inside."""
    return [_explaining(rounds * REPEATS), _painting(rounds * REPEATS)]


def _explaining(repeats: int) -> Claim:
    """Explain values of T2's third convolution: 64 channels of 3×3, all 577 terms built as a list."""
    graph, image = template("t2").graph, setting.dataset().test.sample(0)
    trace = wiring.services().trace(graph, None, image, setting.SEED)
    row = next(
        row for row in graph.summary().rows if row.inputs and row.inputs[0][0] == 64 and row.parameters
    )
    shape, places = row.shape or (), np.random.default_rng(setting.SEED)
    took = _times(lambda: len(explain(trace, row.name, places.integers(0, shape).tolist()).terms), repeats)
    return _told(f"one value of {row.name}, 64 channels, explained", took, 20.0)


def _painting(repeats: int) -> Claim:
    """Give a mosaic new maps and have it painted before the next ones."""
    from cnnviz.ui.widgets.mosaic import Mosaic

    application = app.make_application()
    mosaic = Mosaic()
    mosaic.resize(WIDTH, HEIGHT)
    mosaic.show()
    application.processEvents()
    maps = np.random.default_rng(setting.SEED).normal(size=(2, MAPS, SIDE, SIDE)).astype(np.float32)

    def refresh(turn: list[int] = [0]) -> None:  # noqa: B006 - counts over all calls
        turn[0] += 1
        mosaic.set_maps(maps[turn[0] % 2])
        mosaic.viewport().repaint()

    took = _times(refresh, repeats)
    mosaic.close()
    return _told(f"mosaic of {MAPS} maps of {SIDE}×{SIDE}, one refresh", took, 5.0)


def _times(action: Callable[[], object], repeats: int) -> list[float]:
    """Return how many milliseconds each call took, after a first one that does not count."""
    action()
    took = []
    for _ in range(repeats):
        start = time.perf_counter()
        action()
        took.append(1000 * (time.perf_counter() - start))
    return took


def _told(what: str, took: list[float], limit: float) -> Claim:
    detail = f"median of {len(took)}; 95 % within {percentile(took, 0.95):.1f} ms"
    return at_most(what, median(took), limit, "ms", detail)
