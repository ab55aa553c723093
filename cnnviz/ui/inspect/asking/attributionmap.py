"""A map over the sample it explains: the sample in its own colours below, the map as dense as wanted above."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QImage, QPainter
from PySide6.QtWidgets import QHBoxLayout, QSlider, QVBoxLayout, QWidget

from cnnviz.explain import Box
from cnnviz.explain.attribution import METHODS, Attribution
from cnnviz.explain.trace import Array
from cnnviz.ui import colormaps, theme
from cnnviz.ui.inspect.sample import SamplePicture
from cnnviz.ui.inspect.volumes import thickened, volume
from cnnviz.ui.widgets.chrome import label

COLOURS = 3
"""A picture of three channels is shown in its colours, others in grey."""
USUAL_DENSITY = 0.7


class Overlay(SamplePicture):
    """Two pictures of the same cells, one through the other."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.set_name("explanation")
        self._below: QImage | None = None
        self._density = USUAL_DENSITY

    def set_below(self, image: QImage) -> None:
        """Show another picture under the map."""
        self._below = image
        self.redraw()

    def set_density(self, density: float) -> None:
        """Let less (0) or more (1) of the map cover the picture."""
        self._density = density
        self.redraw()

    def paint_base(self, painter: QPainter) -> None:
        if self._below is not None:
            grid = self.grid()
            painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, grid.size < 1)
            painter.drawImage(grid.rect, self._below)
        painter.setOpacity(self._density)
        super().paint_base(painter)
        painter.setOpacity(1.0)


class AttributionMap(QWidget):
    """Shows one slice of an answer over its sample; `clicked` carries a place of the sample, without its channel."""

    clicked = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.overlay = Overlay()
        self.slider = QSlider(Qt.Orientation.Horizontal)
        self.slider.setAccessibleName("slice of the explanation")
        self.slice = label("", "mono")
        theme.set_role(self.slider, role="cursor")
        self._sample: Array | None = None
        self._answer: Attribution | None = None
        self._place: tuple[int, ...] | None = None
        self._slices = QWidget()
        row = QHBoxLayout(self._slices)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(self.slice)
        row.addWidget(self.slider, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        column.addWidget(self.overlay, 1)
        column.addWidget(self._slices)
        self.overlay.clicked.connect(self._click)
        self.slider.valueChanged.connect(lambda _at: self._paint())

    def show_answer(self, sample: Array, answer: Attribution) -> None:
        """Show an answer on its sample (C, …), at the slice where it is strongest unless a slice is looked at."""
        fresh = self._sample is None or self._sample.shape != sample.shape
        self._sample, self._answer = sample, answer
        depth = _planes(answer.picture).shape[0]
        self._slices.setVisible(depth > 1)
        self.slider.blockSignals(True)
        self.slider.setRange(0, depth - 1)
        if fresh:
            self.slider.setValue(int(np.abs(_planes(answer.picture)).sum(axis=(1, 2)).argmax()))
        self.slider.blockSignals(False)
        self._paint()

    def set_place(self, place: tuple[int, ...] | None) -> None:
        """Ring the place of the sample that the cursor stands at."""
        self._place = place
        self._ring()

    def set_field(self, field: Box | None) -> None:
        """Frame what the value under the cursor depends on."""
        self.overlay.set_field(field)

    def refresh(self) -> None:
        """Paint again, in the theme in force."""
        if self._answer is not None:
            self._paint()

    def _paint(self) -> None:
        sample, answer = self._sample, self._answer
        if sample is None or answer is None:
            return
        at, planes = self.slider.value(), _planes(answer.picture)
        self.overlay.set_colormap(METHODS[answer.method].colormap)
        self.overlay.set_array(thickened(planes[at : at + 1])[0], *answer.range)
        self.overlay.set_below(picture(sample, at))
        self.slice.setText(f"slice {at} of {len(planes)}")
        self._ring()

    def _ring(self) -> None:
        sample, place = self._sample, self._place
        if sample is None or place is None or len(place) != max(sample.ndim - 1, 1):
            self.overlay.set_selected(None)
            return
        here = len(place) < 3 or place[0] == self.slider.value()
        row = place[-2] if len(place) > 1 else self.overlay.rows // 2
        inside = row < self.overlay.rows and place[-1] < self.overlay.columns
        self.overlay.set_selected((row, place[-1]) if here and inside else None)

    def _click(self, row: int, column: int) -> None:
        if self._sample is not None:
            self.clicked.emit((self.slider.value(), row, column)[-max(self._sample.ndim - 1, 1) :])


def _planes(array: Array) -> Array:
    """Return the picture of an answer as slices (D, H, W)."""
    return array.reshape((1,) * (3 - array.ndim) + array.shape)


def picture(sample: Array, at: int) -> QImage:
    """Return one slice of a sample in its colours, or in grey where it has not three channels."""
    planes = volume(sample) if sample.ndim > 1 else sample.reshape(1, 1, 1, -1)
    channels = planes[:, at]
    if len(channels) == COLOURS:
        return colormaps.to_picture(np.stack([thickened(each[None])[0] for each in channels], axis=-1))
    grey = channels.mean(axis=0)
    low, high = min(0.0, float(grey.min())), max(1.0, float(grey.max()))
    return colormaps.to_image(thickened(grey[None])[0], "grey", low, high)
