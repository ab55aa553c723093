"""A template to open: its picture, name, sentence, parameters, and what it reached."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from PySide6.QtCore import QPoint, QRect, QRectF, Qt, Signal
from PySide6.QtGui import QEnterEvent, QFocusEvent, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QPushButton, QWidget

from cnnviz.templates import Template, shipped_weights
from cnnviz.ui import colormaps, theme
from cnnviz.ui.numbers import count
from cnnviz.ui.widgets.chrome import button
from cnnviz.ui.widgets.schematic import draw_schematic, schematic

CARD_HEIGHT = 172
NARROWEST = 230
MARGIN = 12
PICTURE = 60
DOT = 6
"""Width of the mark of a trained network, before what it reached."""
TITLE, SENTENCE, NUMBERS = 82, 102, 142
"""Where the lines of text start, in pixels from the top."""


class TemplateCard(QWidget):
    """Click or Enter opens it: a trained one in Inspect, another one in Build. `opened(id, workspace)`.

    It paints itself, so that fifty of them are fifty widgets; its buttons are made when it is first pointed at.
    """

    opened = Signal(str, str)

    def __init__(self, template: Template, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.template = template
        self.trained = shipped_weights(template) is not None
        self.pictures: list[tuple[np.ndarray, str]] = []
        self.buttons: list[QPushButton] = []
        self.setFixedHeight(CARD_HEIGHT)
        self.setMinimumWidth(NARROWEST)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setAccessibleName(f"{template.title}: {template.sentence}")
        self.setToolTip(template.sentence)
        theme.changed.connect(self.update)

    @property
    def usual(self) -> str:
        """Return where a plain click leads."""
        return "inspect" if self.trained else "build"

    def set_pictures(self, pictures: Sequence[tuple[np.ndarray, str]]) -> None:
        """Show maps of a live network instead of the bars: (H, W) arrays, each with its colour map."""
        self.pictures = list(pictures)
        self.update()

    # -- painting -----------------------------------------------------------------------------------------------

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self._paint_ground(painter)
        inner = self.rect().adjusted(MARGIN, 0, -MARGIN, 0)
        if self.pictures:
            self._paint_pictures(painter)
        else:
            place = QRectF(MARGIN, MARGIN, min(inner.width(), 216), PICTURE)
            draw_schematic(painter, place, schematic(self.template))
        self._paint_title(painter, QRect(inner.left(), TITLE, inner.width(), 18))
        painter.setFont(theme.ui_font(11))
        painter.setPen(theme.color("t2"))
        wrapped = Qt.AlignmentFlag.AlignTop | Qt.TextFlag.TextWordWrap
        painter.drawText(QRect(inner.left(), SENTENCE, inner.width(), 32), wrapped, self.template.sentence)
        self._paint_numbers(painter, QRect(inner.left(), NUMBERS, inner.width(), 18))
        painter.end()

    def _paint_ground(self, painter: QPainter) -> None:
        over = self.underMouse()
        edge = "acc" if self.hasFocus() else "t3" if over else "line2"
        painter.setPen(QPen(theme.color(edge), 1.5 if self.hasFocus() else 1.0))
        painter.setBrush(theme.color("bg4" if over else "bg3"))
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.75, 0.75, -0.75, -0.75), 8, 8)

    def _paint_pictures(self, painter: QPainter) -> None:
        for place, (values, colormap) in enumerate(self.pictures):
            high = float(np.abs(values).max()) or 1.0
            image = colormaps.to_image(values, colormap, 0.0 if colormap == "grey" else -high, high)
            painter.drawImage(QRectF(MARGIN + place * (PICTURE + 6), MARGIN, PICTURE, PICTURE), image)

    def _paint_title(self, painter: QPainter, place: QRect) -> None:
        word = self.template.dimensions
        painter.setFont(theme.ui_font(10, 500))
        width = painter.fontMetrics().horizontalAdvance(word) + 14
        pill = QRectF(place.right() - width, place.top(), width, 18)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme.color("bg4" if not self.underMouse() else "line2"))
        painter.drawRoundedRect(pill, 9, 9)
        painter.setPen(theme.color("t2"))
        painter.drawText(pill, Qt.AlignmentFlag.AlignCenter, word)
        painter.setFont(theme.ui_font(13, 600))
        painter.setPen(theme.color("t1"))
        room = place.width() - width - 8
        title = painter.fontMetrics().elidedText(self.template.title, Qt.TextElideMode.ElideRight, room)
        painter.drawText(place, Qt.AlignmentFlag.AlignVCenter, title)

    def _paint_numbers(self, painter: QPainter, place: QRect) -> None:
        painter.setFont(theme.mono_font(11))
        painter.setPen(theme.color("t1"))
        painter.drawText(place, Qt.AlignmentFlag.AlignVCenter, f"{count(self.template.params)} params")
        painter.setFont(theme.ui_font(11))
        painter.setPen(theme.color("ok" if self.trained else "t3"))
        right = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight
        painter.drawText(place, right, self.template.reported)
        if self.trained:
            width = painter.fontMetrics().horizontalAdvance(self.template.reported)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(theme.color("ok"))
            painter.drawEllipse(QRectF(place.right() - width - 12, place.center().y() - 2, DOT, DOT))

    # -- mouse and keys -----------------------------------------------------------------------------------------

    def enterEvent(self, event: QEnterEvent) -> None:
        self._offer()

    def leaveEvent(self, event: object) -> None:
        self._withdraw()

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self._offer()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self._withdraw()

    def resizeEvent(self, event: object) -> None:
        self._place_buttons()

    def _offer(self) -> None:
        """Show the buttons, which are made the first time."""
        if not self.buttons:
            for text, icon in (("Inspect", "eye"), ("Build", "")):
                workspace = text.lower()
                part = button(text, "primary" if workspace == self.usual else "", icon, small=True)
                part.setParent(self)
                part.setFocusPolicy(Qt.FocusPolicy.NoFocus)
                part.clicked.connect(lambda _=False, to=workspace: self.opened.emit(self.template.id, to))
                self.buttons.append(part)
            self._place_buttons()
        for part in self.buttons:
            part.show()
        self.update()

    def _withdraw(self) -> None:
        if not self.hasFocus() and not self.underMouse():
            for part in self.buttons:
                part.hide()
        self.update()

    def _place_buttons(self) -> None:
        top = MARGIN
        for part in self.buttons:
            part.adjustSize()
            part.move(QPoint(self.width() - MARGIN - part.width(), top))
            top += part.height() + 6

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton and self.rect().contains(event.position().toPoint()):
            self.opened.emit(self.template.id, self.usual)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space):
            self.opened.emit(self.template.id, self.usual)
        else:
            super().keyPressEvent(event)
