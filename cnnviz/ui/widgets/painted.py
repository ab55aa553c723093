"""What all self-painted widgets share: a cached base layer, a focus ring, copying, speaking their values."""

from __future__ import annotations

from typing import ClassVar

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import (
    QColor,
    QFocusEvent,
    QGuiApplication,
    QKeyEvent,
    QKeySequence,
    QPainter,
    QPaintEvent,
    QPen,
    QPixmap,
)
from PySide6.QtWidgets import QWidget

from cnnviz.ui import theme

ARROWS = {
    Qt.Key.Key_Left: (0, -1),
    Qt.Key.Key_Right: (0, 1),
    Qt.Key.Key_Up: (-1, 0),
    Qt.Key.Key_Down: (1, 0),
}
BY_KEYBOARD = (
    Qt.FocusReason.TabFocusReason,
    Qt.FocusReason.BacktabFocusReason,
    Qt.FocusReason.ShortcutFocusReason,
)


class Painted(QWidget):
    """A widget with a slow base layer, painted when its data change, and a fast layer over it.

    Hovering repaints only the fast layer. Subclasses override `paint_base` and `paint_over`, and call
    `redraw()` when the base changed, `update()` when only the fast layer did.
    """

    ground: ClassVar[str] = ""
    """Token of the colour behind it, for what is painted many times a second: Qt then leaves out everything that lies
    behind, from the panel down to the window."""

    def __init__(self, parent: QWidget | None = None, name: str = "") -> None:
        super().__init__(parent)
        self._base: QPixmap | None = None
        self._base_key: tuple[object, ...] = ()
        self._ring = False
        self._name = name
        self.setAccessibleName(name)
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent, bool(self.ground))

    def set_name(self, name: str) -> None:
        """What the picture is called when it speaks: "conv2 map 2"."""
        self._name = name
        self.setAccessibleName(name)

    def speak(self, text: str) -> None:
        """Tell assistive technology what is selected now."""
        self.setAccessibleName(f"{self._name} {text}".strip())

    def redraw(self) -> None:
        """Paint the base layer anew at the next paint event."""
        self._base = None
        self.update()

    def paint_base(self, painter: QPainter) -> None:
        """Paint what changes rarely."""

    def paint_over(self, painter: QPainter) -> None:
        """Paint rings and hover marks."""

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.drawPixmap(0, 0, self._current_base())
        self.paint_over(painter)
        if self._ring:
            draw_ring(painter, QRectF(self.rect()), theme.color("acc"), 1, 4)
        painter.end()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.matches(QKeySequence.StandardKey.Copy):
            QGuiApplication.clipboard().setPixmap(self.grab())
        else:
            super().keyPressEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self._ring = event.reason() in BY_KEYBOARD
        self.update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self._ring = False
        self.update()

    def _current_base(self) -> QPixmap:
        dpr = self.devicePixelRatioF()
        key = (self.width(), self.height(), dpr, theme.current().name, self.isEnabled())
        if self._base is None or self._base_key != key:
            self._base = QPixmap(self.size() * dpr)
            self._base.setDevicePixelRatio(dpr)
            self._base.fill(theme.color(self.ground) if self.ground else Qt.GlobalColor.transparent)
            painter = QPainter(self._base)
            self.paint_base(painter)
            painter.end()
            self._base_key = key
        return self._base


def draw_ring(painter: QPainter, rect: QRectF, color: QColor, width: float = 2, radius: float = 0) -> None:
    """A ring whose outer edge is the edge of `rect`."""
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, radius > 0)
    pen = QPen(color, width)
    pen.setJoinStyle(Qt.PenJoinStyle.MiterJoin)
    painter.setPen(pen)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    half = width / 2
    inner = rect.adjusted(half, half, -half, -half)
    if radius > 0:
        painter.drawRoundedRect(inner, radius, radius)
    else:
        painter.drawRect(inner)
    painter.restore()


def draw_dashed(painter: QPainter, rect: QRectF, color: QColor) -> None:
    """A dashed 1 px frame: padding, an empty place."""
    painter.save()
    pen = QPen(color, 1)
    pen.setDashPattern([3, 3])
    painter.setPen(pen)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.drawRect(rect.adjusted(0.5, 0.5, -0.5, -0.5))
    painter.restore()
