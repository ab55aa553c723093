"""What the lane shows of each layer: its strongest maps as pixels, its place, and what lies under a point."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np
from PySide6.QtCore import QPointF, QRectF

from cnnviz.explain.trace import Array
from cnnviz.layers import Shape
from cnnviz.model.check import Row
from cnnviz.ui.browse.rendering import is_series
from cnnviz.ui.inspect.frame import Frame
from cnnviz.ui.inspect.volumes import volume

TOP, BOTTOM = 40.0, 38.0
GAP = 3.0
LEAST_TILE, MOST_TILE = 18.0, 44.0
ROWS, ACROSS = 4, 2
LEAST_SPACE, MOST_SPACE = 16.0, 44.0
BARS_WIDTH, CELLS_WIDTH, NAME_WIDTH = 84.0, 14.0, 46.0
MOST_STACKS, FEW_CLASSES = 4, 12


@dataclass(frozen=True, eq=False)
class Column:
    """One layer in the lane: its output, or the array inside it that is looked at.

    `maps` is (C, D, H, W); `shown` are the channels that are drawn, in order.
    `form` is `picture` for the sample, `maps`, `cells` for a vector, `bars` for the class probabilities.
    """

    row: Row
    array: str
    shape: Shape
    group: str
    form: str
    maps: Array
    shown: tuple[int, ...]
    left: float = 0.0
    tile: float = 30.0

    @property
    def name(self) -> str:
        """Return the node's name."""
        return self.row.name

    @property
    def is_series(self) -> bool:
        """Say whether the sample is a sequence of few features, which are shown as curves."""
        return self.form == "picture" and len(self.shape) == 2 and is_series(self.shape)

    @property
    def is_rows(self) -> bool:
        """Say whether the sample is a sequence of many features, which is shown as a picture, time downwards."""
        return self.form == "picture" and len(self.shape) == 2 and not is_series(self.shape)

    @property
    def height(self) -> float:
        """Return the height of the area in which maps are drawn."""
        return ROWS * (self.tile + GAP) - GAP

    @property
    def across(self) -> int:
        """Return how many maps stand side by side."""
        return 1 if len(self.shown) <= 2 else ACROSS

    @property
    def width(self) -> float:
        """Return the width of the column."""
        if self.form == "bars":
            return BARS_WIDTH
        if self.form == "cells":
            return max(self.fold * CELLS_WIDTH, NAME_WIDTH)
        if self.form == "picture":
            return 2 * self.tile + GAP
        return max(self.across * (self.tile + GAP) - GAP, NAME_WIDTH)

    @property
    def fold(self) -> int:
        """Return in how many stacks the cells of a vector stand."""
        wanted = math.ceil(len(self.maps) / self.height)
        return min(max(wanted, 1), MOST_STACKS) if self.form == "cells" else 1

    @property
    def rect(self) -> QRectF:
        """Return the place of the maps."""
        return QRectF(self.left, TOP, self.width, self.height)

    def tile_rect(self, channel: int) -> QRectF:
        """Return the place of a channel; of one that is not drawn, the bottom of the column."""
        if self.form == "picture":
            side = 2 * self.tile + GAP
            return QRectF(self.left, TOP + (self.height - side) / 2, side, side)
        if self.form in ("cells", "bars"):
            return self._cell_rect(channel)
        if channel not in self.shown:
            return QRectF(self.left, TOP + self.height + 2, self.width, 10)
        line, at = divmod(self.shown.index(channel), self.across)
        step = self.tile + GAP
        return QRectF(self.left + at * step, TOP + line * step, self.tile, self.tile)

    def series_rect(self, channel: int) -> QRectF:
        """Return the place of one feature's curve within the sample."""
        whole = self.tile_rect(0)
        height = whole.height() / max(len(self.maps), 1)
        return QRectF(whole.left(), whole.top() + channel * height, whole.width(), height)

    def _cell_rect(self, channel: int) -> QRectF:
        per_stack = math.ceil(len(self.maps) / self.fold)
        stack, line = divmod(channel, per_stack)
        height = self.height / per_stack
        if self.form == "bars":
            return QRectF(self.left, TOP + line * height, self.width, height)
        return QRectF(self.left + stack * CELLS_WIDTH, TOP + line * height, CELLS_WIDTH - 2, height)

    def channel_at(self, point: QPointF) -> int | None:
        """Return the channel under a point."""
        if self.form == "picture":
            if self.is_series:
                return next(
                    (at for at in range(len(self.maps)) if self.series_rect(at).contains(point)), None
                )
            place = self.tile_rect(0)
            if self.is_rows and place.contains(point):
                return min(
                    int((point.x() - place.left()) / place.width() * len(self.maps)), len(self.maps) - 1
                )
            return 0 if place.contains(point) else None
        candidates = self.shown if self.form == "maps" else range(len(self.maps))
        return next((each for each in candidates if self.tile_rect(each).contains(point)), None)


def columns(frame: Frame, width: float, height: float) -> tuple[Column, ...]:
    """Return the columns of all layers in computing order, spread over `width` or wider where they don't fit."""
    tile = min(max((height - TOP - BOTTOM) / ROWS - GAP, LEAST_TILE), MOST_TILE)
    rows = frame.trace.graph.summary().rows
    made = [_column(frame, row, tile) for row in rows if row.name in frame.trace.activations]
    used = sum(column.width for column in made)
    space = min(max((width - used - 24) / max(len(made) - 1, 1), LEAST_SPACE), MOST_SPACE)
    return _placed(made, space)


def _placed(made: list[Column], space: float) -> tuple[Column, ...]:
    placed, left = [], 12.0
    for column in made:
        placed.append(replace(column, left=left))
        left += column.width + space
    return tuple(placed)


def _column(frame: Frame, row: Row, tile: float) -> Column:
    graph, here = frame.trace.graph, row.name == frame.owner
    layer, array = graph.node(row.name).layer, frame.node if here else row.name
    stored = frame.trace.activations[array]
    maps = volume(stored)
    vector = maps[0].size == 1
    if layer.most_inputs == 0 and not vector and not frame.backward:
        form = "picture"
    elif vector and not frame.backward and array == graph.summary().output and len(maps) <= FEW_CLASSES:
        form = "bars"
    else:
        form = "cells" if vector else "maps"
    shown = tuple(range(len(maps)))
    if form == "maps" and len(maps) > ROWS * ACROSS:
        shown = strongest(frame.reaches.sizes(array), ROWS * ACROSS, frame.cell[0] if here else -1)
    return Column(row, array, stored.shape, layer.group, form, maps, shown, tile=tile)


def strongest(sizes: Array, count: int, wanted: int = -1) -> tuple[int, ...]:
    """Return the `count` channels of the largest size (C,), in their own order; `wanted` is among them."""
    found = np.argsort(-sizes, kind="stable")[:count].tolist()
    if wanted >= 0 and wanted not in found:
        found[-1] = wanted
    return tuple(sorted(found))
