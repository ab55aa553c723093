"""How one column of the lane is painted: heading, maps or cells or bars, and how many there are."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QFontMetricsF, QPainter, QPen

from cnnviz.explain.trace import Array
from cnnviz.ui import colormaps, numbers, theme
from cnnviz.ui.inspect.columns import CELLS_WIDTH, TOP, Column
from cnnviz.ui.inspect.frame import Frame
from cnnviz.ui.widgets.axes import limits
from cnnviz.ui.widgets.curvetile import is_curve, paint_curve
from cnnviz.ui.widgets.painted import draw_ring


def paint_column(painter: QPainter, column: Column, frame: Frame, *, current: bool) -> None:
    """Paint a layer; the current one stands in the cursor's frame."""
    if current:
        _paint_frame(painter, column)
    _paint_heading(painter, column, current)
    painters = {"picture": _paint_picture, "cells": _paint_cells, "bars": _paint_bars}
    painters.get(column.form, _paint_maps)(painter, column, frame)
    if column.form == "maps" and len(column.shown) < len(column.maps):
        painter.setFont(theme.mono_font(9.5))
        painter.setPen(theme.color("t2" if current else "t3"))
        below = QPointF(column.left, TOP + column.height + 13)
        painter.drawText(below, f"{len(column.shown)} of {len(column.maps)}")


def paint_struck(painter: QPainter, columns: Sequence[Column], maps: frozenset[tuple[str, int]]) -> None:
    """Veil and strike out the maps that are muted, where they are drawn."""
    by_name = {column.array: column for column in columns if column.form != "picture"} if maps else {}
    for node, channel in maps:
        column = by_name.get(node)
        if column is None or (column.form == "maps" and channel not in column.shown):
            continue
        rect = column.tile_rect(channel)
        painter.fillRect(rect, theme.color("bg1", 0.55))
        painter.setPen(QPen(theme.color("warn"), 1.5))
        painter.drawLine(rect.bottomLeft(), rect.topRight())


def _paint_frame(painter: QPainter, column: Column) -> None:
    rect = QRectF(
        column.left - 7, 3, max(column.width, _heading_width(column)) + 14, TOP + column.height + 19
    )
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(theme.color("cursor_bg", 0.6))
    painter.drawRoundedRect(rect, 6, 6)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
    draw_ring(painter, rect, theme.color("cursor"), 1.5, 6)


def _heading_width(column: Column) -> float:
    return min(11 + QFontMetricsF(theme.ui_font(11, 600)).horizontalAdvance(column.array), column.width + 14)


def _paint_heading(painter: QPainter, column: Column, current: bool) -> None:
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(theme.group_color(column.group))
    painter.drawRoundedRect(QRectF(column.left, 11, 6, 6), 1.5, 1.5)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
    font = theme.ui_font(11, 600)
    painter.setFont(font)
    painter.setPen(theme.color("cursor" if current else "t1"))
    room = column.width + 3
    name = QFontMetricsF(font).elidedText(column.array, Qt.TextElideMode.ElideMiddle, room)
    painter.drawText(QPointF(column.left + 10, 18), name)
    painter.setFont(theme.mono_font(9.5))
    painter.setPen(theme.color("t3"))
    shape = numbers.shape(column.shape)
    text = QFontMetricsF(painter.font()).elidedText(shape, Qt.TextElideMode.ElideRight, column.width + 14)
    painter.drawText(QPointF(column.left, 31), text)


def _paint_picture(painter: QPainter, column: Column, frame: Frame) -> None:
    if column.is_series:
        _paint_series(painter, column)
        return
    maps = column.maps[:, _slice(column, frame)]
    if column.is_rows:
        maps = maps[:, 0].T[None]
    shown = np.moveaxis(maps, 0, -1) if len(maps) == 3 else maps[0]
    _draw(painter, column.tile_rect(0), colormaps.to_picture(shown), maps.shape[1:])


