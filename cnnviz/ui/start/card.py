"""A template to open: its picture, name, sentence, parameters, and what it reached."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QEnterEvent, QKeyEvent, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from cnnviz.templates import Template
from cnnviz.ui import colormaps, theme
from cnnviz.ui.numbers import count
from cnnviz.ui.start.glyph import HEIGHT, Glyph
from cnnviz.ui.widgets.chrome import Pill, button, label

CARD_HEIGHT = 192
SENTENCE_LINE = 15


class TemplateCard(QFrame):
    """Click or Enter opens it: a trained one in Inspect, another one in Build. `opened(id, workspace)`."""

    opened = Signal(str, str)

    def __init__(self, template: Template, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.template = template
        self.setFixedHeight(CARD_HEIGHT)
        self.setMinimumWidth(230)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setAccessibleName(f"{template.title}: {template.sentence}")
        theme.set_role(self, role="card", hover=False)
        self.pictures = _Pictures()
        self._stack = QStackedWidget()
        self._stack.setFixedHeight(HEIGHT)
        self._stack.addWidget(Glyph(template.graph))
        self._stack.addWidget(self.pictures)
        column = QVBoxLayout(self)
        column.setContentsMargins(12, 12, 12, 10)
        column.setSpacing(4)
        column.addLayout(self._top())
        column.addStretch(1)
        column.addLayout(_line(label(template.title, "heading"), Pill(template.dimensions)))
        sentence = label(template.sentence, "secondary")
        sentence.setWordWrap(True)
        sentence.setAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop)
        sentence.setFixedHeight(2 * SENTENCE_LINE)
        sentence.setToolTip(template.sentence)
        column.addWidget(sentence)
        column.addLayout(
            _line(label(f"{count(template.params)} params", "mono"), label(template.reported, "hint"))
        )

    @property
    def usual(self) -> str:
        """Return where a plain click leads."""
        return "inspect" if self.template.trained else "build"

    def _top(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.addWidget(self._stack, 1)
        buttons = QVBoxLayout()
        buttons.setSpacing(6)
        for text, workspace, icon in (("Inspect", "inspect", "eye"), ("Build", "build", "")):
            role = "primary" if workspace == self.usual else ""
            part = button(text, role, icon, small=True)
            part.clicked.connect(lambda _=False, to=workspace: self.opened.emit(self.template.id, to))
            buttons.addWidget(part)
        buttons.addStretch(1)
        row.addLayout(buttons)
        return row

    def set_pictures(self, pictures: Sequence[tuple[np.ndarray, str]]) -> None:
        """Show maps of a live network instead of the bars: (H, W) arrays, each with its colour map."""
        self.pictures.set_pictures(pictures)
        self._stack.setCurrentWidget(self.pictures)

    def enterEvent(self, event: QEnterEvent) -> None:
        theme.set_role(self, hover=True)

    def leaveEvent(self, event: object) -> None:
        theme.set_role(self, hover=False)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton and self.rect().contains(event.position().toPoint()):
            self.opened.emit(self.template.id, self.usual)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space):
            self.opened.emit(self.template.id, self.usual)
        else:
            super().keyPressEvent(event)


class _Pictures(QWidget):
    """A few square maps side by side."""

    def __init__(self) -> None:
        super().__init__()
        self._pictures: list[tuple[np.ndarray, str]] = []
        theme.changed.connect(self.update)

    def sizeHint(self) -> QSize:
        return QSize(3 * (HEIGHT + 6), HEIGHT)

    def set_pictures(self, pictures: Sequence[tuple[np.ndarray, str]]) -> None:
        self._pictures = list(pictures)
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        for place, (values, colormap) in enumerate(self._pictures):
            high = float(np.abs(values).max()) or 1.0
            low = 0.0 if colormap == "grey" else -high
            image = colormaps.to_image(values, colormap, low, high)
            painter.drawImage(QRectF(place * (HEIGHT + 6), 0, HEIGHT, HEIGHT), image)


def _line(left: QWidget, right: QWidget) -> QHBoxLayout:
    row = QHBoxLayout()
    row.setSpacing(8)
    row.addWidget(left)
    row.addStretch(1)
    row.addWidget(right)
    return row
