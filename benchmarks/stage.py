"""The real window, wired to the real engine, which can be let train for a few seconds at a time."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from itertools import pairwise
from tempfile import TemporaryDirectory

from PySide6.QtCore import QEventLoop, QTimer

from benchmarks import setting
from benchmarks.memory import peak_of, training_processes
from benchmarks.pulse import Heartbeat, Paints
from cnnviz import app, wiring
from cnnviz.control import Control
from cnnviz.events import Event, Gradients, StepDone, Watched
from cnnviz.settings import Settings
from cnnviz.ui.services import Services, TrainingTask
from cnnviz.ui.state import Session
from cnnviz.ui.train.workspace import TrainWorkspace
from cnnviz.ui.widgets.plotarea import PlotArea
from cnnviz.ui.window import MainWindow

SETTLE_SECONDS = 0.4
"""Unmeasured at the beginning of each turn."""
STEPS = {"t1": 2500, "t2": 1100}
"""Short enough for the curves to fill their axes while it is measured; a new run follows where one ends."""
PATIENCE_SECONDS = 60.0


class Log:
    """When which event left the engine, as seen from the worker thread."""

    def __init__(self) -> None:
        self._entries: list[tuple[float, Event]] = []

    def wrap(self, services: Services) -> Services:
        """Return the services with a training that is written down."""

        def train(task: TrainingTask, control: Control) -> Iterator[Event]:
            for event in services.train(task, control):
                self._entries.append((time.perf_counter(), event))
                yield event

        return replace(services, train=train)

    def speed(self, start: float, end: float, batch_size: int) -> float:
        """Return samples per second between two moments; what led to an evaluation is left out, as everywhere."""
        inside = [(at, event) for at, event in self._entries if start <= at <= end]
        steps, spent = 0, 0.0
        for (before, _), (at, event) in pairwise(inside):
            if isinstance(event, (StepDone, Watched, Gradients)):
                steps, spent = steps + isinstance(event, StepDone), spent + at - before
        self._entries.clear()
        return steps * batch_size / spent if spent else 0.0


class Stage:
    """A window that trains in turns, and what is noticed meanwhile."""

    def __init__(self, name: str) -> None:
        """Open a template in the Train workspace, with its data and a pinned image."""
        self._log = Log()
        self.peak_of_training = 0
        self._session = Session(self._log.wrap(wiring.services()), Settings())
        self._window = MainWindow(self._session, theme_name="dark")
        self._window.open_template(name, "train")
        self._session.document.set_recipe(seed=setting.SEED, steps=STEPS[name])
        self._window.show()
        self._wait(lambda: self._session.material.dataset is not None)
        self.heartbeat, self.paints = Heartbeat(), Paints()

    def start(self) -> None:
        """Begin a run and let its first second pass, which is in no claim."""
        self._session.train()
        self._wait(lambda: bool(self._session.training.record and self._session.training.record.watched))
        self._live(1.0)
        page = self._window.pages.currentWidget()
        assert isinstance(page, TrainWorkspace)
        plot = page.plots.loss.findChild(PlotArea)
        assert plot is not None
        self.paints.watch("curves", plot.viewport())
        self.paints.watch("pinned image", page.watch)
        self._pause()

    def begin(self) -> float:
        """Begin a run as a click does; return the seconds until its first step is known, and stop it."""
        start = time.perf_counter()
        self._session.train()
        self._wait(lambda: bool(self._session.training.record and self._session.training.record.steps))
        took = time.perf_counter() - start
        self._session.training.stop()
        self._wait(lambda: self._session.training.state == "idle")
        return took

    def turn(self, seconds: float) -> float:
        """Go on, measure the speed, and pause; return samples per second."""
        self._session.train()
        self._live(SETTLE_SECONDS)
        start = time.perf_counter()
        self._live(seconds)
        end = time.perf_counter()
        self._pause()
        return self._log.speed(start, end, self._session.document.recipe.batch_size)

    def listen(self, seconds: float) -> None:
        """Go on with a heartbeat in the GUI thread and paints counted, and pause.

        Not in the same turn as the speed: 200 beats a second, each waking Python, cost a training 5 to 18 %.
        """
        self._session.train()
        self._live(SETTLE_SECONDS)
        with self.heartbeat.beating(), self.paints.counting():
            self._live(seconds)
        self._pause()

    def close(self) -> None:
        """End everything, as closing the window does; note how much memory the trainings needed before."""
        self.peak_of_training = sum(peak_of(number) for number in training_processes())
        self._window.close()

    def _pause(self) -> None:
        self._session.training.pause()
        self._wait(lambda: self._session.training.state in ("paused", "idle"))
        self._live(0.2)

    def _wait(self, until: Callable[[], bool]) -> None:
        """Let the window live until something is so."""
        end = time.perf_counter() + PATIENCE_SECONDS
        while not until():
            if time.perf_counter() > end:
                raise TimeoutError("the window did not get there in time")
            self._live(0.02)

    def _live(self, seconds: float) -> None:
        """Run the event loop for a while."""
        loop = QEventLoop()
        QTimer.singleShot(round(seconds * 1000), loop.quit)
        loop.exec()


@contextmanager
def stage(name: str) -> Iterator[Stage]:
    """Open the window with settings of its own; close it in the end."""
    application = app.make_application()
    with TemporaryDirectory() as home:
        os.environ["CNNVIZ_HOME"] = home
        found = Stage(name)
        try:
            yield found
        finally:
            found.close()
            application.processEvents()
