"""Softmax: the fraction with the real logits, and every class's share."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import Qt

from cnnviz.explain import Explanation
from cnnviz.layers.formula import Softmax
from cnnviz.ui import numbers
from cnnviz.ui.inspect.account import Line
from cnnviz.ui.inspect.formula import FormulaText, Fraction
from cnnviz.ui.inspect.frame import Frame
from cnnviz.ui.inspect.views import View, view
from cnnviz.ui.widgets.bars import ProbabilityBars
from cnnviz.ui.widgets.chrome import label


@view("Softmax")
class SoftmaxView(View):
    """Subtracts the maximum first, as the engine does, so that no exponential overflows."""

    title = "Share of one"
    sums = False

    def __init__(self) -> None:
        super().__init__()
        self.formula = FormulaText()
        self.bars = ProbabilityBars(name="shares")
        self.sentence = label("", "secondary")
        self.sentence.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.sentence.setWordWrap(True)
        self.column.addWidget(self.formula)
        self.column.addWidget(self.sentence)
        self.column.addWidget(self.bars, 1)

    def refresh(self) -> None:
        if self.frame is None:
            return
        found = self.frame.explanation
        known = {constant.name: constant.value for constant in found.constants}
        part, own = found.parts[0], _position(found)
        logits, shares = part.values.ravel(), part.products.ravel() / found.sum
        largest = numbers.fixed(known["maximum"], self.digits)
        x = numbers.fixed(float(logits[own]), self.digits)
        above = ((f"exp({x} − {_bracket(largest)})", "cursor"),)
        below = ((f"Σ exp(xⱼ − {_bracket(largest)})", "t1"),)
        top, bottom = _readable(known["numerator"], self.digits), numbers.fixed(found.sum, self.digits)
        values = Fraction(((top, "cursor"),), ((bottom, "t1"),))
        result = (f" = {_readable(found.result, max(self.digits, 4))}", "pos")
        self.formula.show_rows([(Fraction(above, below), (" = ", "t2"), values, result)])
        self.sentence.setText(
            f"The largest logit, {largest}, is taken off all of them first: the shares stay the same."
        )
        names = self._names(len(logits))
        self.bars.set_values(shares.astype(np.float64), classes=names, logits=logits)

    def _names(self, count: int) -> list[str]:
        classes = self.frame.classes if self.frame is not None else ()
        return list(classes) if len(classes) == count else [str(number) for number in range(count)]

    def subtitle(self, frame: Frame) -> str:
        return f"over {frame.explanation.parts[0].values.size} logits"

    def counted(self, frame: Frame) -> str:
        return "share of the sum"

    def closing_line(self, frame: Frame, shown: tuple[Line, ...]) -> str:
        found = frame.explanation
        own = next(each.value for each in found.constants if each.name == "numerator")
        digits = max(self.digits, 4)
        return f"{_readable(own, digits)} / {numbers.fixed(found.sum, digits)} = {_readable(found.result, digits)}"


def _position(found: Explanation) -> int:
    return found.formula.position if isinstance(found.formula, Softmax) else 0


def _readable(value: float, digits: int) -> str:
    """Return a number in fixed decimals, or in figures where those would all be zero."""
    return numbers.compact(value, digits) if 0 < abs(value) < 10.0**-digits else numbers.fixed(value, digits)


def _bracket(text: str) -> str:
    return f"({text})" if text.startswith(numbers.MINUS) else text


if __name__ == "__main__":
    from cnnviz.ui.inspect import demo
    from cnnviz.ui.widgets import demo as stage

    stage.run(demo.example("softmax"), (1240, 760))
