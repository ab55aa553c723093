"""Samples of any shape as small pictures, painted in a worker: photographs, volumes seen from the front, curves."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QImage, QPainter, QPen, QPolygonF

from cnnviz.runs.about import COLORS
from cnnviz.ui import colormaps, theme

Floats = NDArray[np.float32]
Range = tuple[float, float]
MOST_CURVES = 8
"""A sequence of more features is shown as a picture of them."""
LARGEST = 160
"""Larger pictures are made smaller before they are kept."""
TRAIL = 0.35
"""How bright earlier frames of a video shine through."""
_LOOKED_AT = 64


def is_series(shape: tuple[int, ...]) -> bool:
    """Whether samples of this shape are best shown as curves."""
    return len(shape) == 1 or (len(shape) == 2 and shape[0] <= MOST_CURVES)


def curves_of(sample: Floats) -> Floats:
    """Return a vector or a sequence as curves (channels, steps)."""
    return sample[None] if sample.ndim == 1 else sample


def shown_range(samples: Floats) -> Range:
    """Return the values that are painted darkest and brightest, judged by some samples; 0 and 1 where these fit."""
    finite = samples[np.isfinite(samples)]
    low, high = (float(finite.min()), float(finite.max())) if finite.size else (0.0, 1.0)
    if low >= 0 and high <= 1 and samples.ndim > 3:
        return 0.0, 1.0
    return (low, high) if high > low else (low - 0.5, low + 0.5)


def few_places(count: int) -> NDArray[np.int64]:
    """Return places of some samples, spread over all."""
    return np.unique(np.linspace(0, count - 1, min(count, _LOOKED_AT)).astype(np.int64))


def flattened(sample: Floats, *, moving: bool) -> Floats:
    """Return a volume as seen from the front, the brightest along its depth; of a video, the last frame and its trail.

    Pictures (C, H, W) are returned as they are.
    """
    if sample.ndim != 4:
        return sample
    brightest = sample.max(axis=1)
    return np.maximum(sample[:, -1], TRAIL * brightest) if moving else brightest


def picture(sample: Floats, shown: Range) -> Floats:
    """Return a picture (C, H, W), or a sequence with a row for each step, as (H, W) or (H, W, 3) in 0..1."""
    found = sample.T[None] if sample.ndim == 2 else sample
    scaled = np.clip((found - shown[0]) / (shown[1] - shown[0]), 0, 1)
    if len(scaled) == 3:
        return np.moveaxis(scaled, 0, -1)
    return np.asarray(scaled[0] if len(scaled) == 1 else scaled.mean(axis=0))


def thumbnail(sample: Floats, shown: Range, side: int, *, moving: bool = False) -> QImage:
    """Return a sample as an image, pictures at their own size if that is small, curves `side` pixels wide and high.

    `moving` says that the fourth axis is time.
    """
    if is_series(sample.shape):
        return _curves_image(curves_of(sample), shown, side)
    image = colormaps.to_picture(picture(flattened(sample, moving=moving), shown), "photo")
    if max(image.width(), image.height()) <= LARGEST:
        return image
    keep, smooth = Qt.AspectRatioMode.KeepAspectRatio, Qt.TransformationMode.SmoothTransformation
    return image.convertToFormat(QImage.Format.Format_RGB32).scaled(LARGEST, LARGEST, keep, smooth)


def curve_color(channel: int) -> QColor:
    """Return the colour of a channel's curve."""
    return QColor(COLORS[channel % len(COLORS)])


def paint_curves(painter: QPainter, area: QRectF, curves: Floats, shown: Range, width: float) -> None:
    """Paint curves (channels, steps) into an area, from the lowest value shown below to the highest above."""
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    steps = curves.shape[1]
    x = area.left() + (np.arange(steps) + 0.5) / steps * area.width()
    for channel, curve in enumerate(curves):
        y = area.bottom() - (np.nan_to_num(curve) - shown[0]) / (shown[1] - shown[0]) * area.height()
        painter.setPen(QPen(curve_color(channel), width))
        if steps == 1:
            painter.drawPoint(QPointF(x[0], float(y[0])))
        else:
            painter.drawPolyline(QPolygonF([QPointF(*point) for point in zip(x, y.tolist(), strict=True)]))


def _curves_image(curves: Floats, shown: Range, side: int) -> QImage:
    image = QImage(side, side, QImage.Format.Format_ARGB32_Premultiplied)
    image.fill(theme.color("bg2"))
    painter = QPainter(image)
    paint_curves(painter, QRectF(2, 4, side - 4, side - 8), curves, shown, side / 56)
    painter.end()
    return image
