"""The blocks in the palette: those that come with cnnviz and the user's own, to be dragged onto the canvas."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QPoint, QRect, QSize, Qt, Signal
from PySide6.QtGui import QContextMenuEvent, QDrag, QKeyEvent, QPainter
from PySide6.QtWidgets import (
    QAbstractItemView,
    QLineEdit,
    QListWidget,
    QListWidgetItem,
    QMenu,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QWidget,
)

from cnnviz.errors import CnnvizError, FileError
from cnnviz.model.check import check
from cnnviz.model.graph import Graph
from cnnviz.model.groups.ownblocks import OwnBlock, delete_block, load_blocks, rename_block
from cnnviz.templates.blocks import BLOCKS
from cnnviz.ui import numbers, theme
from cnnviz.ui.build.gestures.dragging import drag_picture
from cnnviz.ui.build.gestures.mime import block_data

ROW_HEIGHT, HEADING_HEIGHT, HINT_HEIGHT = 112, 28, 52
ENTRY = Qt.ItemDataRole.UserRole
HINT = "Select a group and press “Save as block…”: it will be here, in every network."
READY, OWN, DAMAGED = "Ready-made", "Your own", "Can't be read"


@dataclass(frozen=True)
class Entry:
    """A row of the list: a block, or a file that is none."""

    title: str
    sentence: str
    graph: Graph | None = None
    own: OwnBlock | None = None
    problem: FileError | None = None


class BlockList(QListWidget):
    """`chosen` carries the graph of the block that was double-clicked; `told` why something was impossible."""

    chosen = Signal(object)
    told = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName("blocks")
        self.setMouseTracking(True)
        self.setSpacing(2)
        self.setItemDelegate(BlockPainter(self))
        self.setDragEnabled(True)
        self.setDragDropMode(QAbstractItemView.DragDropMode.DragOnly)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.itemDoubleClicked.connect(self._choose)
        self.itemChanged.connect(self._rename)
        theme.changed.connect(self.viewport().update)
        self.fill()

    def fill(self) -> None:
        """Read the user's blocks again and show all."""
        shelf = load_blocks()
        self.blockSignals(True)
        self.clear()
        self._add_heading(OWN)
        for own in shelf.blocks:
            self._add(Entry(own.title, own.sentence, own.graph, own))
        if not shelf.blocks:
            self._add_heading(HINT)
        if shelf.damaged:
            self._add_heading(DAMAGED)
        for name, problem in shelf.damaged:
            self._add(Entry(name, problem.what, problem=problem))
        self._add_heading(READY)
        for block in BLOCKS.values():
            self._add(Entry(block.title, block.sentence, block.graph))
        self.blockSignals(False)

    def row_of(self, title: str) -> QListWidgetItem | None:
        """Return the row of a block, if there is one."""
        rows = (self.item(number) for number in range(self.count()))
        return next((row for row in rows if row.data(ENTRY) and row.data(ENTRY).title == title), None)

    def _add_heading(self, text: str) -> None:
        row = QListWidgetItem(text, self)
        row.setFlags(Qt.ItemFlag.NoItemFlags)

    def _add(self, entry: Entry) -> None:
        row = QListWidgetItem(entry.title, self)
        row.setData(ENTRY, entry)
        flags = Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable
        if entry.graph is not None:
            flags |= Qt.ItemFlag.ItemIsDragEnabled
        if entry.own is not None:
            flags |= Qt.ItemFlag.ItemIsEditable
        row.setFlags(flags)
        row.setToolTip(str(entry.problem) if entry.problem else entry.sentence)

    # -- what the mouse and keys do -----------------------------------------------------------------------------

    def _choose(self, row: QListWidgetItem) -> None:
        entry = row.data(ENTRY)
        if entry is not None and entry.graph is not None:
            self.chosen.emit(entry.graph)

    def startDrag(self, actions: Qt.DropAction) -> None:
        row = self.currentItem()
        entry = row.data(ENTRY) if row is not None else None
        if entry is None or entry.graph is None:
            return
        drag = QDrag(self)
        drag.setMimeData(block_data(entry.graph))
        drag.setPixmap(drag_picture(entry.title, "group", _tone(entry.graph)))
        drag.setHotSpot(QPoint(-12, -12))
        drag.exec(Qt.DropAction.CopyAction)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        writing = self.state() == QAbstractItemView.State.EditingState  # Enter in the editor comes here too
        row = None if writing else self.currentItem()
        if row is not None and event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._choose(row)
        elif row is not None and event.key() == Qt.Key.Key_F2:
            self.rename(row)
        elif row is not None and event.key() == Qt.Key.Key_Delete:
            self.delete(row)
        else:
            super().keyPressEvent(event)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        row = self.itemAt(event.pos())
        entry = row.data(ENTRY) if row is not None else None
        if row is None or entry is None or entry.own is None:
            return
        menu = QMenu(self)
        menu.addAction("Rename", lambda: self.rename(row))
        menu.addAction("Delete", lambda: self.delete(row))
        menu.exec(event.globalPos())

    # -- the user's own -----------------------------------------------------------------------------------------

    def rename(self, row: QListWidgetItem) -> None:
        """Edit the title of an own block, in its row."""
        if row.flags() & Qt.ItemFlag.ItemIsEditable:
            self.editItem(row)

    def delete(self, row: QListWidgetItem) -> None:
        """Remove the file of an own block."""
        entry = row.data(ENTRY)
        if entry is None or entry.own is None:
            return
        try:
            delete_block(entry.own)
        except CnnvizError as error:
            self.told.emit(str(error))
            return
        self.fill()

    def _rename(self, row: QListWidgetItem) -> None:
        entry = row.data(ENTRY)
        if entry is None or entry.own is None or row.text() == entry.title:
            return
        try:
            own = rename_block(entry.own, row.text())
            entry = Entry(own.title, own.sentence, own.graph, own)
        except CnnvizError as error:
            self.told.emit(str(error))
        self.blockSignals(True)
        row.setData(ENTRY, entry)
        row.setText(entry.title)
        self.blockSignals(False)


