"""The list of templates in the palette: a click opens one."""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRect, QSize, Qt, Signal
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import (
    QListWidget,
    QListWidgetItem,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QWidget,
)

from cnnviz.templates import TEMPLATES
from cnnviz.ui import numbers, theme

ROW_HEIGHT = 96
ID = Qt.ItemDataRole.UserRole


class TemplateList(QListWidget):
    """`chosen` carries the id of the template that was clicked."""

    chosen = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName("templates")
        self.setMouseTracking(True)
        self.setSpacing(2)
        self.setItemDelegate(TemplatePainter(self))
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        for found in TEMPLATES.values():
            row = QListWidgetItem(found.title)
            row.setData(ID, found.id)
            row.setToolTip(found.sentence)
            self.addItem(row)
        self.itemClicked.connect(lambda row: self.chosen.emit(row.data(ID)))
        self.itemActivated.connect(lambda row: self.chosen.emit(row.data(ID)))


class TemplatePainter(QStyledItemDelegate):
    """Title, what it is, parameters, and how well it does."""

    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> QSize:
        return QSize(120, ROW_HEIGHT)

    def paint(
        self,
        painter: QPainter,
        option: QStyleOptionViewItem,
        index: QModelIndex | QPersistentModelIndex,
    ) -> None:
        found = TEMPLATES[index.data(ID)]
        box: QRect = option.rect.adjusted(0, 0, -8, 0)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        over = bool(option.state & (QStyle.StateFlag.State_MouseOver | QStyle.StateFlag.State_Selected))
        painter.setPen(theme.color("t3" if over else "line2"))
        painter.setBrush(theme.color("bg4" if over else "bg3"))
        painter.drawRoundedRect(box.adjusted(0, 0, -1, -1), 6, 6)
        inner = box.adjusted(10, 7, -8, -7)
        painter.setPen(theme.color("t1"))
        painter.setFont(theme.ui_font(12, 600))
        painter.drawText(inner, Qt.AlignmentFlag.AlignTop, found.title)
        painter.setPen(theme.color("t2"))
        painter.setFont(theme.ui_font(11))
        wrapped = Qt.AlignmentFlag.AlignTop | Qt.TextFlag.TextWordWrap
        painter.drawText(inner.adjusted(0, 18, 0, -16), wrapped, found.sentence)
        painter.setPen(theme.color("t3"))
        painter.setFont(theme.mono_font(10))
        painter.drawText(inner, Qt.AlignmentFlag.AlignBottom, f"{numbers.count(found.params)} params")
        painter.restore()
