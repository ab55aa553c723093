"""What is drawn over the canvas while a gesture lasts: rubber band, pulled wire, ghost of a dropped card."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QPainter, QPen

from cnnviz.ui import icons, theme
from cnnviz.ui.build.canvas.places import CARD_HEIGHT, CARD_WIDTH, Flow, Place
from cnnviz.ui.build.cards.routing import route
from cnnviz.ui.build.cards.wire import rounded
from cnnviz.ui.build.gestures.dragging import Ghostly

Guide = tuple[float, float, float, float]
"""A straight line from a point (x, y) to another."""


@dataclass
class Overlay:
    """The marks; None or empty where there is none. Places are scene coordinates."""

    band: QRectF | None = None
    thread: tuple[QPointF, QPointF, Flow] | None = None
    ghost: tuple[Ghostly, Place] | None = None
    guides: tuple[Guide, ...] = ()
    cut: tuple[QPointF, ...] = ()

    def paint(self, painter: QPainter) -> None:
        """Draw what there is."""
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if self.thread is not None:
            self._paint_thread(painter, *self.thread)
        if self.ghost is not None:
            self._paint_ghost(painter, *self.ghost)
        for x1, y1, x2, y2 in self.guides:
            painter.setPen(QPen(theme.color("cursor"), 0))
            painter.drawLine(QPointF(x1, y1), QPointF(x2, y2))
        if self.cut:
            pen = QPen(theme.color("err"), 2)
            pen.setCosmetic(True)
            pen.setDashPattern([3, 3])
            painter.setPen(pen)
            painter.drawPolyline(self.cut)
        if self.band is not None:
            painter.setPen(QPen(theme.color("acc"), 0))
            painter.setBrush(theme.color("acc", 0.1))
            painter.drawRect(self.band)

    @staticmethod
    def _paint_thread(painter: QPainter, start: QPointF, end: QPointF, flow: Flow) -> None:
        painter.setPen(QPen(theme.color("cursor"), 2))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        points = route((start.x(), start.y()), (end.x(), end.y()), (), flow, flow)
        painter.drawPath(rounded(points))
        painter.setBrush(theme.color("cursor"))
        painter.drawEllipse(end, 3.5, 3.5)

    @staticmethod
    def _paint_ghost(painter: QPainter, layer: Ghostly, place: Place) -> None:
        box = QRectF(*place, CARD_WIDTH, CARD_HEIGHT)
        pen = QPen(theme.color("t3"), 1)
        pen.setDashPattern([4, 4])
        painter.setPen(pen)
        painter.setBrush(theme.color("bg3", 0.75))
        painter.drawRoundedRect(box, 6, 6)
        painter.fillRect(
            QRectF(box.left(), box.top() + 4, 4, CARD_HEIGHT - 8), theme.group_color(layer.group)
        )
        picture = icons.pixmap(icons.layer_icon_name(layer.kind), theme.group_color(layer.group), 16, 2.0)
        painter.drawPixmap(QRectF(box.left() + 13, box.top() + 7, 16, 16), picture, QRectF(picture.rect()))
        painter.setPen(theme.color("t1"))
        painter.setFont(theme.ui_font(13, 600))
        painter.drawText(QPointF(box.left() + 36, box.top() + 20), layer.title)
        painter.setPen(theme.color("t2"))
        painter.setFont(theme.mono_font(11))
        painter.drawText(QPointF(box.left() + 12, box.top() + 41), layer.brief())
