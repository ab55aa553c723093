"""The whole network small, in the corner: what is in view, and a click or drag to go elsewhere."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QMouseEvent, QPainter, QPaintEvent, QPen, QPixmap
from PySide6.QtWidgets import QWidget

from cnnviz.ui import theme
from cnnviz.ui.build.canvas.canvas import Canvas
from cnnviz.ui.build.canvas.places import CARD_HEIGHT, CARD_WIDTH
from cnnviz.ui.build.cards.faces import Faces

WIDTH, HEIGHT = 124, 64
BORDER = 8.0


class Minimap(QWidget):
    """Shown while a part of the network is out of sight."""

    def __init__(self, canvas: Canvas) -> None:
        super().__init__(canvas)
        self._canvas = canvas
        self.setFixedSize(WIDTH, HEIGHT)
        self.setAccessibleName("overview")
        self.setToolTip("Click to go there")
        canvas.moved.connect(self.refresh)
        canvas.resized.connect(self.refresh)
        canvas.camera.zoomed.connect(lambda _: self.refresh())
        canvas.document.changed.connect(lambda old, new: self.refresh())
        self._ground = QPixmap()
        self._ground_of: tuple[Faces | None, str, float] = (None, "", 1.0)
        self.refresh()

    def refresh(self) -> None:
        """Show it if there is something out of sight."""
        self.move(10, self._canvas.height() - HEIGHT - 10)
        box = self._canvas.content.content_rect()
        self.setVisible(not box.isEmpty() and not self._seen().contains(box))
        self.update()

    def _seen(self) -> QRectF:
        return self._canvas.mapToScene(self._canvas.viewport().rect()).boundingRect()

    def _scale(self) -> tuple[float, QPointF]:
        """Return the scale, and the scene point in the middle."""
        box = self._canvas.content.content_rect()
        scale = min(
            (WIDTH - 2 * BORDER) / max(box.width(), 1.0), (HEIGHT - 2 * BORDER) / max(box.height(), 1.0), 0.12
        )
        return scale, box.center()

    def _mapped(self, box: QRectF, scale: float, middle: QPointF) -> QRectF:
        corner = (box.topLeft() - middle) * scale + QPointF(WIDTH / 2, HEIGHT / 2)
        return QRectF(corner.x(), corner.y(), box.width() * scale, box.height() * scale)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        scale, middle = self._scale()
        painter.drawPixmap(0, 0, self._cards(scale, middle))
        painter.setPen(QPen(theme.color("acc"), 1))
        painter.setBrush(theme.color("acc", 0.08))
        inside = QRectF(self.rect()).adjusted(3, 3, -3, -3)
        painter.drawRect(self._mapped(self._seen(), scale, middle).intersected(inside))
        painter.end()

    def _cards(self, scale: float, middle: QPointF) -> QPixmap:
        """Return the picture of all cards; it is painted anew when they change, not when the view moves."""
        ratio = self.devicePixelRatioF()
        faces, look = self._canvas.content.faces, (theme.current().name, ratio)
        if faces is not self._ground_of[0] or look != self._ground_of[1:]:
            self._ground_of = (faces, *look)
            self._ground = QPixmap(self.size() * ratio)
            self._ground.setDevicePixelRatio(ratio)
            self._ground.fill(Qt.GlobalColor.transparent)
            painter = QPainter(self._ground)
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            self._paint_cards(painter, scale, middle)
            painter.end()
        return self._ground

    def _paint_cards(self, painter: QPainter, scale: float, middle: QPointF) -> None:
        painter.setPen(QPen(theme.color("line2"), 1))
        painter.setBrush(theme.color("bg3", 0.92))
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), 6, 6)
        painter.setPen(Qt.PenStyle.NoPen)
        for face in self._canvas.content.faces.cards.values():
            tone = theme.color("err") if face.state == "error" else theme.group_color(face.group)
            painter.setBrush(tone)
            box = self._mapped(QRectF(*face.position, CARD_WIDTH, CARD_HEIGHT), scale, middle)
            painter.drawRoundedRect(box, 1, 1)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        scale, middle = self._scale()
        self._canvas.centerOn(middle + (event.position() - QPointF(WIDTH / 2, HEIGHT / 2)) / scale)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self.mousePressEvent(event)
