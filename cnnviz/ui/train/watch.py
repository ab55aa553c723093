"""Watching it learn: the pinned image's maps and class probabilities, at a few moments and now."""

from __future__ import annotations

import math
import operator
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QResizeEvent

from cnnviz.events import Watched
from cnnviz.model.graph import Graph
from cnnviz.ui import colormaps, numbers, theme
from cnnviz.ui.train.watchrows import Row, rows
from cnnviz.ui.widgets.painted import Painted, draw_ring

HEAD, LABEL, GAP = 22, 84, 8
CELL_MOST, COLUMN_MOST = 104, 180
BAR_ROW = 15
MOMENTS = 4


@dataclass(frozen=True)
class Places:
    """Where what stands, in pixels, worked out once for all that is painted."""

    column: float
    """Width of one moment."""
    cell: float
    """Edge of a map."""
    pitch: float
    """Height of a probability bar's line; 0 where there is no room for bars."""
    rows: int
    bottom: float

    @classmethod
    def within(cls, width: int, height: int, moments: int, rows: int, classes: int) -> Places:
        """Share a widget's room among moments side by side, and rows and bars above each other."""
        column = min((width - LABEL - GAP) / max(moments, 1) - GAP, COLUMN_MOST)
        room = (height - HEAD - classes * BAR_ROW - 30) / max(rows, 1) - GAP
        cell = max(24.0, min(column, room, CELL_MOST))
        end = HEAD + rows * (cell + GAP)
        pitch = min(BAR_ROW, (height - end - 24) / max(classes, 1)) if classes else 0.0
        return cls(
            column, cell, pitch if pitch >= 6 else 0.0, rows, min(end + classes * BAR_ROW + 24, height - 2)
        )

    def top(self, row: int) -> float:
        """Return where a row begins; the one after the last is that of the bars."""
        return HEAD + row * (self.cell + GAP)

    def x(self, place: int) -> float:
        """Return where a moment begins."""
        return LABEL + place * (self.column + GAP)


