"""What the process of its own runs in the tests."""

from __future__ import annotations

import os
import signal
import sys
import time
from collections.abc import Iterator
from typing import Any

from cnnviz.control import Control
from cnnviz.errors import TrainError
from cnnviz.events import Event, Progress, StepDone


def work(task: tuple[str, Any], control: Control) -> Iterator[Any]:
    """Do what the task says."""
    what, value = task
    if what == "count":
        sys.stdout.write("printed in between\n")
        yield from range(value)
    elif what == "double":
        yield value * 2
    elif what == "process":
        yield os.getpid()
    elif what == "refuse":
        raise TrainError("it can't be done.", where="step 3", hint="Do something else.")
    elif what == "break":
        raise ZeroDivisionError("by zero")
    elif what == "die":
        yield "last words"
        os.kill(os.getpid(), signal.SIGKILL)
    elif what == "leave":
        os._exit(3)
    elif what == "obey":
        yield from _obey(control)
    elif what == "learn":
        yield from _learn(*value)


def _learn(steps: int, seconds: float) -> Iterator[Event]:
    """Learn so many steps of so many seconds, judge, and break down in the step after."""
    for step in range(1, steps + 1):
        time.sleep(seconds)
        yield StepDone(step, step / 10, 1.0, 0.5, 0.1, 100.0, 1.0)
    yield Progress("judging", 1)
    yield StepDone(steps + 1, 0.0, 1.0, 0.5, 0.1, 100.0, 1.0)
    raise ZeroDivisionError("by zero")


def _obey(control: Control) -> Iterator[Any]:
    """Say what is asked until it is cancelled."""
    yield "ready"
    while not control.cancelled:
        control.wait(0.01)
        yield from control.take_changes().items()
        if control.permit == "batch":
            control.spend("batch")
            yield "batch"
