"""A kernel cell edited with the mouse, a bias with keys alone, and Ctrl Z: the very same logits come back."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from cnnviz.ui.inspect.workspace import InspectWorkspace
from cnnviz.ui.window import MainWindow
from tests.gui.rooms import dismiss, make_window, wait

CTRL = Qt.KeyboardModifier.ControlModifier


@pytest.fixture
def window(qapp: QApplication) -> Iterator[MainWindow]:
    found = make_window()
    found.resize(1440, 900)
    found.show()
    found.show_workspace("inspect")
    found.activateWindow()
    wait(found.isActiveWindow)
    wait(lambda: inspect(found).frame is not None and found.session.looking.settled)
    yield found
    dismiss(found)


def inspect(window: MainWindow) -> InspectWorkspace:
    page = window.pages.currentWidget()
    assert isinstance(page, InspectWorkspace)
    return page


def logits(window: MainWindow) -> np.ndarray:
    wait(lambda: window.session.looking.settled)
    return np.array(window.session.looking.trace.activation("dense1"))


def type_here(text: str) -> None:
    for character in text:
        QTest.keyClick(QApplication.focusWidget(), character)


def test_a_kernel_cell_by_mouse_and_undo(window: MainWindow) -> None:
    page, before = inspect(window), logits(window)
    page.steering.go("conv1", (1, 5, 5))
    kernel = page.input.kernel
    point = kernel.grid().cell_rect(1, 1).center().toPoint()
    QTest.mouseMove(kernel, point)
    QTest.mouseDClick(kernel, Qt.MouseButton.LeftButton, pos=point)
    wait(lambda: QApplication.focusWidget() is page.whatif.editor)
    type_here("-1.75")
    QTest.keyClick(QApplication.focusWidget(), Qt.Key.Key_Return)
    wait(lambda: window.session.document.whatif.cells)
    wait(lambda: not np.array_equal(logits(window), before))
    assert list(window.session.document.whatif.cells.values()) == [-1.75]
    assert page.whatif.banner.isVisible()
    QTest.keyClick(QApplication.focusWidget(), Qt.Key.Key_Z, CTRL)
    wait(lambda: not window.session.document.whatif)
    assert np.array_equal(logits(window), before)
    QTest.keyClick(QApplication.focusWidget(), Qt.Key.Key_Y, CTRL)
    wait(lambda: window.session.document.whatif.cells)
    assert not np.array_equal(logits(window), before)


def test_a_bias_and_a_mute_by_keys_alone(window: MainWindow) -> None:
    page, before = inspect(window), logits(window)
    page.steering.go("conv1", (2, 5, 5))
    page.lane.setFocus()
    QTest.keyClick(page.lane, Qt.Key.Key_E)
    wait(lambda: QApplication.focusWidget() is page.whatif.editor)
    QTest.keyClick(page.whatif.editor, Qt.Key.Key_A, CTRL)
    type_here("2.5")
    QTest.keyClick(page.whatif.editor, Qt.Key.Key_Return)
    wait(lambda: [cell.array for cell in window.session.document.whatif.cells] == ["bias"])
    QTest.keyClick(page.lane, Qt.Key.Key_M, Qt.KeyboardModifier.ShiftModifier)
    wait(lambda: window.session.document.whatif.muted == {"conv1": (2,)})
    wait(lambda: "conv1_alt" in window.session.looking.trace.activations)
    for _ in range(2):
        QTest.keyClick(page.lane, Qt.Key.Key_Z, CTRL)
    wait(lambda: not window.session.document.whatif)
    wait(lambda: "conv1_alt" not in window.session.looking.trace.activations)
    assert np.array_equal(logits(window), before)
