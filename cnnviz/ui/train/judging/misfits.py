"""The samples whose answers are furthest off, one small picture each: curves, pictures, frames; true and predicted."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from PySide6.QtCore import QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import QImage, QPainter, QPen

from cnnviz.data import Dataset, Split
from cnnviz.events import Array, Evaluated, Fit
from cnnviz.ui import numbers, theme
from cnnviz.ui.browse.rendering import curve_color, curves_of, is_series, paint_curves
from cnnviz.ui.train.pictures import flat, pair
from cnnviz.ui.widgets.gallery import THUMB, Caption, Picture

MOST_VALUES = 64
"""So many values are no picture: the sample is shown, and one value is written below it."""
FEW_FRAMES = 4
"""Of a film as many frames as are still seen when they are small."""
SERIES = (126, 76)
WIDEST = 208
RIGHT, RIM = 14.0, 4.0
DOT = 2.6
SHARP = 2
"""Pixels of an image along each of the screen's, for those that have more of them."""


@dataclass(frozen=True, eq=False)
class Misfits:
    """`places` among the samples judged, worst first, with pictures of a size in pixels and a caption each.

    `words` say how a picture is read.
    """

    places: Sequence[int]
    pictures: Sequence[Picture]
    captions: Sequence[Caption]
    size: tuple[int, int] = (THUMB, THUMB)
    words: str = ""


def misfits(event: Evaluated, fit: Fit, split: Split, dataset: Dataset) -> Misfits:
    """Return the answers that were kept of a judgement."""
    order = np.argsort(-fit.errors[fit.places], kind="stable")
    places, captions = [int(fit.places[at]) for at in order], [_caption(fit, int(at)) for at in order]
    few = fit.per_output.size <= MOST_VALUES
    shape = dataset.shape if fit.per_output.size == np.prod(dataset.shape) else fit.per_output.shape
    if is_series(dataset.shape if few else shape):
        drawn = [
            NextValues(
                split.sample(int(event.indices[place])), _rows(dataset), fit.targets[at], fit.values[at]
            )
            if few
            else BothCurves(
                curves_of(fit.targets[at].reshape(shape)), curves_of(fit.values[at].reshape(shape))
            )
            for at, place in zip(order, places, strict=True)
        ]
        return Misfits(places, drawn, captions, SERIES, "○ true, ● predicted" if few else "dashed: predicted")
    if few:
        samples = [flat(split.sample(int(event.indices[place]))) for place in places]
        words = "true → predicted" if fit.per_output.size == 1 else ""
        return Misfits(places, samples, captions, words=words)
    pairs = [
        pair(fit.targets[at].reshape(shape), fit.values[at].reshape(shape), most=FEW_FRAMES) for at in order
    ]
    words = "true above predicted" if len(shape) > 3 else "true | predicted"
    return Misfits(places, pairs, captions, _size(pairs[0] if pairs else np.zeros((1, 1))), words)


@dataclass(frozen=True, eq=False)
class NextValues:
    """A window of a series as curves; behind it, of each of `rows`, a ring where it went on and a dot as predicted."""

    sample: Array
    rows: Sequence[int]
    true: Array
    predicted: Array

    def __call__(self, width: int, height: int) -> QImage:
        """Paint it in the theme in force."""
        curves = curves_of(self.sample)
        marks = [row for row in self.rows if row < len(curves)]
        known = len(marks) == self.true.size
        both = np.concatenate([self.true.ravel(), self.predicted.ravel()] if known else [np.zeros(0)])
        shown = _range(curves, both)
        image, painter = _blank(width, height)
        right = RIGHT if known else RIM
        paint_curves(painter, QRectF(RIM, RIM, width - RIM - right, height - 2 * RIM), curves, shown, 1.2)
        for at, row in enumerate(marks if known else ()):
            x = width - right / 2
            true, predicted = (
                QPointF(x, _top(float(each.ravel()[at]), shown, height))
                for each in (self.true, self.predicted)
            )
            painter.setPen(QPen(theme.color("t2"), 1))
            painter.drawLine(QLineF(true, predicted))
            painter.setPen(QPen(curve_color(row), 1.2))
            painter.drawEllipse(true, DOT, DOT)
            painter.setBrush(theme.color("t1"))
            painter.setPen(Qt.PenStyle.NoPen)
            painter.drawEllipse(predicted, DOT, DOT)
            painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.end()
        return image


@dataclass(frozen=True, eq=False)
class BothCurves:
    """True curves (channels, steps) in their colours, and the predicted ones in grey over them."""

    true: Array
    predicted: Array

    def __call__(self, width: int, height: int) -> QImage:
        """Paint them in the theme in force."""
        shown = _range(self.true, self.predicted)
        image, painter = _blank(width, height)
        area = QRectF(RIM, RIM, width - 2 * RIM, height - 2 * RIM)
        paint_curves(painter, area, self.true, shown, 1.2)
        painter.setPen(QPen(theme.color("t1"), 1, Qt.PenStyle.DashLine))
        for curve in self.predicted:
            steps = len(curve)
            x = area.left() + (np.arange(steps) + 0.5) / steps * area.width()
            y = [_top(float(value), shown, height) for value in np.nan_to_num(curve)]
            painter.drawPolyline([QPointF(*point) for point in zip(x.tolist(), y, strict=True)])
        painter.end()
        return image


def _blank(width: int, height: int) -> tuple[QImage, QPainter]:
    image = QImage(SHARP * width, SHARP * height, QImage.Format.Format_ARGB32_Premultiplied)
    image.setDevicePixelRatio(SHARP)
    image.fill(theme.color("bg2"))
    painter = QPainter(image)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    return image, painter


def _top(value: float, shown: tuple[float, float], height: int) -> float:
    """Return where a value lies, as `paint_curves` puts it into the same area."""
    return height - RIM - (value - shown[0]) / (shown[1] - shown[0]) * (height - 2 * RIM)


def _range(*arrays: Array) -> tuple[float, float]:
    values = np.concatenate([np.asarray(each, np.float64).ravel() for each in arrays])
    values = values[np.isfinite(values)]
    low, high = (float(values.min()), float(values.max())) if values.size else (0.0, 1.0)
    return (low, high) if high > low else (low - 0.5, low + 0.5)


def _rows(dataset: Dataset) -> Sequence[int]:
    """Return which features of a sample its values go on with."""
    if dataset.timeline is not None:
        return dataset.timeline.predicted
    return range(dataset.shape[0]) if len(dataset.shape) == 2 else ()


def _size(picture: np.ndarray) -> tuple[int, int]:
    """Return how large pictures of this form are shown: as high as other samples, where that is not too wide."""
    tall, wide = picture.shape[:2]
    width = min(max(round(THUMB * wide / tall), THUMB), WIDEST)
    return width, max(round(width * tall / wide), 1)


def _caption(fit: Fit, at: int) -> Caption:
    """Return what is written below an answer: a single value beside the true one, or how far all are off."""
    if fit.per_output.size == 1:
        true, predicted = (
            numbers.compact(float(each[at].ravel()[0]), 3) for each in (fit.targets, fit.values)
        )
        return Caption(true, predicted)
    return Caption(f"±{numbers.compact(float(np.sqrt(fit.errors[fit.places[at]])), 2)}")
