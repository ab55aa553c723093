"""A spatial transformer's pixel: where the six numbers send it, and the four pixels it lies between."""

from __future__ import annotations

from PySide6.QtWidgets import QHBoxLayout, QPushButton

from cnnviz.explain import Constant
from cnnviz.ui import numbers
from cnnviz.ui.inspect.figures.samplinggrid import SamplingGrid
from cnnviz.ui.inspect.formula import FormulaText, Piece
from cnnviz.ui.inspect.frame import Frame
from cnnviz.ui.inspect.pool import Window
from cnnviz.ui.inspect.reading import Spot
from cnnviz.ui.inspect.views import View, view
from cnnviz.ui.widgets.chrome import button, label

NEIGHBOURS = 96


@view("Sampled")
class SamplerView(View):
    """The map of six numbers, the place it points at, and the share of each neighbour."""

    title = "Fetched pixel"
    sums = False

    def __init__(self) -> None:
        super().__init__()
        self.sentence = label("", "secondary")
        self.sentence.setWordWrap(True)
        self.formula = FormulaText()
        self.grid, self.blocks = SamplingGrid(), Window(name="neighbours")
        self.thetas: list[QPushButton] = []
        row = QHBoxLayout()
        row.setSpacing(4)
        row.addWidget(label("Made by:", "secondary"))
        for at in range(6):
            chip = button("", small=True)
            chip.clicked.connect(lambda _checked=False, at=at: self._walk_to_theta(at))
            self.thetas.append(chip)
            row.addWidget(chip)
        row.addStretch(1)
        self.column.addWidget(self.sentence)
        self.column.addWidget(self.formula)
        self.blocks.setMinimumHeight(NEIGHBOURS)
        self.column.addWidget(self.grid, 3)
        self.column.addWidget(self.blocks, 1)
        self.column.addLayout(row)
        self.blocks.hovered.connect(lambda cell: self.spot_hovered.emit(Spot(0, cell)))
        self.blocks.left.connect(lambda: self.spot_hovered.emit(None))
        self.blocks.clicked.connect(lambda cell: self.walk(Spot(0, cell)))

    def refresh(self) -> None:
        if self.frame is None:
            return
        reading, thetas = self.frame.readings[0], self._thetas()
        row, column = (each.value for each in self.frame.explanation.constants[:2])
        self.blocks.show_reading(reading, range(len(reading.products)), self.digits, "products")
        self.grid.show_frame(self.frame)
        place = ", ".join(numbers.fixed(at, 2) for at in (row, column))
        here = ", ".join(str(at) for at in self.frame.index[1:])
        self.sentence.setText(
            f"Output pixel ({here}) is fetched from ({place}) of {reading.node}, between four pixels: "
            "the nearer one is, the more it counts."
        )
        self.formula.show_rows([self._line("x", thetas[:3]), self._line("y", thetas[3:])])
        for chip, theta in zip(self.thetas, thetas, strict=True):
            chip.setText(f"{theta.name} {numbers.fixed(theta.value, 2)}")
            chip.setToolTip("Where this number comes from")

    def set_spot(self, spot: Spot | None) -> None:
        self.blocks.set_cell(spot.cell if spot is not None else None)

    def subtitle(self, frame: Frame) -> str:
        return "between four neighbours"

    def _thetas(self) -> tuple[Constant, ...]:
        return self.frame.explanation.constants[2:] if self.frame is not None else ()

    def _line(self, name: str, thetas: tuple[Constant, ...]) -> list[Piece]:
        a, b, c = (numbers.fixed(abs(each.value), self.digits) for each in thetas)
        first, second, third = ("−" if each.value < 0 else "+" for each in thetas)
        text = f"{first.replace('+', '')}{a} · x {second} {b} · y {third} {c}"
        return [(f"{name}′ = ", "t3"), (text, "t1")]

    def _walk_to_theta(self, at: int) -> None:
        source = self._thetas()[at].source
        if source is not None:
            self.walked.emit(*source)


if __name__ == "__main__":
    from cnnviz.ui.inspect import demo
    from cnnviz.ui.widgets import demo as stage

    stage.run(demo.example("affine_sampler"), (1240, 760))
