"""How a card is painted. The measures are those of the design: 240 wide, header 28, one line, maps, footer."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QBrush, QColor, QFontMetricsF, QPainter, QPainterPath, QPen

from cnnviz.ui import icons, theme
from cnnviz.ui.build.canvas.places import CARD_HEIGHT, CARD_WIDTH, PORT, PORT_LEGAL
from cnnviz.ui.build.cards import mappaint
from cnnviz.ui.build.cards.boxpaint import OPEN, copies_width, paint_copies, paint_open, paint_stack
from cnnviz.ui.build.cards.mappaint import LEFT, PITCH, RIGHT, STRIP_TOP, TILE
from cnnviz.ui.build.cards.strips import SHOWN

if TYPE_CHECKING:
    from cnnviz.ui.build.cards.card import CardItem

FOOTER_TOP = 80.0
RADIUS = 6.0
NAME_ONLY_BELOW, NO_FOOTER_BELOW = 0.5, 0.8
"""Zoom factors: small cards say less. Chips stay, as they are layers of the network."""
FAR, LEGIBLE = 0.3, 0.17
"""Zoom factors: below the first a card is a flat box, below the second without a name, which nobody could read."""
_MIDDLE = Qt.AlignmentFlag.AlignVCenter


def paint(painter: QPainter, card: CardItem, zoom: float) -> None:
    """Paint a card at a zoom factor."""
    if zoom < FAR:
        _paint_far(painter, card, zoom)
        return
    _paint_ground(painter, card)
    if zoom < NAME_ONLY_BELOW:
        _paint_large_name(painter, card, zoom)
    else:
        _paint_header(painter, card, zoom)
        _paint_brief(painter, card)
        _paint_pictures(painter, card, zoom)
        if zoom >= NO_FOOTER_BELOW:
            _paint_footer(painter, card, zoom)
        _paint_chips(painter, card)
    _paint_ring(painter, card)
    _paint_ports(painter, card)


def _paint_far(painter: QPainter, card: CardItem, zoom: float) -> None:
    """Paint a card of which there may be hundreds in view: no round corners, no ports."""
    face = card.face
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
    painter.fillRect(card.rect, theme.color("bg3"))
    painter.fillRect(QRectF(0, 0, max(4.0, 2.0 / zoom), CARD_HEIGHT), theme.group_color(face.group))
    marked = card.aimed or card.is_selected
    tone = "cursor" if card.aimed else "acc" if marked else "err" if face.state == "error" else "line2"
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.setPen(QPen(theme.color("t3" if tone == "line2" and card.hovered else tone), 0))
    painter.drawRect(card.rect)
    if zoom >= LEGIBLE:
        _paint_large_name(painter, card, zoom)


# -- ground and ring ----------------------------------------------------------------------------------------------


def _paint_ground(painter: QPainter, card: CardItem) -> None:
    if card.face.box is not None:
        paint_stack(painter, card, RADIUS)
    outline = QPainterPath()
    outline.addRoundedRect(card.rect.adjusted(0.5, 0.5, -0.5, -0.5), RADIUS, RADIUS)
    painter.fillPath(outline, theme.color("bg3"))
    painter.save()
    painter.setClipPath(outline)
    painter.fillRect(QRectF(0, 0, 4, CARD_HEIGHT), theme.group_color(card.face.group))
    painter.restore()
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.setPen(QPen(theme.color("t3" if card.hovered else "line2"), 1))
    painter.drawPath(outline)


def _paint_ring(painter: QPainter, card: CardItem) -> None:
    painter.setBrush(Qt.BrushStyle.NoBrush)
    if card.face.state == "error":
        painter.setPen(QPen(theme.color("err"), 1.5))
        painter.drawRoundedRect(card.rect.adjusted(0.5, 0.5, -0.5, -0.5), RADIUS, RADIUS)
    if card.aimed or card.is_selected:
        painter.setPen(QPen(theme.color("cursor" if card.aimed else "acc"), 1.5))
        painter.drawRoundedRect(card.rect.adjusted(-1, -1, 1, 1), RADIUS + 1.5, RADIUS + 1.5)


# -- header and parameters ----------------------------------------------------------------------------------------


def _paint_large_name(painter: QPainter, card: CardItem, zoom: float) -> None:
    font = theme.ui_font(min(round(12 / max(zoom, 0.2)), 30), 600)
    painter.setFont(font)
    painter.setPen(_name_color(card))
    room = QRectF(LEFT + 4, 0, CARD_WIDTH - 2 * LEFT - 8, CARD_HEIGHT)
    _draw(painter, room, card.face.heading, _MIDDLE | Qt.AlignmentFlag.AlignHCenter)


def _paint_header(painter: QPainter, card: CardItem, zoom: float) -> None:
    face = card.face
    _paint_icon(painter, QRectF(LEFT + 1, 7, 16, 16), face.kind, face.group, zoom)
    title_width = 0.0
    if zoom >= NO_FOOTER_BELOW:
        small = theme.ui_font(10)
        title_width = QFontMetricsF(small).horizontalAdvance(face.title)
        painter.setFont(small)
        painter.setPen(theme.color("t3"))
        place = QRectF(RIGHT - title_width - 1, 1, title_width + 2, 28)
        painter.drawText(place, _MIDDLE | Qt.AlignmentFlag.AlignRight, face.title)
    room = RIGHT - title_width - 44
    if face.box is not None:
        room -= copies_width(face.box.copies) + 6
    name = theme.ui_font(13, 600)
    painter.setFont(name)
    painter.setPen(_name_color(card))
    _draw(painter, QRectF(36, 1, room, 28), face.heading, _MIDDLE)
    if face.box is not None:
        used = min(QFontMetricsF(name).horizontalAdvance(face.heading), room)
        paint_copies(painter, face.box.copies, 36 + used + 8, 15)


def _name_color(card: CardItem) -> QColor:
    return theme.color("t2" if card.face.state == "waiting" else "t1")


def _paint_icon(painter: QPainter, place: QRectF, kind: str, group: str, zoom: float) -> None:
    device = painter.device()
    sharpness = max(round(zoom * 4) / 4, 1.0) * (device.devicePixelRatioF() if device else 1.0)
    picture = icons.pixmap(icons.layer_icon_name(kind), theme.group_color(group), 16, sharpness)
    painter.drawPixmap(place, picture, QRectF(picture.rect()))


def _paint_brief(painter: QPainter, card: CardItem) -> None:
    painter.setFont(theme.mono_font(11))
    bad = card.face.state == "error" and not card.face.shape
    painter.setPen(theme.color("err" if bad else "t3" if card.face.state == "waiting" else "t2"))
    _draw(painter, QRectF(LEFT, 27, RIGHT - LEFT, 20), card.face.brief, _MIDDLE)


# -- maps ---------------------------------------------------------------------------------------------------------


def _paint_pictures(painter: QPainter, card: CardItem, zoom: float) -> None:
    if card.face.takes_sample and card.sample is not None:
        _paint_sample(painter, card, zoom)
    elif card.face.state == "error" and not card.face.shape:
        _paint_places(painter, Qt.BrushStyle.BDiagPattern)
    elif card.strip is None or card.face.state == "waiting":
        if not card.printed:
            _paint_places(painter, Qt.BrushStyle.NoBrush)
    else:
        mappaint.paint(painter, card.strip)


def _paint_places(painter: QPainter, pattern: Qt.BrushStyle) -> None:
    """Paint where maps will be: dashed while nothing has arrived, hatched while nothing can."""
    pen = QPen(theme.color("line2"), 1)
    pen.setDashPattern([3, 3])
    painter.setPen(pen)
    painter.setBrush(QBrush(theme.color("line2", 0.6), pattern))
    for place in range(SHOWN):
        painter.drawRoundedRect(QRectF(LEFT + place * PITCH + 0.5, STRIP_TOP + 0.5, TILE - 1, TILE - 1), 2, 2)


def _paint_sample(painter: QPainter, card: CardItem, zoom: float) -> None:
    from cnnviz.ui.build.cards.card import BUTTONS, button_rects

    sample = card.sample
    assert sample is not None
    painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, False)
    target = mappaint.fitted(QRectF(LEFT, 51, 46, 46), sample.picture.width(), sample.picture.height(), False)
    painter.drawImage(target, sample.picture)
    painter.setPen(QPen(theme.color("line2"), 1))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.drawRect(target)
    painter.setFont(theme.ui_font(11))
    painter.setPen(theme.color("t2"))
    _draw(painter, QRectF(68, 50, RIGHT - 68, 18), sample.title, _MIDDLE)
    for rect, (name, _) in zip(button_rects(), BUTTONS, strict=True):
        over = card.hovered is not None and card.hovered.kind == "button" and card.hovered.name == name
        painter.setPen(QPen(theme.color("t3" if over else "line2"), 1))
        painter.setBrush(theme.color("bg4" if over else "bg3"))
        painter.drawRoundedRect(rect.adjusted(0.5, 0.5, -0.5, -0.5), 5, 5)
        picture = icons.pixmap(name, theme.color("t1" if over else "t2"), 14, max(round(zoom * 4) / 4, 1.0))
        painter.drawPixmap(rect.adjusted(4, 4, -4, -4), picture, QRectF(picture.rect()))


# -- footer, chips, ports -----------------------------------------------------------------------------------------


def _paint_footer(painter: QPainter, card: CardItem, zoom: float) -> None:
    face = card.face
    if face.takes_sample and card.sample is not None:
        return
    left = LEFT
    room = (card.chips[0][1].left() if card.chips else RIGHT) - 6
    if face.box is not None and not card.printed:
        paint_open(painter, card, zoom)
        room = OPEN.left() - 2
    if len(card.chips) < len(face.chips):
        return
    if face.state == "error":
        picture = icons.pixmap("error", theme.color("err"), 12, max(round(zoom * 4) / 4, 1.0))
        painter.drawPixmap(QRectF(left, 86, 12, 12), picture, QRectF(picture.rect()))
        left += 16
    plain = face.state == "fine"
    font = theme.mono_font(10) if plain else theme.ui_font(11)
    painter.setFont(font)
    painter.setPen(theme.color({"error": "err", "waiting": "t3", "fine": "t2"}[face.state]))
    line = QRectF(left, FOOTER_TOP, max(room - left, 0), 24)
    _draw(painter, line, face.footer, _MIDDLE)
    used = left + QFontMetricsF(font).horizontalAdvance(face.footer) + 7
    if face.macs and used + QFontMetricsF(font).horizontalAdvance(face.macs) <= room:
        painter.setPen(theme.color("t3"))
        painter.drawText(QRectF(used, FOOTER_TOP, room - used + 1, 24), _MIDDLE, face.macs)


def _paint_chips(painter: QPainter, card: CardItem) -> None:
    painter.setFont(theme.ui_font(10, 500))
    hidden = len(card.face.chips) - len(card.chips)
    if hidden:
        painter.setPen(theme.color("t3"))
        painter.drawText(QRectF(LEFT, FOOTER_TOP, 30, 24), _MIDDLE, f"+{hidden}")
    for chip, (name, rect) in zip(card.face.chips[hidden:], card.chips, strict=True):
        tone = theme.color("err") if chip.state == "error" else theme.group_color(chip.group)
        picked = name in card.selected
        over = card.hovered is not None and card.hovered.kind == "chip" and card.hovered.name == name
        ground = QColor(tone)
        ground.setAlphaF(0.32 if picked else 0.2 if over else 0.06)
        painter.setBrush(ground)
        painter.setPen(QPen(theme.color("acc") if picked else tone, 1.5 if picked else 1))
        painter.drawRoundedRect(rect.adjusted(0.5, 0.5, -0.5, -0.5), 4, 4)
        painter.setPen(tone)
        painter.drawText(rect, Qt.AlignmentFlag.AlignCenter, chip.text)


def _paint_ports(painter: QPainter, card: CardItem) -> None:
    for port, place in card.in_places().items():
        _paint_port(painter, card, place, card.port_looks.get(port, "rest"))
    for place in card.out_places():
        _paint_port(painter, card, place, card.out_look)


def _paint_port(painter: QPainter, card: CardItem, place: QPointF, look: str) -> None:
    size = PORT if look in ("rest", "illegal") else PORT_LEGAL
    tone = {"rest": "t1" if card.hovered else "wire", "illegal": "wire"}.get(look, "cursor")
    painter.save()
    painter.setOpacity(0.25 if look == "illegal" else 1.0)
    painter.setPen(QPen(theme.color(tone), 1.5))
    painter.setBrush(theme.color("cursor" if look == "aimed" else "bg2"))
    painter.drawEllipse(place, (size - 1.5) / 2, (size - 1.5) / 2)
    painter.restore()


def _draw(painter: QPainter, room: QRectF, text: str, flags: Qt.AlignmentFlag) -> None:
    """Draw one line that ends in "…" where the room does."""
    metrics = QFontMetricsF(painter.font())
    painter.drawText(room, flags, metrics.elidedText(text, Qt.TextElideMode.ElideRight, room.width()))
