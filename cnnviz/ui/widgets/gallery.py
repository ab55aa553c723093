"""Thumbnails with captions: the test set, the mistakes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QBrush, QFont, QFontMetricsF, QImage, QKeyEvent, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from cnnviz.ui import colormaps, numbers, theme
from cnnviz.ui.widgets.painted import ARROWS, draw_ring
from cnnviz.ui.widgets.scrolled import Scrolled

THUMB, PAD, CAPTION, GAP = 56, 4, 16, 6
Picture = np.ndarray | Callable[[int, int], QImage]
"""An array (H, W) or (H, W, 3) in 0..1, or what paints an image of a width and height in the theme in force."""


@dataclass(frozen=True)
class Caption:
    """The line below a picture: what it is, what it was taken for (or None), and how surely."""

    label: str
    predicted: str | None = None
    probability: float | None = None


class Gallery(Scrolled):
    """Pictures in lines, as many as the width takes; only those in view are painted."""

    clicked = Signal(int)
    double_clicked = Signal(int)

    def __init__(self, parent: QWidget | None = None, name: str = "images") -> None:
        super().__init__(parent, name)
        self._name = name
        self._images: Sequence[Picture] = ()
        self._size = (THUMB, THUMB)
        self._awaited = 0
        self._captions: Sequence[Caption] = ()
        self._cache: dict[tuple[int, str], QImage] = {}
        self._selected: int | None = None
        self._marked: frozenset[int] = frozenset()
        self._hovered: int | None = None

    def set_images(
        self,
        images: Sequence[Picture],
        captions: Sequence[Caption] = (),
        size: tuple[int, int] = (THUMB, THUMB),
    ) -> None:
        """Show pictures of one width and height, with one caption each or none at all."""
        self._size = size
        self._images, self._captions, self._cache, self._awaited = images, captions, {}, 0
        self._selected, self._hovered, self._marked = None, None, frozenset()
        self.setAccessibleName(f"{self._name}, {len(images)}")
        self.update_scroll()

    def set_awaited(self, count: int) -> None:
        """Show so many hatched places until the pictures come; pictures that are there already stay."""
        self._awaited = 0 if self._images else count
        self.update_scroll()

    def set_selected(self, index: int | None) -> None:
        """Ring one picture; emits nothing."""
        self._selected = index
        if index is not None:
            self.setAccessibleName(f"{self._name} {index}: {self._sentence(index)}")
        self.viewport().update()

    def set_marked(self, indices: Sequence[int]) -> None:
        """Ring the pictures that belong to what is pointed at elsewhere, as a confusion cell."""
        self._marked = frozenset(indices)
        self.viewport().update()

    @property
    def selected(self) -> int | None:
        """The selected picture."""
        return self._selected

    def cell_rect(self, index: int) -> QRectF:
        """The place of a picture with its caption, in coordinates of the whole gallery."""
        width, height, across = self._layout()
        line, place = divmod(index, across)
        return QRectF(place * (width + GAP), line * (height + GAP), width, height)

    def index_at(self, point: QPointF) -> int | None:
        """The picture under a point of the viewport."""
        width, height, across = self._layout()
        place, line = (
            int(point.x() // (width + GAP)),
            int((point.y() + self.top()) // (height + GAP)),
        )
        index = line * across + place
        inside = 0 <= place < across and 0 <= index < len(self._images)
        moved = point + QPointF(0, self.top())
        return index if inside and self.cell_rect(index).contains(moved) else None

    def sizeHint(self) -> QSize:
        return QSize(420, 220)

    def _layout(self) -> tuple[int, int, int]:
        width = self._size[0] + 2 * PAD
        height = self._size[1] + 2 * PAD + (CAPTION if self._captions else 0)
        return width, height, max((self.viewport().width() + GAP) // (width + GAP), 1)

    # painting

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self.viewport())
        top = self.top()
        painter.translate(0, -top)
        _, height, across = self._layout()
        first = top // (height + GAP) * across
        last = ((top + self.viewport().height()) // (height + GAP) + 1) * across
        for index in range(first, min(last, len(self._images))):
            self._paint_one(painter, index)
        for index in range(min(last, self._awaited)):
            self._paint_place(painter, self.cell_rect(index))
        painter.end()

    def _paint_place(self, painter: QPainter, rect: QRectF) -> None:
        """Paint where a picture will be."""
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QBrush(theme.color("line2", 0.6), Qt.BrushStyle.BDiagPattern))
        painter.drawRoundedRect(rect, 4, 4)
        draw_ring(painter, rect, theme.color("line2"), 1, 4)

    def _paint_one(self, painter: QPainter, index: int) -> None:
        rect = self.cell_rect(index)
        chosen = index == self._selected
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme.color("bg4" if index == self._hovered else "bg2"))
        painter.drawRoundedRect(rect, 4, 4)
        edge = "cursor" if index in self._marked else "acc" if chosen else "line2"
        wide, tall = self._size
        picture = self._picture(index)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, picture.height() > tall)
        painter.drawImage(QRectF(rect.left() + PAD, rect.top() + PAD, wide, tall), picture)
        draw_ring(painter, rect, theme.color(edge), 1.5 if edge != "line2" else 1, 4)
        if index < len(self._captions):
            self._paint_caption(painter, rect, self._captions[index])

    def _paint_caption(self, painter: QPainter, rect: QRectF, caption: Caption) -> None:
        font, bold = theme.mono_font(10), theme.mono_font(10, 600)
        parts = [(caption.label, font, "t2")]
        if caption.predicted is not None:
            wrong = caption.predicted != caption.label
            arrow = [(f" {numbers.ARROW} ", font, "t3"), (caption.predicted, bold, "err")]
            parts = parts + arrow if wrong else [(caption.label, bold, "t1")]
        if caption.probability is not None:
            parts.append((f" {numbers.short_probability(caption.probability)}", theme.mono_font(9), "t3"))
        if caption.predicted is not None and _width(parts) > rect.width():  # long names: the tool tip has all
            tone = "t1" if caption.predicted == caption.label else "err"
            parts = [(_elided(caption.predicted, bold, rect.width() - 8), bold, tone)]
        widths = [QFontMetricsF(font).horizontalAdvance(text) for text, font, _ in parts]
        x = rect.center().x() - sum(widths) / 2
        for (text, font, tone), width in zip(parts, widths, strict=True):
            painter.setFont(font)
            painter.setPen(theme.color(tone))
            place = QRectF(x, rect.bottom() - CAPTION - 1, width + 1, CAPTION)
            painter.drawText(place, Qt.AlignmentFlag.AlignVCenter, text)
            x += width

    def _picture(self, index: int) -> QImage:
        key = (index, theme.current().name)
        if key not in self._cache:
            self._cache[key] = self._made(self._images[index])
        return self._cache[key]

    def _made(self, picture: Picture) -> QImage:
        return colormaps.to_picture(picture) if isinstance(picture, np.ndarray) else picture(*self._size)

    # pointing

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        index = self.index_at(event.position())
        if index != self._hovered:
            self._hovered = index
            self.viewport().setToolTip("" if index is None else self._sentence(index))
            self.viewport().update()

    def pointer_left(self) -> None:
        self._hovered = None
        self.viewport().update()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        index = self.index_at(event.position())
        if index is not None and event.button() is Qt.MouseButton.LeftButton:
            self._choose(index)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        index = self.index_at(event.position())
        if index is not None:
            self.double_clicked.emit(index)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        step = ARROWS.get(Qt.Key(event.key()))
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self._selected is not None:
            self.double_clicked.emit(self._selected)
        elif step and self._images:
            across = self._layout()[2]
            wanted = 0 if self._selected is None else self._selected + step[0] * across + step[1]
            self._choose(min(max(wanted, 0), len(self._images) - 1))
        else:
            super().keyPressEvent(event)

    def _choose(self, index: int) -> None:
        self.set_selected(index)
        self.reveal(self.cell_rect(index))
        self.clicked.emit(index)

    def content_height(self) -> float:
        _, height, across = self._layout()
        return -(-max(len(self._images), self._awaited) // across) * (height + GAP) - GAP

    def line_height(self) -> float:
        return self._layout()[1] + GAP

    def _sentence(self, index: int) -> str:
        if index >= len(self._captions):
            return f"sample {index}"
        caption = self._captions[index]
        said = f", taken for {caption.predicted}" if caption.predicted not in (None, caption.label) else ""
        sure = (
            "" if caption.probability is None else f", probability {numbers.probability(caption.probability)}"
        )
        return f"label {caption.label}{said}{sure}"


def _width(parts: Sequence[tuple[str, QFont, str]]) -> float:
    return sum(QFontMetricsF(font).horizontalAdvance(text) for text, font, _ in parts)


def _elided(text: str, font: QFont, width: float) -> str:
    return QFontMetricsF(font).elidedText(text, Qt.TextElideMode.ElideRight, width)


def example() -> QWidget:
    """Forty pictures, three of them marked."""
    from cnnviz.ui.widgets import demo

    rng = np.random.default_rng(0)
    images = [np.roll(demo.digit(), rng.integers(-4, 5, size=2), (0, 1)) for _ in range(40)]
    widget = Gallery(name="mistakes")
    widget.set_images(images, [Caption("7", str(n % 10), float(rng.uniform(0.5, 1))) for n in range(40)])
    widget.set_marked([0, 1, 2])
    widget.set_selected(9)
    return widget


if __name__ == "__main__":
    from cnnviz.ui.widgets import demo

    demo.run(example)
