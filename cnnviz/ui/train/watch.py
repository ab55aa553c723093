"""Watching it learn: the pinned image's maps and class probabilities, at a few moments and now."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPixmap

from cnnviz.events import Watched
from cnnviz.model.graph import Graph
from cnnviz.ui import colormaps, numbers, theme
from cnnviz.ui.train.watchrows import Row, rows
from cnnviz.ui.widgets.painted import Painted, draw_ring

HEAD, LABEL, GAP = 22, 84, 8
CELL_MOST, COLUMN_MOST = 104, 180
BAR_ROW = 15
MOMENTS = 4


class _Past(NamedTuple):
    """What stood still at the last paint, and all that its look depends on; `moments` keeps ids from being reused."""

    look: tuple[object, ...]
    moments: tuple[Watched, ...]
    picture: QPixmap


class WatchTable(Painted):
    """Columns are moments of the training, the last one is now; rows are layers, then the class probabilities."""

    def __init__(self) -> None:
        super().__init__(name="the pinned image through the training")
        self._rows: list[Row] = []
        self._moments: list[Watched] = []
        self._past: _Past | None = None
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
        self._live = live
        self._moments, self._label, self._classes = moments, label, classes
        self._rows = rows(graph, moments, self._rows) if moments else []
        self.redraw()

    @property
    def moments(self) -> list[Watched]:
        """Return what is shown, oldest first."""
        return self._moments

    @property
    def reach(self) -> float:
        """Return the largest value of all shown maps."""
        return max((row.reach for row in self._rows), default=1.0)

    # -- painting -----------------------------------------------------------------------------------------------

    def paint_base(self, painter: QPainter) -> None:
        if not self._moments:
            return
        last = len(self._moments) - 1
        painter.drawPixmap(0, 0, self._earlier())
        self._paint_column(painter, last)

    def _earlier(self) -> QPixmap:
        """Return names and columns up to the last, painted anew only when they look different: text takes long."""
        moments = tuple(self._moments[:-1])
        look = (
            self.size(), self.devicePixelRatioF(), theme.current().name, self.scope, self.reach, self._label,
            tuple(self._classes), tuple(row.look for row in self._rows), tuple(id(each) for each in moments),
        )  # fmt: skip
        if self._past is None or self._past.look != look:
            picture = QPixmap(self.size() * self.devicePixelRatioF())
            picture.setDevicePixelRatio(self.devicePixelRatioF())
            picture.fill(Qt.GlobalColor.transparent)
            painter = QPainter(picture)
            self._paint_names(painter)
            for place in range(len(moments)):
                self._paint_column(painter, place)
            painter.end()
            self._past = _Past(look, moments, picture)
        return self._past.picture

    def _paint_names(self, painter: QPainter) -> None:
        """Write what the rows are."""
        for place, row in enumerate(self._rows):
            self._paint_label(painter, self._top(place), row)
        if self._pitch:
            self._paint_classes(painter, self._top(len(self._rows)), self._pitch)

    def _paint_column(self, painter: QPainter, place: int) -> None:
        """Paint one moment from top to bottom."""
        self._paint_head(painter, place)
        for number, row in enumerate(self._rows):
            self._paint_map(painter, place, self._top(number), row)
        if self._pitch:
            self._paint_bars(painter, place, self._top(len(self._rows)))

    def _paint_head(self, painter: QPainter, place: int) -> None:
        step, now = self._moments[place].step, place == len(self._moments) - 1
        painter.setFont(theme.mono_font(10))
        painter.setPen(theme.color("cursor" if now else "t2"))
        area = QRectF(self._x(place), 0, self._column, HEAD)
        painter.drawText(
            area, Qt.AlignmentFlag.AlignCenter, f"now · {step:,}" if now and self._live else f"step {step:,}"
        )

    def _paint_map(self, painter: QPainter, place: int, top: float, row: Row) -> None:
        values = row.maps[place]
        own = float(np.abs(values).max()) or 1.0
        reach = {"map": own, "row": row.reach}.get(self.scope, self.reach)
        area = QRectF(self._x(place) + (self._column - self._cell) / 2, top, self._cell, self._cell)
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
        shares, pitch, x = self._moments[place].probabilities, self._pitch, self._x(place)
        room, best = self._column - 14 - 34, int(shares.argmax())
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
            area = QRectF(x, top + len(shares) * pitch + 4, self._column, 16)
            loss = -math.log(max(float(shares[self._label]), 1e-12))
            painter.drawText(area, Qt.AlignmentFlag.AlignCenter, numbers.fixed(loss, 3))

    def paint_over(self, painter: QPainter) -> None:
        if self._moments:
            last = len(self._moments) - 1
            ring = QRectF(self._x(last) - 5, 1, self._column + 8, self._bottom)
            draw_ring(painter, ring, theme.color("cursor"), 1, 4)

    # -- places -------------------------------------------------------------------------------------------------

    @property
    def _column(self) -> float:
        return min((self.width() - LABEL - GAP) / max(len(self._moments), 1) - GAP, COLUMN_MOST)

    @property
    def _cell(self) -> float:
        classes = len(self._moments[0].probabilities) if self._moments else 10
        below = classes * BAR_ROW + 30
        room = (self.height() - HEAD - below) / max(len(self._rows), 1) - GAP
        return max(24.0, min(self._column, room, CELL_MOST))

    @property
    def _pitch(self) -> float:
        """Return the height of a probability bar's line; 0 where there is no room for bars."""
        classes = len(self._moments[0].probabilities)
        if not classes:
            return 0.0
        pitch = min(BAR_ROW, (self.height() - self._top(len(self._rows)) - 24) / max(classes, 1))
        return pitch if pitch >= 6 else 0.0

    @property
    def _bottom(self) -> float:
        rows, classes = len(self._rows), len(self._moments[0].probabilities)
        return min(self._top(rows) + classes * BAR_ROW + 24, self.height() - 2)

    def _top(self, row: int) -> float:
        return HEAD + row * (self._cell + GAP)

    def _x(self, place: int) -> float:
        return LABEL + place * (self._column + GAP)
