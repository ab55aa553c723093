"""Dense: every input times its weight; inputs that were flattened are shown as the maps they were."""

from __future__ import annotations

from PySide6.QtWidgets import QHBoxLayout

from cnnviz.explain.trace import Array
from cnnviz.ui import numbers
from cnnviz.ui.inspect.frame import Frame, reach
from cnnviz.ui.inspect.reading import Reading, Spot
from cnnviz.ui.inspect.views import View, view
from cnnviz.ui.widgets.chrome import Elided, Segmented
from cnnviz.ui.widgets.heatmap import HeatMap, Window
from cnnviz.ui.widgets.legend import Legend
from cnnviz.ui.widgets.mosaic import Mosaic

SHOWN = ("products", "weights", "inputs", "matrix")
MOST_COLUMNS = 1200
"""Of a wider matrix the first columns are shown: more would be less than a pixel wide each."""


@view("Dense")
class DenseView(View):
    """All products of one unit as pictures; the strongest stand in the running sum below."""

    title = "Inputs × weights"

    def __init__(self) -> None:
        super().__init__()
        self.shown = Segmented(SHOWN, name="what is shown")
        self.caption = Elided("", "secondary", fewest=10)
        self.mosaic = Mosaic(name="products")
        self.legend = Legend()
        head = QHBoxLayout()
        head.addWidget(self.caption, 1)
        head.addWidget(self.shown)
        self.column.addLayout(head)
        self.matrix = HeatMap(name="weight matrix")
        self.matrix.set_axes(False)
        self.column.addWidget(self.mosaic, 1)
        self.column.addWidget(self.matrix, 1)
        self.column.addWidget(self.legend)
        self.shown.chosen.connect(lambda _which: self.refresh())
        self.mosaic.hovered.connect(lambda *place: self.spot_hovered.emit(self._spot(place)))
        self.mosaic.left.connect(lambda: self.spot_hovered.emit(None))
        self.matrix.clicked.connect(self._choose_unit)
        self.mosaic.clicked.connect(lambda *place: self.walk(self._spot(place)))

    def refresh(self) -> None:
        if self.frame is None:
            return
        reading, which = self.frame.readings[0], self.shown.value()
        self.mosaic.setVisible(which != "matrix")
        self.matrix.setVisible(which == "matrix")
        if which == "matrix":
            self._show_matrix(self.frame)
            return
        arrays = {"products": reading.products, "weights": reading.weights, "inputs": reading.values}
        array = arrays[which]
        size = reach(array)
        self.mosaic.set_maps(self._flat(reading, array), -size, size)
        self.mosaic.set_tile_size(self._tile(reading))
        self.legend.set_scale(-size, size, f"{which} of unit {self.frame.index[0]}")
        what = "as the maps they were flattened from" if reading.folded else "one cell per input"
        self.caption.setText(f"{numbers.count(reading.products.size)} {which}, {what}")

    def _show_matrix(self, frame: Frame) -> None:
        """Show the weights of all units as one picture, with the row of this unit framed."""
        weights = frame.trace.parameters[frame.owner]["weight"]
        rows = weights[:, :MOST_COLUMNS]
        size = reach(rows)
        self.matrix.set_array(rows, -size, size)
        self.matrix.set_window(Window(frame.index[0], 0, 1, rows.shape[1]))
        self.legend.set_scale(-size, size, "weights of all units")
        units, inputs = (numbers.count(entry) for entry in weights.shape)
        cut = f", the first {numbers.count(rows.shape[1])}" if rows.shape != weights.shape else ""
        self.caption.setText(f"{units} units × {inputs} inputs{cut}; a click chooses a unit")

    def _choose_unit(self, row: int, _column: int) -> None:
        if self.frame is not None:
            self.walked.emit(self.frame.node, (row,))

    def set_spot(self, spot: Spot | None) -> None:
        if spot is None or spot.whole_channel or self.frame is None:
            self.mosaic.set_hovered(None)
            return
        channel, depth, row, column = spot.cell
        rows = self.frame.readings[0].products.shape[2]
        self.mosaic.set_hovered((channel, depth * rows + row, column))

    def subtitle(self, frame: Frame) -> str:
        return f"{numbers.count(frame.readings[0].products.size)} inputs into unit {frame.index[0]}"

    def _flat(self, reading: Reading, array: Array) -> Array:
        channels, depth, rows, columns = reading.products.shape
        return array.reshape(channels, depth * rows, columns)

    def _tile(self, reading: Reading) -> float:
        if reading.is_vector:
            return 20.0 if len(reading.products) > 150 else 40.0 if len(reading.products) > 40 else 52.0
        return 56.0 if len(reading.products) > 24 else 84.0

    def _spot(self, place: tuple[int, ...]) -> Spot:
        channel, row, column = place
        rows = self.frame.readings[0].products.shape[2] if self.frame is not None else 1
        return Spot(0, (channel, row // rows, row % rows, column))


if __name__ == "__main__":
    from cnnviz.ui.inspect import demo
    from cnnviz.ui.widgets import demo as stage

    stage.run(demo.example("dense"), (1240, 760))
