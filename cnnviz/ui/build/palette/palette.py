"""The palette: every layer kind by group, searchable, to be dragged onto the canvas; and the templates."""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QPoint, QRect, QSize, Qt, Signal
from PySide6.QtGui import QColor, QDrag, QKeyEvent, QMouseEvent, QPainter
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHBoxLayout,
    QLineEdit,
    QStackedWidget,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTreeWidget,
    QTreeWidgetItem,
    QVBoxLayout,
    QWidget,
)

from cnnviz.layers import LAYERS, Layer
from cnnviz.ui import icons, theme
from cnnviz.ui.build.canvas.suggestions import grouped
from cnnviz.ui.build.gestures.dragging import drag_picture
from cnnviz.ui.build.gestures.mime import layer_data
from cnnviz.ui.build.palette.blocklist import BlockList
from cnnviz.ui.build.palette.templates import TemplateList
from cnnviz.ui.widgets.chrome import Segmented, tool_button

KEYS = {"conv2d": "C", "maxpool2d": "P", "batchnorm": "N", "relu": "A", "dense": "D"}
KIND, GROUP = Qt.ItemDataRole.UserRole, Qt.ItemDataRole.UserRole + 1
ROW_HEIGHT = 24
NARROWEST, USUAL, WIDEST = 150, 216, 480
ICONS_ONLY = 52
"""Width of the palette where a small window leaves no room for names."""


