"""All maps of a layer as small volumes: the strongest value along each line of sight, turned as the large one is."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QTimer, Signal
from PySide6.QtWidgets import QWidget

from cnnviz.ui.inspect.frame import Frame
from cnnviz.ui.inspect.volumes import identity
from cnnviz.ui.inspect.voxels.contents import INPUT
from cnnviz.ui.voxels.camera import Camera
from cnnviz.ui.voxels.projection import strongest_values
from cnnviz.ui.widgets.chrome import Panel
from cnnviz.ui.widgets.mosaic import Mosaic

TILE, RAYS, REST_MS = 76, 36, 30


class MultiplesPanel(Panel):
    """`chosen` carries the number of the map that is clicked: one of the layer, or, of what it reads, a channel."""

    chosen = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("All maps", parent=parent)
        self.mosaic = Mosaic(name="all maps, in space")
        self.mosaic.set_tile_size(TILE)
        self.mosaic.setMinimumHeight(TILE + 20)
        self.body.addWidget(self.mosaic, 1)
        self._frame: Frame | None = None
        self._which, self._channel = "", 0
        self.camera = Camera()
        self._asked: tuple[object, ...] = ()
        self._timer = QTimer(self, singleShot=True, interval=REST_MS)
        self._timer.timeout.connect(self._paint)
        self.mosaic.clicked.connect(lambda at, _row, _column: self.chosen.emit(at + self._first))

    @property
    def _first(self) -> int:
        """Return the number of the first map that is shown."""
        reading = self._frame.readings[0] if self.reads and self._frame is not None else None
        return reading.channels[0] if reading is not None else 0

    @property
    def reads(self) -> bool:
        """Say whether the channels that the value reads are shown; the colours of a sample are one picture already."""
        frame = self._frame
        return (
            self._which == INPUT
            and frame is not None
            and bool(frame.readings)
            and not frame.is_picture(frame.readings[0].node)
        )

    def show_frame(self, frame: Frame, which: str, channel: int) -> None:
        """Show the maps of the layer, or with `which` Input the channels that the value reads."""
        self._frame, self._which, self._channel = frame, which, channel
        self._paint()

    def set_camera(self, camera: Camera) -> None:
        """Turn them as the large volume is turned, once the hand rests for a moment."""
        self.camera = camera
        if not self._timer.isActive():
            self._timer.start()

    def _paint(self) -> None:
        frame = self._frame
        if frame is None or not self.isVisible():
            return
        node, maps = frame.node, frame.output
        if self.reads:
            reading = frame.readings[0]
            node = reading.node
            maps = reading.maps[reading.channels[0] : reading.channels[-1] + 1]
        deep = maps.shape[1] > 1
        self.mosaic.setVisible(deep)
        selected = (self._channel if self.reads else frame.cell[0]) - self._first
        word = "channels read" if self.reads else "maps"
        self.set_title(
            f"All {len(maps)} {word}" if deep else "No volumes", f"{node}, strongest along the sight"
        )
        if deep:
            self._fill(frame, node, maps, selected)

    def _fill(self, frame: Frame, node: str, maps: np.ndarray, selected: int) -> None:
        asked = (identity(maps), frame.scope, self.camera.yaw, self.camera.pitch)
        if asked != self._asked:
            self._asked = asked
            low, high = frame.limits_of_all(node, maps)
            seen = strongest_values(maps, self.camera, RAYS)
            self.mosaic.set_maps(seen, low, high, colormap=frame.colormap(node))
            self.mosaic.set_captions([str(at + self._first) for at in range(len(maps))])
        middle = RAYS // 2
        self.mosaic.set_selected((selected, middle, middle) if 0 <= selected < len(maps) else None)
