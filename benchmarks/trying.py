"""Drawing and changing in the real Inspect: from the hand to the picture, everything computed and painted."""

from __future__ import annotations

import time
from collections.abc import Callable

import numpy as np
from PySide6.QtCore import QEventLoop, QPointF, QTimer

from benchmarks import setting
from benchmarks.claim import Claim, at_most
from benchmarks.rounds import percentile
from cnnviz import app, wiring
from cnnviz.model.whatif import Cell, Variation
from cnnviz.settings import Settings
from cnnviz.ui.inspect.workspace import InspectWorkspace
from cnnviz.ui.state import Session
from cnnviz.ui.window import MainWindow

NETWORK = "t2"
SIZE = (1440, 900)
REPEATS, WARM = 15, 5
"""Times per round, and how many come before that do not count."""
STROKES_MS, CHANGES_MS = 50.0, 100.0
PATIENCE_MS = 60_000


def measure(rounds: int) -> list[Claim]:
    """Return the claims about T2 with random weights, on a digit of MNIST."""
    app.make_application()
    session = Session(wiring.services(), Settings())
    window = MainWindow(session, theme_name="dark")
    window.resize(*SIZE)
    window.open_template(NETWORK, "inspect")
    window.show()
    _until(lambda: session.material.dataset is not None and session.looking.trace is not None)
    page = window.pages.currentWidget()
    assert isinstance(page, InspectWorkspace)
    _until(lambda: page.frame is not None and session.looking.settled)
    try:
        return _claims(session, page, rounds * REPEATS)
    finally:
        session.document.forget_autosave()
        window.close()


def _claims(session: Session, page: InspectWorkspace, repeats: int) -> list[Claim]:
    """Measure strokes, then edited kernel cells, muted maps and a moved image."""
    random = np.random.default_rng(setting.SEED)
    name = next(node.name for node in session.document.graph if node.layer.group == "Convolution")
    tries = page.whatif.changes

    def stroke(_turn: int) -> None:
        start, step = random.uniform(5, 20, 2), random.uniform(-4, 4, 2)
        page.side.sample.pad.stroke(QPointF(*start), QPointF(*(start + step)))

    def edit(turn: int) -> None:
        tries.set_cell(Cell(name, "weight", (0, 0, 1, 1)), 0.01 * turn + 0.5)

    def mute(turn: int) -> None:
        tries.mute(name, turn // 2)

    def move(turn: int) -> None:
        tries.vary(Variation(dx=turn % 7 - 3, dy=turn % 5 - 2))

    page.side.sample.tabs.part("Draw").click()
    found = [
        _claim("a stroke on the pad: all maps and answers painted", session, stroke, repeats, STROKES_MS)
    ]
    for what, change in (("a kernel cell edited", edit), ("a map muted", mute), ("the image moved", move)):
        found.append(_claim(f"{what}: everything painted", session, change, repeats, CHANGES_MS))
        tries.reset()
    return found


def _claim(what: str, session: Session, change: Callable[[int], None], repeats: int, limit: float) -> Claim:
    """Measure from a change until its trace is there and no widget has anything left to paint."""
    took = []
    for turn in range(-WARM, repeats):
        start = time.perf_counter()
        before = session.looking.trace
        change(turn + WARM + 1)
        _until(lambda before=before: session.looking.settled and session.looking.trace is not before)  # type: ignore[misc]
        app.make_application().processEvents()
        took.append(1000 * (time.perf_counter() - start))
    counted = took[WARM:]
    detail = f"95 % of {len(counted)}; median {percentile(counted, 0.5):.1f} ms"
    return at_most(f"{NETWORK.upper()}: {what}", percentile(counted, 0.95), limit, "ms", detail)


def _until(condition: Callable[[], bool]) -> None:
    """Let the window work until a condition holds; the worker gets the interpreter meanwhile."""
    if condition():
        return
    loop, watch, end = QEventLoop(), QTimer(interval=1), time.perf_counter() + PATIENCE_MS / 1000
    watch.timeout.connect(lambda: loop.quit() if condition() or time.perf_counter() > end else None)
    watch.start()
    loop.exec()
    watch.stop()
    if not condition():
        raise TimeoutError("The window did not follow.")
