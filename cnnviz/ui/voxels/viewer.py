"""Any volume to look at: as voxels, as slices along three axes or as maximum projection, all about one voxel."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QSlider, QStackedWidget, QVBoxLayout, QWidget

from cnnviz.errors import DataError
from cnnviz.ui import numbers
from cnnviz.ui.voxels.camera import VIEWS, Camera
from cnnviz.ui.voxels.canvas import VoxelCanvas
from cnnviz.ui.voxels.painting import Box
from cnnviz.ui.voxels.scene import Look
from cnnviz.ui.voxels.slices import SlicePicture, SliceStrip
from cnnviz.ui.voxels.solid import AXIS_NAMES, Solid, Voxel, solid_of
from cnnviz.ui.widgets.chrome import EmptyState, Segmented, button, label, tool_button

VOXELS, SLICES, MIP = "Voxels", "Slices", "MIP"
FINEST = 100


class VoxelViewer(QWidget):
    """`voxel_chosen` carries z, y, x when a voxel is pointed out in any of the views.

    Slices move without choosing a voxel; `sliced` tells of it with the axis and the number.
    """

    voxel_chosen = Signal(object)
    sliced = Signal(int, int)
    picture_wanted = Signal(object)

    def __init__(self, parent: QWidget | None = None, name: str = "volume") -> None:
        super().__init__(parent)
        self.look = Look()
        self.place: Voxel = (0, 0, 0)
        self.solid: Solid | None = None
        self._window: Box | None = None
        self.canvas, self.strip = VoxelCanvas(name=name), SliceStrip()
        self.cuts = tuple(SlicePicture(axis) for axis in range(3))
        self.refusal = EmptyState("")
        self.mode = Segmented([VOXELS, SLICES, MIP], name="how the volume is shown")
        self.axis = Segmented(list(enumerate(AXIS_NAMES)), name="axis of the slices")
        self.threshold, self.opacity = QSlider(Qt.Orientation.Horizontal), QSlider(Qt.Orientation.Horizontal)
        self.threshold_text = label("", "mono")
        self.views = {title: button(title, small=True) for title in VIEWS}
        self._assemble()
        self._connect()
        self.set_threshold(self.look.threshold)

    def _assemble(self) -> None:
        for slider, start, name, tip in (
            (self.threshold, 0.15, "threshold", "Voxels no stronger than this are left out"),
            (self.opacity, 1.0, "opacity", "How opaque the voxels are"),
        ):
            slider.setRange(0 if slider is self.threshold else 5, FINEST)
            slider.setValue(round(start * FINEST))
            slider.setMinimumWidth(40)
            slider.setMaximumWidth(160)
            slider.setAccessibleName(name)
            slider.setToolTip(tip)
        self.axis.setToolTip("The axis along which the volume is cut")
        slices = QWidget()
        row = QHBoxLayout(slices)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(8)
        for cut in self.cuts:
            row.addWidget(cut, 1)
        self._pages = QStackedWidget()
        for page in (self.canvas, slices, self.refusal):
            self._pages.addWidget(page)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(6)
        column.addLayout(self._head())
        column.addWidget(self._pages, 1)
        column.addLayout(self._foot())
        column.addLayout(self._sliders())
        column.addWidget(self.strip)

    def _head(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(6)
        row.addWidget(self.mode)
        row.addStretch(1)
        row.addWidget(label("slices along", "hint"))
        row.addWidget(self.axis)
        return row

    def _foot(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(4)
        row.addWidget(
            tool_button("fit", "The usual view  Home", lambda: self.set_camera(Camera()), quiet=False)
        )
        for part in self.views.values():
            row.addWidget(part)
        row.addWidget(
            tool_button(
                "export", "Save this picture", lambda: self.picture_wanted.emit(self.shown), quiet=False
            )
        )
        row.addStretch(1)
        return row

    def _sliders(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(6)
        row.addWidget(label("opacity", "hint"))
        row.addWidget(self.opacity, 1)
        row.addStretch(1)
        row.addWidget(label("threshold", "hint"))
        row.addWidget(self.threshold, 1)
        row.addWidget(self.threshold_text)
        return row

    def _connect(self) -> None:
        self.mode.chosen.connect(self.set_mode)
        self.axis.chosen.connect(lambda axis: self.set_slice(axis, self.place[axis]))
        self.threshold.valueChanged.connect(lambda at: self.set_threshold(at / FINEST))
        self.opacity.valueChanged.connect(lambda at: self._change(opacity=at / FINEST))
        for title, camera in VIEWS.items():
            self.views[title].setToolTip(f"See it from the {title.lower()}")
            self.views[title].clicked.connect(lambda _checked, each=camera: self.set_camera(each))
        self.canvas.voxel_chosen.connect(self._choose)
        self.canvas.sliced.connect(self._slice)
        self.strip.chosen.connect(self._slice)
        for cut in self.cuts:
            cut.voxel_chosen.connect(self._choose)

    def sizeHint(self) -> QSize:
        return QSize(480, 520)

    @property
    def shown(self) -> QWidget:
        """Return the picture that is shown now, without its controls."""
        page = self._pages.currentWidget()
        assert page is not None
        return page

    # -- what is shown ------------------------------------------------------------------------------------------

    def set_array(
        self, array: np.ndarray, low: float = 0.0, high: float = 1.0, colormap: str = "photo"
    ) -> None:
        """Show (C, D, H, W): red, green and blue, or the first channel by a colour map; or say what is wrong."""
        try:
            self.set_solid(solid_of(array, low, high, colormap))
        except DataError as error:
            self.refuse(str(error))

    def set_solid(self, solid: Solid) -> None:
        """Show a volume; the camera stays, and the slice as far as there is one."""
        self.solid = solid
        self.place = _within(self.place, solid.shape)
        self.look = replace(self.look, at=self.place[self.look.axis])
        self.canvas.set_solid(solid, self.look)
        self.strip.set_solid(solid, self.look.axis)
        for cut in self.cuts:
            cut.set_solid(solid)
        self._show_place()
        self.set_mode(self.mode.value())

    def refuse(self, sentence: str) -> None:
        """Say in place of a volume why there is none."""
        self.solid = None
        self.refusal.set_sentence(sentence)
        self._pages.setCurrentWidget(self.refusal)
        self.strip.hide()

    def set_mode(self, mode: str) -> None:
        """Show voxels, slices or the maximum projection."""
        self.mode.set_value(mode)
        if self.solid is None:
            return
        self._pages.setCurrentIndex(1 if mode == SLICES else 0)
        self.strip.show()
        self.canvas.projected = mode == MIP
        self.canvas.redraw()

    def set_camera(self, camera: Camera) -> None:
        """See it from elsewhere."""
        self.canvas.set_camera(camera)

    def set_threshold(self, threshold: float) -> None:
        """Leave out voxels that are no stronger than a share of the range."""
        self.threshold.setValue(round(threshold * FINEST))
        self.threshold_text.setText(numbers.fixed(threshold, 2))
        self._change(threshold=threshold)

    def set_slice(self, axis: int, at: int) -> None:
        """Cut along an axis (0 z, 1 y, 2 x) at a slice."""
        if self.solid is None:
            return
        fresh = axis != self.look.axis
        place = list(self.place)
        place[axis] = at
        self.place = _within((place[0], place[1], place[2]), self.solid.shape)
        self.axis.set_value(axis)
        self._change(axis=axis, at=self.place[axis])
        if fresh:
            self.strip.set_solid(self.solid, axis)
        self._show_place()

    def set_place(self, place: Voxel) -> None:
        """Point at a voxel: slices and lines go through it."""
        if self.solid is None:
            return
        self.place = _within(place, self.solid.shape)
        self._change(at=self.place[self.look.axis])
        self._show_place()

    def set_boxes(
        self, *, cursor: Box | None = None, window: Box | None = None, field: Box | None = None
    ) -> None:
        """Frame the voxel of the cursor, the window that is read and the receptive field."""
        self._window = window
        for which, box in (("cursor", cursor), ("window", window), ("field", field)):
            self.canvas.set_box(which, box)
        self._show_place()

    def _change(self, **changes: Any) -> None:
        self.look = replace(self.look, **changes)
        self.canvas.set_look(**changes)

    def _show_place(self) -> None:
        axis = self.look.axis
        cells = self._window[axis] if self._window is not None else (0, 0)
        self.strip.set_at(self.look.at, range(int(cells[0]), int(cells[1])))
        for cut in self.cuts:
            cut.set_place(self.place)

    # -- pointing -----------------------------------------------------------------------------------------------

    def _choose(self, voxel: Voxel) -> None:
        self.set_place(voxel)
        self.voxel_chosen.emit(voxel)

    def _slice(self, at: int) -> None:
        self.set_slice(self.look.axis, at)
        self.sliced.emit(self.look.axis, at)


def _within(place: Voxel, shape: Voxel) -> Voxel:
    z, y, x = (min(max(at, 0), size - 1) for at, size in zip(place, shape, strict=True))
    return z, y, x


def example() -> QWidget:
    """A coloured spiral."""
    viewer = VoxelViewer()
    place = np.indices((16, 16, 16), np.float32) / 15 - 0.5
    around = np.hypot(
        np.hypot(place[1], place[2]) - 0.3, np.sin(4 * np.arctan2(place[1], place[2])) * 0.2 - place[0]
    )
    viewer.set_array(np.where(around < 0.12, place + 0.5, 0))
    viewer.set_place((6, 8, 8))
    viewer.set_boxes(window=((5, 8), (7, 10), (7, 10)))
    return viewer


if __name__ == "__main__":
    from cnnviz.ui.widgets import demo

    demo.run(example)
