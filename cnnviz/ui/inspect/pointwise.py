"""Functions of one value: the curve with the point on it; what passes through unchanged says so."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPen, QPolygonF
from PySide6.QtWidgets import QWidget

from cnnviz.explain import FUNCTIONS
from cnnviz.explain.explanation import place
from cnnviz.ui import numbers, theme
from cnnviz.ui.inspect.account import Line
from cnnviz.ui.inspect.figures.passage import Passage
from cnnviz.ui.inspect.formula import FormulaText, Piece
from cnnviz.ui.inspect.frame import Frame
from cnnviz.ui.inspect.reading import Spot
from cnnviz.ui.inspect.views import View, view
from cnnviz.ui.widgets.chrome import label
from cnnviz.ui.widgets.painted import Painted

PADDING = "padding"


class Curve(Painted):
    """A function over a range of inputs, with the value that is looked at as a point on it."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent, "curve")
        self._function, self._slope = "relu", 0.0
        self._point = (0.0, 0.0)
        self._reach = 1.0

    def show_point(self, function: str, x: float, y: float, reach: float, slope: float) -> None:
        """Show a function from −reach to reach, and the point (x, y)."""
        self._function, self._slope, self._point = function, slope, (x, y)
        self._reach = max(reach, 1e-6) if math.isfinite(reach) else 1.0
        self.speak(f"x {numbers.compact(x)}, y {numbers.compact(y)}")
        self.redraw()

    def sizeHint(self) -> QSize:
        return QSize(380, 300)

    def paint_base(self, painter: QPainter) -> None:
        area = QRectF(self.rect()).adjusted(44, 12, -14, -26)
        if area.width() < 40 or area.height() < 40:
            return
        x = np.linspace(-self._reach, self._reach, 201)
        y = np.array([FUNCTIONS[self._function](each, self._slope) for each in x.tolist()])
        low, high = min(float(y.min()), 0.0), max(float(y.max()), 0.0)
        margin = (high - low) * 0.06 or 1.0
        low, high = low - margin, high + margin

        def place(px: float, py: float) -> QPointF:
            return QPointF(
                area.left() + (px + self._reach) / (2 * self._reach) * area.width(),
                area.bottom() - (py - low) / (high - low) * area.height(),
            )

        painter.fillRect(area, theme.color("bg2"))
        painter.setPen(QPen(theme.color("line2"), 1))
        painter.drawLine(place(-self._reach, 0), place(self._reach, 0))
        painter.drawLine(place(0, low), place(0, high))
        self._paint_axes(painter, area, place, high - margin, low + margin)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(theme.group_color("Activation"), 2))
        painter.drawPolyline(QPolygonF([place(float(a), float(b)) for a, b in zip(x, y, strict=True)]))
        if all(math.isfinite(each) for each in self._point):
            self._paint_point(painter, place)

    def _paint_point(self, painter: QPainter, place: Callable[[float, float], QPointF]) -> None:
        x, y = self._point
        spot = place(x, y)
        painter.setPen(QPen(theme.color("cursor"), 1, Qt.PenStyle.DashLine))
        painter.drawLine(place(x, 0), spot)
        painter.drawLine(place(0, y), spot)
        painter.setPen(QPen(theme.color("cursor"), 2))
        painter.setBrush(theme.color("cursor_bg"))
        painter.drawEllipse(spot, 5, 5)
        painter.setPen(theme.color("cursor"))
        painter.setFont(theme.mono_font(11))
        text = f"({numbers.compact(x)}, {numbers.compact(y)})"
        width = painter.fontMetrics().horizontalAdvance(text)
        left = min(max(spot.x() - width / 2, 2), self.width() - width - 2)
        top = spot.y() - 24 if spot.y() > 30 else spot.y() + 10
        place_of_text = QRectF(left, top, width + 2, 16)
        painter.fillRect(place_of_text.adjusted(-3, 0, 3, 0), theme.color("bg2", 0.85))
        painter.drawText(place_of_text, Qt.AlignmentFlag.AlignCenter, text)

    def _paint_axes(
        self,
        painter: QPainter,
        area: QRectF,
        place: Callable[[float, float], QPointF],
        high: float,
        low: float,
    ) -> None:
        painter.setFont(theme.mono_font(9.5))
        painter.setPen(theme.color("t3"))
        for x in (-self._reach, 0.0, self._reach):
            at = place(x, 0).x()
            text = numbers.compact(x, 3)
            painter.drawText(QRectF(at - 30, area.bottom() + 6, 60, 14), Qt.AlignmentFlag.AlignCenter, text)
        right = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        for y in {high, low}:
            rect = QRectF(0, place(0, y).y() - 8, area.left() - 6, 16)
            painter.drawText(rect, right, numbers.compact(y, 3))


