"""A | B: the pinned image at two moments of a training, and the difference between them."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QPainter

from cnnviz.events import Watched
from cnnviz.model.graph import Graph
from cnnviz.ui import numbers, theme
from cnnviz.ui.train.watch import HEAD, WatchTable


class ComparedTable(WatchTable):
    """Columns are A, B and A − B; the rows are those layers and maps in which the two differ most."""

    def __init__(self) -> None:
        super().__init__()
        self.set_name("the pinned sample at two moments, and their difference")

    def compare(
        self, graph: Graph, one: Watched, two: Watched, label: int, classes: Sequence[str] = ()
    ) -> None:
        """Show two moments A and B of a training; `label` is the true class of the image, or −1."""
        self.speak(f"A step {one.step:,}, B step {two.step:,}")
        if [id(each) for each in self.moments[:2]] != [id(one), id(two)]:
            self.show_moments(graph, [one, two, difference(one, two)], label, classes, live=False)

    def _paint_head(self, painter: QPainter, place: int) -> None:
        texts = (f"A · {self.moments[0].step:,}", f"B · {self.moments[1].step:,}", "A \N{MINUS SIGN} B")
        painter.setFont(theme.mono_font(10, 600))
        painter.setPen(theme.color("cursor" if place == 2 else "t1"))
        area = QRectF(self._places.x(place), 0, self._places.column, HEAD)
        painter.drawText(area, Qt.AlignmentFlag.AlignCenter, texts[place])

    def _paint_bars(self, painter: QPainter, place: int, top: float) -> None:
        if place < 2:
            super()._paint_bars(painter, place, top)
            return
        shares, pitch, x = self.moments[place].probabilities, self._places.pitch, self._places.x(place)
        room, right = self._places.column - 44, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        painter.setFont(theme.mono_font(9 if pitch >= 11 else 8))
        for number, share in enumerate(shares.tolist()):
            y, middle = top + number * pitch, x + room / 2
            painter.fillRect(QRectF(middle, y, 1, pitch), theme.color("line2"))
            wide = room / 2 * min(abs(share), 1.0)
            left = middle if share > 0 else middle - wide
            painter.fillRect(QRectF(left, y + 2, wide, pitch - 4), theme.color("pos" if share > 0 else "neg"))
            painter.setPen(theme.color("t1" if abs(share) >= 0.005 else "t3"))
            painter.drawText(QRectF(x + room, y, 44, pitch), right, numbers.fixed(share, 2, plus=True))


def difference(one: Watched, two: Watched) -> Watched:
    """Return A − B of everything that is seen of an image."""
    maps = {name: value - two.maps[name] for name, value in one.maps.items() if name in two.maps}
    kernels = {name: value - two.kernels[name] for name, value in one.kernels.items() if name in two.kernels}
    shares = np.subtract(one.probabilities, two.probabilities)
    return Watched(max(one.step, two.step), one.image, maps, shares, kernels)
