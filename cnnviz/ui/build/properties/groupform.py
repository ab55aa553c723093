"""The properties of a group: its title and name, what is in it, how often it stands there, and what can be done."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHBoxLayout,
    QHeaderView,
    QLabel,
    QLineEdit,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)

from cnnviz.errors import CnnvizError
from cnnviz.model.check import Report
from cnnviz.model.entries import problem_of_title
from cnnviz.model.graph import Graph
from cnnviz.model.groups.folding import group_of, members, rename_group
from cnnviz.model.groups.repeating import MOST, copies, title_of
from cnnviz.ui import icons, numbers, theme
from cnnviz.ui.build.cards.boxes import layers_in_words, main_group, rank
from cnnviz.ui.build.properties.section import Section
from cnnviz.ui.build.wording import axis_order
from cnnviz.ui.state import Session
from cnnviz.ui.widgets.chrome import Elided, button, label
from cnnviz.ui.widgets.numberfields import IntField

ROW_HEIGHT, MOST_ROWS = 22, 12
COLUMNS = ("Layer", "Output", "Params")


class GroupForm(QWidget):
    """Every signal carries the group's name first; `renamed` comes after the document has the new one."""

    toggled = Signal(str)
    retitled = Signal(str, str)
    renamed = Signal(str)
    repeat_pressed = Signal(str, int)
    stack_pressed = Signal(str)
    save_pressed = Signal(str)
    dissolve_pressed = Signal(str)
    node_chosen = Signal(str)

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session, self._document = session, session.document
        self._group = ""
        self._picture = QLabel()
        self._picture.setFixedSize(22, 22)
        self.title = QLineEdit()
        self.title.setAccessibleName("group title")
        theme.set_role(self.title, role="name")
        self._about = Elided("", "hint")
        self._error = label("", "error")
        self._error.setWordWrap(True)
        self.open = button("Open")
        self.name = QLineEdit()
        self.name.setAccessibleName("group name")
        self.name.setToolTip("What files and code call the group")
        self._sums = label("", "mono")
        self.table = MemberTable()
        self.times = IntField(2, MOST, "repeat")
        self.times.set_value(2)
        self.repeat = button("Repeat", small=True)
        self.stack = button("Stack", small=True)
        self.stack.setToolTip("Show these like blocks as one card (X)")
        self.save = button("Save as block…", small=True)
        self.dissolve = button("Dissolve", small=True)
        self._lay_out()
        self._connect()

    def _lay_out(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(_row(self._picture, _column(self.title, self._about), self.open, margin=12))
        caption = label("Name", "secondary")
        caption.setFixedWidth(60)
        column.addWidget(Section("Group", _column(_row(caption, self.name), self._error, self._sums)))
        column.addWidget(Section("What is in it", self.table))
        self._repeat_note = label("", "secondary")
        self._repeat_note.setWordWrap(True)
        self.times.setToolTip("How many like blocks there shall be, one behind the other")
        row = _row(label("×", "secondary"), self.times, self.repeat, stretch=True)
        column.addWidget(Section("Repeat", _column(row, self._repeat_note, _row(self.stack, stretch=True))))
        self.save.setToolTip("Keep a copy among the blocks of the palette")
        self.dissolve.setToolTip("Take the group away; its layers stay (Ctrl Shift G)")
        column.addWidget(Section("Block", _row(self.save, self.dissolve, stretch=True)))

    def _connect(self) -> None:
        self.open.clicked.connect(lambda: self.toggled.emit(self._group))
        self.repeat.clicked.connect(lambda: self.repeat_pressed.emit(self._group, self.times.value()))
        self.stack.clicked.connect(lambda: self.stack_pressed.emit(self._group))
        self.save.clicked.connect(lambda: self.save_pressed.emit(self._group))
        self.dissolve.clicked.connect(lambda: self.dissolve_pressed.emit(self._group))
        self.title.textEdited.connect(lambda text: self._tell(problem_of_title(text)))
        self.title.editingFinished.connect(self._retitle)
        self.name.textEdited.connect(self._check_name)
        self.name.editingFinished.connect(self._rename)
        self.table.node_chosen.connect(self.node_chosen)
        theme.changed.connect(self._draw_picture)

    # -- showing ------------------------------------------------------------------------------------------------

    def show_group(self, name: str) -> None:
        """Show a group of the document as it is now."""
        graph, report = self._document.graph, self._document.report
        group, nodes, other = group_of(graph, name), members(graph, name), name != self._group
        self._group = name
        if other or not self.title.hasFocus():
            self.title.setText(title_of(graph, name))
            self.title.setCursorPosition(0)
            self.title.setToolTip(title_of(graph, name))
        if other or not self.name.hasFocus():
            self.name.setText(name)
        if other:
            self._tell("")
        many = copies(graph, name)
        self._about.setText(f"Group · {layers_in_words(len(nodes))}" + (f" · ×{many}" if many > 1 else ""))
        self.open.setText("Open" if group.folded else "Fold")
        self.open.setToolTip(
            "Show what is in it (Ctrl Enter)" if group.folded else "Show one card (Ctrl Enter)"
        )
        self._sums.setText(_sums(report, nodes))
        self.table.show_members(report, nodes, axis_order(self._session))
        place, alike = rank(graph, name)
        self.stack.setVisible(alike > 1)
        self.stack.setText(f"Stack all {alike}")
        self._repeat_note.setText(
            f"{many} like blocks in a chain."
            if many > 1
            else f"Block {place} of {alike} that are alike, one behind the other."
            if alike > 1
            else "Copies follow one another; all share one card."
        )
        self._draw_picture()

    def _draw_picture(self) -> None:
        graph = self._document.graph
        if self._group not in {group.name for group in graph.groups}:
            return
        rows = {row.name: row for row in self._document.report.rows}
        tone = main_group(graph, rows, members(graph, self._group))
        picture = icons.layer_icon("group", tone)
        self._picture.setPixmap(picture.pixmap(QSize(20, 20), self.devicePixelRatioF()))

    def _tell(self, problem: str) -> None:
        self._error.setVisible(bool(problem))
        self._error.setText(problem)

    # -- editing ------------------------------------------------------------------------------------------------

    def _known(self, graph: Graph) -> bool:
        return any(group.name == self._group for group in graph.groups)

    def _retitle(self) -> None:
        text = self.title.text()
        if self._known(self._document.graph) and not problem_of_title(text):
            self.retitled.emit(self._group, text)

    def _check_name(self, text: str) -> None:
        try:
            rename_group(self._document.graph, self._group, text)
        except CnnvizError as error:
            self._tell(str(error))
        else:
            self._tell("")

    def _rename(self) -> None:
        text, graph = self.name.text(), self._document.graph
        if not self._known(graph) or text == self._group:
            return
        try:
            renamed = rename_group(graph, self._group, text)
        except CnnvizError as error:
            self._tell(str(error))
            return
        old, self._group = self._group, text
        self._document.edit(f"Rename {old} to {text}", renamed)
        self.renamed.emit(text)


class MemberTable(QTableWidget):
    """The layers of a group with output shape and parameters; a click on a row carries the node."""

    node_chosen = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(0, len(COLUMNS), parent)
        self.setHorizontalHeaderLabels(COLUMNS)
        self.setAccessibleName("members")
        for column in range(len(COLUMNS)):
            side = Qt.AlignmentFlag.AlignRight if column else Qt.AlignmentFlag.AlignLeft
            self.model().setHeaderData(
                column, Qt.Orientation.Horizontal, side, Qt.ItemDataRole.TextAlignmentRole
            )
        self.verticalHeader().hide()
        self.verticalHeader().setMinimumSectionSize(20)
        self.verticalHeader().setDefaultSectionSize(ROW_HEIGHT)
        self.horizontalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Stretch)
        self.horizontalHeader().setHighlightSections(False)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setShowGrid(False)
        self._names: tuple[str, ...] = ()
        self.cellClicked.connect(lambda row, _: self.node_chosen.emit(self._names[row]))

    def show_members(self, report: Report, nodes: tuple[str, ...], order: numbers.AxisOrder) -> None:
        """Show what is known about these nodes."""
        self._names = nodes
        self.setRowCount(len(nodes))
        for number, name in enumerate(nodes):
            row = report.row(name)
            shape = numbers.shape(row.shape, order) if row.shape else "?"
            for column, text in enumerate((name, shape, numbers.count(row.params))):
                (self.item(number, column) or self._new_cell(number, column)).setText(text)
        self.setFixedHeight(ROW_HEIGHT * min(len(nodes), MOST_ROWS) + 30)

    def _new_cell(self, row: int, column: int) -> QTableWidgetItem:
        item = QTableWidgetItem()
        if column:
            item.setFont(theme.mono_font(10))
            item.setTextAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self.setItem(row, column, item)
        return item


def _sums(report: Report, nodes: tuple[str, ...]) -> str:
    chosen = set(nodes)
    rows = [row for row in report.rows if row.name in chosen]
    trained = sum(p.count for row in rows for p in row.parameters if p.trainable)
    kept = sum(p.count for row in rows for p in row.parameters if not p.trainable)
    macs = numbers.compact_count(sum(row.macs for row in rows))
    statistics = f"\n+ {numbers.count(kept)} running statistics" if kept else ""
    return f"{numbers.count(trained)} params · {macs} MACs{statistics}"


def _row(*widgets: QWidget, margin: int = 0, stretch: bool = False) -> QWidget:
    found = QWidget()
    layout = QHBoxLayout(found)
    layout.setContentsMargins(margin, margin * 2 // 3, margin, margin * 2 // 3)
    layout.setSpacing(8)
    for widget in widgets:
        layout.addWidget(widget)
    if stretch:
        layout.addStretch(1)
    return found


def _column(*widgets: QWidget) -> QWidget:
    found = QWidget()
    layout = QVBoxLayout(found)
    layout.setContentsMargins(0, 0, 0, 0)
    layout.setSpacing(4)
    for widget in widgets:
        layout.addWidget(widget)
    return found
