"""The asker: the newest question of a slot wins, answers come back to the window, and nothing can break it."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator

import pytest
import shiboken6
from PySide6.QtCore import QObject
from pytestqt.qtbot import QtBot

from cnnviz.errors import ExplainError
from cnnviz.events import Failed
from cnnviz.jobs import Asker


@pytest.fixture
def asker(qtbot: QtBot) -> Iterator[Asker]:
    found = Asker()
    found.start()
    yield found
    found.stop()
    assert found.isFinished()


def test_answers_come_back_to_the_window(asker: Asker, qtbot: QtBot) -> None:
    found: list[object] = []
    asker.ask(
        "slot",
        threading.current_thread,
        lambda asked_in: found.extend((asked_in, threading.current_thread())),
    )
    qtbot.waitUntil(lambda: len(found) == 2, timeout=2000)
    assert found[0] is not threading.main_thread()
    assert found[1] is threading.main_thread()


def test_the_newest_question_of_a_slot_wins(asker: Asker, qtbot: QtBot) -> None:
    gate, found = threading.Event(), []
    asker.ask("busy", gate.wait, lambda _: None)
    for number in range(100):
        asker.ask("slot", lambda number=number: number, found.append)
    asker.ask("other", lambda: "other", found.append)
    gate.set()
    qtbot.waitUntil(lambda: len(found) == 2, timeout=2000)
    assert found == [99, "other"]


def test_errors_go_to_their_own_callback(asker: Asker, qtbot: QtBot) -> None:
    def fail() -> None:
        raise ExplainError("no such value.")

    found: list[Failed] = []
    asker.ask("slot", fail, pytest.fail, found.append)
    qtbot.waitUntil(lambda: bool(found), timeout=2000)
    assert found[0].message == "no such value."
    assert "Traceback" in found[0].report


def test_it_lives_on_after_an_error_that_nobody_listens_to(asker: Asker, qtbot: QtBot) -> None:
    found: list[int] = []
    asker.ask("slot", lambda: 1 / 0, pytest.fail)
    asker.ask("other", lambda: 7, found.append)
    qtbot.waitUntil(lambda: found == [7], timeout=2000)


class Panel(QObject):
    def __init__(self) -> None:
        super().__init__()
        self.seen: list[object] = []

    def show_value(self, value: object) -> None:
        self.objectName()  # breaks on a deleted object
        self.seen.append(value)


def test_a_reply_to_a_deleted_object_is_dropped(asker: Asker, qtbot: QtBot) -> None:
    gate, panel, found = threading.Event(), Panel(), []
    asker.ask("slot", gate.wait, panel.show_value)
    asker.ask("next", lambda: 1, found.append)
    shiboken6.delete(panel)
    gate.set()
    qtbot.waitUntil(lambda: found == [1], timeout=2000)
    assert panel.seen == []


def test_stopping_waits_for_the_current_question_and_drops_the_others(qtbot: QtBot) -> None:
    asker, done = Asker(), []
    asker.start()
    asker.ask("slot", lambda: time.sleep(0.05) or done.append("first"), pytest.fail)
    qtbot.wait(20)
    asker.ask("later", lambda: done.append("second"), pytest.fail)
    asker.stop()
    qtbot.wait(20)
    assert done == ["first"]
    assert asker.isFinished()