def _paint_maps(painter: QPainter, column: Column, frame: Frame) -> None:
    maps = column.maps[list(column.shown), _slice(column, frame)]
    low, high = frame.limits_of_all(column.array, maps)
    if is_curve(*maps.shape[1:]):
        _paint_curves(painter, column, frame, maps[:, 0], (low, high))
        return
    ends = [np.asarray(end, np.float32).reshape(-1, 1, 1) for end in (low, high)]
    pixels = colormaps.to_pixels(maps, frame.colormap(column.array), *ends)
    for channel, picture in zip(column.shown, pixels, strict=True):
        _draw(painter, column.tile_rect(channel), colormaps.pixels_image(picture), picture.shape)


def _paint_curves(
    painter: QPainter, column: Column, frame: Frame, rows: Array, reach: tuple[Array | float, Array | float]
) -> None:
    """Paint maps that are a single row each, (N, columns), as curves."""
    ends = [np.broadcast_to(np.asarray(end, np.float32).reshape(-1), len(rows)) for end in reach]
    for channel, row, low, high in zip(column.shown, rows, *ends, strict=True):
        rect = column.tile_rect(channel)
        painter.fillRect(rect, theme.color("bg2"))
        paint_curve(painter, rect, row, float(low), float(high), frame.colormap(column.array), 1.0)


def _paint_series(painter: QPainter, column: Column) -> None:
    """Paint the sample's few features as curves above each other, each in its own range."""
    painter.fillRect(column.tile_rect(0), theme.color("bg2"))
    for channel, row in enumerate(column.maps[:, 0, 0]):
        low, high = limits(row)
        place = column.series_rect(channel).adjusted(0, 1, 0, -1)
        paint_curve(painter, place, row, min(low, 0.0), max(high, 0.0), "grey", 1.0)


def _slice(column: Column, frame: Frame) -> int:
    """Return the slice that is shown: the cursor's, where a layer has as many (the same moment), else the middle."""
    count = column.maps.shape[1]
    return frame.cell[1] if count == frame.output.shape[1] else count // 2


def _draw(painter: QPainter, rect: QRectF, image: object, shape: tuple[int, ...]) -> None:
    shrunk = rect.width() < shape[-1] or rect.height() < shape[-2]
    painter.setRenderHint(painter.RenderHint.SmoothPixmapTransform, shrunk)
    painter.drawImage(rect, image)  # type: ignore[call-overload]


def _paint_cells(painter: QPainter, column: Column, frame: Frame) -> None:
    values = column.maps.reshape(-1)
    low, high = frame.limits(column.array, values)
    words = colormaps.to_pixels(values, frame.colormap(column.array), low, high)
    if column.tile_rect(0).height() >= 2:
        for channel, word in enumerate(words):
            painter.fillRect(column.tile_rect(channel).adjusted(0, 0, 0, -0.5), int(word))
        return
    per_stack = -(-len(values) // column.fold)
    padded = np.full(per_stack * column.fold, theme.color("bg1").rgb(), np.uint32)
    padded[: len(words)] = words
    image = colormaps.pixels_image(np.ascontiguousarray(padded.reshape(column.fold, per_stack).T))
    area = QRectF(column.left, TOP, CELLS_WIDTH * column.fold, column.height)
    painter.setRenderHint(painter.RenderHint.SmoothPixmapTransform, per_stack > column.height)
    painter.drawImage(area, image)


def _paint_bars(painter: QPainter, column: Column, frame: Frame) -> None:
    values = column.maps.reshape(-1).astype(np.float64)
    low, high = min(float(values.min()), 0.0), max(float(values.max()), 0.0)
    scale = (column.width - 30) / ((high - low) or 1.0)
    names = frame.classes if len(frame.classes) == len(values) else [str(at) for at in range(len(values))]
    best = int(values.argmax())
    painter.setFont(theme.mono_font(9.5))
    metrics = QFontMetricsF(painter.font())
    for at, value in enumerate(values.tolist()):
        rect = column.tile_rect(at)
        painter.setPen(theme.color("t1" if at == best else "t3"))
        name = metrics.elidedText(names[at], Qt.TextElideMode.ElideRight, 24)
        right = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        painter.drawText(QRectF(rect.left(), rect.top(), 22, rect.height()), right, name)
        zero = rect.left() + 27 - low * scale
        left, width = min(zero, zero + value * scale), max(abs(value) * scale, 1.0)
        bar = QRectF(left, rect.center().y() - 3.5, width, 7)
        painter.fillRect(bar, theme.color("pos" if at == best else "t3"))
