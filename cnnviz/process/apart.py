"""The near side: starts the process, passes on what the user asks of a job, and yields the events that come back."""

from __future__ import annotations

import contextlib
import pickle
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from typing import Any

from cnnviz.control import Control
from cnnviz.errors import TrainError

END_SECONDS = 2.0
"""How long an idle process may take to end before it is stopped."""

_CODE = """
import pickle, sys
sys.path[:] = pickle.load(sys.stdin.buffer)
from cnnviz.process.far import serve
serve(*pickle.load(sys.stdin.buffer))
"""
"""Not multiprocessing's own way, which runs the main script of the program a second time in the new process."""


class Apart:
    """One process that runs `target` ("module:function", called with an argument and a Control) again and again.

    `preload` names a module to import at the start. The process starts when it is first needed, or with `start`, and a
    new one takes its place if it dies. One job at a time; all methods may be called from any thread.
    """

    def __init__(self, target: str, *, preload: str = "") -> None:
        self._target, self._preload = target, preload
        self._lock = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Have the process ready: it imports what it needs, which takes seconds, before the first job comes."""
        with self._lock:
            self._ready()

    def run(self, argument: Any, control: Control) -> Iterator[Any]:
        """Yield what the target yields for a picklable argument; raise what it raises.

        What is asked of `control` is asked of the job. Raise TrainError if the process dies.
        """
        with self._lock:
            process = self._ready()
        tell = _teller(process)
        tell("run", argument)
        control.forward(tell)
        try:
            yield from self._answers(process, tell)
        finally:
            control.forward(None)

    def close(self) -> None:
        """End the process; a job that still runs is given up."""
        with self._lock:
            process, self._process = self._process, None
        if process is not None:
            _end(process)

    def _answers(self, process: subprocess.Popen[bytes], tell: Callable[..., None]) -> Iterator[Any]:
        ended = False
        try:
            while True:
                try:
                    kind, value = _receive(process)
                except (EOFError, OSError, ValueError):
                    ended = True
                    raise self._death(process) from None
                if kind == "events":
                    yield from value
                    continue
                ended = True
                if kind == "raised":
                    raise value
                return
        finally:
            if not ended:
                self._give_up(process, tell)

    def _give_up(self, process: subprocess.Popen[bytes], tell: Callable[..., None]) -> None:
        """Let a job end that nobody wants to hear of any more, so that the process is free for the next one."""
        tell("cancel")
        with contextlib.suppress(EOFError, OSError, ValueError):
            while _receive(process)[0] == "events":
                pass

    def _death(self, process: subprocess.Popen[bytes]) -> TrainError:
        """Return what happened to the process, and what to do; forget it."""
        with self._lock:
            if self._process is process:
                self._process = None
        code = _end(process)
        if code == -9:
            return TrainError(
                "the system stopped the training process; most likely there was not enough memory.",
                hint="Choose a smaller batch size or a smaller network.",
            )
        return TrainError(
            f"the training process ended unexpectedly (exit status {code}).", hint="Start the training again."
        )

    def _ready(self) -> subprocess.Popen[bytes]:
        if self._process is None or self._process.poll() is not None:
            if self._process is not None:
                _end(self._process)
            pipe = subprocess.PIPE
            self._process = subprocess.Popen([sys.executable, "-c", _CODE], stdin=pipe, stdout=pipe)
            _send(self._process, sys.path)
            _send(self._process, (self._target, self._preload))
        return self._process


def _teller(process: subprocess.Popen[bytes]) -> Callable[..., None]:
    """Return what sends a wish to the far side, one at a time."""
    lock = threading.Lock()

    def tell(what: str, *values: Any) -> None:
        # where the process has died, whoever reads its answers finds out and says so
        with lock, contextlib.suppress(OSError, ValueError):
            _send(process, (what, *values))

    return tell


def _send(process: subprocess.Popen[bytes], message: object) -> None:
    assert process.stdin is not None
    pickle.dump(message, process.stdin, protocol=5)
    process.stdin.flush()


def _receive(process: subprocess.Popen[bytes]) -> tuple[str, Any]:
    assert process.stdout is not None
    found: tuple[str, Any] = pickle.load(process.stdout)  # noqa: S301 (a private pipe: this program itself writes there)
    return found


def _end(process: subprocess.Popen[bytes]) -> int:
    """Let a process end, as it does when nobody writes to it any more, or stop it; return its exit status."""
    assert process.stdin is not None
    with contextlib.suppress(OSError):
        process.stdin.close()
    try:
        process.wait(END_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
    if process.stdout is not None:
        process.stdout.close()
    return process.returncode
