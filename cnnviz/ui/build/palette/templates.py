"""The templates in the palette: searchable, by section; a click opens one."""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import (
    QLineEdit,
    QListWidget,
    QListWidgetItem,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QVBoxLayout,
    QWidget,
)

from cnnviz.templates import SECTIONS, TEMPLATES, found_by
from cnnviz.ui import icons, numbers, theme
from cnnviz.ui.widgets.schematic import draw_schematic, schematic

ROW_HEIGHT, HEADING_HEIGHT = 120, 28
PICTURE = 22
ID = Qt.ItemDataRole.UserRole


class TemplateList(QWidget):
    """`chosen` carries the id of the template that was clicked."""

    chosen = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.search = QLineEdit(placeholderText="Search templates", clearButtonEnabled=True)
        self.search.setAccessibleName("search templates")
        self.search.addAction(icons.icon("search"), QLineEdit.ActionPosition.LeadingPosition)
        self.list = QListWidget()
        self.list.setAccessibleName("templates")
        self.list.setMouseTracking(True)
        self.list.setSpacing(2)
        self.list.setItemDelegate(TemplatePainter(self.list))
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.list.setVerticalScrollMode(QListWidget.ScrollMode.ScrollPerPixel)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        row = QVBoxLayout()
        row.setContentsMargins(0, 0, 6, 0)
        row.addWidget(self.search)
        column.addLayout(row)
        column.addWidget(self.list, 1)
        self.search.textChanged.connect(self.fill)
        self.search.returnPressed.connect(self._choose_first)
        self.list.itemClicked.connect(self._choose)
        self.list.itemActivated.connect(self._choose)
        theme.changed.connect(self.list.viewport().update)
        self.fill("")

    def fill(self, query: str) -> None:
        """Show the templates that a search finds, below the names of their sections."""
        self.list.clear()
        for section in SECTIONS:
            members = [each for each in found_by(query) if each.section == section]
            if not members:
                continue
            heading = QListWidgetItem(section, self.list)
            heading.setFlags(Qt.ItemFlag.NoItemFlags)
            for found in members:
                row = QListWidgetItem(found.title, self.list)
                row.setData(ID, found.id)
                row.setToolTip(found.sentence)

    def ids(self) -> list[str]:
        """Return the ids of the templates that are shown, in order."""
        rows = (self.list.item(place) for place in range(self.list.count()))
        return [row.data(ID) for row in rows if row.data(ID) is not None]

    def _choose(self, row: QListWidgetItem) -> None:
        if row.data(ID) is not None:
            self.chosen.emit(row.data(ID))

    def _choose_first(self) -> None:
        if self.ids():
            self.chosen.emit(self.ids()[0])


class TemplatePainter(QStyledItemDelegate):
    """Title, what it is, its picture and parameters; of a section, its name."""

    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> QSize:
        return QSize(120, HEADING_HEIGHT if index.data(ID) is None else ROW_HEIGHT)

    def paint(
        self,
        painter: QPainter,
        option: QStyleOptionViewItem,
        index: QModelIndex | QPersistentModelIndex,
    ) -> None:
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if index.data(ID) is None:
            self._paint_heading(painter, option.rect, str(index.data()))
        else:
            over = bool(option.state & (QStyle.StateFlag.State_MouseOver | QStyle.StateFlag.State_Selected))
            self._paint_template(painter, option.rect.adjusted(0, 0, -8, 0), index.data(ID), over)
        painter.restore()

    @staticmethod
    def _paint_heading(painter: QPainter, box: QRect, section: str) -> None:
        painter.setPen(theme.color("t2"))
        painter.setFont(theme.ui_font(12, 600))
        painter.drawText(box.adjusted(2, 4, 0, 0), Qt.AlignmentFlag.AlignVCenter, section)

    @staticmethod
    def _paint_template(painter: QPainter, box: QRect, name: str, over: bool) -> None:
        found = TEMPLATES[name]
        painter.setPen(theme.color("t3" if over else "line2"))
        painter.setBrush(theme.color("bg4" if over else "bg3"))
        painter.drawRoundedRect(box.adjusted(0, 0, -1, -1), 6, 6)
        inner = box.adjusted(10, 7, -8, -7)
        painter.setPen(theme.color("t1"))
        painter.setFont(theme.ui_font(12, 600))
        title = painter.fontMetrics().elidedText(found.title, Qt.TextElideMode.ElideRight, inner.width())
        painter.drawText(inner, Qt.AlignmentFlag.AlignTop, title)
        painter.setPen(theme.color("t2"))
        painter.setFont(theme.ui_font(11))
        wrapped = Qt.AlignmentFlag.AlignTop | Qt.TextFlag.TextWordWrap
        painter.drawText(QRect(inner.left(), inner.top() + 18, inner.width(), 58), wrapped, found.sentence)
        painter.setPen(theme.color("t3"))
        painter.setFont(theme.mono_font(10))
        amount = numbers.count(found.params)
        painter.drawText(inner, Qt.AlignmentFlag.AlignBottom | Qt.AlignmentFlag.AlignRight, amount)
        room = inner.width() - painter.fontMetrics().horizontalAdvance(amount) - 10
        picture = QRectF(inner.left(), inner.bottom() - PICTURE + 2, room, PICTURE)
        draw_schematic(painter, picture, schematic(found))
