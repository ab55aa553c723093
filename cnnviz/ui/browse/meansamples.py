"""The mean of all training samples, and that of each class; a click chooses the class."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFontMetricsF, QImage, QMouseEvent, QPainter
from PySide6.QtWidgets import QSizePolicy, QWidget

from cnnviz.data.survey import Means
from cnnviz.ui import theme
from cnnviz.ui.browse.places import ALL
from cnnviz.ui.browse.rendering import Range, thumbnail
from cnnviz.ui.widgets.painted import Painted, draw_ring

SIDE, CAPTION, GAP = 42, 13, 6
MOST = 60
"""Means of more classes are not shown side by side."""


class MeanSamples(Painted):
    """`chosen(label)` on a click, −1 for the mean of all."""

    chosen = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent, "mean samples")
        self._tiles: list[tuple[int, str, QImage]] = []
        self._selected = ALL
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def set_means(self, means: Means | None, names: Sequence[str], shown: Range, scale: float) -> None:
        """Show means of stored values; `scale` brings these to the values of samples, `shown` are painted."""
        self._tiles = []
        if means is not None:
            self._tiles.append((ALL, "all", _image(means.whole(), shown, scale)))
            for label, name in enumerate(names[:MOST]):
                mean = means.of(label)
                if mean is not None:
                    self._tiles.append((label, name, _image(mean, shown, scale)))
        self._fit()
        self.redraw()

    def set_selected(self, label: int) -> None:
        """Ring the mean of a class, or that of all."""
        self._selected = label
        self.redraw()

    def cell(self, at: int) -> QRectF:
        """The place of a mean with its caption."""
        line, column = divmod(at, self._across())
        return QRectF(column * (SIDE + GAP), line * (SIDE + CAPTION + GAP), SIDE, SIDE + CAPTION)

    def sizeHint(self) -> QSize:
        return QSize(300, self.height())

    def resizeEvent(self, event) -> None:
        self._fit()

    def _across(self) -> int:
        return max((self.width() + GAP) // (SIDE + GAP), 1)

    def _fit(self) -> None:
        lines = max(-(-len(self._tiles) // self._across()), 1)
        self.setFixedHeight(lines * (SIDE + CAPTION + GAP))

    def paint_base(self, painter: QPainter) -> None:
        font = theme.ui_font(10)
        for at, (label, name, image) in enumerate(self._tiles):
            cell = self.cell(at)
            picture = QRectF(cell.left(), cell.top(), SIDE, SIDE)
            painter.drawImage(picture, image)
            chosen = label == self._selected
            if chosen:
                draw_ring(painter, picture, theme.color("acc"), 1.5)
            painter.setFont(font)
            painter.setPen(theme.color("acc" if chosen else "t3"))
            shown = QFontMetricsF(font).elidedText(name, Qt.TextElideMode.ElideRight, SIDE)
            below = QRectF(cell.left(), picture.bottom(), SIDE, CAPTION)
            painter.drawText(below, Qt.AlignmentFlag.AlignCenter, shown)

    def _tile_at(self, event: QMouseEvent) -> tuple[int, str, QImage] | None:
        found = (at for at in range(len(self._tiles)) if self.cell(at).contains(event.position()))
        at = next(found, None)
        return None if at is None else self._tiles[at]

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        found = self._tile_at(event)
        self.setToolTip("" if found is None else f"Mean of the training samples: {found[1]}")

    def mousePressEvent(self, event: QMouseEvent) -> None:
        found = self._tile_at(event)
        if found is not None:
            self.chosen.emit(found[0])


def _image(mean: np.ndarray, shown: Range, scale: float) -> QImage:
    return thumbnail(np.asarray(mean * scale, np.float32), shown, 2 * SIDE)
