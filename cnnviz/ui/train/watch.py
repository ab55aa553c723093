"""Watching it learn: the pinned image's maps and class probabilities, at a few moments and now."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QPainter

from cnnviz.events import Array, Watched
from cnnviz.layers import LAYERS
from cnnviz.model.graph import Graph
from cnnviz.ui import colormaps, numbers, theme
from cnnviz.ui.widgets.painted import Painted, draw_ring

HEAD, LABEL, GAP = 22, 84, 8
CELL_MOST = 104
BAR_ROW = 15
MOMENTS = 4


@dataclass(frozen=True)
class _Row:
    """One layer's map through time: (H, W) arrays by moment, one symmetric range for all."""

    node: str
    title: str
    detail: str
    group: str
    maps: tuple[Array, ...]
    reach: float


class WatchTable(Painted):
    """Columns are moments of the training, the last one is now; rows are layers, then the class probabilities."""

    def __init__(self) -> None:
        super().__init__(name="the pinned image through the training")
        self._rows: list[_Row] = []
        self._moments: list[Watched] = []
        self._label = -1
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
        self, graph: Graph, moments: list[Watched], label: int, classes: Sequence[str] = ()
    ) -> None:
        """Show these moments, oldest first; `label` is the true class of the image, or −1."""
        self._moments, self._label, self._classes = moments, label, classes
        self._rows = _rows(graph, moments) if moments else []
        self.redraw()

    @property
    def reach(self) -> float:
        """Return the largest value of all shown maps."""
        return max((row.reach for row in self._rows), default=1.0)

    # -- painting -----------------------------------------------------------------------------------------------

    def paint_base(self, painter: QPainter) -> None:
        if not self._moments:
            return
        self._paint_head(painter)
        cell = self._cell
        for place, row in enumerate(self._rows):
            self._paint_row(painter, HEAD + place * (cell + GAP), row)
        self._paint_probabilities(painter, HEAD + len(self._rows) * (cell + GAP))

    def _paint_head(self, painter: QPainter) -> None:
        painter.setFont(theme.mono_font(10))
        for place, moment in enumerate(self._moments):
            now = place == len(self._moments) - 1
            painter.setPen(theme.color("cursor" if now else "t2"))
            text = f"now · {moment.step:,}" if now else f"step {moment.step:,}"
            painter.drawText(
                QRectF(self._x(place), 0, self._column, HEAD), Qt.AlignmentFlag.AlignCenter, text
            )

    def _paint_row(self, painter: QPainter, top: float, row: _Row) -> None:
        self._paint_label(painter, top, row)
        for place, values in enumerate(row.maps):
            reach = {"map": float(np.abs(values).max()) or 1.0, "row": row.reach}.get(self.scope, self.reach)
            area = QRectF(self._x(place) + (self._column - self._cell) / 2, top, self._cell, self._cell)
            painter.drawImage(area, colormaps.to_image(values, "value", -reach, reach))

    def _paint_label(self, painter: QPainter, top: float, row: _Row) -> None:
        painter.fillRect(QRectF(0, top + 4, 6, 6), theme.group_color(row.group))
        left = Qt.AlignmentFlag.AlignLeft
        painter.setFont(theme.ui_font(11, 500))
        painter.setPen(theme.color("t1"))
        shown = painter.fontMetrics().elidedText(row.title, Qt.TextElideMode.ElideRight, LABEL - 14)
        painter.drawText(QRectF(12, top - 1, LABEL - 12, 16), left, shown)
        painter.setFont(theme.ui_font(10))
        painter.setPen(theme.color("t3"))
        painter.drawText(QRectF(12, top + 14, LABEL - 12, 44), left, row.detail)

    def _paint_probabilities(self, painter: QPainter, top: float) -> None:
        classes = len(self._moments[0].probabilities)
        pitch = min(BAR_ROW, (self.height() - top - 24) / max(classes, 1))
        if pitch < 6:
            return
        self._paint_classes(painter, top, pitch)
        for place, moment in enumerate(self._moments):
            for number, share in enumerate(moment.probabilities):
                self._paint_bar(painter, place, top + number * pitch, pitch, number, float(share), moment)
        self._paint_losses(painter, top + classes * pitch + 4)

    def _paint_classes(self, painter: QPainter, top: float, pitch: float) -> None:
        """Write the names of the classes beside the bars, or what the bars are where numbers are the names."""
        painter.setFont(theme.ui_font(10))
        painter.setPen(theme.color("t3"))
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

    def _paint_bar(
        self,
        painter: QPainter,
        place: int,
        y: float,
        pitch: float,
        number: int,
        share: float,
        moment: Watched,
    ) -> None:
        x, best = self._x(place), number == int(moment.probabilities.argmax())
        room = self._column - 14 - 34
        painter.setFont(theme.mono_font(9 if pitch >= 11 else 8))
        painter.setPen(theme.color("cursor" if number == self._label else "t3"))
        painter.drawText(QRectF(x, y, 12, pitch), Qt.AlignmentFlag.AlignVCenter, str(number))
        painter.fillRect(QRectF(x + 14, y + 2, room, pitch - 4), theme.color("bg4"))
        painter.fillRect(QRectF(x + 14, y + 2, room * share, pitch - 4), theme.color("pos" if best else "t3"))
        painter.setPen(theme.color("t1" if best else "t3"))
        right = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        painter.drawText(QRectF(x + 14 + room, y, 32, pitch), right, f"{share:.2f}")

    def _paint_losses(self, painter: QPainter, y: float) -> None:
        if self._label < 0:
            return
        painter.setFont(theme.ui_font(10))
        painter.setPen(theme.color("t3"))
        painter.drawText(QRectF(12, y, LABEL, 16), Qt.AlignmentFlag.AlignVCenter, "loss here")
        painter.setFont(theme.mono_font(10))
        painter.setPen(theme.color("t1"))
        for place, moment in enumerate(self._moments):
            share = max(float(moment.probabilities[self._label]), 1e-12)
            area = QRectF(self._x(place), y, self._column, 16)
            painter.drawText(area, Qt.AlignmentFlag.AlignCenter, numbers.fixed(-math.log(share), 3))

    def paint_over(self, painter: QPainter) -> None:
        if self._moments:
            last = len(self._moments) - 1
            ring = QRectF(self._x(last) - 5, 1, self._column + 8, self._bottom)
            draw_ring(painter, ring, theme.color("cursor"), 1, 4)

    # -- places -------------------------------------------------------------------------------------------------

    @property
    def _column(self) -> float:
        return (self.width() - LABEL - GAP) / max(len(self._moments), 1) - GAP

    @property
    def _cell(self) -> float:
        classes = len(self._moments[0].probabilities) if self._moments else 10
        below = classes * BAR_ROW + 30
        room = (self.height() - HEAD - below) / max(len(self._rows), 1) - GAP
        return max(24.0, min(self._column, room, CELL_MOST))

    @property
    def _bottom(self) -> float:
        rows, classes = len(self._rows), len(self._moments[0].probabilities)
        return min(HEAD + rows * (self._cell + GAP) + classes * BAR_ROW + 24, self.height() - 2)

    def _x(self, place: int) -> float:
        return LABEL + place * (self._column + GAP)


