"""From starting the program to the first painted start page, in a fresh process each time."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from statistics import median
from tempfile import TemporaryDirectory

from benchmarks.claim import Claim, at_most

STARTS = 5
LIMIT_SECONDS = 0.8
SLOWEST_SHOWN = 8


def measure(_rounds: int) -> list[Claim]:
    """Return the claim; where it is not met, the slowest imports are in its detail. An empty window is the rival."""
    with TemporaryDirectory() as home:
        os.environ["CNNVIZ_HOME"] = home
        _start("page")  # warms the files of the disk
        turns = [(_start("page"), _start("empty")) for _ in range(STARTS)]
    took, empty = (median(side) for side in zip(*turns, strict=True))
    detail = f"median of {STARTS}; an empty Qt window takes {empty:.2f} s"
    if took > LIMIT_SECONDS:
        detail += f"; slowest imports: {_slowest_imports()}"
    return [at_most("start page painted after the start", took, LIMIT_SECONDS, "s", detail)]


def _start(what: str, *options: str) -> float:
    """Start a process; return the seconds until it said that it has painted."""
    start = time.monotonic()
    told = subprocess.run(
        [sys.executable, *options, "-m", "benchmarks.start", what],
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    return float(told.stdout) - start


def _slowest_imports() -> str:
    """Return the modules that took longest by themselves, in milliseconds, as Python's -X importtime counts them."""
    told = subprocess.run(
        [sys.executable, "-X", "importtime", "-m", "benchmarks.start", "page"],
        capture_output=True,
        text=True,
        check=True,
    )
    lines = (line.removeprefix("import time:").split("|") for line in told.stderr.splitlines() if "|" in line)
    found = [(int(own), name.strip()) for own, _, name in lines if own.strip().isdigit()]
    return ", ".join(f"{name} {own / 1000:.0f}" for own, name in sorted(found, reverse=True)[:SLOWEST_SHOWN])


# -- the process that is started --------------------------------------------------------------------------------------


def _open(what: str) -> int:
    """Open what the program opens, by the same way, or an empty window."""
    if what == "empty":
        return _open_empty()
    from pathlib import Path

    from cnnviz import cli

    def refuse(_out: Path) -> int:
        raise NotImplementedError

    return cli.main([], _open_start_page, refuse)


def _open_start_page(_open_this: str, data_dir: str, theme: str) -> int:
    from cnnviz import app

    application = app.make_application()
    window = app.make_window(data_dir=data_dir, theme=theme)
    return _run(application, window)


def _open_empty() -> int:
    from PySide6.QtWidgets import QApplication, QMainWindow

    application = QApplication([])
    return _run(application, QMainWindow())


def _run(application: object, window: object) -> int:
    """Show a window, and end the process as soon as it has been painted and handed to the screen."""
    from PySide6.QtCore import QEvent, QObject, QTimer
    from PySide6.QtWidgets import QApplication, QWidget

    def say() -> None:
        print(time.monotonic(), flush=True)
        os._exit(0)  # without waiting for what goes on in the background

    class Watcher(QObject):
        def eventFilter(self, _watched: QObject, event: QEvent) -> bool:  # noqa: N802 - Qt's name
            if event.type() == QEvent.Type.Paint:
                QTimer.singleShot(0, say)
            return False

    assert isinstance(application, QApplication)
    assert isinstance(window, QWidget)
    watcher = Watcher()
    window.installEventFilter(watcher)
    window.show()
    return application.exec()


if __name__ == "__main__":
    sys.exit(_open(sys.argv[1]))