class BlockPainter(QStyledItemDelegate):
    """Title, what it is, and its parameters."""

    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> QSize:
        if index.data(ENTRY) is not None:
            return QSize(120, ROW_HEIGHT)
        return QSize(120, HINT_HEIGHT if index.data() == HINT else HEADING_HEIGHT)

    def createEditor(
        self, parent: QWidget, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> QWidget:
        editor = QLineEdit(parent)
        editor.setAccessibleName("block title")
        return editor

    def updateEditorGeometry(
        self, editor: QWidget, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        box: QRect = option.rect
        editor.setGeometry(box.left() + 4, box.top() + 3, box.width() - 16, 24)

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        entry = index.data(ENTRY)
        if entry is None:
            _paint_heading(painter, option.rect, str(index.data()))
        else:
            over = bool(option.state & (QStyle.StateFlag.State_MouseOver | QStyle.StateFlag.State_Selected))
            _paint_block(painter, option.rect.adjusted(0, 0, -8, 0), entry, over)
        painter.restore()


def _paint_heading(painter: QPainter, box: QRect, text: str) -> None:
    hint = text == HINT
    painter.setPen(theme.color("t3" if hint else "t2"))
    painter.setFont(theme.ui_font(11) if hint else theme.ui_font(12, 600))
    flags = Qt.AlignmentFlag.AlignVCenter | Qt.TextFlag.TextWordWrap
    painter.drawText(box.adjusted(2, 2, -10, 0), flags, text)


def _paint_block(painter: QPainter, box: QRect, entry: Entry, over: bool) -> None:
    painter.setPen(theme.color("err" if entry.problem else "t3" if over else "line2"))
    painter.setBrush(theme.color("bg4" if over else "bg3"))
    painter.drawRoundedRect(box.adjusted(0, 0, -1, -1), 6, 6)
    if entry.graph is not None:
        painter.fillRect(
            QRect(box.left(), box.top() + 6, 3, box.height() - 13), theme.group_color(_tone(entry.graph))
        )
    inner = box.adjusted(12, 7, -8, -7)
    painter.setPen(theme.color("t1"))
    painter.setFont(theme.ui_font(12, 600))
    title = painter.fontMetrics().elidedText(entry.title, Qt.TextElideMode.ElideRight, inner.width())
    painter.drawText(inner, Qt.AlignmentFlag.AlignTop, title)
    painter.setPen(theme.color("t2"))
    painter.setFont(theme.ui_font(11))
    wrapped = Qt.AlignmentFlag.AlignTop | Qt.TextFlag.TextWordWrap
    painter.drawText(inner.adjusted(0, 18, 0, -16), wrapped, entry.sentence)
    if entry.graph is not None and entry.own is None:
        painter.setPen(theme.color("t3"))
        painter.setFont(theme.mono_font(10))
        params = f"{numbers.count(check(entry.graph).trainable)} params"
        painter.drawText(inner, Qt.AlignmentFlag.AlignBottom, params)


def _tone(graph: Graph) -> str:
    """Return the palette group of the layer that does most of the work."""
    rows = [row for row in check(graph).rows if graph.node(row.name).layer.most_inputs != 0]
    return graph.node(max(rows, key=lambda row: (row.macs, row.params)).name).layer.group if rows else "Input"
