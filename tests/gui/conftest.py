"""Tests with widgets on Qt's offscreen platform: no screen, no OpenGL, no real drags."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest
from PySide6.QtWidgets import QApplication

from cnnviz.ui.window import MainWindow
from tests.gui.rooms import dismiss, make_window
from tests.leftovers import nothing_left_behind

os.environ["QT_QPA_PLATFORM"] = "offscreen"

__all__ = ["nothing_left_behind"]


@pytest.fixture
def window(qapp: QApplication) -> Iterator[MainWindow]:
    """The whole window on the real engine, closed after the test."""
    found = make_window()
    found.resize(1280, 800)
    found.show()
    QApplication.processEvents()
    yield found
    dismiss(found)
