"""What a hand does: move to a cell, click it, press a key."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QEvent, QPointF, QRect, Qt
from PySide6.QtGui import QImage, QMouseEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget

from cnnviz.ui.inspect.picture import MapPicture
from cnnviz.ui.inspect.products import ProductBlocks
from cnnviz.ui.widgets.mosaic import Mosaic


def hover(widget: QWidget, point: QPointF) -> None:
    event = QMouseEvent(
        QEvent.Type.MouseMove, point, widget.mapToGlobal(point), Qt.MouseButton.NoButton,
        Qt.MouseButton.NoButton, Qt.KeyboardModifier.NoModifier,
    )  # fmt: skip
    QApplication.sendEvent(widget, event)


def leave(widget: QWidget) -> None:
    QApplication.sendEvent(widget, QEvent(QEvent.Type.Leave))


def click(widget: QWidget, point: QPointF) -> None:
    QTest.mouseClick(widget, Qt.MouseButton.LeftButton, pos=point.toPoint())


def cell_of(picture: MapPicture, row: int, column: int) -> QPointF:
    return QPointF(picture.map.grid().cell_rect(row, column).center())


def product_cell(blocks: ProductBlocks, place: int, row: int, column: int, depth: int = 0) -> QPointF:
    return blocks.blocks().cell_rect(place, depth, row, column).center() - QPointF(0, blocks.top())


def tile_cell(mosaic: Mosaic, index: int, row: int = 0, column: int = 0) -> QPointF:
    return mosaic.tiles().grid(index).cell_rect(row, column).center() - QPointF(0, mosaic.top())


def press(
    widget: QWidget, key: Qt.Key, modifier: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier
) -> None:
    QTest.keyClick(widget, key, modifier)
    QApplication.processEvents()


def shades(widget: QWidget) -> int:
    """Return how many different colours a widget shows, looking at every third point of every third line."""
    image = widget.grab().toImage().convertToFormat(QImage.Format.Format_RGB32)
    words = np.frombuffer(image.constBits(), np.uint32).reshape(image.height(), -1)
    return len(np.unique(words[::3, ::3]))


def colours(widget: QWidget, rect: QRect) -> set[int]:
    """Return the different colours in a part of a widget."""
    image = widget.grab(rect).toImage()
    return {image.pixel(x, y) for x in range(image.width()) for y in range(image.height())}
