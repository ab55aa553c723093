"""The tabs beside the problems: shapes of all layers, the code, and the history."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHBoxLayout,
    QHeaderView,
    QListWidget,
    QListWidgetItem,
    QPlainTextEdit,
    QTableWidget,
    QTableWidgetItem,
    QWidget,
)

from cnnviz.errors import CnnvizError
from cnnviz.layers import LAYERS
from cnnviz.model.check import Report, Row
from cnnviz.model.codegen import to_code
from cnnviz.model.graph import Graph
from cnnviz.model.history import History
from cnnviz.ui import numbers, theme
from cnnviz.ui.build.highlight import PythonColors
from cnnviz.ui.widgets.chrome import tool_button

COLUMNS = ("Name", "Kind", "Output", "Params", "MACs")
FIRST_NUMBER = 2
"""From this column on, cells hold numbers and are aligned right."""


class ShapeTable(QTableWidget):
    """Every layer in computing order; a click on a row selects the node."""

    node_chosen = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(0, len(COLUMNS), parent)
        self.setHorizontalHeaderLabels(COLUMNS)
        self.setAccessibleName("shapes")
        for column in range(len(COLUMNS)):
            side = Qt.AlignmentFlag.AlignRight if column >= FIRST_NUMBER else Qt.AlignmentFlag.AlignLeft
            self.model().setHeaderData(
                column, Qt.Orientation.Horizontal, side, Qt.ItemDataRole.TextAlignmentRole
            )
        self.verticalHeader().hide()
        self.verticalHeader().setMinimumSectionSize(20)
        self.verticalHeader().setDefaultSectionSize(20)
        self.horizontalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Stretch)
        self.horizontalHeader().setHighlightSections(False)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setShowGrid(False)
        self._names: list[str] = []
        self.cellClicked.connect(lambda row, _: self.node_chosen.emit(self._names[row]))

    def show_report(self, report: Report, order: numbers.AxisOrder) -> None:
        """Show what is known about every node."""
        self._names = [row.name for row in report.rows]
        self.setRowCount(len(report.rows))
        for number, row in enumerate(report.rows):
            for column, text in enumerate(_cells(row, order)):
                (self.item(number, column) or self._new_cell(number, column)).setText(text)

    def _new_cell(self, row: int, column: int) -> QTableWidgetItem:
        item = QTableWidgetItem()
        if column >= FIRST_NUMBER:
            item.setFont(theme.mono_font(11))
            item.setTextAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self.setItem(row, column, item)
        return item


def _cells(row: Row, order: numbers.AxisOrder) -> tuple[str, ...]:
    shape = numbers.shape(row.shape, order) if row.shape else "?"
    known = row.shape is not None
    params = numbers.count(row.params) if known else "?"
    return row.name, LAYERS[row.kind].title, shape, params, numbers.count(row.macs) if known else "?"


class CodeView(QWidget):
    """The graph as a PyTorch script, to read and to copy."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        self.text = QPlainTextEdit()
        theme.set_role(self.text, role="code")
        self.text.setReadOnly(True)
        self.text.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
        self.text.setAccessibleName("PyTorch code")
        self._colors = PythonColors(self.text.document())
        layout.addWidget(self.text, 1)
        self.copy = tool_button("copy", "Copy the code")
        layout.addWidget(self.copy, 0, Qt.AlignmentFlag.AlignTop)
        self.copy.clicked.connect(lambda: QGuiApplication.clipboard().setText(self.text.toPlainText()))

    def show_graph(self, graph: Graph) -> None:
        """Write the script of a graph, or why there is none."""
        try:
            code = to_code(graph) if graph.nodes else "# The canvas is empty."
        except CnnvizError as error:
            code = f"# No code yet. {error}"
        if code != self.text.toPlainText():
            self.text.setPlainText(code)


class HistoryList(QListWidget):
    """All steps of the document; a click goes there."""

    step_chosen = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName("history")
        self.itemClicked.connect(lambda item: self.step_chosen.emit(self.row(item)))

    def show_history(self, history: History) -> None:
        """List the steps, oldest first; what was undone is paler."""
        self.clear()
        for number, step in enumerate(history.steps):
            item = QListWidgetItem(step.label)
            if number > history.position:
                item.setForeground(theme.color("t3"))
            self.addItem(item)
        self.setCurrentRow(history.position)
        self.scrollToItem(self.item(history.position))
