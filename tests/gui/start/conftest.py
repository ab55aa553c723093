"""The whole window on the real engine, closed after each test."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtWidgets import QApplication

from cnnviz.ui.window import MainWindow
from tests.gui.rooms import dismiss, make_window


@pytest.fixture
def window(qapp: QApplication) -> Iterator[MainWindow]:
    found = make_window()
    found.resize(1280, 800)
    found.show()
    QApplication.processEvents()
    yield found
    dismiss(found)
