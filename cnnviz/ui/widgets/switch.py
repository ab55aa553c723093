"""The on/off switch."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QAbstractButton, QSizePolicy, QWidget

from cnnviz.ui import theme

WIDTH, HEIGHT = 30, 16


class Switch(QAbstractButton):
    """A pill with a knob; a checkable button, so that Space, clicks and assistive technology work."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setCheckable(True)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.setCursor(Qt.CursorShape.PointingHandCursor)

    def sizeHint(self) -> QSize:
        return QSize(WIDTH + 4, HEIGHT + 4)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setOpacity(1.0 if self.isEnabled() else 0.45)
        track = QRectF(2, (self.height() - HEIGHT) / 2, WIDTH, HEIGHT)
        on = self.isChecked()
        painter.setPen(Qt.PenStyle.NoPen if on else theme.color("line2"))
        painter.setBrush(theme.color("acc_fill" if on else "bg4"))
        painter.drawRoundedRect(track if on else track.adjusted(0.5, 0.5, -0.5, -0.5), HEIGHT / 2, HEIGHT / 2)
        knob = HEIGHT - 4
        left = track.right() - knob - 2 if on else track.left() + 2
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor("#FFFFFF") if on else theme.color("t3"))
        painter.drawEllipse(QRectF(left, track.top() + 2, knob, knob))
        if self.hasFocus():
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(theme.color("acc"))
            painter.drawRoundedRect(track.adjusted(-1.5, -1.5, 1.5, 1.5), HEIGHT / 2 + 1.5, HEIGHT / 2 + 1.5)
        painter.end()
