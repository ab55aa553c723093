"""Pooling: the values of the window; the largest wins, or all count alike."""

from __future__ import annotations

import numpy as np

from cnnviz.ui import numbers
from cnnviz.ui.inspect.account import Line
from cnnviz.ui.inspect.frame import Frame
from cnnviz.ui.inspect.products import ProductBlocks
from cnnviz.ui.inspect.reading import Reading, Spot
from cnnviz.ui.inspect.views import View, view
from cnnviz.ui.inspect.volumes import Cell, unraveled
from cnnviz.ui.widgets.chrome import label

FEW = 9
WORDS = {("input", "gate"): "max", ("input", "share"): "mean"}


class Window(ProductBlocks):
    """The block of one window, headed by what is done with it."""

    stretch, tallest = 1.0, 60.0

    def _channel_name(self, reading: Reading, at: int) -> str:
        return f"map {reading.channels[at]}"

    def _total(self, reading: Reading, at: int) -> str:
        word = WORDS.get(reading.names, "Σ")
        return f"{word} {numbers.fixed(float(reading.products[at].sum()), self._digits)}"

    def _natural_width(self) -> float:
        return super()._natural_width() * 2.4


@view("Pooling", "Maximum", "PowerSum", "Largest")
class PoolView(View):
    """Marks the winner of a maximum and names ties; an average shows each value's share, a length each power."""

    title = "Window"

    def __init__(self) -> None:
        super().__init__()
        self.blocks = Window(name="window")
        self.sentence = label("", "secondary")
        self.sentence.setWordWrap(True)
        self.column.addWidget(self.sentence)
        self.column.addWidget(self.blocks, 1)
        self.blocks.hovered.connect(lambda cell: self.spot_hovered.emit(Spot(0, cell)))
        self.blocks.left.connect(lambda: self.spot_hovered.emit(None))
        self.blocks.clicked.connect(self._clicked)

    def refresh(self) -> None:
        if self.frame is None:
            return
        reading, maximum = self.frame.readings[0], self._is_maximum(self.frame)
        self.blocks.show_reading(reading, range(len(reading.products)), self.digits, "products")
        winner = winning_cell(reading) if maximum else None
        self.blocks.set_marked([winner] if winner is not None else [])
        self.sentence.setText(self._words(self.frame, reading, winner))

    def set_spot(self, spot: Spot | None) -> None:
        self.blocks.set_cell(spot.cell if spot is not None else None)

    def shows_sum(self, frame: Frame) -> bool:
        return not self._is_maximum(frame)

    def closing_line(self, frame: Frame, shown: tuple[Line, ...]) -> str:
        if not self._is_maximum(frame):
            return super().closing_line(frame, shown)
        reading = frame.readings[0]
        values = [numbers.fixed(float(value), self.digits) for value in reading.values[reading.inside]]
        listed = ", ".join(values[:FEW]) + (f", … {len(values) - FEW} more" if len(values) > FEW else "")
        result = numbers.fixed(frame.explanation.result, self.digits)
        if frame.explanation.function:
            return (
                f"this value is {'' if frame.explanation.result else 'not '}the largest of {listed}: {result}"
            )
        return f"max({listed}) = {result}"

    def counted(self, frame: Frame) -> str:
        cells = int(frame.readings[0].inside.sum())
        if frame.explanation.function == "root":
            return f"root of the sum of {numbers.count(cells)} powers"
        return f"{'largest' if self._is_maximum(frame) else 'mean'} of {numbers.count(cells)} values"

    def _is_maximum(self, frame: Frame) -> bool:
        return frame.readings[0].names[1] == "gate"

    def _words(self, frame: Frame, reading: Reading, winner: Cell | None) -> str:
        if frame.explanation.function == "root":
            power = next(each.value for each in frame.explanation.constants if each.name == "p")
            return f"Each value to the power {power:g}, added up; the root of the sum is what comes out."
        if winner is None:
            inside = int(reading.inside.sum())
            return f"Each of the {numbers.count(inside)} values counts 1/{numbers.count(inside)}."
        index = reading.index(winner)
        if reading.is_vector:
            return f"The winner is marked: unit {winner[0]}. {frame.explanation.note}".strip()
        place = ", ".join(str(entry) for entry in (index or ())[1:])
        return f"The winner is marked: it lies at ({place}). {frame.explanation.note}".strip()

    def _clicked(self, cell: Cell) -> None:
        self.walk(Spot(0, cell))


def winning_cell(reading: Reading) -> Cell | None:
    """Return the cell whose gate is open."""
    places = np.flatnonzero(reading.weights)
    if not places.size:
        return None
    found = unraveled(int(places[0]), reading.weights.shape)
    return found[0], found[1], found[2], found[3]


if __name__ == "__main__":
    from cnnviz.ui.inspect import demo
    from cnnviz.ui.widgets import demo as stage

    stage.run(demo.example("maxpool2d"), (1240, 760))
