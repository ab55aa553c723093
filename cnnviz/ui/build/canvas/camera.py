"""Zooming and moving the view over the canvas."""

from __future__ import annotations

from PySide6.QtCore import (
    QEasingCurve,
    QObject,
    QPoint,
    QPointF,
    QRect,
    QRectF,
    QSize,
    QVariantAnimation,
    Signal,
)
from PySide6.QtWidgets import QGraphicsView

SMALLEST, LARGEST = 0.08, 4.0
STEP = 1.2
"""One notch of the wheel."""
GLIDE_MS = 300
TITLE, TOOLS = 24.0, 44.0
"""View pixels that the title above and the buttons below cover."""
BORDER = 28.0
"""Free room around what is fitted, in scene pixels."""


class Camera(QObject):
    """Moves one view; `zoomed` carries the zoom factor."""

    zoomed = Signal(float)

    def __init__(self, view: QGraphicsView) -> None:
        super().__init__(view)
        self._view = view
        self._glide = QVariantAnimation(self, duration=GLIDE_MS)
        self._glide.setEasingCurve(QEasingCurve.Type.OutCubic)
        self._glide.valueChanged.connect(self._step)
        self._way = (1.0, QPointF(), 1.0, QPointF())

    @property
    def zoom(self) -> float:
        """Return the zoom factor: 1 shows scene pixels as they are."""
        return self._view.transform().m11()

    def zoom_by(self, factor: float, about: QPoint | None = None) -> None:
        """Zoom, and keep the point under the mouse (by default the middle of the view) where it is."""
        self.set_zoom(self.zoom * factor, about)

    def set_zoom(self, zoom: float, about: QPoint | None = None) -> None:
        """Zoom to a factor."""
        self.halt()
        self._set_zoom(zoom, about)

    def _set_zoom(self, zoom: float, about: QPoint | None = None) -> None:
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
        self.halt()
        bars = self._view.horizontalScrollBar(), self._view.verticalScrollBar()
        bars[0].setValue(round(bars[0].value() - offset.x() * self.zoom))
        bars[1].setValue(round(bars[1].value() - offset.y() * self.zoom))

    def fit(self, box: QRectF, largest: float = 1.0, *, glide: bool = False) -> None:
        """Show a box whole, but no larger than `largest`."""
        if box.isEmpty():
            return
        zoom = _fitting(box, self._view.viewport().size(), largest)
        self._go(zoom, box.center() + QPointF(0, (TOOLS - TITLE) / 2 / zoom), glide)

    def fitted(self, box: QRectF, room: QSize, largest: float = 1.0) -> bool:
        """Say whether a view of this size shows a box as `fit` does, give or take some pixels."""
        if box.isEmpty() or room.isEmpty():
            return False
        near = abs(self.zoom / _fitting(box, room, largest) - 1) < 1e-3
        return near and self._view.mapToScene(QRect(QPoint(), room)).boundingRect().contains(box)

    def sees(self, box: QRectF) -> bool:
        """Say whether a box is in sight as a whole."""
        return self._seen().contains(box)

    def reveal(self, box: QRectF, *, glide: bool = False) -> None:
        """Bring a box into sight, moving no more than needed; gliding, into the middle if it is out of sight."""
        if not glide:
            self.halt()
            self._view.ensureVisible(box, 60, 60)
        elif not self.sees(box):
            self._go(self.zoom, box.center(), glide)

    def halt(self) -> None:
        """Stop gliding, where the view is now."""
        self._glide.stop()

    def _go(self, zoom: float, middle: QPointF, glide: bool) -> None:
        self.halt()
        if glide:
            zoom = min(max(zoom, SMALLEST), LARGEST)
            self._way = (self.zoom, self._seen().center(), zoom, middle)
            self._glide.setStartValue(0.0)
            self._glide.setEndValue(1.0)
            self._glide.start()
        else:
            self.set_zoom(zoom)
            self._view.centerOn(middle)

    def _step(self, share: float) -> None:
        """Show what is seen at a share of the way: sizes change by equal factors, places in straight lines."""
        start, before, end, after = self._way
        self._set_zoom(start * (end / start) ** share)
        self._view.centerOn(before + (after - before) * share)

    def _seen(self) -> QRectF:
        return self._view.mapToScene(self._view.viewport().rect()).boundingRect()


def _fitting(box: QRectF, room: QSize, largest: float) -> float:
    """Return the zoom at which a box fits, with a border, between title and buttons."""
    wide, high = box.width() + 2 * BORDER, box.height() + BORDER
    height = max(room.height() - TITLE - TOOLS, 1)
    return min(max(min(room.width() / wide, height / high, largest), SMALLEST), LARGEST)
