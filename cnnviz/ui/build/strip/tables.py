"""The tabs beside the problems: the code, and the history."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import (
    QHBoxLayout,
    QListWidget,
    QListWidgetItem,
    QPlainTextEdit,
    QWidget,
)

from cnnviz.errors import CnnvizError
from cnnviz.model.codegen import to_code
from cnnviz.model.graph import Graph
from cnnviz.model.history import History
from cnnviz.model.recipe import DataChoice, Recipe
from cnnviz.ui import theme
from cnnviz.ui.build.strip.highlight import PythonColors
from cnnviz.ui.widgets.chrome import tool_button


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

    def show_graph(
        self, graph: Graph, recipe: Recipe | None = None, choice: DataChoice | None = None
    ) -> None:
        """Write the script of a graph with its training on the chosen data, or why there is none."""
        try:
            code = to_code(graph, recipe, choice) if graph.nodes else "# The canvas is empty."
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
