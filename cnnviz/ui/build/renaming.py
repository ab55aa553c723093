"""Renaming right on the card: a line over its header."""

from __future__ import annotations

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QLineEdit

from cnnviz.errors import CnnvizError
from cnnviz.ui import theme
from cnnviz.ui.build.canvas import Canvas


class NameEditor(QLineEdit):
    """Enter or a click elsewhere takes the name, Esc leaves the old one; a bad name says why and stays."""

    def __init__(self, canvas: Canvas) -> None:
        super().__init__(canvas)
        self._canvas = canvas
        self._node = ""
        self.setAccessibleName("new name")
        self.hide()
        self.textEdited.connect(self._check)
        self.editingFinished.connect(self.finish)
        canvas.moved.connect(self._place)
        canvas.resized.connect(self._place)

    def start(self, name: str) -> None:
        """Edit the name of a node, on its card."""
        self._canvas.reveal((name,))
        self._node = name
        self.setText(name)
        self._check(name)
        self._place()
        self.show()
        self.setFocus()
        self.selectAll()

    def finish(self) -> None:
        """Take the name, if it is a legal one."""
        node, name = self._node, self.text()
        document = self._canvas.document
        if not self.isVisible():
            return
        self._close()
        if node not in document.graph or name == node:
            return
        try:
            renamed = document.graph.rename(node, name)
        except CnnvizError as error:
            self._canvas.session.notice.emit("warning", str(error))
            return
        if self._canvas.commit(f"Rename {node} to {name}", renamed):
            self._canvas.selection.set((name,))

    def _close(self) -> None:
        self._node = ""
        self.hide()
        self._canvas.show_hint("")
        self._canvas.setFocus()

    def _check(self, name: str) -> None:
        """Say while typing why a name is impossible."""
        problem = ""
        try:
            self._canvas.document.graph.rename(self._node, name)
        except CnnvizError as error:
            problem = error.what
        theme.set_role(self, error=bool(problem))
        self._canvas.show_hint(problem, bad=True)

    def _place(self) -> None:
        content = self._canvas.content
        if not self._node or self._node not in content.faces.card_of:
            return
        box = content.content_rect((self._node,))
        header = QRectF(box.left() + 30, box.top() + 2, box.width() - 40, 26)
        self.setGeometry(self._canvas.mapFromScene(header).boundingRect())
        self.setMinimumHeight(24)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self._close()
        else:
            super().keyPressEvent(event)
