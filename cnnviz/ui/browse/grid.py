"""The grid of samples: only what is in view is read and painted, so that a million of them scroll as ten do."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFontMetricsF, QImage, QKeyEvent, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from cnnviz.ui import theme
from cnnviz.ui.browse.places import TONES, Arrangement
from cnnviz.ui.browse.sections import Layout, Section, lay_out
from cnnviz.ui.browse.thumbnails import Thumbnails
from cnnviz.ui.widgets.painted import ARROWS, draw_ring
from cnnviz.ui.widgets.scrolled import Scrolled

THUMB, PAD, LINE, MARK = 60, 3, 13, 3
NARROWEST, WIDEST = 48, 120
"""The column of the sections' titles."""
AHEAD = 0.5
"""Of the height of the view: so much above and below is read before it is scrolled to."""


class SampleGrid(Scrolled):
    """`clicked(place)` when a sample is chosen, by keys too; `opened(place)` on a double click or Enter.

    `heading_clicked(section)` when the title of a section is clicked.
    """

    clicked = Signal(int)
    opened = Signal(int)
    heading_clicked = Signal(int)

    def __init__(self, thumbnails: Thumbnails, parent: QWidget | None = None) -> None:
        super().__init__(parent, "samples")
        self._thumbnails = thumbnails
        self._arrangement: Arrangement | None = None
        self._sections: tuple[Section, ...] = ()
        self._captions = 0
        self._found: Layout | None = None
        self._selected: int | None = None
        self._hovered: tuple[int, int] | None = None
        thumbnails.arrived.connect(self.viewport().update)
        thumbnails.forgotten.connect(self._ask)
        self.verticalScrollBar().valueChanged.connect(self._ask)

    def set_arrangement(self, arrangement: Arrangement | None) -> None:
        """Show samples of these data; the marks below them say where they go."""
        self._arrangement = arrangement
        self.viewport().update()

    def set_sections(self, sections: Sequence[Section], *, captions: int) -> None:
        """Show these samples, each with a caption of so many lines: none, the number, or class and number."""
        self._sections, self._captions, self._found, self._hovered = tuple(sections), captions, None, None
        self.setAccessibleName(f"samples, {sum(len(each.places) for each in sections)}")
        self.verticalScrollBar().setValue(0)
        self.update_scroll()
        self._ask()

    @property
    def selected(self) -> int | None:
        """The place of the sample that is ringed."""
        return self._selected

    def set_selected(self, place: int | None, *, reveal: bool = True) -> None:
        """Ring a sample, and scroll to it where it is shown; emits nothing."""
        self._selected = place
        where = self.where(place) if place is not None else None
        if where is not None and reveal:
            self.reveal(self.layout_now().rect(*where))
        if place is not None and self._arrangement is not None:
            self.setAccessibleName(f"samples, {self._sentence(place)}")
        self.viewport().update()

    def where(self, place: int) -> tuple[int, int] | None:
        """Return (section, place in it) of a sample that is shown, else None."""
        layout = self.layout_now()
        for number, section in enumerate(self._sections):
            found = np.flatnonzero(section.places[: layout.shown(number)] == place)
            if len(found):
                return number, int(found[0])
        return None

    def neighbour(self, place: int, step: int) -> int | None:
        """Return the sample that lies `step` further in what is shown; None where there is none."""
        where = self.where(place)
        found = None if where is None else self.layout_now().along(*where, step)
        return None if found is None else self._place(*found)

    def layout_now(self) -> Layout:
        """Where everything lies in the width of now."""
        if self._found is None:
            side = THUMB + 2 * PAD
            height = side + MARK + 1 + self._captions * LINE
            self._found = lay_out(
                self._sections, self.viewport().width(), (side, height), self._heading_width()
            )
        return self._found

    def _heading_width(self) -> float:
        metrics = QFontMetricsF(theme.ui_font(12, 600))
        widest = max((metrics.horizontalAdvance(each.title) for each in self._sections), default=0.0)
        return min(max(widest + 16, NARROWEST), WIDEST)

    def content_height(self) -> float:
        self._found = None
        return self.layout_now().total

    def line_height(self) -> float:
        return self.layout_now().height

    def sizeHint(self) -> QSize:
        return QSize(640, 480)

    def resizeEvent(self, event) -> None:
        super().resizeEvent(event)
        self._ask()

    # -- painting -----------------------------------------------------------------------------------------------

    def paintEvent(self, event: QPaintEvent) -> None:
        painter, layout, top = QPainter(self.viewport()), self.layout_now(), self.top()
        painter.translate(0, -top)
        for number, tiles in layout.visible(top, top + self.viewport().height()):
            section = self._sections[number]
            if section.title and (not tiles or tiles.start < layout.across):
                self._paint_heading(painter, layout.heading(number), section, number)
            for at in tiles:
                self._paint_tile(painter, layout.rect(number, at), section, number, at)
        painter.end()

    def _paint_heading(self, painter: QPainter, rect: QRectF, section: Section, number: int) -> None:
        hovered = self._hovered == (number, -1)
        for text, font, tone, above in (
            (section.title, theme.ui_font(12, 600), "acc" if hovered else "t1", -8),
            (section.detail, theme.ui_font(10), "t3", 8),
        ):
            painter.setFont(font)
            painter.setPen(theme.color(tone))
            shown = QFontMetricsF(font).elidedText(text, Qt.TextElideMode.ElideRight, rect.width())
            painter.drawText(rect.translated(0, above), Qt.AlignmentFlag.AlignVCenter, shown)

    def _paint_tile(self, painter: QPainter, rect: QRectF, section: Section, number: int, at: int) -> None:
        place = int(section.places[at])
        banded = bool(len(section.bands)) and section.bands[at] % 2
        hovered = self._hovered == (number, at)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme.color("acc_bg" if banded else "bg4" if hovered else "bg2"))
        painter.drawRoundedRect(rect, 4, 4)
        picture = QRectF(rect.left() + PAD, rect.top() + PAD, THUMB, THUMB)
        image = self._thumbnails.get(place)
        if image is None:
            painter.fillRect(picture, theme.color("bg4"))
        else:
            _draw_fitting(painter, picture, image)
        self._paint_mark(painter, picture, place)
        self._paint_caption(painter, rect, place)
        chosen = place == self._selected
        if chosen or hovered:
            draw_ring(painter, rect, theme.color("acc" if chosen else "line2"), 1.5 if chosen else 1, 4)

    def _paint_mark(self, painter: QPainter, picture: QRectF, place: int) -> None:
        """Say by a line below the picture where it goes."""
        if self._arrangement is None:
            return
        mark = QRectF(picture.left(), picture.bottom() + 1, picture.width(), MARK - 1)
        painter.fillRect(mark, theme.color(TONES[int(self._arrangement.goes[place])]))

    def _paint_caption(self, painter: QPainter, rect: QRectF, place: int) -> None:
        if not self._captions or self._arrangement is None:
            return
        split, index = self._arrangement.split(place)
        number = f"test #{index}" if split is self._arrangement.dataset.test else f"#{index}"
        lines = [(number, theme.mono_font(9), "t3")]
        if self._captions > 1:
            lines.insert(0, (self._arrangement.class_name(place), theme.ui_font(10), "t2"))
        y = rect.bottom() - self._captions * LINE - 1
        for text, font, tone in lines:
            painter.setFont(font)
            painter.setPen(theme.color(tone))
            shown = QFontMetricsF(font).elidedText(text, Qt.TextElideMode.ElideRight, rect.width() - 2)
            painter.drawText(QRectF(rect.left(), y, rect.width(), LINE), Qt.AlignmentFlag.AlignCenter, shown)
            y += LINE

    def _ask(self) -> None:
        """Ask for the pictures in view first, then for those that are near."""
        layout, top, room = self.layout_now(), self.top(), self.viewport().height()
        near = AHEAD * room
        bands = ((top, top + room), (top + room, top + room + near), (max(top - near, 0), top))
        wanted: dict[int, None] = {}
        for first, last in bands:
            for number, tiles in layout.visible(first, last):
                places = self._sections[number].places
                wanted |= dict.fromkeys(places[tiles.start : tiles.stop].tolist())
        self._thumbnails.want(wanted)

    # -- pointing -----------------------------------------------------------------------------------------------

    def _at(self, point: QPointF) -> tuple[int, int] | None:
        """(section, sample) under a point of the view; the sample is −1 for the title of the section."""
        layout, moved = self.layout_now(), point + QPointF(0, self.top())
        found = layout.hit(moved)
        if found is None and self._sections and layout.left:
            section = layout.section_at(moved.y())
            if layout.heading(section).contains(moved):
                return section, -1
        return found

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        found = self._at(event.position())
        if found != self._hovered:
            self._hovered = found
            self.viewport().setToolTip(self._told(found))
            is_title = found is not None and found[1] < 0
            shape = Qt.CursorShape.PointingHandCursor if is_title else Qt.CursorShape.ArrowCursor
            self.viewport().setCursor(shape)
            self.viewport().update()

    def pointer_left(self) -> None:
        self._hovered = None
        self.viewport().update()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        found = self._at(event.position())
        if found is None or event.button() is not Qt.MouseButton.LeftButton:
            return
        if found[1] < 0:
            self.heading_clicked.emit(found[0])
        else:
            self._choose(self._place(*found))

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        found = self._at(event.position())
        if found is not None and found[1] >= 0:
            self.opened.emit(self._place(*found))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        step = ARROWS.get(Qt.Key(event.key()))
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self._selected is not None:
            self.opened.emit(self._selected)
        elif step and self._sections:
            self._step(*step)
        else:
            super().keyPressEvent(event)

    def _step(self, down: int, right: int) -> None:
        """Choose the next sample in a direction, or the first one."""
        where = self.where(self._selected) if self._selected is not None else None
        layout = self.layout_now()
        if where is None:
            found = layout.along(0, 0, 0)
        else:
            found = layout.below(*where, down) if down else layout.along(*where, right)
        if found is not None:
            self._choose(self._place(*found))

    def _place(self, section: int, at: int) -> int:
        return int(self._sections[section].places[at])

    def _choose(self, place: int) -> None:
        self.set_selected(place)
        self.clicked.emit(place)

    def _told(self, found: tuple[int, int] | None) -> str:
        if found is None:
            return ""
        if found[1] < 0:
            return f"{self._sections[found[0]].title}: show all"
        return self._sentence(self._place(*found))

    def _sentence(self, place: int) -> str:
        if self._arrangement is None:
            return ""
        name = self._arrangement.class_name(place)
        return f"{self._arrangement.title(place)}{f', {name}' if name else ''}"


def _draw_fitting(painter: QPainter, area: QRectF, image: QImage) -> None:
    """Draw an image as large as it fits, pixels kept sharp where it is enlarged."""
    scale = min(area.width() / image.width(), area.height() / image.height())
    size = QRectF(0, 0, image.width() * scale, image.height() * scale)
    size.moveCenter(area.center())
    painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, scale < 1)
    painter.drawImage(size, image)


__all__ = ["SampleGrid"]
