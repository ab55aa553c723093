"""Guards against PySide6 6.12.0 on Python 3.11, where every void call dropped a reference to None."""

from __future__ import annotations

import sys

from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot


def test_qt_calls_leave_the_reference_count_of_none_alone(qtbot: QtBot) -> None:
    widget = QWidget()
    qtbot.addWidget(widget)
    before = sys.getrefcount(None)  # constant from Python 3.12 on, where None is immortal
    for _ in range(100):
        widget.update()
    assert abs(sys.getrefcount(None) - before) < 50
