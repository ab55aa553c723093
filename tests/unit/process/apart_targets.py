"""What the process of its own runs in the tests."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Iterator
from typing import Any

from cnnviz.control import Control
from cnnviz.errors import TrainError


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


def _obey(control: Control) -> Iterator[Any]:
    """Say what is asked until it is cancelled."""
    yield "ready"
    while not control.cancelled:
        control.wait(0.01)
        yield from control.take_changes().items()
        if control.permit == "batch":
            control.spend("batch")
            yield "batch"
