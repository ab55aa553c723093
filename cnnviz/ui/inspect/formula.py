"""A formula as large text: symbols above, the same with the numbers put in below, fractions as fractions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QFont, QFontMetricsF, QPainter, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from cnnviz.ui import theme
from cnnviz.ui.widgets.painted import Painted

LINE, BAR = 20.0, 5.0
Tone = tuple[str, str]
"""A text and the token of its colour."""


@dataclass(frozen=True)
class Fraction:
    """A fraction; both sides are runs of toned text."""

    above: tuple[Tone, ...]
    below: tuple[Tone, ...]


Piece = Tone | Fraction


class FormulaText(Painted):
    """One or more lines of pieces, centred one below the other."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent, "formula")
        self._rows: tuple[tuple[Piece, ...], ...] = ()
        self._size = 15.0
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def show_rows(self, rows: Sequence[Sequence[Piece]]) -> None:
        """Show other lines."""
        resized = len(rows) != len(self._rows)
        self._rows = tuple(tuple(row) for row in rows)
        self.speak("; ".join(plain(row) for row in self._rows))
        if resized:
            self.updateGeometry()
        self.redraw()

    def sizeHint(self) -> QSize:
        return QSize(420, round(sum(self._height(row) for row in self._rows) + 8))

    def minimumSizeHint(self) -> QSize:
        return QSize(160, self.sizeHint().height())

    def paint_base(self, painter: QPainter) -> None:
        font = self._font()
        top = 4.0
        for row in self._rows:
            height, width = self._height(row), sum(_width(piece, font) for piece in row)
            left = max((self.width() - width) / 2, 0.0)
            for piece in row:
                self._paint(painter, piece, font, left, top, height)
                left += _width(piece, font)
            top += height

    def _font(self) -> QFont:
        """The largest font in which every line fits."""
        for size in (15.0, 13.0, 12.0, 11.0, 10.0, 9.0):
            font = theme.mono_font(size)
            if all(sum(_width(piece, font) for piece in row) <= self.width() for row in self._rows):
                return font
        return theme.mono_font(8.5)

    def _height(self, row: Sequence[Piece]) -> float:
        return 2 * LINE + BAR + 12 if any(isinstance(piece, Fraction) for piece in row) else LINE + 10

    def _paint(
        self, painter: QPainter, piece: Piece, font: QFont, left: float, top: float, height: float
    ) -> None:
        painter.setFont(font)
        if not isinstance(piece, Fraction):
            _draw(painter, (piece,), font, left, top, height)
            return
        width, middle = _width(piece, font), top + height / 2
        for side, upper in ((piece.above, middle - LINE - BAR / 2), (piece.below, middle + BAR / 2)):
            inner = sum(_width(tone, font) for tone in side)
            _draw(painter, side, font, left + (width - inner) / 2, upper, LINE)
        painter.setPen(QPen(theme.color("t2"), 1))
        painter.drawLine(QPointF(left + 2, middle), QPointF(left + width - 2, middle))


def _draw(
    painter: QPainter, tones: Sequence[Tone], font: QFont, left: float, top: float, height: float
) -> None:
    for text, tone in tones:
        painter.setPen(theme.color(tone))
        width = _width((text, tone), font)
        painter.drawText(QRectF(left, top, width + 2, height), Qt.AlignmentFlag.AlignVCenter, text)
        left += width


def _width(piece: Piece, font: QFont) -> float:
    metrics = QFontMetricsF(font)
    if isinstance(piece, Fraction):
        sides = (
            sum(metrics.horizontalAdvance(text) for text, _ in side) for side in (piece.above, piece.below)
        )
        return max(sides) + 12
    return metrics.horizontalAdvance(piece[0])


def plain(row: Sequence[Piece]) -> str:
    """Return a line as plain text, fractions with a slash."""
    return "".join(
        f"({plain(piece.above)}) / ({plain(piece.below)})" if isinstance(piece, Fraction) else piece[0]
        for piece in row
    )


def example() -> QWidget:
    """A fraction in symbols and in numbers."""
    widget = FormulaText()
    symbols = (Fraction((("x − μ", "t2"),), (("√(σ² + ε)", "t2"),)), (" · γ + β", "t2"))
    widget.show_rows([symbols, (("1.52 ", "t1"), ("= y", "t3"))])
    return widget


if __name__ == "__main__":
    from cnnviz.ui.widgets import demo as stage

    stage.run(example, (460, 160))