@view("Pointwise")
class PointwiseView(View):
    """One value in, one value out, map by map."""

    title = "Function"
    sums = False

    def __init__(self) -> None:
        super().__init__()
        self.curve, self.formula, self.passage = Curve(), FormulaText(), Passage()
        self.sentence = label("", "secondary")
        self.sentence.setWordWrap(True)
        self.column.addWidget(self.sentence)
        self.column.addWidget(self.formula)
        self.column.addWidget(self.curve, 1)
        self.column.addWidget(self.passage, 1)
        self.column.addStretch(0)
        self.passage.walked.connect(lambda: self.walk(Spot(0, (0, 0, 0, 0))))

    def refresh(self) -> None:
        if self.frame is None:
            return
        found = self.frame.explanation
        known = {constant.name: constant.value for constant in found.constants}
        reach = self.frame.reaches.node(found.parts[0].node)
        self.curve.setVisible(bool(found.function))
        self.formula.setVisible(not found.function)
        self.passage.setVisible(not found.function)
        if found.function:
            self.curve.show_point(found.function, found.sum, found.result, reach, known.get("slope", 0.0))
        else:
            self.formula.show_rows(self._passing(self.frame))
            self.passage.show_frame(self.frame, self.digits)
        self.sentence.setText(self._words(self.frame))

    def _passing(self, frame: Frame) -> list[list[Piece]]:
        """Say where the value comes from, and what it is."""
        value = numbers.fixed(frame.explanation.result, self.digits)
        here = f"{frame.node}{place(frame.index)}"
        return [[(here, "t2"), (" = ", "t3"), (_origin(frame), "cursor"), (" = ", "t3"), (value, "t1")]]

    def _words(self, frame: Frame) -> str:
        found, reading = frame.explanation, frame.readings[0]
        if found.function:
            gate = " It stops here: what is not positive becomes 0." if _stopped(frame) else ""
            return f"Each value of {reading.node} on its own: {found.rule}.{gate}"
        if _origin(frame) == PADDING:
            return "Nothing lies here: the border is filled with zeros."
        return f"The value of {_origin(frame)} passes unchanged. {found.note}".strip()

    def heading(self, frame: Frame) -> str:
        return self.title if frame.explanation.function else "Passed on"

    def subtitle(self, frame: Frame) -> str:
        return frame.explanation.rule

    def counted(self, frame: Frame) -> str:
        return frame.explanation.rule if frame.explanation.function else "the value itself"

    def closing_line(self, frame: Frame, shown: tuple[Line, ...]) -> str:
        found = frame.explanation
        x, y = (numbers.fixed(value, self.digits) for value in (found.sum, found.result))
        return f"{with_number(found.function, found.rule, x)} = {y}"


def _origin(frame: Frame) -> str:
    """Return the name of the one value that is read."""
    reading = frame.readings[0]
    index = reading.index((0, 0, 0, 0))
    return PADDING if index is None else f"{reading.node}{place(index)}"


def _stopped(frame: Frame) -> bool:
    return frame.explanation.function == "relu" and frame.explanation.sum <= 0


def with_number(function: str, rule: str, x: str) -> str:
    """Return a rule with the number in place of its x."""
    if function == "relu":
        return f"max(0, {x})"
    if function:
        return f"{rule}, x = {x}: y" if function == "leaky_relu" else f"{function}({x})"
    return rule.split(",", maxsplit=1)[0].replace("x", x, 1)


if __name__ == "__main__":
    from cnnviz.ui.inspect import demo
    from cnnviz.ui.widgets import demo as stage

    stage.run(demo.example("tanh"), (1240, 760))
