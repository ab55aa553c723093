"""How notes, frames and the frames of open groups are painted."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QFontMetricsF, QPainter, QPainterPath, QPen

from cnnviz.ui import icons, theme
from cnnviz.ui.build.cards.boxpaint import copies_width, paint_copies

if TYPE_CHECKING:
    from cnnviz.ui.build.cards.grounds import FrameItem, NoteItem

BAR_HEIGHT, FOLD_WIDTH = 32.0, 30.0
"""The bar of an open group's frame, and the button in it that folds the group."""
HEADING_HEIGHT = 30.0
RADIUS = 8.0
PADDING = 10.0
SMALL_BELOW = 0.6
"""Zoom factor below which the bar of a frame has only its title, larger."""
UNREADABLE_BELOW = 0.35
"""Zoom factor below which the text of a note is left out."""
_MIDDLE = Qt.AlignmentFlag.AlignVCenter
_ELIDE = Qt.TextElideMode.ElideRight


def paint_group(painter: QPainter, item: FrameItem, zoom: float) -> None:
    """Paint the frame of an open group."""
    rect, face = item.rect.adjusted(0.5, 0.5, -0.5, -0.5), item.face
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    outline = QPainterPath()
    outline.addRoundedRect(rect, RADIUS, RADIUS)
    painter.fillPath(outline, theme.color("bg1"))  # opaque: blending so large an area takes milliseconds
    painter.save()
    painter.setClipPath(outline)
    painter.fillRect(QRectF(rect.left(), rect.top(), rect.width(), BAR_HEIGHT), theme.color("bg3"))
    painter.fillRect(QRectF(rect.left(), rect.top(), rect.width(), 3), theme.group_color(face.tone))
    painter.restore()
    painter.setBrush(Qt.BrushStyle.NoBrush)
    tone = "cursor" if item.target else "acc" if item.selected else "t3" if item.hovered else "line2"
    painter.setPen(QPen(theme.color(tone), 2 if item.target else 1.5 if item.selected else 1))
    painter.drawPath(outline)
    if zoom >= SMALL_BELOW:
        _paint_bar(painter, item, zoom)
    else:
        _paint_large_title(painter, item, zoom)


def _paint_large_title(painter: QPainter, item: FrameItem, zoom: float) -> None:
    """Paint the title as large as the bar lets: from far away nothing else in it could be read."""
    painter.setFont(theme.ui_font(min(round(11 / max(zoom, 0.2)), 24), 600))
    painter.setPen(theme.color("t2"))
    room = QRectF(item.rect.left() + 12, item.rect.top() + 2, item.rect.width() - 24, BAR_HEIGHT - 2)
    title = QFontMetricsF(painter.font()).elidedText(item.face.heading, _ELIDE, room.width())
    painter.drawText(room, _MIDDLE, title)


def _paint_bar(painter: QPainter, item: FrameItem, zoom: float) -> None:
    face, rect = item.face, item.rect
    middle = rect.top() + 3 + (BAR_HEIGHT - 3) / 2
    sharp = max(round(zoom * 4) / 4, 1.0)
    arrow = icons.pixmap("chevron-down", theme.color("t1" if item.hovered else "t2"), 14, sharp)
    painter.drawPixmap(QRectF(rect.left() + 9, middle - 7, 14, 14), arrow, QRectF(arrow.rect()))
    picture = icons.pixmap("layer-group", theme.group_color(face.tone), 16, sharp)
    painter.drawPixmap(QRectF(rect.left() + 30, middle - 8, 16, 16), picture, QRectF(picture.rect()))
    small = theme.mono_font(10)
    told = face.brief
    if (
        QFontMetricsF(small).horizontalAdvance(told) > rect.width() / 2 - 24
    ):  # wires come in through the middle
        told = told.rpartition(" · ")[2]
    brief = QFontMetricsF(small).horizontalAdvance(told)
    left, room = rect.left() + 54, rect.width() - 54 - 12
    name = theme.ui_font(13, 600)
    wanted = QFontMetricsF(name).horizontalAdvance(face.heading)
    pill = copies_width(face.copies)
    shows_brief = wanted + pill + brief + 24 <= room
    room -= pill + 8 + (brief + 8 if shows_brief else 0)
    painter.setFont(name)
    painter.setPen(theme.color("t1"))
    place = QRectF(left, middle - 12, room, 24)
    painter.drawText(place, _MIDDLE, QFontMetricsF(name).elidedText(face.heading, _ELIDE, room))
    paint_copies(painter, face.copies, left + min(wanted, room) + 8, middle)
    if shows_brief:
        painter.setFont(small)
        painter.setPen(theme.color("t3"))
        place = QRectF(rect.right() - brief - 13, middle - 12, brief + 2, 24)
        painter.drawText(place, _MIDDLE, told)


def paint_note(painter: QPainter, item: NoteItem, zoom: float) -> None:
    """Paint a note, or a frame with its heading."""
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    rect = item.rect.adjusted(0.5, 0.5, -0.5, -0.5)
    tone = "acc" if item.selected else "t3" if item.hovered else "line2"
    painter.setPen(QPen(theme.color(tone), 1.5 if item.selected else 1))
    painter.setBrush(theme.color("bg4", 0.18 if item.note.frame else 0.7))
    painter.drawRoundedRect(rect, RADIUS if item.note.frame else 4, RADIUS if item.note.frame else 4)
    if zoom >= UNREADABLE_BELOW or item.note.frame:
        _paint_text(painter, item, zoom)
    if item.selected or item.hovered:
        _paint_corner(painter, rect)


def _paint_text(painter: QPainter, item: NoteItem, zoom: float) -> None:
    if item.note.frame:
        painter.setFont(theme.ui_font(min(round(13 / min(max(zoom, 0.3), 0.8) * 0.8), 32), 600))
        painter.setPen(theme.color("t2"))
        room = item.rect.adjusted(PADDING + 2, 4, -PADDING, 0)
        heading = QFontMetricsF(painter.font()).elidedText(item.note.text, _ELIDE, room.width())
        painter.drawText(room, Qt.AlignmentFlag.AlignTop, heading)
        return
    painter.setFont(theme.ui_font(12))
    room = item.rect.adjusted(PADDING, PADDING - 2, -PADDING, -PADDING + 2)
    painter.setPen(theme.color("t1" if item.note.text else "t3"))
    flags = Qt.AlignmentFlag.AlignTop | Qt.TextFlag.TextWordWrap
    painter.save()
    painter.setClipRect(room)
    hint = "Double-click to write" if item.hovered or item.selected else ""
    painter.drawText(room, flags, item.note.text or hint)
    painter.restore()


def _paint_corner(painter: QPainter, rect: QRectF) -> None:
    painter.setPen(QPen(theme.color("t3"), 1))
    for reach in (5.0, 9.0):
        painter.drawLine(
            QPointF(rect.right() - reach, rect.bottom() - 3), QPointF(rect.right() - 3, rect.bottom() - reach)
        )
