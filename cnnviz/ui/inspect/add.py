"""Addition: the same place of every input, side by side."""

from __future__ import annotations

import math

from PySide6.QtWidgets import QGridLayout, QVBoxLayout, QWidget

from cnnviz.ui import numbers
from cnnviz.ui.inspect.frame import Frame
from cnnviz.ui.inspect.reading import Reading, Spot
from cnnviz.ui.inspect.views import View, view
from cnnviz.ui.widgets.chrome import label
from cnnviz.ui.widgets.heatmap import HeatMap
from cnnviz.ui.widgets.legend import Legend


class Summand(QWidget):
    """One input's map, with the cell that is added."""

    def __init__(self, number: int, owner: AddView) -> None:
        super().__init__()
        self.caption = label("", "secondary")
        self.value = label("", "result")
        self.map = HeatMap(name="summand")
        self.map.set_axes(False)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        self.legend = Legend()
        for part in (self.caption, self.map, self.legend, self.value):
            column.addWidget(part, 1 if part is self.map else 0)
        spot = Spot(number, (0, 0, 0, 0))
        self.map.hovered.connect(lambda *_cell: owner.spot_hovered.emit(spot))
        self.map.left.connect(lambda: owner.spot_hovered.emit(None))
        self.map.clicked.connect(lambda *_cell: owner.walk(spot))

    def show_reading(self, frame: Frame, reading: Reading, digits: int) -> None:
        """Show the map of one input."""
        channel, depth, row, column = reading.source((0, 0, 0, 0))
        picture = reading.maps[channel, depth]
        limits, colormap = frame.limits(reading.node, picture), frame.colormap(reading.node)
        self.map.set_array(picture, *limits)
        self.map.set_colormap(colormap)
        self.legend.set_scale(*limits, frame.range_name(reading.node), colormap)
        self.map.set_selected((row, column))
        self.caption.setText(f"{reading.node}, map {channel}")
        self.value.setText(numbers.fixed(float(reading.products.sum()), digits, plus=True))


@view("add")
class AddView(View):
    """As many maps side by side as there are inputs."""

    title = "Sum of the inputs"

    def __init__(self) -> None:
        super().__init__()
        self.summands: list[Summand] = []
        self.grid = QGridLayout()
        self.grid.setSpacing(12)
        self.column.addLayout(self.grid, 1)

    def refresh(self) -> None:
        if self.frame is None:
            return
        readings = self.frame.readings
        while len(self.summands) < len(readings):
            self.summands.append(Summand(len(self.summands), self))
        across = math.ceil(math.sqrt(len(readings)))
        for number, summand in enumerate(self.summands):
            summand.setVisible(number < len(readings))
            if number < len(readings):
                self.grid.addWidget(summand, number // across, number % across)
                summand.show_reading(self.frame, readings[number], self.digits)

    def subtitle(self, frame: Frame) -> str:
        return " + ".join(reading.node for reading in frame.readings)


if __name__ == "__main__":
    from cnnviz.ui.inspect import demo
    from cnnviz.ui.widgets import demo as stage

    stage.run(demo.example("add"), (1240, 760))
