"""The tab with the table of all layers: sorted by any column, copied as text, CSV or LaTeX."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import (
    QAbstractItemView,
    QGridLayout,
    QHeaderView,
    QMenu,
    QTableWidget,
    QTableWidgetItem,
    QToolButton,
    QWidget,
)

from cnnviz.layers import Shape, size
from cnnviz.model.graph import Graph
from cnnviz.model.receptive import Field
from cnnviz.model.summary import Line, Summary, summarise
from cnnviz.model.table import to_csv, to_latex, to_text
from cnnviz.ui import numbers, theme
from cnnviz.ui.widgets.chrome import label, tool_button

COLUMNS = (
    ("Name", "the node"),
    ("Kind", "the kind of layer"),
    ("Output", "the shape of what comes out, for one sample"),
    ("Params", "parameters that train"),
    ("Fixed", "running statistics: they change with the data, but are not trained"),
    ("MACs", "multiply-adds with weights, for one sample"),
    ("Memory", "the output of one sample as 32-bit numbers"),
    ("Field", "how much of the input one value sees"),
    ("Step", "how far apart on the input the fields of neighbouring values lie"),
    ("First", "where on the input the field of the first value begins; below 0 it lies in the padding"),
)
FIRST_NUMBER = 2
"""From this column on, cells hold numbers and are aligned right."""
WRITERS: dict[str, Callable[..., str]] = {
    "Copy as text": to_text,
    "Copy as CSV": to_csv,
    "Copy as LaTeX": to_latex,
}


class ShapeTable(QWidget):
    """Every layer in computing order, or by a column that was clicked; a click on a row selects the node."""

    node_chosen = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._graph, self._order = Graph(), numbers.axis_order()
        self._sorted_by = -1
        self.grid = QTableWidget(0, len(COLUMNS))
        self._dress()
        self.copy = tool_button("copy", "Copy the table")
        self.copy.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        menu = QMenu(self.copy)
        for text, writer in WRITERS.items():
            menu.addAction(text, partial(self.copy_as, writer))
        self.copy.setMenu(menu)
        self.sums = label("", "hint")
        layout = QGridLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setVerticalSpacing(2)
        layout.addWidget(self.grid, 0, 0)
        layout.addWidget(self.copy, 0, 1, Qt.AlignmentFlag.AlignTop)
        layout.addWidget(self.sums, 1, 0)
        layout.setColumnStretch(0, 1)

    def _dress(self) -> None:
        grid = self.grid
        grid.setAccessibleName("shapes")
        for column, (title, help_text) in enumerate(COLUMNS):
            item = QTableWidgetItem(title)
            item.setToolTip(f"{title}: {help_text}. Click to sort.")
            side = Qt.AlignmentFlag.AlignRight if column >= FIRST_NUMBER else Qt.AlignmentFlag.AlignLeft
            item.setTextAlignment(side | Qt.AlignmentFlag.AlignVCenter)
            grid.setHorizontalHeaderItem(column, item)
        grid.verticalHeader().hide()
        grid.verticalHeader().setMinimumSectionSize(20)
        grid.verticalHeader().setDefaultSectionSize(20)
        header = grid.horizontalHeader()
        header.setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        header.setStretchLastSection(False)
        header.setHighlightSections(False)
        header.setSectionsClickable(True)
        header.sectionClicked.connect(self._sort)
        grid.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        grid.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        grid.setShowGrid(False)
        grid.cellClicked.connect(self._choose)

    def show_graph(self, graph: Graph, order: numbers.AxisOrder) -> None:
        """Show what is known about every node; does nothing where that is shown already."""
        if graph is self._graph and order == self._order:
            return
        self._graph, self._order = graph, order
        self._fill(summarise(graph))

    def copy_as(self, writer: Callable[..., str]) -> None:
        """Put the whole table on the clipboard."""
        QGuiApplication.clipboard().setText(writer(self._graph, partial(numbers.shape, order=self._order)))

    def _fill(self, table: Summary) -> None:
        self.grid.setSortingEnabled(False)
        self.grid.setRowCount(len(table.lines))
        for row, line in enumerate(table.lines):
            for column, (text, weight) in enumerate(self._cells(row, line)):
                item = self.grid.item(row, column) or self._new_cell(row, column)
                item.setText(text)
                item.setData(Qt.ItemDataRole.UserRole, weight)
        self.sums.setText(_sums(table))
        self._arrange()

    def _cells(self, row: int, line: Line) -> tuple[tuple[str, object], ...]:
        """Return the text of each cell, and what it is sorted by; the name is sorted by the computing order."""
        known = line.shape is not None

        def amount(value: int) -> tuple[str, object]:
            return (numbers.count(value) if known else "?", value)

        shape = numbers.shape(line.shape, self._order) if line.shape else "?"
        return (
            (line.name, row), (line.title, line.title), (shape, size(line.shape or (0,))),
            amount(line.trainable), amount(line.fixed), amount(line.macs),
            (numbers.size_in_bytes(line.memory) if known else "?", line.memory),
            *_field(line.field, line.shape),
        )  # fmt: skip

    def _new_cell(self, row: int, column: int) -> QTableWidgetItem:
        item = _Cell()
        if column >= FIRST_NUMBER:
            item.setFont(theme.mono_font(11))
            item.setTextAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self.grid.setItem(row, column, item)
        return item

    def _sort(self, column: int) -> None:
        """Sort by a column, the largest first; a second click goes back to the computing order."""
        self._sorted_by = -1 if column in (self._sorted_by, 0) else column
        self._arrange()

    def _arrange(self) -> None:
        header = self.grid.horizontalHeader()
        header.setSortIndicatorShown(self._sorted_by >= 0)
        if self._sorted_by < 0:
            self.grid.sortItems(0, Qt.SortOrder.AscendingOrder)
            return
        numeric = self._sorted_by >= FIRST_NUMBER
        order = Qt.SortOrder.DescendingOrder if numeric else Qt.SortOrder.AscendingOrder
        header.setSortIndicator(self._sorted_by, order)
        self.grid.sortItems(self._sorted_by, order)

    def _choose(self, row: int, _column: int) -> None:
        item = self.grid.item(row, 0)
        if item is not None:
            self.node_chosen.emit(item.text())


class _Cell(QTableWidgetItem):
    """Sorts by its value, not by its text."""

    def __lt__(self, other: QTableWidgetItem) -> bool:
        mine, theirs = (each.data(Qt.ItemDataRole.UserRole) for each in (self, other))
        return bool(mine < theirs)


def _sums(table: Summary) -> str:
    total = table.total
    parts = (
        f"{len(table.lines)} layers",
        f"{numbers.count(total.trainable)} parameters",
        f"{numbers.count(total.fixed)} fixed" if total.fixed else "",
        f"{numbers.count(total.macs)} multiply-adds",
        f"{numbers.size_in_bytes(total.memory)} for the outputs of one sample",
    )
    return " · ".join(part for part in parts if part)


def _field(field: Field | None, shape: Shape | None) -> tuple[tuple[str, object], ...]:
    """Return the cells of a receptive field; a dash where a value sees all, or no single box."""
    if not field:
        return (("–" if shape else "?", 0),) * 3
    first = min(reach.first for reach in field)
    return (
        (numbers.TIMES.join(str(reach.size) for reach in field), max(reach.size for reach in field)),
        (numbers.compact(field[0].step, 3), field[0].step),
        (numbers.compact(first, 4), first),
    )
