"""The diagram of one step: what is kept and what is added make the state, which the output gate lets through."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QMouseEvent, QPainter, QPen

from cnnviz.ui import numbers, theme
from cnnviz.ui.inspect.video.step import CellStep
from cnnviz.ui.widgets.painted import Painted

BOX = QSize(64, 32)
KNOT = 9.0
WIDEST, TALLEST = 560.0, 260.0


class StepDiagram(Painted):
    """c = f·c(t−1) + i·c̃ and h = o·tanh(c) with one cell's numbers; `chosen(name)` asks for one of them."""

    chosen = Signal(str)

    def __init__(self) -> None:
        super().__init__(None, "one pixel, one step")
        self._step: CellStep | None = None
        self.setMinimumSize(300, 168)

    def show_step(self, step: CellStep | None) -> None:
        """Show another cell, or none."""
        self._step = step
        if step is not None:
            self.speak(", ".join(f"{name} {numbers.fixed(step.value(name), 4)}" for name in step.accounts))
        self.redraw()

    def sizeHint(self) -> QSize:
        return QSize(380, 220)

    # -- places -------------------------------------------------------------------------------------------------

    def rects(self) -> dict[str, QRectF]:
        """Return the places of the boxes."""
        width, height = min(self.width() - 4.0, WIDEST), min(self.height() - 4.0, TALLEST)
        gap = (height - 5 * BOX.height()) / 4
        left = {
            name: QRectF(2, 2 + at * (BOX.height() + gap), BOX.width(), BOX.height())
            for at, name in enumerate(("before", "f", "i", "g", "o"))
        }
        middle, end = width * 0.68, width - BOX.width()
        state = QRectF(middle - BOX.width() / 2, 2 + height * 0.26, BOX.width(), BOX.height())
        output = QRectF(end, 2 + height * 0.62, BOX.width(), BOX.height())
        return {**left, "c": state, "h": output}

    def _knots(self, rects: dict[str, QRectF]) -> dict[str, QPointF]:
        width = min(self.width() - 4.0, WIDEST)
        kept = (rects["before"].center().y() + rects["f"].center().y()) / 2
        added = (rects["i"].center().y() + rects["g"].center().y()) / 2
        return {
            "kept": QPointF(width * 0.29, kept),
            "added": QPointF(width * 0.29, added),
            "sum": QPointF(width * 0.48, rects["c"].center().y()),
            "through": QPointF(rects["c"].center().x(), rects["h"].center().y()),
        }

    # -- painting -----------------------------------------------------------------------------------------------

    def paint_base(self, painter: QPainter) -> None:
        step = self._step
        if step is None:
            return
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        rects, knots = self.rects(), self._knots(self.rects())
        self._wires(painter, rects, knots)
        for name, rect in rects.items():
            value = step.before if name == "before" else step.value(name)
            self._box(painter, rect, name, value)
        for name, sign in (("kept", "×"), ("added", "×"), ("sum", "+"), ("through", "×")):
            self._knot(painter, knots[name], sign)
        self._words(painter, knots["kept"] + QPointF(12, -14), numbers.fixed(step.kept, 4))
        self._words(painter, knots["added"] + QPointF(12, -14), numbers.fixed(step.added, 4))
        low = QPointF(rects["c"].center().x() + 6, rects["c"].bottom() + 4)
        self._words(painter, low, f"tanh {numbers.fixed(step.bent, 4)}")

    def _wires(self, painter: QPainter, rects: dict[str, QRectF], knots: dict[str, QPointF]) -> None:
        painter.setPen(QPen(theme.color("wire"), 1.2))
        for name, knot in (("before", "kept"), ("f", "kept"), ("i", "added"), ("g", "added")):
            start = QPointF(rects[name].right(), rects[name].center().y())
            corner = QPointF(knots[knot].x(), start.y())
            painter.drawPolyline([start, corner, knots[knot]])
        for knot in ("kept", "added"):
            corner = QPointF(knots["sum"].x(), knots[knot].y())
            painter.drawPolyline([knots[knot], corner, knots["sum"]])
        c, h, through = rects["c"], rects["h"], knots["through"]
        painter.drawLine(knots["sum"], QPointF(c.left(), c.center().y()))
        painter.drawLine(QPointF(c.center().x(), c.bottom()), through)
        painter.drawLine(through, QPointF(h.left(), h.center().y()))
        o = rects["o"]
        corner = QPointF(through.x(), o.center().y())
        painter.drawPolyline([QPointF(o.right(), o.center().y()), corner, through])

    def _box(self, painter: QPainter, rect: QRectF, name: str, value: float) -> None:
        tone = "line2" if name == "before" else "cursor" if name in "ch" else "grad"
        painter.setPen(QPen(theme.color(tone), 1))
        painter.setBrush(theme.color("bg3"))
        painter.drawRoundedRect(rect.adjusted(0.5, 0.5, -0.5, -0.5), 5, 5)
        painter.setFont(theme.mono_font(10))
        painter.setPen(theme.color(tone if name != "before" else "t3"))
        word = {"before": "c(t−1)", "g": "c̃"}.get(name, name)
        painter.drawText(
            rect.adjusted(5, 2, -5, 0), Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop, word
        )
        painter.setFont(theme.mono_font(11, 500))
        painter.setPen(theme.color("t1"))
        below = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignBottom
        painter.drawText(rect.adjusted(3, 0, -5, -2), below, numbers.fixed(value, 4))

    def _knot(self, painter: QPainter, place: QPointF, sign: str) -> None:
        painter.setPen(QPen(theme.color("line2"), 1))
        painter.setBrush(theme.color("bg0"))
        painter.drawEllipse(place, KNOT, KNOT)
        painter.setFont(theme.mono_font(11))
        painter.setPen(theme.color("t1"))
        box = QRectF(place.x() - KNOT, place.y() - KNOT, 2 * KNOT, 2 * KNOT)
        painter.drawText(box, Qt.AlignmentFlag.AlignCenter, sign)

    def _words(self, painter: QPainter, place: QPointF, text: str) -> None:
        painter.setFont(theme.mono_font(10))
        painter.setPen(theme.color("t2"))
        painter.drawText(QRectF(place.x(), place.y(), 96, 14), Qt.AlignmentFlag.AlignVCenter, text)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        name = next((name for name, rect in self.rects().items() if rect.contains(event.position())), "")
        if name and self._step is not None:
            self.chosen.emit(name)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        over = any(rect.contains(event.position()) for rect in self.rects().values())
        self.setCursor(Qt.CursorShape.PointingHandCursor if over else Qt.CursorShape.ArrowCursor)
