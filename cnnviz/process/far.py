"""The far side: runs in the process of its own and ends with the program that started it."""

from __future__ import annotations

import contextlib
import gc
import importlib
import os
import pickle
import queue
import signal
import sys
import threading
import time
import traceback
from collections.abc import Callable, Iterator
from typing import Any, NoReturn

from cnnviz.control import Control
from cnnviz.events import StepDone

NICENESS = 10
"""How far whatever computes steps back, in a process or a thread of its own: the window goes first."""
TOGETHER_SECONDS = 0.08
"""Steps wait so long for the next ones: each message wakes the other side, which takes a core away in mid-step, and a
hundred wake-ups a second cost a small network a tenth of its speed."""


def serve(target: str, preload: str = "") -> NoReturn:
    """Run the target for each argument that arrives, and send its events; never returns."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl C in a terminal reaches both; the window decides
    module, _, function = target.partition(":")
    desk = _Desk()
    threading.Thread(target=desk.listen, daemon=True).start()
    if preload:
        importlib.import_module(preload)
    work = getattr(importlib.import_module(module), function)
    if hasattr(os, "nice"):  # only now: on a busy machine what is imported would else come half a minute late
        os.nice(NICENESS)
    while True:
        desk.answer(work, *desk.jobs.get())
        gc.collect()  # networks and their optimisers refer to themselves: they would stay for several jobs more


class _Desk:
    """Sorts what arrives: jobs into a queue, wishes to the control of the job that runs."""

    def __init__(self) -> None:
        self._wishes = sys.stdin.buffer
        self._answers = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
        os.dup2(
            sys.stderr.fileno(), sys.stdout.fileno()
        )  # what a library prints must not end up among the answers
        self.jobs: queue.SimpleQueue[tuple[Any, Control]] = queue.SimpleQueue()
        self._control = Control()

    def listen(self) -> None:
        """Read until the other side is gone; then this process has no reason to live, whatever it is doing."""
        try:
            while True:
                what, *values = pickle.load(self._wishes)  # noqa: S301 (a private pipe: this program itself writes there)
                if what == "run":
                    self._control = Control()
                    self.jobs.put((values[0], self._control))
                else:
                    self._control.obey(what, *values)
        except (EOFError, OSError, pickle.UnpicklingError):
            os._exit(0)

    def answer(self, work: Callable[[Any, Control], Iterator[Any]], argument: Any, control: Control) -> None:
        """Send the events of one job, then how it ended; steps go together, with whatever comes next."""
        waiting: list[Any] = []
        due = 0.0
        try:
            for event in work(argument, control):
                waiting.append(event)
                now = time.monotonic()
                if not isinstance(event, StepDone) or now >= due:
                    self._send("events", waiting)
                    waiting, due = [], now + TOGETHER_SECONDS
            self._send("events", waiting)
            self._send("done", None)
        except BaseException as error:  # noqa: BLE001 (whatever it is, the other side waits for an answer)
            self._send("events", waiting)
            self._send("raised", _portable(error))

    def _send(self, kind: str, value: object) -> None:
        pickle.dump((kind, value), self._answers, protocol=5)
        self._answers.flush()


def _portable(error: BaseException) -> BaseException:
    """Return the error with its report as a note, or one with the same words where it can't be sent."""
    report = "".join(traceback.format_exception(error))
    with contextlib.suppress(Exception):
        copy: BaseException = pickle.loads(pickle.dumps(error))  # noqa: S301
        copy.add_note(report)
        return copy
    found = RuntimeError(f"{type(error).__name__}: {error}")
    found.add_note(report)
    return found
