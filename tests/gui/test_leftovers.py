"""The guard against leftovers: it must see each kind, and let tidy tests pass."""

from __future__ import annotations

from PySide6.QtCore import QThread, QTimer
from PySide6.QtWidgets import QDialog, QWidget
from pytestqt.qtbot import QtBot

from tests.leftovers import Starts, leftovers, windows


def test_running_timer_is_named_with_the_line_that_started_it(qapp: object) -> None:
    starts = Starts()
    timer = QTimer(objectName="heartbeat")
    with starts.watch():
        timer.start(1000)
    (found,) = starts.running()
    assert "QTimer heartbeat started at" in found
    assert "test_leftovers.py" in found
    timer.stop()
    assert starts.running() == []


def test_running_thread_is_found_until_it_ends(qapp: object) -> None:
    class Worker(QThread):
        pass

    starts, worker = Starts(), Worker()
    with starts.watch():
        worker.start()
    assert "Worker" in starts.running()[0]
    worker.quit()
    assert worker.wait(5000)
    assert starts.running() == []


def test_window_that_stays_is_found(qtbot: QtBot) -> None:
    before = windows()
    window = QWidget(windowTitle="Forgotten")
    qtbot.addWidget(window)
    (found,) = leftovers(Starts(), before)
    assert "'Forgotten'" in found


def test_owned_dialog_belongs_to_its_window(qtbot: QtBot) -> None:
    window = QWidget()
    qtbot.addWidget(window)
    before = windows()
    dialog = QDialog(window)
    dialog.show()
    assert leftovers(Starts(), before) == []


def test_dropped_window_is_no_leftover(qapp: object) -> None:
    before = windows()
    window = QWidget()
    window.itself = window  # a cycle that only the garbage collector ends
    del window
    assert leftovers(Starts(), before) == []
