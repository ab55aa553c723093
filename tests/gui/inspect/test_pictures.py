"""Pictures dropped on the window and pasted from the clipboard are looked at."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent, QGuiApplication, QImage, QPainter, QPen
from PySide6.QtWidgets import QApplication

from cnnviz.ui.state.pictures import paste, pixels_of
from tests.gui.rooms import dismiss, make_window, wait


@pytest.fixture
def window(qapp):
    found = make_window()
    found.show()
    yield found
    dismiss(found)


def drawing(size: int = 120) -> QImage:
    image = QImage(size, size, QImage.Format.Format_RGB32)
    image.fill(Qt.GlobalColor.white)
    painter = QPainter(image)
    painter.setPen(QPen(Qt.GlobalColor.black, 10))
    painter.drawLine(QPoint(60, 20), QPoint(60, 100))
    painter.end()
    return image


def drop(window, path: Path) -> bool:
    """Drag a file over the window and let it fall; return whether it is taken."""
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(path))])
    copy, left, plain = Qt.DropAction.CopyAction, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    enter = QDragEnterEvent(QPoint(50, 50), copy, data, left, plain)
    QApplication.sendEvent(window, enter)
    if enter.isAccepted():
        QApplication.sendEvent(window, QDropEvent(QPointF(50, 50), copy, data, left, plain))
    return enter.isAccepted()


def test_a_picture_that_is_dropped_is_looked_at(window, tmp_path) -> None:
    path = tmp_path / "one.png"
    drawing().save(str(path))
    assert drop(window, path)
    sample = lambda: window.session.material.sample
    wait(lambda: sample() is not None and sample().title == "one.png")
    assert sample().image.shape == (1, 28, 28)
    assert sample().image[0, 14, 12:16].max() > 0.8
    wait(lambda: window.workspace == "inspect")
    wait(lambda: window.session.looking.settled)
    assert np.array_equal(window.session.looking.trace.activation("input"), sample().image)


def test_a_file_that_only_ends_like_a_picture_is_told(window, tmp_path) -> None:
    told = []
    window.session.notice.connect(lambda tone, text: told.append((tone, text)))
    path = tmp_path / "no.jpg"
    path.write_bytes(b"no picture")
    drop(window, path)
    wait(lambda: told)
    assert told[0][0] == "error"
    assert "can't be read" in told[0][1]


def test_the_clipboard_is_pasted_with_its_key(window) -> None:
    window.show_workspace("inspect")
    QGuiApplication.clipboard().setImage(drawing())
    action = next(a for a in window.workspace_actions() if "clipboard" in a.text())
    assert action.shortcut().toString() == "Ctrl+V"
    action.trigger()
    wait(lambda: window.session.material.sample.title == "pasted")
    QGuiApplication.clipboard().clear()
    told = []
    window.session.notice.connect(lambda tone, text: told.append(text))
    paste(window.session)
    assert told == ["There is no picture in the clipboard."]


def test_pixels_of_an_image() -> None:
    image = QImage(3, 2, QImage.Format.Format_ARGB32)
    image.fill(0)
    image.setPixelColor(1, 0, Qt.GlobalColor.red)
    assert pixels_of(image)[0].tolist() == [[255, 255, 255], [255, 0, 0], [255, 255, 255]]
