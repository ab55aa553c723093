"""What the card of a folded group has beside that of a layer: edges of a stack, how many blocks, and a way in."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QFontMetricsF, QPainter, QPen

from cnnviz.ui import icons, theme
from cnnviz.ui.build.canvas.places import CARD_HEIGHT, CARD_WIDTH

if TYPE_CHECKING:
    from cnnviz.ui.build.cards.card import CardItem

EDGES = (8.0, 4.0)
"""How far the two edges of the stack look out to the right and below, in scene pixels."""
OPEN = QRectF(CARD_WIDTH - 62, CARD_HEIGHT - 27, 54, 20)
"""Where a click opens the group, in the card's own coordinates."""
PILL_HEIGHT = 17.0
_ALL = Qt.AlignmentFlag.AlignCenter


def paint_stack(painter: QPainter, card: CardItem, radius: float) -> None:
    """Paint the edges of the cards that lie below this one."""
    painter.setPen(QPen(theme.color("line2"), 1))
    painter.setBrush(theme.color("bg3"))
    for offset in EDGES:
        edge = card.rect.translated(offset, offset).adjusted(0.5, 0.5, -0.5, -0.5)
        painter.drawRoundedRect(edge, radius, radius)


def paint_copies(painter: QPainter, copies: int, left: float, middle: float) -> float:
    """Paint how many like blocks there are, as a pill; return its width, 0 where there is one."""
    if copies < 2:
        return 0.0
    text = f"×{copies}"
    painter.setFont(theme.mono_font(10, 500))
    width = QFontMetricsF(painter.font()).horizontalAdvance(text) + 12
    place = QRectF(left, middle - PILL_HEIGHT / 2, width, PILL_HEIGHT)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(theme.color("acc_bg"))
    painter.drawRoundedRect(place, PILL_HEIGHT / 2, PILL_HEIGHT / 2)
    painter.setPen(theme.color("acc"))
    painter.drawText(place, _ALL, text)
    return width


def copies_width(copies: int) -> float:
    """Return how wide the pill is."""
    if copies < 2:
        return 0.0
    return QFontMetricsF(theme.mono_font(10, 500)).horizontalAdvance(f"×{copies}") + 12


def paint_open(painter: QPainter, card: CardItem, zoom: float) -> None:
    """Paint the words that open the group."""
    over = card.hovered is not None and card.hovered.kind == "open"
    tone = theme.color("t1" if over else "t2")
    if over:
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme.color("bg4"))
        painter.drawRoundedRect(OPEN, 4, 4)
    picture = icons.pixmap("chevron-right", tone, 12, max(round(zoom * 4) / 4, 1.0))
    painter.drawPixmap(QRectF(OPEN.left() + 5, OPEN.top() + 4, 12, 12), picture, QRectF(picture.rect()))
    painter.setPen(tone)
    painter.setFont(theme.ui_font(11))
    painter.drawText(OPEN.adjusted(18, 0, 0, 0), Qt.AlignmentFlag.AlignVCenter, "open")
