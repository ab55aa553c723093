"""A pair of linear axes in a painted widget: places of values, ticks at round numbers, lines and bands."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from PySide6.QtCore import QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen, QPolygonF

from cnnviz.ui import numbers, theme

GAP_X, GAP_Y = 90.0, 34.0
"""How far apart ticks stand at least, in pixels."""
SMALL = 9.5
FAR = 1e5
"""So many pixels away, what lies still further need not be told apart."""


@dataclass(frozen=True)
class Axes:
    """What part of the plane lies in `rect`: x and y from low to high, y upwards."""

    rect: QRectF
    x: tuple[float, float]
    y: tuple[float, float]

    def left_of(self, value: float) -> float:
        """Return where an x lies."""
        low, high = self.x
        return self.rect.left() + (value - low) / ((high - low) or 1) * self.rect.width()

    def top_of(self, value: float) -> float:
        """Return where a y lies."""
        low, high = self.y
        return self.rect.bottom() - (value - low) / ((high - low) or 1) * self.rect.height()

    def x_at(self, left: float) -> float:
        """Return which x lies at a place."""
        low, high = self.x
        return low + (left - self.rect.left()) / (self.rect.width() or 1) * (high - low)

    def points(self, xs: np.ndarray, ys: np.ndarray) -> np.ndarray:
        """Return the places (N, 2) of points; where there are several to a pixel, the lowest and highest of each."""
        xs, ys = _thinned(np.asarray(xs, np.float64), np.asarray(ys, np.float64), int(self.rect.width()))
        (left, right), (low, high) = self.x, self.y
        across = self.rect.left() + (xs - left) / ((right - left) or 1) * self.rect.width()
        down = self.rect.bottom() - (ys - low) / ((high - low) or 1) * self.rect.height()
        return np.stack([across, np.clip(np.nan_to_num(down), -FAR, FAR)], axis=1)


def limits(*arrays: np.ndarray, zero: bool = False) -> tuple[float, float]:
    """Return the range of all finite values with a little room around it; with `zero` from 0 on."""
    values = (
        np.concatenate([np.asarray(array, np.float64).ravel() for array in arrays]) if arrays else np.zeros(0)
    )
    values = values[np.isfinite(values)]
    low, high = (float(values.min()), float(values.max())) if values.size else (0.0, 1.0)
    low = min(low, 0.0) if zero else low
    room = (high - low) * 0.06 or abs(high) * 0.1 or 1.0
    return (low if zero and low == 0 else low - room), high + room


def ticks(low: float, high: float, most: int, *, whole: bool = False) -> list[float]:
    """Return round numbers within a range, at most so many; with `whole` no fractions."""
    span = high - low
    if not (span > 0 and math.isfinite(span)):
        return []
    power = 10.0 ** math.floor(math.log10(span / max(most, 1)))
    step = next(digit * power for digit in (1, 2, 5, 10) if span / (digit * power) <= max(most, 1))
    step = max(step, 1.0) if whole else step
    first = math.ceil(low / step - 1e-9)
    return [at * step for at in range(first, math.floor(high / step + 1e-9) + 1)]


def paint_axes(
    painter: QPainter,
    axes: Axes,
    x_text: Callable[[float], str] | None = None,
    *,
    gap: float = GAP_X,
    y_text: Callable[[float], str] = numbers.compact,
) -> None:
    """Paint the ground, a faint grid, and numbers at the left and, with `x_text`, below."""
    rect = axes.rect
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
    painter.fillRect(rect, theme.color("bg2"))
    painter.setFont(theme.mono_font(SMALL))
    for value in ticks(*axes.y, max(int(rect.height() / GAP_Y), 1)):
        top = axes.top_of(value)
        painter.setPen(QPen(theme.color("line2" if value == 0 else "line"), 1))
        painter.drawLine(QLineF(rect.left(), top, rect.right(), top))
        painter.setPen(theme.color("t3"))
        beside = QRectF(0, top - 8, rect.left() - 5, 16)
        painter.drawText(beside, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, y_text(value))
    for value in ticks(*axes.x, max(int(rect.width() / gap), 1), whole=True):
        left = axes.left_of(value)
        painter.setPen(QPen(theme.color("line"), 1))
        painter.drawLine(QLineF(left, rect.top(), left, rect.bottom()))
        if x_text is not None:
            painter.setPen(theme.color("t3"))
            below = QRectF(left - gap / 2, rect.bottom() + 3, gap, 14)
            painter.drawText(below, Qt.AlignmentFlag.AlignCenter, x_text(value))


def paint_line(
    painter: QPainter, axes: Axes, xs: np.ndarray, ys: np.ndarray, color: QColor, width: float = 1.5, *,
    style: Qt.PenStyle = Qt.PenStyle.SolidLine,
) -> None:  # fmt: skip
    """Paint a line through points."""
    if not len(xs):
        return
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    pen = QPen(color, width, style)
    pen.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
    painter.setPen(pen)
    painter.drawPolyline(polygon(axes.points(xs, ys)))


def paint_band(
    painter: QPainter, axes: Axes, xs: np.ndarray, low: np.ndarray, high: np.ndarray, color: QColor
) -> None:
    """Fill between two lines."""
    if len(xs) < 2:
        return
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(color)
    painter.drawPolygon(polygon(np.concatenate([axes.points(xs, high), axes.points(xs, low)[::-1]])))
    painter.setBrush(Qt.BrushStyle.NoBrush)


def polygon(points: np.ndarray) -> QPolygonF:
    """Return places (N, 2) as Qt takes them."""
    return QPolygonF([QPointF(x, y) for x, y in points.tolist()])


def paint_keys(painter: QPainter, place: QPointF, keys: Sequence[tuple[str, QColor, Qt.PenStyle]]) -> None:
    """Write what lines mean, each behind a piece of its line, from a place (left end, baseline) on."""
    painter.setFont(theme.ui_font(11))
    left = place.x()
    for text, color, style in keys:
        painter.setPen(QPen(color, 2, style))
        painter.drawLine(QLineF(left, place.y() - 4, left + 18, place.y() - 4))
        painter.setPen(theme.color("t2"))
        painter.drawText(QPointF(left + 23, place.y()), text)
        left += 23 + painter.fontMetrics().horizontalAdvance(text) + 16


def _thinned(xs: np.ndarray, ys: np.ndarray, pixels: int) -> tuple[np.ndarray, np.ndarray]:
    if len(xs) <= 4 * max(pixels, 1):
        return xs, ys
    bins = np.array_split(np.arange(len(xs)), max(pixels, 1))
    places = np.concatenate([np.sort([part[ys[part].argmin()], part[ys[part].argmax()]]) for part in bins])
    return xs[places], ys[places]