def _rows(graph: Graph, moments: list[Watched]) -> list[_Row]:
    """Return one map per layer that bends or mixes pixels: the one that is strongest now."""
    rows = []
    for row in graph.summary().rows:
        kind = LAYERS[row.kind]
        if (
            row.shape is None
            or len(row.shape) != 3
            or kind.group not in ("Convolution", "Activation", "Pooling", "Merge")
        ):
            continue
        if kind.group == "Convolution" and _bends_next(graph, row.name):
            continue
        maps = [moment.maps[row.name] for moment in moments if row.name in moment.maps]
        if len(maps) != len(moments):
            continue
        best = int(np.abs(maps[-1]).mean(axis=(1, 2)).argmax())
        chosen = tuple(each[best] for each in maps)
        reach = max(float(np.abs(each).max()) for each in chosen) or 1.0
        detail = f"map {best} of {row.shape[0]}\n{row.shape[1]}×{row.shape[2]}\n±{numbers.compact(reach, 3)}"
        rows.append(_Row(row.name, row.name, detail, kind.group, chosen, reach))
    return rows[:5]


def _bends_next(graph: Graph, name: str) -> bool:
    """Say whether an activation follows directly; its map then tells more than the raw sums."""
    return any(graph.node(edge.target).layer.group == "Activation" for edge in graph.outputs(name))