class WatchTable(Painted):
    """Columns are moments of the training, the last one is now; rows are layers, then the class probabilities.

    Names and earlier columns are the slow layer, painted anew only when they look different; now is the fast one.
    """

    ground = "bg1"

    def __init__(self) -> None:
        super().__init__(name="the pinned sample through the training")
        self._rows: list[Row] = []
        self._moments: list[Watched] = []
        self._look: tuple[object, ...] = ()
        self._places = Places.within(540, 640, 0, 0, 0)
        self._label = -1
        self._live = True
        self._classes: Sequence[str] = ()
        self.scope = "row"
        self.setMinimumWidth(300)

    def sizeHint(self) -> QSize:
        return QSize(540, 640)

    def set_scope(self, scope: str) -> None:
        """Colour each map by its own range, each row by the row's, or all by one: `map`, `row`, `network`."""
        self.scope = scope
        self.redraw()

    def show_moments(
        self,
        graph: Graph,
        moments: list[Watched],
        label: int,
        classes: Sequence[str] = (),
        *,
        live: bool = True,
    ) -> None:
        """Show these moments, oldest first; `label` is the true class of the image, or −1.

        The last one is now, or, where not `live`, a moment that is looked back at.
        """
        self._live, before = live, self._moments
        self._moments, self._label, self._classes = moments, label, classes
        self._rows = rows(graph, moments, self._rows) if moments else []
        self._measure()
        look = (self._places, live, label, tuple(classes), self.reach, *(row.look for row in self._rows))
        still = len(moments) == len(before) and all(map(operator.is_, moments[:-1], before[:-1]))
        if still and moments and look == self._look:
            self.update(self._now.toAlignedRect())
        else:
            self._look = look
            self.redraw()

    @property
    def moments(self) -> list[Watched]:
        """Return what is shown, oldest first."""
        return self._moments

    @property
    def reach(self) -> float:
        """Return the largest value of all shown maps."""
        return max((row.reach for row in self._rows), default=1.0)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._measure()

    def _measure(self) -> None:
        """Work out the places anew."""
        classes = len(self._moments[0].probabilities) if self._moments else 0
        self._places = Places.within(
            self.width(), self.height(), len(self._moments), len(self._rows), classes
        )

    @property
    def _now(self) -> QRectF:
        """Return the place of the last column with the ring around it."""
        places = self._places
        return QRectF(places.x(len(self._moments) - 1) - 5, 1, places.column + 8, places.bottom)

    # -- painting -----------------------------------------------------------------------------------------------

    def paint_base(self, painter: QPainter) -> None:
        if not self._moments:
            return
        for place, row in enumerate(self._rows):
            self._paint_label(painter, self._places.top(place), row)
        if self._places.pitch:
            self._paint_classes(painter, self._places.top(len(self._rows)), self._places.pitch)
        for place in range(len(self._moments) - 1):
            self._paint_column(painter, place)

    def paint_over(self, painter: QPainter) -> None:
        if self._moments:
            self._paint_column(painter, len(self._moments) - 1)
            draw_ring(painter, self._now, theme.color("cursor"), 1, 4)

    def _paint_column(self, painter: QPainter, place: int) -> None:
        """Paint one moment from top to bottom."""
        self._paint_head(painter, place)
        for number, row in enumerate(self._rows):
            self._paint_map(painter, place, self._places.top(number), row)
        if self._places.pitch:
            self._paint_bars(painter, place, self._places.top(len(self._rows)))

    def _paint_head(self, painter: QPainter, place: int) -> None:
        step, now = self._moments[place].step, place == len(self._moments) - 1
        painter.setFont(theme.mono_font(10))
        painter.setPen(theme.color("cursor" if now else "t2"))
        area = QRectF(self._places.x(place), 0, self._places.column, HEAD)
        painter.drawText(
            area, Qt.AlignmentFlag.AlignCenter, f"now · {step:,}" if now and self._live else f"step {step:,}"
        )

    def _paint_map(self, painter: QPainter, place: int, top: float, row: Row) -> None:
        values = row.maps[place]
        own = float(np.abs(values).max()) or 1.0
        reach = {"map": own, "row": row.reach}.get(self.scope, self.reach)
        places = self._places
        left = places.x(place) + (places.column - places.cell) / 2
        area = QRectF(left, top, places.cell, places.cell)
        painter.drawImage(area, colormaps.to_image(values, "value", -reach, reach))

    def _paint_label(self, painter: QPainter, top: float, row: Row) -> None:
        painter.fillRect(QRectF(0, top + 4, 6, 6), theme.group_color(row.group))
        left = Qt.AlignmentFlag.AlignLeft
        painter.setFont(theme.ui_font(11, 500))
        painter.setPen(theme.color("t1"))
        shown = painter.fontMetrics().elidedText(row.node, Qt.TextElideMode.ElideRight, LABEL - 14)
        painter.drawText(QRectF(12, top - 1, LABEL - 12, 16), left, shown)
        painter.setFont(theme.ui_font(10))
        painter.setPen(theme.color("t3"))
        painter.drawText(QRectF(12, top + 14, LABEL - 12, 44), left, row.detail)

    def _paint_classes(self, painter: QPainter, top: float, pitch: float) -> None:
        """Write the names of the classes beside the bars, or what the bars are where numbers are the names."""
        painter.setFont(theme.ui_font(10))
        painter.setPen(theme.color("t3"))
        if self._label >= 0:
            below = top + len(self._moments[0].probabilities) * pitch + 4
            painter.drawText(QRectF(12, below, LABEL, 16), Qt.AlignmentFlag.AlignVCenter, "loss here")
        left, plain = Qt.AlignmentFlag.AlignLeft, [str(number) for number in range(len(self._classes))]
        if list(self._classes) == plain or len(self._classes) != len(self._moments[0].probabilities):
            painter.drawText(QRectF(12, top + 14, LABEL - 12, 30), left, "class\nprobability")
            painter.setFont(theme.ui_font(11, 500))
            painter.setPen(theme.color("t1"))
            painter.drawText(QRectF(12, top - 1, LABEL - 12, 16), left, "Output")
            return
        for number, name in enumerate(self._classes):
            shown = painter.fontMetrics().elidedText(name, Qt.TextElideMode.ElideRight, LABEL - 16)
            place = QRectF(12, top + number * pitch, LABEL - 12, pitch)
            painter.drawText(place, left | Qt.AlignmentFlag.AlignVCenter, shown)

    def _paint_bars(self, painter: QPainter, place: int, top: float) -> None:
        """Paint the probability of each class, and the loss of the true one."""
        shares, pitch, x = self._moments[place].probabilities, self._places.pitch, self._places.x(place)
        room, best = self._places.column - 14 - 34, int(shares.argmax())
        right = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        painter.setFont(theme.mono_font(9 if pitch >= 11 else 8))
        for number, share in enumerate(shares.tolist()):
            y = top + number * pitch
            painter.setPen(theme.color("cursor" if number == self._label else "t3"))
            painter.drawText(QRectF(x, y, 12, pitch), Qt.AlignmentFlag.AlignVCenter, str(number))
            painter.fillRect(QRectF(x + 14, y + 2, room, pitch - 4), theme.color("bg4"))
            tone = theme.color("pos" if number == best else "t3")
            painter.fillRect(QRectF(x + 14, y + 2, room * share, pitch - 4), tone)
            painter.setPen(theme.color("t1" if number == best else "t3"))
            painter.drawText(QRectF(x + 14 + room, y, 32, pitch), right, f"{share:.2f}")
        if self._label >= 0:
            painter.setFont(theme.mono_font(10))
            painter.setPen(theme.color("t1"))
            area = QRectF(x, top + len(shares) * pitch + 4, self._places.column, 16)
            loss = -math.log(max(float(shares[self._label]), 1e-12))
            painter.drawText(area, Qt.AlignmentFlag.AlignCenter, numbers.fixed(loss, 3))
