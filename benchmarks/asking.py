"""Asking a network over a data set, in the window: the strongest images of every channel."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from tempfile import TemporaryDirectory

from PySide6.QtCore import QEventLoop, QTimer

from benchmarks.claim import Claim, at_most
from benchmarks.pulse import Heartbeat
from benchmarks.rounds import percentile
from cnnviz import app
from cnnviz.ui.inspect.workspace import InspectWorkspace

NAME = "t2"
PATIENCE_SECONDS = 300.0
SETTLE_SECONDS = 1.0


def measure(rounds: int) -> list[Claim]:
    """Return the claims: how long it takes, and how late timers of the window come meanwhile."""
    application = app.make_application()
    with TemporaryDirectory() as home:
        os.environ["CNNVIZ_HOME"] = home
        found = [_look_through() for _ in range(rounds)]
        application.processEvents()
    took, late, images = (
        [each[0] for each in found],
        [beat for each in found for beat in each[1]],
        found[0][2],
    )
    what = f"9 strongest of {images:,} images for every channel of {NAME.upper()}"
    return [
        at_most(what, max(took), 60.0, "s", f"in the background of the window; the slowest of {rounds}"),
        at_most(
            "lateness of a 5 ms timer meanwhile, 99 %", percentile(late, 0.99), 10.0, "ms",
            f"{len(late)} beats; the worst {max(late):.0f} ms",
        ),
    ]  # fmt: skip


def _look_through() -> tuple[float, list[float], int]:
    """Open a window, let it look through all images, and return seconds, lateness of each beat, and images."""
    window = app.make_window(theme="dark")
    window.open_template(NAME, "inspect")
    window.show()
    page = window.pages.currentWidget()
    assert isinstance(page, InspectWorkspace)
    _live_until(lambda: page.frame is not None and window.session.material.dataset is not None)
    _live(SETTLE_SECONDS)
    panel, heartbeat = page.side.examples, Heartbeat()
    start = time.perf_counter()
    with heartbeat.beating():
        page.side.show_page("Examples")
        _live_until(lambda: panel.found is not None)
    took = time.perf_counter() - start
    assert panel.found is not None
    images = panel.found.looked_at
    window.close()
    return took, heartbeat.late, images


def _live_until(condition: Callable[[], bool]) -> None:
    """Let the window live until something is so."""
    end = time.perf_counter() + PATIENCE_SECONDS
    while not condition():
        if time.perf_counter() > end:
            raise TimeoutError("the window did not get there in time")
        _live(0.05)


def _live(seconds: float) -> None:
    loop = QEventLoop()
    QTimer.singleShot(round(seconds * 1000), loop.quit)
    loop.exec()
