"""An answer that is a picture or a film: the true one, the predicted one and their difference; errors by frame."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QImage, QPainter

from cnnviz.explain.trace import Array
from cnnviz.ui import colormaps, theme
from cnnviz.ui.inspect.outcome.outcome import Outcome
from cnnviz.ui.train.pictures import scaled, side_by_side
from cnnviz.ui.widgets.axes import Axes, limits, paint_axes, paint_line
from cnnviz.ui.widgets.painted import Painted

TALLEST, GAP, WORDS = 104, 6.0, 16.0
CURVE, LEFT = 92, 42.0
RGB = 3


class Compared(Painted):
    """Of a film the last frame is shown, which is the hardest to predict; the curve below has all of them."""

    def __init__(self) -> None:
        super().__init__(None, "answer beside the truth")
        self._pictures: list[tuple[str, QImage]] = []
        self._errors: Array = np.zeros(0)

    def show_outcome(self, found: Outcome) -> None:
        """Show an answer of any shape."""
        self._errors = found.frame_errors
        self._pictures = _pictures(found)
        self.setFixedHeight(self.sizeHint().height())
        self.speak(f"{', '.join(name for name, _ in self._pictures)}: {found.told}")
        self.redraw()

    def sizeHint(self) -> QSize:
        return QSize(280, round(TALLEST + WORDS + (CURVE if len(self._errors) > 1 else 0)))

    def paint_base(self, painter: QPainter) -> None:
        count = max(len(self._pictures), 1)
        room = (self.width() - GAP * (count - 1)) / count
        for at, (name, image) in enumerate(self._pictures):
            area = QRectF(at * (room + GAP), 0, room, TALLEST)
            scale = min(area.width() / image.width(), TALLEST / image.height())
            size = QRectF(0, 0, image.width() * scale, image.height() * scale)
            size.moveLeft(area.center().x() - size.width() / 2)
            painter.drawImage(size, image)
            painter.setFont(theme.ui_font(10))
            painter.setPen(theme.color("t3"))
            painter.drawText(
                QRectF(area.left(), size.bottom() + 1, room, WORDS), Qt.AlignmentFlag.AlignCenter, name
            )
        if len(self._errors) > 1:
            self._paint_errors(painter)

    def _paint_errors(self, painter: QPainter) -> None:
        steps = np.arange(1, len(self._errors) + 1)
        top = TALLEST + WORDS + 8
        painter.setFont(theme.ui_font(10))
        painter.setPen(theme.color("t3"))
        painter.drawText(QPointF(LEFT, top + 8), "squared error by frame")
        area = QRectF(LEFT, top + 13, self.width() - LEFT - 8, CURVE - 39)
        axes = Axes(area, (0.5, len(steps) + 0.5), limits(self._errors, zero=True))
        paint_axes(painter, axes, lambda step: str(round(step)), gap=44.0)
        paint_line(painter, axes, steps, self._errors, theme.color("t1"), 1.6)


def _pictures(found: Outcome) -> list[tuple[str, QImage]]:
    """Return what is shown, each under its name."""
    values, truth = (
        None if each is None else _seen(each, found.moving) for each in (found.values, found.truth)
    )
    assert values is not None
    reference = values if truth is None else truth
    shown = [("predicted", _image(values, reference))]
    if truth is not None:
        difference = _flat(values) - _flat(truth)
        reach = float(np.abs(np.nan_to_num(difference)).max()) or 1.0
        shown.insert(0, ("true", _image(truth, reference)))
        shown.append(("difference", colormaps.to_image(difference, "value", -reach, reach)))
    if found.moving and found.values.ndim == 4:
        last = f"frame {found.values.shape[1]}"
        shown = [(f"{name}, {last}" if at == 0 else name, image) for at, (name, image) in enumerate(shown)]
    return shown


def _seen(values: Array, moving: bool) -> Array:
    """Return the last frame of a film (C, H, W); anything else as it is."""
    return values[:, -1] if moving and values.ndim == 4 else values


def _flat(values: Array) -> Array:
    return np.asarray(side_by_side(values), np.float64)


def _image(values: Array, reference: Array) -> QImage:
    """Return values as a grey or coloured picture in the range of others."""
    shown = scaled(values, reference)
    if values.ndim == 3 and len(values) == RGB:
        return colormaps.to_picture(np.moveaxis(shown, 0, -1))
    return colormaps.to_picture(_flat(shown), "photo")
