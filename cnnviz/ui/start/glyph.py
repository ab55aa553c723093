"""A network drawn as bars: one per layer, as tall as its maps and as wide as it has many of them."""

from __future__ import annotations

import math

from PySide6.QtCore import QRectF, QSize
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from cnnviz.layers import LAYERS
from cnnviz.model.graph import Graph
from cnnviz.ui import theme

HEIGHT = 64
GAP = 3
NARROWEST, WIDEST = 3.0, 16.0


class Glyph(QWidget):
    """Paints a graph without computing anything but its shapes."""

    def __init__(self, graph: Graph, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._bars = _bars(graph)
        self.setFixedHeight(HEIGHT)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self.setAccessibleName(f"Picture of {graph.title}")

    def sizeHint(self) -> QSize:
        return QSize(int(sum(width + GAP for _, width, _ in self._bars)), HEIGHT)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        x = 0.0
        for group, width, height in self._bars:
            tall = height * (self.height() - 2)
            painter.fillRect(QRectF(x, (self.height() - tall) / 2, width, tall), theme.group_color(group))
            x += width + GAP


def _bars(graph: Graph) -> list[tuple[str, float, float]]:
    """Return group, width in pixels and height from 0 to 1 of every layer that changes the shape."""
    report = graph.summary()
    largest = max((row.shape[1] for row in report.rows if row.shape and len(row.shape) > 1), default=1)
    bars = []
    for row in report.rows:
        kind = LAYERS[row.kind]
        if not row.shape or kind.pointwise or kind.group == "Reshape":
            continue
        flat = len(row.shape) == 1
        tall = 0.25 + 0.5 * math.log10(row.shape[0] + 1) / 3 if flat else math.sqrt(row.shape[1] / largest)
        wide = NARROWEST if flat else NARROWEST + 2.2 * math.log2(row.shape[0] + 1)
        bars.append((kind.group, min(wide, WIDEST), max(0.12, min(tall, 1.0))))
    return bars
