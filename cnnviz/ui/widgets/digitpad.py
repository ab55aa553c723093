"""A pad to draw a digit on, with mouse, pen or finger: 28×28 grey values, soft strokes."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QImage, QMouseEvent, QPainter, QPen, QPointingDevice, QTabletEvent
from PySide6.QtWidgets import QWidget

from cnnviz.ui import colormaps, theme
from cnnviz.ui.widgets import grid as grids
from cnnviz.ui.widgets.grid import Grid
from cnnviz.ui.widgets.painted import Painted, draw_ring

SIDE = 28
SOFT = 0.8  # pixels over which the edge of a stroke fades
RADIUS = 1.3  # half the width of the pen, in pixels


class DigitPad(Painted):
    """Emits `changed` with the float32 (28, 28) picture in 0..1 after each piece of a stroke.

    The left button draws, the right button (or eraser mode, or a pen's eraser) erases.
    """

    changed = Signal(object)

    def __init__(self, parent: QWidget | None = None, name: str = "drawing pad") -> None:
        super().__init__(parent, name)
        self._values = np.zeros((SIDE, SIDE), dtype=np.float32)
        self._erasing = False
        self._last: QPointF | None = None
        self._pointer: QPointF | None = None
        self.setCursor(Qt.CursorShape.CrossCursor)
        self.setMinimumSize(SIDE * 4, SIDE * 4)
        self.setAttribute(Qt.WidgetAttribute.WA_AcceptTouchEvents)

    def image(self) -> np.ndarray:
        """A copy of the picture, float32 (28, 28) in 0..1."""
        return self._values.copy()

    def set_image(self, image: np.ndarray) -> None:
        """Show a picture (28, 28) in 0..1 to draw on; emits nothing."""
        self._values = np.clip(np.asarray(image, dtype=np.float32).reshape(SIDE, SIDE), 0, 1).copy()
        self.redraw()

    def clear(self) -> None:
        """Wipe the pad, and say so."""
        self._values[:] = 0
        self._tell()

    def set_eraser(self, on: bool) -> None:
        """Let the left button erase."""
        self._erasing = on

    def stroke(self, start: QPointF, end: QPointF, erase: bool = False) -> None:
        """Draw from `start` to `end`, in pixels of the picture (x to the right, y down), and say so."""
        coverage = _coverage(start, end, RADIUS)
        if erase:
            np.minimum(self._values, 1 - coverage, out=self._values)
        else:
            np.maximum(self._values, coverage, out=self._values)
        self._tell()

    def sizeHint(self) -> QSize:
        return QSize(SIDE * 9, SIDE * 9)

    def grid(self) -> Grid:
        """Where the pixels lie now."""
        return grids.fit(QRectF(self.rect()).adjusted(2, 2, -2, -2), SIDE, SIDE, dpr=self.devicePixelRatioF())

    # painting

    def paint_base(self, painter: QPainter) -> None:
        grid = self.grid()
        image: QImage = colormaps.to_picture(self._values, "photo")
        painter.drawImage(grid.rect, image)
        if grid.size >= 6:
            painter.setPen(QPen(QColor(255, 255, 255, 16), 1))
            painter.drawLines(grid.lines())
        draw_ring(painter, grid.rect.adjusted(-1, -1, 1, 1), theme.color("line2"), 1, 2)

    def paint_over(self, painter: QPainter) -> None:
        if self._pointer is None:
            return
        grid = self.grid()
        reach = max(RADIUS * grid.size, 4)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setClipRect(grid.rect)
        painter.setPen(QPen(theme.color("err" if self._erasing else "acc"), 1.5))
        painter.drawEllipse(self._pointer, reach, reach)
        painter.setClipping(False)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)

    # drawing

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() in (Qt.MouseButton.LeftButton, Qt.MouseButton.RightButton):
            self._draw_to(event.position(), event.button() is Qt.MouseButton.RightButton, begin=True)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self._pointer = event.position()
        if self._last is not None and event.buttons():
            self._draw_to(event.position(), bool(event.buttons() & Qt.MouseButton.RightButton))
        self.update()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        self._last = None

    def leaveEvent(self, event: QEvent) -> None:
        self._pointer = None
        self.update()

    def tabletEvent(self, event: QTabletEvent) -> None:
        self._pointer = event.position()
        erase = event.pointerType() is QPointingDevice.PointerType.Eraser
        if event.type() is QEvent.Type.TabletPress:
            self._draw_to(event.position(), erase, begin=True)
        elif event.type() is QEvent.Type.TabletMove and self._last is not None:
            self._draw_to(event.position(), erase)
        elif event.type() is QEvent.Type.TabletRelease:
            self._last = None
        event.accept()

    def contextMenuEvent(self, event: QEvent) -> None:
        event.accept()  # the right button erases

    def event(self, event: QEvent) -> bool:
        touches = {QEvent.Type.TouchBegin: True, QEvent.Type.TouchUpdate: False}
        if event.type() in touches:
            self._draw_to(event.points()[0].position(), False, begin=touches[event.type()])  # type: ignore[attr-defined]
            event.accept()
            return True
        if event.type() is QEvent.Type.TouchEnd:
            self._last = None
            return True
        return super().event(event)

    def _draw_to(self, position: QPointF, erase: bool, begin: bool = False) -> None:
        grid = self.grid()
        here = QPointF((position.x() - grid.left) / grid.size, (position.y() - grid.top) / grid.size)
        start = here if begin or self._last is None else self._last
        self._last = here
        self.stroke(start, here, erase or self._erasing)

    def _tell(self) -> None:
        self.redraw()
        self.changed.emit(self.image())


def _coverage(start: QPointF, end: QPointF, radius: float) -> np.ndarray:
    """How much a round pen covers each pixel, float32 (28, 28): 1 within, fading over `SOFT` at the edge."""
    y, x = np.mgrid[0:SIDE, 0:SIDE] + 0.5
    along = np.array([end.x() - start.x(), end.y() - start.y()])
    length = float(along @ along)
    share = ((x - start.x()) * along[0] + (y - start.y()) * along[1]) / length if length else np.zeros_like(x)
    share = np.clip(share, 0, 1)
    distance = np.hypot(x - start.x() - share * along[0], y - start.y() - share * along[1])
    faded: np.ndarray = np.clip((radius + SOFT / 2 - distance) / SOFT, 0, 1)
    return faded.astype(np.float32)


def example() -> QWidget:
    """A drawn two."""
    pad = DigitPad()
    points = [(8, 9), (12, 5), (17, 6), (18, 11), (13, 17), (8, 21), (13, 20), (20, 20)]
    for (x1, y1), (x2, y2) in pairwise(points):
        pad.stroke(QPointF(x1, y1), QPointF(x2, y2))
    return pad


if __name__ == "__main__":
    from cnnviz.ui.widgets import demo

    demo.run(example, (320, 320))
