"""Single cells that meet: added (a shortcut), multiplied (a gate), or compared, each shown on the map it lies in."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QVBoxLayout, QWidget

from cnnviz.explain import split
from cnnviz.explain.trace import Array
from cnnviz.layers.formula import Maximum
from cnnviz.ui import numbers
from cnnviz.ui.inspect.account import Line
from cnnviz.ui.inspect.frame import Frame
from cnnviz.ui.inspect.reading import Reading, Spot
from cnnviz.ui.inspect.views import View, view
from cnnviz.ui.inspect.volumes import Cell
from cnnviz.ui.widgets.chrome import label
from cnnviz.ui.widgets.heatmap import HeatMap
from cnnviz.ui.widgets.legend import Legend

FIRST: Cell = (0, 0, 0, 0)
FEW = 24
"""Of a longer vector, the cells stand in several lines."""


class Factor(QWidget):
    """One map with the cell that takes part."""

    def __init__(self) -> None:
        super().__init__()
        self.caption, self.map, self.legend = label("", "secondary"), HeatMap(name="operand"), Legend()
        self.map.set_axes(False)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        for part in (self.caption, self.map, self.legend):
            column.addWidget(part, 1 if part is self.map else 0)

    def show_cell(self, frame: Frame, node: str, maps: Array, cell: Cell, value: str) -> None:
        """Show the map of a cell; a vector as one row."""
        channel, depth, row, column = cell
        picture, at = maps[channel, depth], (row, column)
        if picture.size == 1:
            picture, at = wrapped(maps.reshape(-1)), divmod(channel, across(len(maps)))
        limits, colormap = frame.limits(node, picture), frame.colormap(node)
        self.map.set_array(picture, *limits)
        self.map.set_colormap(colormap)
        self.map.set_selected(at)
        self.legend.set_scale(*limits, frame.range_name(node), colormap)
        name = split(node)[1] or node
        self.caption.setText(f"{name}, {'unit' if maps[0].size == 1 else 'map'} {channel}:  {value}")


def across(count: int) -> int:
    """Return how many cells of a vector stand in a line: all, or as many as there are lines."""
    return count if count <= FEW else math.ceil(math.sqrt(count))


def wrapped(vector: Array) -> Array:
    """Return a vector as lines of cells; the last one ends in cells without a number."""
    width = across(len(vector))
    spare = -len(vector) % width
    return np.append(vector, np.full(spare, np.nan)).reshape(-1, width)


class Summand(QWidget):
    """One term: its first cell and, where there are some, the cells that it is multiplied by."""

    def __init__(self, number: int, owner: CellsView) -> None:
        super().__init__()
        self._owner, self._spot = owner, Spot(number, FIRST)
        self.value = label("", "result")
        self.factors: list[Factor] = []
        self._signs: list[QWidget] = []
        self._places: list[Any] = []
        self._row = QHBoxLayout()
        self._row.setSpacing(8)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        column.addLayout(self._row, 1)
        column.addWidget(self.value)

    @property
    def map(self) -> HeatMap:
        """The map of the first factor."""
        return self.factors[0].map

    def show_reading(self, frame: Frame, reading: Reading, digits: int) -> None:
        """Show another term."""
        cells = [(reading.node, reading.maps, reading.source(FIRST), float(reading.values[FIRST]))]
        cells += [(each.node, each.maps, each.cell, each.value) for each in reading.partners]
        self._places = [(reading.node, reading.index(FIRST)), *((p.node, p.place) for p in reading.partners)]
        while len(self.factors) < len(cells):
            self._add_factor()
        for at, factor in enumerate(self.factors):
            factor.setVisible(at < len(cells))
            if at:
                self._signs[at - 1].setVisible(at < len(cells))
            if at < len(cells):
                node, maps, cell, value = cells[at]
                factor.show_cell(frame, node, maps, cell, numbers.fixed(value, digits))
        self.value.setText(self._worked(frame, reading, digits))

    def _worked(self, frame: Frame, reading: Reading, digits: int) -> str:
        """Write the term with its factors: `tanh(0.5) · 0.8 = +0.370`."""
        if isinstance(frame.explanation.formula, Maximum):
            wins = "  the largest" if reading.weights[FIRST] else ""
            return f"{numbers.fixed(float(reading.values[FIRST]), digits)}{wins}"
        product = numbers.fixed(float(reading.products[FIRST]), digits, plus=True)
        factors = factors_of(reading, digits)
        return f"{' · '.join(factors)} = {product}" if len(factors) > 1 or reading.function else product

    def _add_factor(self) -> None:
        at, factor = len(self.factors), Factor()
        if at:
            sign = label("×", "title")
            sign.setAlignment(Qt.AlignmentFlag.AlignCenter)
            self._signs.append(sign)
            self._row.addWidget(sign)
        self._row.addWidget(factor, 1)
        self.factors.append(factor)
        factor.map.hovered.connect(lambda *_cell: self._owner.spot_hovered.emit(self._spot))
        factor.map.left.connect(lambda: self._owner.spot_hovered.emit(None))
        factor.map.clicked.connect(lambda *_cell: self._walk(at))

    def _walk(self, at: int) -> None:
        node, index = self._places[at]
        if index is not None:
            self._owner.walked.emit(node, index)


def factors_of(reading: Reading, digits: int) -> list[str]:
    """Return the factors of a part's first cell as texts: `tanh(0.5)`, `0.8`."""
    first = numbers.fixed(float(reading.values[FIRST]), digits)
    found = [f"{reading.function}({first})" if reading.function else first]
    found += [numbers.fixed(each.value, digits) for each in reading.partners]
    if reading.names[1] and not reading.partners:
        found.append(numbers.fixed(float(reading.weights[FIRST]), digits))
    return found


@view("cells")
class CellsView(View):
    """One field per term; the terms of a sum stand side by side, the factors of a product with × between them."""

    title = "Cells that meet"

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
        wide = any(reading.partners for reading in readings)
        across = 1 if wide else math.ceil(math.sqrt(len(readings)))
        for number, summand in enumerate(self.summands):
            summand.setVisible(number < len(readings))
            if number < len(readings):
                self.grid.addWidget(summand, number // across, number % across)
                summand.show_reading(self.frame, readings[number], self.digits)

    def heading(self, frame: Frame) -> str:
        if isinstance(frame.explanation.formula, Maximum):
            return "Largest of the inputs"
        return "Sum of the terms" if len(frame.readings) > 1 else "Product"

    def counted(self, frame: Frame) -> str:
        if isinstance(frame.explanation.formula, Maximum):
            return f"largest of {len(frame.readings)} values"
        return super().counted(frame)

    def closing_line(self, frame: Frame, shown: tuple[Line, ...]) -> str:
        result = numbers.fixed(frame.explanation.result, self.digits)
        if isinstance(frame.explanation.formula, Maximum):
            values = (numbers.fixed(float(each.values[FIRST]), self.digits) for each in frame.readings)
            return f"max({', '.join(values)}) = {result}"
        if len(frame.readings) == 1:
            return f"{' · '.join(factors_of(frame.readings[0], self.digits))} = {result}"
        return super().closing_line(frame, shown)

    def shows_sum(self, frame: Frame) -> bool:
        return not isinstance(frame.explanation.formula, Maximum)


if __name__ == "__main__":
    from cnnviz.ui.inspect import demo
    from cnnviz.ui.widgets import demo as stage

    stage.run(demo.example("add"), (1240, 760))
