"""The wires of the lane: from the maps that a value reads, as strong as their share in it."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPen

from cnnviz.ui import colormaps, theme
from cnnviz.ui.inspect.columns import Column
from cnnviz.ui.inspect.frame import Frame
from cnnviz.ui.inspect.reading import Reading
from cnnviz.ui.inspect.volumes import spread

MOST_WIRES = 12
THIN, THICK = 0.8, 4.5


def paint_wires(painter: QPainter, frame: Frame, columns: Sequence[Column], target: QRectF) -> None:
    """Paint the strongest wires into `target`, and on each source map the window that is read."""
    places = {column.name: column for column in columns}
    wires = [
        (value, rect, places[reading.node], reading)
        for reading in frame.readings
        if reading.node in places and reading.node != frame.owner  # what lies inside has no place of its own
        for value, rect in _strengths(reading, places[reading.node])
    ]
    wires = sorted(wires, key=lambda wire: abs(wire[0]))[-MOST_WIRES:]
    largest = max((abs(value) for value, *_ in wires), default=0.0)
    more, less = wire_colors(frame)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    for value, rect, _column, _reading in wires:
        share = abs(value) / largest if largest else 0.0
        color = QColor(theme.color("wire") if value == 0 else more if value > 0 else less)
        color.setAlphaF(0.9)
        painter.setPen(QPen(color, THIN + (THICK - THIN) * share))
        painter.drawPath(_wire(rect, target))
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
    for _value, rect, column, reading in wires:
        _paint_window(painter, rect, column, reading)


def wire_colors(frame: Frame) -> tuple[QColor, QColor]:
    """Return the colours of what adds and what subtracts: those of gradients on the way back."""
    if not frame.backward:
        return theme.color("pos"), theme.color("neg")
    return theme.color("grad"), colormaps.color_at("gradient", -0.75, -1.0, 1.0)


def _strengths(reading: Reading, column: Column) -> list[tuple[float, QRectF]]:
    """Return the sum of each channel that is read, and where it is drawn; what is not drawn is left out."""
    found = []
    sums = reading.sums
    if reading.folded:
        products = reading.products.ravel()
        strongest = np.argsort(-np.abs(products), kind="stable")[:MOST_WIRES]
        return [(float(products[at]), column.tile_rect(int(at))) for at in strongest]
    for channel, value in zip(reading.channels, sums.tolist(), strict=True):
        if column.form != "maps" or channel in column.shown:
            found.append((value, column.tile_rect(channel)))
    return found


def _wire(source: QRectF, target: QRectF) -> QPainterPath:
    if source.left() > target.left():  # the way back
        start = QPointF(source.left(), source.center().y())
        end = QPointF(target.right() + 2, target.center().y())
        bend = min((end.x() - start.x()) * 0.5, -12)
    else:
        start = QPointF(source.right(), source.center().y())
        end = QPointF(target.left() - 2, target.center().y())
        bend = max((end.x() - start.x()) * 0.5, 12)
    path = QPainterPath(start)
    path.cubicTo(start + QPointF(bend, 0), end - QPointF(bend, 0), end)
    return path


def _paint_window(painter: QPainter, rect: QRectF, column: Column, reading: Reading) -> None:
    """Frame the cells that are read on a map of the lane."""
    if column.form not in ("maps", "picture") or reading.folded:
        return
    rows, columns_ = column.maps.shape[2:]
    (row, height), (left, width) = spread(reading.ranges[2]), spread(reading.ranges[3])
    across, down = rect.width() / columns_, rect.height() / rows
    frame = QRectF(
        rect.left() + left * across, rect.top() + row * down, max(width * across, 4), max(height * down, 4)
    )
    painter.setPen(QPen(theme.color("cursor"), 1))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.drawRect(frame.intersected(rect.adjusted(-1, -1, 0, 0)))
