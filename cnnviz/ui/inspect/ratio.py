"""A value divided by what its neighbours amount to: squashed capsules, response normalisation."""

from __future__ import annotations

from cnnviz.explain import Explanation
from cnnviz.layers.formula import Squash
from cnnviz.ui import numbers
from cnnviz.ui.inspect.account import Line, written_out
from cnnviz.ui.inspect.formula import FormulaText, Fraction, Piece
from cnnviz.ui.inspect.frame import Frame
from cnnviz.ui.inspect.pool import Window
from cnnviz.ui.inspect.reading import Spot
from cnnviz.ui.inspect.views import View, view
from cnnviz.ui.widgets.chrome import label


@view("Squash", "ResponseNorm")
class RatioView(View):
    """The fraction with its numbers, and below it the squares that the sum is made of."""

    title = "Ratio"

    def __init__(self) -> None:
        super().__init__()
        self.formula = FormulaText()
        self.sentence = label("", "secondary")
        self.sentence.setWordWrap(True)
        self.blocks = Window(name="squares")
        self.column.addWidget(self.formula)
        self.column.addWidget(self.sentence)
        self.column.addWidget(self.blocks, 1)
        self.blocks.hovered.connect(lambda cell: self.spot_hovered.emit(Spot(0, cell)))
        self.blocks.left.connect(lambda: self.spot_hovered.emit(None))
        self.blocks.clicked.connect(lambda cell: self.walk(Spot(0, cell)))

    def refresh(self) -> None:
        if self.frame is None:
            return
        found, reading = self.frame.explanation, self.frame.readings[0]
        self.blocks.show_reading(reading, range(len(reading.products)), self.digits, "products")
        self.formula.show_rows([_symbols(found), self._numbers(found)])
        self.sentence.setText(_words(found))

    def set_spot(self, spot: Spot | None) -> None:
        self.blocks.set_cell(spot.cell if spot is not None else None)

    def counted(self, frame: Frame) -> str:
        return "squashed value" if _squashes(frame.explanation) else "normalised value"

    def closing_line(self, frame: Frame, shown: tuple[Line, ...]) -> str:
        found = frame.explanation
        above, below = self._sides(found)
        text = written_out(shown, found.sum, self.digits)
        return f"Σ x² = {text}   {above} / ({below}) = {numbers.fixed(found.result, self.digits)}"

    def _sides(self, found: Explanation) -> tuple[str, str]:
        known = {constant.name: constant.value for constant in found.constants}
        total = numbers.fixed(found.sum, self.digits)
        if _squashes(found):
            s, length = (numbers.fixed(known[name], self.digits) for name in ("s", "|s|"))
            return f"{s} · {length}", f"1 + {total}"
        k, alpha, beta = (numbers.compact(known[name], 3) for name in ("k", "α", "β"))
        return numbers.fixed(known["x"], self.digits), f"({k} + {alpha}/{known['n']:g} · {total})^{beta}"

    def _numbers(self, found: Explanation) -> list[Piece]:
        above, below = self._sides(found)
        result = numbers.fixed(found.result, self.digits)
        tone = "pos" if found.result >= 0 else "neg"
        return [Fraction(((above, "cursor"),), ((below, "t1"),)), (f" = {result}", tone)]


def _squashes(found: Explanation) -> bool:
    return isinstance(found.formula, Squash)


def _symbols(found: Explanation) -> list[Piece]:
    if _squashes(found):
        return [Fraction((("s · |s|", "t3"),), (("1 + |s|²", "t3"),))]
    return [Fraction((("x", "t3"),), (("(k + α/n · Σ x²)^β", "t3"),))]


def _words(found: Explanation) -> str:
    if _squashes(found):
        length = found.sum**0.5
        return (
            f"The whole vector is {numbers.compact(length, 4)} long; squashed, "
            f"{numbers.compact(length * length / (1 + found.sum), 4)}. Its direction stays."
        )
    return "Channels side by side hold each other down: the more they say together, the less each of them counts."


if __name__ == "__main__":
    from cnnviz.ui.inspect import demo
    from cnnviz.ui.widgets import demo as stage

    stage.run(demo.example("primary_capsules"), (1240, 760))