class Palette(QWidget):
    """`chosen` carries the kind that was double-clicked; `template_chosen` the id of a template."""

    chosen = Signal(str)
    template_chosen = Signal(str)
    wants_width = Signal(int)
    """Says how many pixels it needs now that it shows names, or shows them no more."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        theme.set_role(self, role="panel")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.search = QLineEdit()
        self.search.setPlaceholderText("Search layers")
        self.search.setAccessibleName("search layers")
        self.search.setClearButtonEnabled(True)
        self.search.addAction(icons.icon("search"), QLineEdit.ActionPosition.LeadingPosition)
        choices = [("layers", "Layers"), ("blocks", "Blocks"), ("templates", "Templates")]
        self.tabs = Segmented(choices, name="palette")
        for value, _ in choices:
            theme.set_role(self.tabs.part(value), role="segment", small=True)
        self.tree = LayerTree()
        self.blocks = BlockList()
        self.templates = TemplateList()
        self.more = tool_button("search", "Search layers, templates and all names", self._widen)
        self.more.hide()
        self._named = True
        self._pages = QStackedWidget()
        for page in (self.tree, self.blocks, self.templates):
            self._pages.addWidget(page)
        self._lay_out()
        self.setMinimumWidth(NARROWEST)
        self.search.textChanged.connect(self.tree.fill)
        self.search.returnPressed.connect(self.tree.choose_first)
        self.tabs.chosen.connect(self.show_page)
        self.tree.chosen.connect(self.chosen)
        self.templates.chosen.connect(self.template_chosen)

    def _lay_out(self) -> None:
        layout = QVBoxLayout(self)
        layout.setContentsMargins(10, 8, 4, 0)
        layout.setSpacing(8)
        layout.addWidget(self.more, 0, Qt.AlignmentFlag.AlignHCenter)
        row = QHBoxLayout()
        row.setContentsMargins(0, 0, 6, 0)
        row.addWidget(self.search)
        layout.addLayout(row)
        row = QHBoxLayout()
        row.setContentsMargins(0, 0, 6, 0)
        row.addWidget(self.tabs)
        row.addStretch(1)
        layout.addLayout(row)
        layout.addWidget(self._pages, 1)

    def show_page(self, name: str) -> None:
        """Show `layers`, `blocks` or `templates`; with icons only, there is room for the layers alone."""
        if name != "layers":
            self.show_names(True)
        self.tabs.set_value(name)
        pages = {"layers": self.tree, "blocks": self.blocks, "templates": self.templates}
        self._pages.setCurrentWidget(pages[name])
        self.search.setVisible(name == "layers" and self._named)

    def show_names(self, named: bool) -> None:
        """Show pictograms with their names, or pictograms only: the name is in the tool tip then."""
        if named == self._named:
            return
        self._named = named
        if not named:
            self.search.clear()
            self.show_page("layers")
        self.search.setVisible(named)
        self.tabs.setVisible(named)
        self.more.setVisible(not named)
        self.tree.show_names(named)
        self.setMinimumWidth(NARROWEST if named else ICONS_ONLY)
        self.setMaximumWidth(WIDEST if named else ICONS_ONLY)
        self.wants_width.emit(USUAL if named else ICONS_ONLY)

    def _widen(self) -> None:
        self.show_names(True)
        self.search.setFocus()


class LayerTree(QTreeWidget):
    """Groups that fold, with their layer kinds."""

    chosen = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setHeaderHidden(True)
        self.setIndentation(0)
        self.setRootIsDecorated(False)
        self.setExpandsOnDoubleClick(False)
        self.setUniformRowHeights(True)
        self.setDragEnabled(True)
        self.setMouseTracking(True)
        self.setDragDropMode(QAbstractItemView.DragDropMode.DragOnly)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setItemDelegate(RowPainter(self))
        self.setAccessibleName("layers")
        self.itemDoubleClicked.connect(self._choose)
        self.itemClicked.connect(self._fold)
        theme.changed.connect(self.viewport().update)
        self._rows: dict[str, QTreeWidgetItem] = {}
        self.named = True
        self.fill("")

    def fill(self, query: str) -> None:
        """Show the kinds that a search finds."""
        self.clear()
        self._rows = {}
        for group, members in grouped(query).items():
            head = QTreeWidgetItem(self, [group])
            head.setData(0, GROUP, group)
            head.setFlags(Qt.ItemFlag.ItemIsEnabled)
            for cls in members:
                self._add_row(head, cls)
            head.setExpanded(True)
        if query.strip() and self._rows:
            self.setCurrentItem(next(iter(self._rows.values())))

    def _add_row(self, head: QTreeWidgetItem, cls: type[Layer]) -> None:
        row = self._rows[cls.kind] = QTreeWidgetItem(head, [cls.title])
        row.setData(0, KIND, cls.kind)
        row.setIcon(0, icons.layer_icon(cls.kind, cls.group))
        row.setToolTip(0, f"<b>{cls.title}</b><br>{cls.sentence()}")
        row.setFlags(Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable | Qt.ItemFlag.ItemIsDragEnabled)

    def show_names(self, named: bool) -> None:
        """Show names behind the pictograms, or not."""
        self.named = named
        if not named:
            self.expandAll()
        self.viewport().update()

    def row_of(self, kind: str) -> QTreeWidgetItem | None:
        """Return the row of a kind, if it is shown."""
        return self._rows.get(kind)

    def choose_first(self) -> None:
        """Take what the search found first."""
        item = self.currentItem()
        if item is not None:
            self._choose(item)

    def startDrag(self, actions: Qt.DropAction) -> None:
        item = self.currentItem()
        kind = item.data(0, KIND) if item is not None else None
        if kind is None:
            return
        drag = QDrag(self)
        drag.setMimeData(layer_data(kind))
        drag.setPixmap(drag_picture(LAYERS[kind].title, kind, LAYERS[kind].group))
        drag.setHotSpot(QPoint(-12, -12))
        drag.exec(Qt.DropAction.CopyAction)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.choose_first()
        else:
            super().keyPressEvent(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Never select by dragging: a drag takes the row along."""
        if event.buttons() and self.currentItem() is not None and self.state() == self.State.NoState:
            event.accept()
        super().mouseMoveEvent(event)

    def _choose(self, item: QTreeWidgetItem) -> None:
        kind = item.data(0, KIND)
        if kind is not None:
            self.chosen.emit(kind)

    def _fold(self, item: QTreeWidgetItem) -> None:
        if item.data(0, GROUP) is not None:
            item.setExpanded(not item.isExpanded())


