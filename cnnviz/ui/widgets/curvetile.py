"""One row of numbers as a small curve: filled to zero in the colours of its map, or as bars where there are few."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen

from cnnviz.ui import colormaps, theme
from cnnviz.ui.widgets.axes import polygon

FEWEST = 4
"""A row of fewer numbers is shown as cells."""
FEW = 12
"""So many numbers at most are bars."""


def is_curve(rows: int, columns: int) -> bool:
    """Say whether a map is a row that is better read as a curve."""
    return rows == 1 and columns >= FEWEST


def height_at(rect: QRectF, value: float, low: float, high: float) -> float:
    """Return where a value lies, `low` being the bottom of the place and `high` its top."""
    share = (value - low) / ((high - low) or 1)
    return rect.bottom() - min(max(share, 0.0), 1.0) * rect.height()


def fills(colormap: str) -> tuple[QColor, QColor]:
    """Return the colours of what lies above and below zero."""
    if colormaps.is_diverging(colormap):
        return colormaps.color_at(colormap, 0.56, -1, 1), colormaps.color_at(colormap, -0.56, -1, 1)
    tone = theme.color("t3", 0.5) if colormap == "grey" else colormaps.color_at(colormap, 0.6, 0, 1)
    return tone, tone


def paint_curve(
    painter: QPainter,
    rect: QRectF,
    values: np.ndarray,
    low: float,
    high: float,
    colormap: str,
    width: float = 1.2,
) -> None:
    """Paint numbers (N,), each in the middle of its share of the width, on a ground of the canvas' colour."""
    values = np.nan_to_num(np.asarray(values, np.float64))
    zero = height_at(rect, 0.0, low, high)
    if len(values) <= FEW:
        _paint_bars(painter, rect, values, zero, (low, high), colormap)
    else:
        _paint_filled(painter, rect, values, zero, (low, high), colormap, width)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
    painter.setPen(QPen(theme.color("line2"), 1))
    painter.drawLine(QLineF(rect.left(), zero, rect.right(), zero))


def _paint_bars(
    painter: QPainter, rect: QRectF, values: np.ndarray, zero: float, ends: tuple[float, float], colormap: str
) -> None:
    each = rect.width() / max(len(values), 1)
    above, below = fills(colormap)
    gap = min(each * 0.15, 3.0)
    for at, value in enumerate(values.tolist()):
        top = height_at(rect, value, *ends)
        bar = QRectF(rect.left() + at * each + gap, min(top, zero), each - 2 * gap, max(abs(top - zero), 1.0))
        painter.fillRect(bar, above if value >= 0 else below)


def _paint_filled(
    painter: QPainter, rect: QRectF, values: np.ndarray, zero: float, ends: tuple[float, float], colormap: str,
    width: float,
) -> None:  # fmt: skip
    low, high = ends
    xs = rect.left() + (np.arange(len(values)) + 0.5) * rect.width() / len(values)
    shares = np.clip((values - low) / ((high - low) or 1), 0, 1)
    points = np.stack([xs, rect.bottom() - shares * rect.height()], axis=1)
    feet = np.array([[xs[-1], zero], [xs[0], zero]])
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    above, below = fills(colormap)
    for part, color in (
        (QRectF(rect.topLeft(), QPointF(rect.right(), zero)), above),
        (QRectF(QPointF(rect.left(), zero), rect.bottomRight()), below),
    ):
        painter.save()
        painter.setClipRect(part, Qt.ClipOperation.IntersectClip)
        painter.setBrush(color)
        painter.drawPolygon(polygon(np.concatenate([points, feet])))
        painter.restore()
    painter.setBrush(Qt.BrushStyle.NoBrush)
    pen = QPen(theme.color("t1"), width)
    pen.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
    painter.setPen(pen)
    painter.drawPolyline(polygon(points))
