"""The head of the properties: pictogram, name (to be changed right there), kind, and the way to Inspect."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QLineEdit, QVBoxLayout, QWidget

from cnnviz.errors import CnnvizError
from cnnviz.model.graph import Graph
from cnnviz.ui import icons, theme
from cnnviz.ui.state import Session
from cnnviz.ui.widgets.chrome import Elided, button, label


class FormHead(QWidget):
    """`renamed` carries a node's new name, after the document has it."""

    inspect_pressed = Signal(str)
    renamed = Signal(str)

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._document = session.document
        self._node = ""
        self.setFixedHeight(58)
        self._picture = QLabel()
        self._picture.setFixedSize(22, 22)
        self.name = QLineEdit()
        self.name.setAccessibleName("name")
        self.name.setToolTip("The layer's name in files, code and weights (F2)")
        theme.set_role(self.name, role="name")
        self._about = Elided("", "hint")
        self._error = label("", "error")
        self._error.hide()
        self._inspect = button("Inspect")
        self._inspect.setToolTip("Open this layer in Inspect (Enter)")
        self._lay_out()
        self.name.textEdited.connect(self._check)
        self.name.editingFinished.connect(self._rename)
        self._inspect.clicked.connect(lambda: self.inspect_pressed.emit(self._node))
        theme.changed.connect(self._draw_picture)

    def _lay_out(self) -> None:
        row = QHBoxLayout(self)
        row.setContentsMargins(12, 8, 12, 8)
        row.setSpacing(8)
        row.addWidget(self._picture)
        column = QVBoxLayout()
        column.setSpacing(0)
        column.addWidget(self.name)
        column.addWidget(self._about)
        column.addWidget(self._error)
        row.addLayout(column, 1)
        row.addWidget(self._inspect, 0, Qt.AlignmentFlag.AlignVCenter)

    def show_nodes(self, graph: Graph, names: tuple[str, ...], *, common: bool = True) -> None:
        """Show one node, or how many are selected and whether they have an option in `common`."""
        self.setVisible(bool(names))
        if not names:
            return
        single = len(names) == 1
        changed = self._node != names[0]
        self._node = names[0] if single else ""
        self._inspect.setVisible(single)
        self.name.setReadOnly(not single)
        layer = graph.node(names[0]).layer
        place = [node.name for node in graph].index(names[0]) + 1
        if changed or not self.name.hasFocus():
            self.name.setText(names[0] if single else f"{len(names)} layers")
            self.name.setCursorPosition(0)
            self._tell("")
        self._about.setText(
            f"{layer.title} · layer {place} of {len(graph)}"
            if single
            else "Edits change all of them"
            if common
            else "No option that all of them have"
        )
        self._draw_picture()

    def _draw_picture(self) -> None:
        graph = self._document.graph
        if self._node not in graph:
            self._picture.clear()
            return
        layer = graph.node(self._node).layer
        picture = icons.layer_icon(layer.kind, layer.group)
        self._picture.setPixmap(picture.pixmap(QSize(20, 20), self.devicePixelRatioF()))

    def _check(self, text: str) -> None:
        """Say while typing what is wrong with a name; the document changes when the name is finished."""
        try:
            self._document.graph.rename(self._node, text)
        except CnnvizError as error:
            self._tell(str(error))
        else:
            self._tell("")

    def _rename(self) -> None:
        text, node = self.name.text(), self._node
        if not node or self.name.isReadOnly() or text == node or node not in self._document.graph:
            return
        try:
            graph = self._document.graph.rename(node, text)
        except CnnvizError as error:
            self._tell(str(error))
            return
        self._node = text
        self._document.edit(f"Rename {node} to {text}", graph)
        self.renamed.emit(text)

    def _tell(self, problem: str) -> None:
        theme.set_role(self.name, error=bool(problem))
        self._about.setVisible(not problem)
        self._error.setVisible(bool(problem))
        self._error.setText(problem)
        self._error.setToolTip(problem)