class RowPainter(QStyledItemDelegate):
    """Paints a group as arrow, colour, name and count; a kind as pictogram, title and key."""

    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> QSize:
        return QSize(100, ROW_HEIGHT)

    def paint(
        self,
        painter: QPainter,
        option: QStyleOptionViewItem,
        index: QModelIndex | QPersistentModelIndex,
    ) -> None:
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        group = index.data(GROUP)
        tree = self.parent()
        if isinstance(tree, LayerTree) and not tree.named:
            self._paint_small(painter, option, index, group)
        elif group is not None:
            self._paint_group(painter, option, index, group)
        else:
            self._paint_kind(painter, option, index)
        painter.restore()

    @staticmethod
    def _paint_small(
        painter: QPainter,
        option: QStyleOptionViewItem,
        index: QModelIndex | QPersistentModelIndex,
        group: str | None,
    ) -> None:
        """Paint a pictogram alone, or a line of the group's colour."""
        rect: QRect = option.rect
        middle = QPoint(option.widget.width() // 2, rect.center().y())
        if group is not None:
            line = QRect(middle.x() - 10, middle.y() + 4, 20, 2)
            painter.fillRect(line, theme.group_color(group))
            return
        cls = LAYERS[index.data(KIND)]
        if option.state & (QStyle.StateFlag.State_MouseOver | QStyle.StateFlag.State_Selected):
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(theme.color("bg4"))
            painter.drawRoundedRect(QRect(middle.x() - 14, rect.top(), 28, rect.height()), 4, 4)
        picture = icons.pixmap(icons.layer_icon_name(cls.kind), theme.group_color(cls.group), 18, 2.0)
        painter.drawPixmap(QRect(middle.x() - 9, middle.y() - 8, 18, 18), picture)

    @staticmethod
    def _paint_group(
        painter: QPainter,
        option: QStyleOptionViewItem,
        index: QModelIndex | QPersistentModelIndex,
        group: str,
    ) -> None:
        rect: QRect = option.rect
        folded = not (option.state & QStyle.StateFlag.State_Open)
        arrow = icons.pixmap("chevron-right" if folded else "chevron-down", theme.color("t3"), 12, 2.0)
        painter.drawPixmap(QRect(rect.left(), rect.center().y() - 5, 12, 12), arrow)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme.group_color(group))
        painter.drawRoundedRect(QRect(rect.left() + 18, rect.center().y() - 3, 7, 7), 1.5, 1.5)
        painter.setPen(theme.color("t2"))
        painter.setFont(theme.ui_font(12, 600))
        painter.drawText(rect.adjusted(31, 0, -24, 0), Qt.AlignmentFlag.AlignVCenter, group)
        painter.setPen(theme.color("t3"))
        painter.setFont(theme.ui_font(11))
        count = str(index.model().rowCount(index))
        right = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight
        painter.drawText(rect.adjusted(0, 0, -8, 0), right, count)

    @staticmethod
    def _paint_kind(
        painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        rect: QRect = option.rect
        cls = LAYERS[index.data(KIND)]
        marked = option.state & (QStyle.StateFlag.State_MouseOver | QStyle.StateFlag.State_Selected)
        if marked:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(theme.color("bg4"))
            painter.drawRoundedRect(rect.adjusted(0, 0, -2, 0), 4, 4)
        name = icons.layer_icon_name(cls.kind)
        picture = icons.pixmap(name, theme.group_color(cls.group), 16, 2.0)
        painter.drawPixmap(QRect(rect.left() + 4, rect.center().y() - 7, 16, 16), picture)
        painter.setPen(theme.color("t1"))
        painter.setFont(theme.ui_font(12))
        painter.drawText(rect.adjusted(31, 0, -26, 0), Qt.AlignmentFlag.AlignVCenter, cls.title)
        if cls.kind in KEYS:
            _paint_key(painter, QRect(rect.right() - 24, rect.center().y() - 8, 16, 17), KEYS[cls.kind])


def _paint_key(painter: QPainter, rect: QRect, key: str) -> None:
    painter.setPen(theme.color("line2"))
    painter.setBrush(QColor(theme.color("bg2")))
    painter.drawRoundedRect(rect, 3, 3)
    painter.setPen(theme.color("t3"))
    painter.setFont(theme.mono_font(10))
    painter.drawText(rect, Qt.AlignmentFlag.AlignCenter, key)
