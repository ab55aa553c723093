"""Samples as points in a plane, coloured by class; the picture of the one under the pointer stands beside it."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFontMetricsF, QKeyEvent, QMouseEvent, QPainter, QPen

from cnnviz.ui import colormaps, theme
from cnnviz.ui.inspect.asking.classcolors import class_color
from cnnviz.ui.widgets.painted import ARROWS, Painted

DOT, MARGIN, REACH = 5.0, 16.0, 12.0
LEGEND, PICTURE, PAD = 22.0, 64.0, 6.0
MOST_NAMES = 12


class Scatter(Painted):
    """A click chooses the nearest point, arrow keys go to the nearest one in their direction."""

    hovered = Signal(int)
    clicked = Signal(int)

    def __init__(self, name: str = "samples in a plane") -> None:
        super().__init__(None, name)
        self._points = np.zeros((0, 2))
        self._classes = np.zeros(0, np.int64)
        self._names: Sequence[str] = ()
        self._picture: Callable[[int], np.ndarray] | None = None
        self._selected: int | None = None
        self._hovered: int | None = None
        self._marked: tuple[int, ...] = ()
        self.setMinimumSize(220, 180)

    def set_points(
        self,
        points: np.ndarray,
        classes: np.ndarray,
        names: Sequence[str],
        picture: Callable[[int], np.ndarray],
    ) -> None:
        """Show points (N, 2) of classes (N,), −1 where there are none; `picture(k)` is (H, W) or (H, W, 3)."""
        if len(points) != len(self._points):
            self._selected, self._marked = None, ()
        self._points, self._classes = np.asarray(points, np.float64), np.asarray(classes)
        self._names, self._picture, self._hovered = names, picture, None
        self._speak()
        self.redraw()

    def set_selected(self, at: int | None, marked: Sequence[int] = ()) -> None:
        """Ring a point, and those that belong to it; emits nothing."""
        self._selected, self._marked = at, tuple(marked)
        self._speak()
        self.update()

    @property
    def selected(self) -> int | None:
        """The point that is ringed."""
        return self._selected

    def place_of(self, at: int) -> QPointF:
        """Where a point lies in the widget."""
        x, y = self._places()[at]
        return QPointF(float(x), float(y))

    def point_at(self, point: QPointF) -> int | None:
        """The point next to a place, no further than a few pixels from it."""
        if not len(self._points):
            return None
        distances = np.hypot(*(self._places() - (point.x(), point.y())).T)
        nearest = int(distances.argmin())
        return nearest if distances[nearest] <= REACH else None

    def sizeHint(self) -> QSize:
        return QSize(460, 400)

    def _places(self) -> np.ndarray:
        """Return where all points lie: both axes in the same scale, as distances count."""
        low, high = self._points.min(axis=0), self._points.max(axis=0)
        room = np.array([self.width() - 2 * MARGIN, self.height() - LEGEND - 2 * MARGIN])
        scale = float((room / np.maximum(high - low, 1e-12)).min())
        centre = np.array([self.width() / 2, LEGEND + (self.height() - LEGEND) / 2])
        found: np.ndarray = centre + (self._points - (low + high) / 2) * scale * (1, -1)
        return found

    # painting

    def paint_base(self, painter: QPainter) -> None:
        painter.fillRect(QRectF(0, 0, self.width(), self.height()), theme.color("bg2"))
        if not len(self._points):
            return
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        places = self._places()
        count = max(len(self._names), 1)
        size = DOT if len(places) <= 3000 else DOT - 2
        for number in np.unique(self._classes).tolist():
            pen = QPen(class_color(number, count), size)
            pen.setCapStyle(Qt.PenCapStyle.RoundCap)
            painter.setPen(pen)
            painter.drawPoints([QPointF(x, y) for x, y in places[self._classes == number].tolist()])
        self._paint_names(painter, count)

    def _paint_names(self, painter: QPainter, count: int) -> None:
        """Write the classes in their colours; of many, only the pointer tells them."""
        if len(self._names) > MOST_NAMES or not (self._classes >= 0).any():
            return
        painter.setFont(theme.ui_font(11, 600))
        metrics = QFontMetricsF(painter.font())
        x = PAD + 2
        for number, name in enumerate(self._names):
            width = metrics.horizontalAdvance(name)
            if x + width > self.width() - PAD:
                return
            painter.setPen(class_color(number, count))
            painter.drawText(QRectF(x, 0, width + 2, LEGEND), Qt.AlignmentFlag.AlignVCenter, name)
            x += width + 12

    def paint_over(self, painter: QPainter) -> None:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        for at in self._marked:
            self._paint_ring(painter, at, "t1", 1.2, 4.5)
        if self._selected is not None and self._selected < len(self._points):
            self._paint_ring(painter, self._selected, "cursor", 2, 6)
        if self._hovered is not None:
            self._paint_ring(painter, self._hovered, "cursor", 1.2, 6)
            self._paint_card(painter, self._hovered)

    def _paint_ring(self, painter: QPainter, at: int, tone: str, width: float, radius: float) -> None:
        if at < len(self._points):
            painter.setPen(QPen(theme.color(tone), width))
            painter.drawEllipse(self.place_of(at), radius, radius)

    def _paint_card(self, painter: QPainter, at: int) -> None:
        if self._picture is None:
            return
        place, text = self.place_of(at), self._sentence(at)
        painter.setFont(theme.mono_font(10))
        width = max(PICTURE, QFontMetricsF(painter.font()).horizontalAdvance(text)) + 2 * PAD
        height = PICTURE + 2 * PAD + 16
        left = place.x() + 12 if place.x() + 12 + width < self.width() else place.x() - 12 - width
        top = min(max(place.y() - height / 2, 2), self.height() - height - 2)
        card = QRectF(left, top, width, height)
        painter.setPen(QPen(theme.color("line2"), 1))
        painter.setBrush(theme.color("bg3"))
        painter.drawRoundedRect(card, 4, 4)
        image = colormaps.to_picture(self._picture(at))
        painter.drawImage(QRectF(card.center().x() - PICTURE / 2, top + PAD, PICTURE, PICTURE), image)
        painter.setPen(theme.color("t1"))
        line = QRectF(left, top + PAD + PICTURE + 2, width, 16)
        painter.drawText(line, Qt.AlignmentFlag.AlignCenter, text)

    # pointing

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        at = self.point_at(event.position())
        if at != self._hovered:
            self._hovered = at
            self.update()
            if at is not None:
                self.hovered.emit(at)

    def leaveEvent(self, event: QEvent) -> None:
        self._hovered = None
        self.update()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        at = self.point_at(event.position())
        if at is not None and event.button() is Qt.MouseButton.LeftButton:
            self._choose(at)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        step = ARROWS.get(Qt.Key(event.key()))
        if step and len(self._points):
            self._choose(self._beside(step))
        else:
            super().keyPressEvent(event)

    def _beside(self, step: tuple[int, int]) -> int:
        """Return the nearest point within 45° of a direction; the same one where there is none."""
        if self._selected is None:
            return 0
        away = self._places() - self._places()[self._selected]
        along = away @ np.array([step[1], step[0]])
        aside = np.abs(away @ np.array([step[0], step[1]]))
        fits = (along > 0) & (aside <= along)
        return int(np.where(fits, along + aside, np.inf).argmin()) if fits.any() else self._selected

    def _choose(self, at: int) -> None:
        self.set_selected(at)
        self.clicked.emit(at)

    def _sentence(self, at: int) -> str:
        label = int(self._classes[at])
        return f"#{at}  {self._names[label]}" if 0 <= label < len(self._names) else f"#{at}"

    def _speak(self) -> None:
        if self._selected is not None and self._selected < len(self._points):
            self.speak(self._sentence(self._selected))
