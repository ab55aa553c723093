"""All slices of a volume, or all frames of a video, side by side; the one that is shown large is ringed."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QImage, QKeyEvent, QMouseEvent, QPainter
from PySide6.QtWidgets import QSizePolicy, QWidget

from cnnviz.ui import theme
from cnnviz.ui.widgets.painted import Painted, draw_ring

SIDE, GAP = 30, 4


class FrameStrip(Painted):
    """`chosen(frame)` on a click or an arrow key. Frames from `answers_from` on are those to predict: a dot says so."""

    chosen = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent, "frames")
        self._images: Sequence[QImage] = ()
        self._answers_from = 0
        self._current = 0
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def set_frames(self, images: Sequence[QImage], answers_from: int) -> None:
        """Show these frames."""
        self._images, self._answers_from = images, answers_from
        self._current = min(self._current, max(len(images) - 1, 0))
        self._fit()
        self.redraw()

    @property
    def current(self) -> int:
        """The frame that is ringed."""
        return self._current

    def set_current(self, frame: int) -> None:
        """Ring a frame; emits nothing."""
        self._current = frame
        self.speak(f"{frame + 1} of {len(self._images)}")
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(280, self.height())

    def resizeEvent(self, event) -> None:
        self._fit()

    def cell(self, frame: int) -> QRectF:
        """The place of a frame."""
        line, column = divmod(frame, self._across())
        return QRectF(column * (SIDE + GAP) + 1, line * (SIDE + GAP) + 1, SIDE, SIDE)

    def _across(self) -> int:
        return max((self.width() + GAP - 2) // (SIDE + GAP), 1)

    def _fit(self) -> None:
        lines = -(-len(self._images) // self._across())
        self.setFixedHeight(max(lines * (SIDE + GAP), SIDE) + 2)

    def paint_base(self, painter: QPainter) -> None:
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        for frame, image in enumerate(self._images):
            cell = self.cell(frame)
            painter.drawImage(cell, image)
            if frame >= self._answers_from:
                painter.setPen(Qt.PenStyle.NoPen)
                painter.setBrush(theme.color("cursor"))
                painter.drawEllipse(cell.topRight() + QRectF(-6, 6, 0, 0).topLeft(), 2.5, 2.5)

    def paint_over(self, painter: QPainter) -> None:
        if self._images:
            draw_ring(painter, self.cell(self._current).adjusted(-1, -1, 1, 1), theme.color("acc"), 1.5, 2)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        for frame in range(len(self._images)):
            if self.cell(frame).contains(event.position()):
                self._choose(frame)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        step = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1}.get(Qt.Key(event.key()))
        if step and 0 <= self._current + step < len(self._images):
            self._choose(self._current + step)
        else:
            super().keyPressEvent(event)

    def _choose(self, frame: int) -> None:
        self.set_current(frame)
        self.chosen.emit(frame)
