"""A value that passes on: the map it comes from, an arrow, the map it goes to."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QSize, Qt, Signal
from PySide6.QtGui import QPainter, QPen
from PySide6.QtWidgets import QHBoxLayout, QWidget

from cnnviz.ui import numbers, theme
from cnnviz.ui.inspect.cells import FIRST, Factor
from cnnviz.ui.inspect.frame import Frame

ARROW_WIDTH, HEAD = 44, 6.0


class Arrow(QWidget):
    """An arrow to the right, in the cursor's colour."""

    def __init__(self) -> None:
        super().__init__()
        self.setFixedWidth(ARROW_WIDTH)

    def sizeHint(self) -> QSize:
        return QSize(ARROW_WIDTH, 40)

    def paintEvent(self, _event: object) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(theme.color("cursor"), 2, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap))
        middle, end = self.height() / 2, self.width() - 5.0
        painter.drawLine(QPointF(5, middle), QPointF(end, middle))
        for side in (-1, 1):
            painter.drawLine(QPointF(end, middle), QPointF(end - HEAD, middle + side * HEAD))
        painter.end()


class Passage(QWidget):
    """`walked` asks to go to where the value comes from. What comes from padding has no map on the left."""

    walked = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.source, self.arrow, self.target = Factor(), Arrow(), Factor()
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(6)
        row.addWidget(self.source, 1)
        row.addWidget(self.arrow)
        row.addWidget(self.target, 1)
        self.source.map.clicked.connect(lambda *_cell: self.walked.emit())

    def show_frame(self, frame: Frame, digits: int) -> None:
        """Show another value."""
        reading, value = frame.readings[0], numbers.fixed(frame.explanation.result, digits)
        inside = bool(reading.inside[FIRST])
        self.source.setVisible(inside)
        self.arrow.setVisible(inside)
        if inside:
            self.source.show_cell(frame, reading.node, reading.maps, reading.source(FIRST), value)
        self.target.show_cell(frame, frame.node, frame.output, frame.cell, value)


def example() -> QWidget:
    """One value of a padded map."""
    from cnnviz.ui.inspect import demo

    widget = Passage()
    widget.show_frame(demo.frame("pad"), 3)
    return widget


if __name__ == "__main__":
    from cnnviz.ui.widgets import demo as stage

    stage.run(example, (640, 320))
