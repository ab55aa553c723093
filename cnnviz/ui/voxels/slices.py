"""Slices of a volume as flat pictures: all of them in a strip, or one along each of the three axes."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QImage, QKeyEvent, QMouseEvent, QPainter, QPen, QWheelEvent
from PySide6.QtWidgets import QWidget

from cnnviz.ui import colormaps, theme
from cnnviz.ui.voxels.solid import AXIS_NAMES, Solid, Voxel
from cnnviz.ui.widgets import grid as grids
from cnnviz.ui.widgets.grid import Grid
from cnnviz.ui.widgets.painted import ARROWS, Painted, draw_ring

CAPTION, GAP, LARGEST = 16, 2, 56


def slice_image(solid: Solid, axis: int, at: int) -> QImage:
    """Return one slice as a picture of its own."""
    return colormaps.pixels_image(solid.pixels(axis, at)).copy()


class SliceStrip(Painted):
    """All slices along an axis side by side; `chosen` carries the number of the one that is clicked.

    The slice shown has the ring of a selection, those that a window reads have the ring of the cursor.
    """

    chosen = Signal(int)
    ground = "bg1"

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent, "slices")
        self._images: list[QImage] = []
        self._at = 0
        self._window = range(0)
        self.setFixedHeight(52)

    @property
    def count(self) -> int:
        """Return how many slices there are."""
        return len(self._images)

    def set_solid(self, solid: Solid, axis: int) -> None:
        """Show the slices of another volume, or along another axis."""
        self._images = [slice_image(solid, axis, at) for at in range(solid.shape[axis])]
        self.set_name(f"slices along {AXIS_NAMES[axis]}")
        self._fit()
        self.redraw()

    def set_at(self, at: int, window: range = range(0)) -> None:
        """Mark the slice that is shown, and those that a window reads."""
        if (at, window) != (self._at, self._window):
            self._at, self._window = at, window
            self.speak(f"slice {at}")
            self.redraw()

    def rect_of(self, at: int) -> QRectF:
        """Return where a slice lies."""
        step = self.width() / max(self.count, 1)
        side = self._side()
        return QRectF(at * step + (step - side) / 2, 2, side, side)

    def _side(self) -> float:
        return min(self.width() / max(self.count, 1) - GAP, LARGEST)

    def _fit(self) -> None:
        self.setFixedHeight(max(int(self._side()), 10) + CAPTION + 4)

    def resizeEvent(self, event: object) -> None:
        self._fit()

    def paint_base(self, painter: QPainter) -> None:
        side = self._side()
        every = 1 if side >= 14 else 4
        painter.setFont(theme.mono_font(9.5))
        for at, image in enumerate(self._images):
            rect = self.rect_of(at)
            painter.drawImage(rect, image)
            if at == self._at or at in self._window:
                colour = theme.color("acc" if at == self._at else "cursor")
                draw_ring(painter, rect.adjusted(-1, -1, 1, 1), colour, 1.5, 2)
            if at % every == 0 or at == self._at:
                painter.setPen(theme.color("acc" if at == self._at else "t2"))
                below = QRectF(rect.left() - 8, rect.bottom() + 2, rect.width() + 16, CAPTION - 2)
                painter.drawText(below, Qt.AlignmentFlag.AlignCenter, str(at))

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if self.count:
            at = int(event.position().x() / (self.width() / self.count))
            self.chosen.emit(min(max(at, 0), self.count - 1))

    def wheelEvent(self, event: QWheelEvent) -> None:
        self._step(1 if event.angleDelta().y() < 0 else -1)
        event.accept()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = Qt.Key(event.key())
        if key in (Qt.Key.Key_Left, Qt.Key.Key_Right):
            self._step(ARROWS[key][1])
        else:
            super().keyPressEvent(event)

    def _step(self, by: int) -> None:
        if self.count:
            self.chosen.emit(min(max(self._at + by, 0), self.count - 1))


class SlicePicture(Painted):
    """One slice along one axis; lines show where the slices along the other two lie. `voxel_chosen` carries z, y, x."""

    voxel_chosen = Signal(object)
    sliced = Signal(int)
    ground = "bg2"

    def __init__(self, axis: int, parent: QWidget | None = None) -> None:
        super().__init__(parent, f"slice along {AXIS_NAMES[axis]}")
        self.axis = axis
        self._solid: Solid | None = None
        self._image = QImage()
        self._place: Voxel = (0, 0, 0)
        self.setMinimumSize(80, 90)

    def set_solid(self, solid: Solid) -> None:
        """Show another volume."""
        self._solid = solid
        self._cut()

    def set_place(self, place: Voxel) -> None:
        """Show the slice that a voxel lies in, with lines through it."""
        if place != self._place:
            self._place = place
            self._cut()

    def _cut(self) -> None:
        if self._solid is not None:
            at = min(self._place[self.axis], self._solid.shape[self.axis] - 1)
            self._image = slice_image(self._solid, self.axis, at)
        self.redraw()

    @property
    def others(self) -> tuple[int, int]:
        """Return the axes that go down and to the right."""
        down, right = (axis for axis in range(3) if axis != self.axis)
        return down, right

    def grid(self) -> Grid:
        """Return where the voxels lie."""
        inner = QRectF(self.rect()).adjusted(4, CAPTION + 2, -4, -4)
        return grids.fit(
            inner, self._image.height() or 1, self._image.width() or 1, dpr=self.devicePixelRatioF()
        )

    def paint_base(self, painter: QPainter) -> None:
        grid = self.grid()
        painter.drawImage(grid.rect, self._image)
        painter.setFont(theme.mono_font(11))
        painter.setPen(theme.color("acc" if self.axis == 0 else "t2"))
        name = f"{AXIS_NAMES[self.axis]} = {self._place[self.axis]}"
        painter.drawText(QRectF(4, 0, self.width() - 8, CAPTION), Qt.AlignmentFlag.AlignCenter, name)
        down, right = self.others
        row, column = (
            min(self._place[axis], size - 1)
            for axis, size in zip((down, right), (grid.rows, grid.columns), strict=True)
        )
        cell = grid.cell_rect(row, column)
        middle = cell.center()
        painter.setPen(QPen(theme.color("cursor", 0.5), 1))
        painter.drawLine(QPointF(grid.rect.left(), middle.y()), QPointF(grid.rect.right(), middle.y()))
        painter.drawLine(QPointF(middle.x(), grid.rect.top()), QPointF(middle.x(), grid.rect.bottom()))
        draw_ring(painter, cell.adjusted(-1, -1, 1, 1), theme.color("cursor"), 2)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self._point(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if event.buttons() & Qt.MouseButton.LeftButton:
            self._point(event)

    def _point(self, event: QMouseEvent) -> None:
        found = self.grid().cell_at(event.position())
        if found is not None:
            self._choose(*found)

    def _choose(self, row: int, column: int) -> None:
        place = list(self._place)
        down, right = self.others
        place[down], place[right] = row, column
        self.voxel_chosen.emit((place[0], place[1], place[2]))

    def wheelEvent(self, event: QWheelEvent) -> None:
        self._step(1 if event.angleDelta().y() < 0 else -1)
        event.accept()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = Qt.Key(event.key())
        pages = {Qt.Key.Key_PageUp: -1, Qt.Key.Key_PageDown: 1}
        if key in ARROWS:
            grid = self.grid()
            down, right = (self._place[axis] for axis in self.others)
            row, column = down + ARROWS[key][0], right + ARROWS[key][1]
            if 0 <= row < grid.rows and 0 <= column < grid.columns:
                self._choose(row, column)
        elif key in pages:
            self._step(pages[key])
        else:
            super().keyPressEvent(event)

    def _step(self, by: int) -> None:
        if self._solid is not None:
            last = self._solid.shape[self.axis] - 1
            place = list(self._place)
            place[self.axis] = min(max(place[self.axis] + by, 0), last)
            self.voxel_chosen.emit((place[0], place[1], place[2]))

    def sizeHint(self) -> QSize:
        return QSize(200, 220)
