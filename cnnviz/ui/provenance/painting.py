"""A widget as a picture: as pixels, or as lines and texts that can be drawn at any size."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QBuffer, QIODevice, QPoint, QRect, QRectF, Qt
from PySide6.QtGui import QImage, QPainter, QRegion
from PySide6.QtSvg import QSvgGenerator
from PySide6.QtWidgets import QAbstractScrollArea, QWidget

from cnnviz.explain.trace import Array
from cnnviz.ui import theme
from cnnviz.ui.widgets.painted import Painted

SHARPNESS = 2.0
"""Pixels of a PNG for one of the screen."""
_DOTS_PER_INCH = 96


def png_of(widget: QWidget) -> bytes:
    """Return a widget as a PNG, twice as sharp as on the screen."""
    image = QImage(widget.size() * SHARPNESS, QImage.Format.Format_RGB32)
    image.setDevicePixelRatio(SHARPNESS)
    image.fill(theme.color("bg1"))
    painter = QPainter(image)
    _render(widget, painter)
    painter.end()
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    image.save(buffer, "PNG")  # type: ignore[call-overload]  # the stubs ask for bytes, Qt for text
    return bytes(buffer.data().data())


def svg_of(widget: QWidget, title: str) -> bytes:
    """Return a widget as an SVG; what it paints itself stays lines and texts."""
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    writer = QSvgGenerator()
    writer.setOutputDevice(buffer)
    writer.setResolution(_DOTS_PER_INCH)
    writer.setSize(widget.size())
    writer.setViewBox(widget.rect())
    writer.setTitle(title)
    painter = QPainter(writer)
    painter.fillRect(widget.rect(), theme.color("bg1"))
    _render(widget, painter)
    painter.end()
    # the name that Qt gives to an unknown interface font, as style sheets call it
    return bytes(buffer.data().data()).replace(b"Sans Serif", b"sans-serif")


def pixels_of(widget: QWidget, width: int) -> Array:
    """Return a widget as (H, W, 3), uint8, so many pixels wide."""
    image = widget.grab().toImage().convertToFormat(QImage.Format.Format_RGB888)
    if image.width() != width:
        image = image.scaledToWidth(width, Qt.TransformationMode.SmoothTransformation)
        image = image.convertToFormat(QImage.Format.Format_RGB888)
    rows = np.frombuffer(image.constBits(), np.uint8).reshape(image.height(), image.bytesPerLine())
    return rows[:, : 3 * image.width()].reshape(image.height(), image.width(), 3).copy()


def _render(widget: QWidget, painter: QPainter) -> None:
    """Paint a widget and all in it; those that keep a picture of themselves are asked to paint anew."""
    flags = QWidget.RenderFlag.DrawWindowBackground
    if isinstance(widget, Painted):
        painter.save()
        painter.setClipRect(QRectF(widget.rect()))
        widget.paint_base(painter)
        painter.restore()
        painter.save()
        widget.paint_over(painter)
        painter.restore()
        return
    if isinstance(widget, QAbstractScrollArea):
        view = widget.viewport()
        painter.save()
        painter.translate(view.pos())
        painter.setClipRect(QRectF(view.rect()))
        view.render(painter, QPoint(), QRegion(), flags)
        painter.restore()
        return
    widget.render(painter, QPoint(), QRegion(), flags)
    for child in widget.children():
        if isinstance(child, QWidget) and child.isVisibleTo(widget) and not child.isWindow():
            painter.save()
            painter.translate(child.pos())
            painter.setClipRect(QRect(QPoint(), child.size()))
            _render(child, painter)
            painter.restore()
