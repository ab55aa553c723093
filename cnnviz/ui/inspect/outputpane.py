"""Pane 3: the map the value belongs to, all maps of its layer, or all its kernels."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QWidget

from cnnviz.explain import Box
from cnnviz.explain.trace import Array
from cnnviz.ui import numbers
from cnnviz.ui.inspect.arrays import ArrayTabs
from cnnviz.ui.inspect.facts import FactSheet, facts
from cnnviz.ui.inspect.frame import Frame, reach
from cnnviz.ui.inspect.picture import MapPicture
from cnnviz.ui.inspect.volumes import Cell, identity
from cnnviz.ui.widgets.chrome import Divider, Panel, Segmented, label
from cnnviz.ui.widgets.curvetile import is_curve
from cnnviz.ui.widgets.legend import Legend
from cnnviz.ui.widgets.mosaic import Mosaic

TILE, CURVE_TILE = 40, 72


class OutputPane(Panel):
    """`chosen` and `hovered` carry an index of the array (None when the pointer leaves).

    `weight_chosen` carries a cell of a kernel, on the way back: `conv1.weight` and its index.
    `array_chosen` carries the array of the layer that is to be looked at: its output, or one inside.
    """

    chosen = Signal(object)
    hovered = Signal(object)
    channel_chosen = Signal(int)
    array_chosen = Signal(str)
    weight_chosen = Signal(str, object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("3 · Output", parent=parent)
        self._frame: Frame | None = None
        self._filled: int | None = None
        self._field: Box | None = None
        self._asked: tuple[object, ...] = ()
        self._kept: Array | None = None
        self.arrays = ArrayTabs()
        self.picture = MapPicture("output map")
        self.legend = Legend()
        self.maps_title = label("", "secondary")
        self.which = Segmented(["maps", "kernels"], name="all maps or all kernels")
        self.maps = Mosaic(name="all maps")
        self.kernels = Mosaic(name="all kernels")
        self.kernels_legend = Legend(label="all kernels of the layer")
        self.sheet = FactSheet()
        self._assemble()
        self._connect()

    def _assemble(self) -> None:
        for mosaic in (self.maps, self.kernels):
            mosaic.set_tile_size(TILE)
            mosaic.setMinimumHeight(TILE + 10)
        row = QHBoxLayout()
        row.addWidget(self.maps_title, 1)
        row.addWidget(self.which)
        self.body.addWidget(self.arrays)
        self.body.addWidget(self.picture, 5)
        self.body.addWidget(self.legend)
        self.body.addLayout(row)
        self.body.addWidget(self.maps, 2)
        self.body.addWidget(self.kernels, 2)
        self.body.addWidget(self.kernels_legend)
        self.body.addWidget(Divider())
        self.body.addWidget(self.sheet)
        self.body.addStretch(1)

    def _connect(self) -> None:
        self.arrays.chosen.connect(self.array_chosen)
        self.picture.clicked.connect(self._choose)
        self.picture.hovered.connect(self._hover)
        self.picture.left.connect(lambda: self.hovered.emit(None))
        self.maps.clicked.connect(
            lambda channel, row, column: self._choose(self._in_map(channel, row, column))
        )
        self.maps.hovered.connect(
            lambda channel, row, column: self._hover(self._in_map(channel, row, column))
        )
        self.maps.left.connect(lambda: self.hovered.emit(None))
        self.kernels.clicked.connect(self._choose_kernel)
        self.which.chosen.connect(lambda _which: self._show_all())

    # -- what is shown ------------------------------------------------------------------------------------------

    def show_frame(self, frame: Frame) -> None:
        """Show another value in its map; what it depends on is told a moment later, by `set_field`."""
        if self._frame is None or self._frame.node != frame.node:
            self._field = None
        self._frame = frame
        self.arrays.show_arrays(frame.arrays, frame.node)
        self._show_map(frame)
        self._show_all()
        self.sheet.show_facts(facts(frame, self._field))

    def set_filled(self, cells: int | None) -> None:
        """Show only the first cells of the map, as if the rest were not yet computed; None shows all."""
        self._filled = cells
        self.picture.set_filled(cells)

    def set_field(self, field: Box | None) -> None:
        """Tell the receptive field."""
        self._field = field
        if self._frame is not None:
            self.sheet.show_facts(facts(self._frame, field))

    @property
    def filling(self) -> bool:
        """Say whether only a part of the map is shown."""
        return self._filled is not None

    def _show_map(self, frame: Frame) -> None:
        cell, maps = frame.cell, frame.output
        limits = frame.limits(frame.node, frame.array if frame.is_vector else maps[cell[0]])
        self.picture.show_map(
            maps,
            cell[0],
            limits,
            depth=cell[1],
            colormap=frame.colormap(frame.node),
            slices=frame.slice_word,
        )
        value = float(maps[cell])
        text = numbers.compact(value, 5) if abs(value) < 1e-3 else numbers.fixed(value, 4)
        self.picture.set_selected(cell, text)
        self.legend.set_scale(*limits, frame.range_name(frame.node), frame.colormap(frame.node))
        what = f"unit {cell[0]} of" if frame.is_vector else f"map {cell[0]} of"
        title = (
            "3 · Output" if not frame.backward else "3 · ∂L/∂weight" if frame.of_weight else "3 · ∂L/∂value"
        )
        self.set_title(title, f"{frame.node}, {what} {len(maps)}")

    def _show_all(self) -> None:
        frame = self._frame
        if frame is None:
            return
        kernels = self._kernels(frame)
        self.which.part("kernels").setEnabled(kernels is not None)
        self.which.part("kernels").setToolTip("" if kernels is not None else "This layer has no kernels")
        wants_kernels = self.which.value() == "kernels" and kernels is not None
        single = frame.is_vector and not wants_kernels
        self.maps.setVisible(not wants_kernels and not single)
        self.kernels.setVisible(wants_kernels)
        self.kernels_legend.setVisible(wants_kernels)
        self.maps_title.setVisible(not single)
        self.which.setVisible(kernels is not None or not single)
        if wants_kernels and kernels is not None:
            self._show_kernels(kernels, frame)
        elif not single:
            self._show_maps(frame)

    def _show_maps(self, frame: Frame) -> None:
        channel, depth, row, column = frame.cell
        maps = frame.output[:, min(depth, frame.output.shape[1] - 1)]
        asked = (identity(maps), frame.scope, frame.node)
        if asked != self._asked:
            self._asked, self._kept = asked, maps
            low, high = frame.limits_of_all(frame.node, maps)
            self.maps.set_tile_size(CURVE_TILE if is_curve(*maps.shape[1:]) else TILE)
            self.maps.set_maps(maps, low, high, colormap=frame.colormap(frame.node), curves=True)
            self.maps.set_name(frame.node)
        if self.maps.selected != (channel, row, column):
            self.maps.set_selected((channel, row, column))
            self.maps.reveal(self.maps.tiles().grid(channel).rect)
        count = len(maps)
        self.maps_title.setText(f"All {count} maps" if count > 1 else "The only map")

    def _show_kernels(self, kernels: Array, frame: Frame) -> None:
        size = reach(kernels)
        colormap = "gradient" if frame.backward else "value"
        self.kernels.set_maps(kernels, -size, size, colormap=colormap, curves=True)
        self.kernels_legend.set_scale(-size, size, colormap=colormap)
        groups = len(kernels) // frame.array.shape[0]
        chosen = self.kernels.selected
        if chosen is None or chosen[0] // groups != frame.cell[0]:  # arrows move on within the map's kernels
            self.kernels.set_selected((frame.cell[0] * groups, 0, 0))
        self.maps_title.setText(f"{numbers.count(len(kernels))} kernels, {groups} per map")

    def _kernels(self, frame: Frame) -> Array | None:
        """Return all kernels as pictures (maps × channels, rows, columns), for layers with windows."""
        weight = frame.trace.parameters.get(frame.owner, {}).get("weight")
        if weight is None or weight.ndim < 3:
            return None
        rows = int(np.prod(weight.shape[2:-1])) if weight.ndim > 3 else 1
        return weight.reshape(weight.shape[0] * weight.shape[1], rows, weight.shape[-1])

    # -- pointing -----------------------------------------------------------------------------------------------

    def _in_map(self, channel: int, row: int, column: int) -> Cell:
        depth, rows = (
            (self._frame.cell[1], self._frame.output.shape[2]) if self._frame is not None else (0, 1)
        )
        return channel, depth, min(row, rows - 1), column

    def _choose(self, cell: Cell) -> None:
        if self._frame is not None:
            self.chosen.emit(self._frame.index_of(cell))

    def _hover(self, cell: Cell) -> None:
        if self._frame is not None:
            self.hovered.emit(self._frame.index_of(cell))

    def _choose_kernel(self, place: int, row: int, column: int) -> None:
        frame = self._frame
        kernels = self._kernels(frame) if frame is not None else None
        if frame is None or kernels is None:
            return
        weight = frame.trace.parameters[frame.owner]["weight"]
        channel, rest = divmod(place, weight.shape[1])
        array = f"{frame.owner}.weight"
        if frame.backward and array in frame.trace.activations:
            where = (channel, rest, row, column)
            self.weight_chosen.emit(array, where[: weight.ndim - 1] + where[3:])
            return
        self.chosen.emit((channel, *frame.index[1:]))
        self.channel_chosen.emit(rest)
