"""What hangs on the mouse while something of the palette is dragged, and the ghost of it on the canvas."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from PySide6.QtCore import QRect, QSize, Qt
from PySide6.QtGui import QPainter, QPixmap

from cnnviz.ui import icons, theme


class Ghostly(Protocol):
    """What a ghost needs to know of what is dragged; a layer knows it."""

    @property
    def kind(self) -> str:
        """Return the kind, for the pictogram."""

    @property
    def group(self) -> str:
        """Return the palette group, for the colour."""

    @property
    def title(self) -> str:
        """Return what it is called."""

    def brief(self) -> str:
        """Return the line below."""


@dataclass(frozen=True)
class BlockGhost:
    """A block that is dragged."""

    title: str
    group: str
    sentence: str = ""
    kind: str = "group"

    def brief(self) -> str:
        """Return the line below."""
        return self.sentence


def drag_picture(title: str, kind: str, group: str) -> QPixmap:
    """Return what hangs on the mouse: pictogram and title on a small card."""
    picture = QPixmap(QSize(132, 30) * 2)
    picture.setDevicePixelRatio(2.0)
    picture.fill(Qt.GlobalColor.transparent)
    painter = QPainter(picture)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(theme.color("acc"))
    painter.setBrush(theme.color("bg3"))
    painter.drawRoundedRect(QRect(1, 1, 130, 28), 6, 6)
    mark = icons.pixmap(icons.layer_icon_name(kind), theme.group_color(group), 16, 2.0)
    painter.drawPixmap(QRect(9, 7, 16, 16), mark)
    painter.setPen(theme.color("t1"))
    painter.setFont(theme.ui_font(12, 500))
    shown = painter.fontMetrics().elidedText(title, Qt.TextElideMode.ElideRight, 94)
    painter.drawText(QRect(32, 1, 96, 28), Qt.AlignmentFlag.AlignVCenter, shown)
    painter.end()
    return picture
