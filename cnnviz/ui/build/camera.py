"""Zooming and moving the view over the canvas."""

from __future__ import annotations

from PySide6.QtCore import QObject, QPoint, QPointF, QRectF, Signal
from PySide6.QtWidgets import QGraphicsView

SMALLEST, LARGEST = 0.08, 3.0
STEP = 1.2
"""One notch of the wheel."""
BORDER = 28.0
"""Free room around what is fitted, in scene pixels."""


class Camera(QObject):
    """Moves one view; `zoomed` carries the zoom factor."""

    zoomed = Signal(float)

    def __init__(self, view: QGraphicsView) -> None:
        super().__init__(view)
        self._view = view

    @property
    def zoom(self) -> float:
        """Return the zoom factor: 1 shows scene pixels as they are."""
        return self._view.transform().m11()

    def zoom_by(self, factor: float, about: QPoint | None = None) -> None:
        """Zoom, and keep the point under the mouse (by default the middle of the view) where it is."""
        self.set_zoom(self.zoom * factor, about)

    def set_zoom(self, zoom: float, about: QPoint | None = None) -> None:
        """Zoom to a factor."""
        view = self._view
        pivot = about or view.viewport().rect().center()
        before = view.mapToScene(pivot)
        middle = view.mapToScene(view.viewport().rect().center())
        wanted = min(max(zoom, SMALLEST), LARGEST)
        change = self.zoom / wanted
        view.resetTransform()
        view.scale(wanted, wanted)
        view.centerOn(before + (middle - before) * change)
        self.zoomed.emit(wanted)

    def shift(self, offset: QPointF) -> None:
        """Move what is shown by an offset in scene pixels."""
        bars = self._view.horizontalScrollBar(), self._view.verticalScrollBar()
        bars[0].setValue(round(bars[0].value() - offset.x() * self.zoom))
        bars[1].setValue(round(bars[1].value() - offset.y() * self.zoom))

    def fit(self, box: QRectF, largest: float = 1.0) -> None:
        """Show a box whole, but no larger than `largest`; of a tall one that would become unreadable, the beginning."""
        if box.isEmpty():
            return
        room = self._view.viewport().size()
        framed = box.adjusted(-BORDER, -BORDER, BORDER, BORDER)
        zoom = min(room.width() / framed.width(), room.height() / framed.height(), largest)
        self.set_zoom(zoom)
        self._view.centerOn(framed.center())

    def reveal(self, box: QRectF) -> None:
        """Bring a box into sight, moving no more than needed."""
        self._view.ensureVisible(box, 60, 60)
