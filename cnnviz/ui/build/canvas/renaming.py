"""Renaming right on the card: a line over its header."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QLineEdit

from cnnviz.errors import CnnvizError
from cnnviz.model.entries import problem_of_title
from cnnviz.model.groups.folding import group_of, members, with_group
from cnnviz.model.groups.repeating import title_of
from cnnviz.ui import theme
from cnnviz.ui.build.canvas.canvas import Canvas


class NameEditor(QLineEdit):
    """Enter or a click elsewhere takes the name, Esc leaves the old one; a bad name says why and stays."""

    def __init__(self, canvas: Canvas) -> None:
        super().__init__(canvas)
        self._canvas = canvas
        self._subject: _NodeName | _GroupTitle | None = None
        self.setAccessibleName("new name")
        self.hide()
        self.textEdited.connect(self._check)
        self.editingFinished.connect(self.finish)
        canvas.moved.connect(self._place)
        canvas.resized.connect(self._place)

    def start(self, name: str) -> None:
        """Edit the name of a node, on its card."""
        self._open(_NodeName(self._canvas, name))

    def start_group(self, name: str) -> None:
        """Edit the title of a group, on its card or frame."""
        self._open(_GroupTitle(self._canvas, name))

    def _open(self, subject: _NodeName | _GroupTitle) -> None:
        self._canvas.reveal(subject.nodes)
        self._subject = subject
        self.setText(subject.text)
        self._check(subject.text)
        self._place()
        self.show()
        self.setFocus()
        self.selectAll()

    def finish(self) -> None:
        """Take the name, if it is a legal one."""
        subject, text = self._subject, self.text()
        if not self.isVisible() or subject is None:
            return
        self._close()
        subject.take(text)

    def _close(self) -> None:
        self._subject = None
        self.hide()
        self._canvas.show_hint("")
        self._canvas.setFocus()

    def _check(self, name: str) -> None:
        """Say while typing why a name is impossible."""
        problem = self._subject.problem(name) if self._subject is not None else ""
        theme.set_role(self, error=bool(problem))
        self._canvas.show_hint(problem, bad=True)

    def _place(self) -> None:
        box = self._subject.header() if self._subject is not None else None
        if box is None:
            return
        self.setGeometry(self._canvas.mapFromScene(box).boundingRect())
        self.setMinimumHeight(24)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self._close()
        else:
            super().keyPressEvent(event)


class _NodeName:
    """The name of a node, edited on its card."""

    def __init__(self, canvas: Canvas, name: str) -> None:
        self._canvas, self._name = canvas, name
        self.text, self.nodes = name, (name,)

    def problem(self, text: str) -> str:
        """Return why a text can't be the name, or an empty text."""
        graph = self._canvas.document.graph
        try:
            if self._name in graph:
                graph.rename(self._name, text)
        except CnnvizError as error:
            return error.what
        return ""

    def take(self, text: str) -> None:
        """Make it the name."""
        graph = self._canvas.document.graph
        if self._name not in graph or text == self._name:
            return
        if self._canvas.commit(f"Rename {self._name} to {text}", lambda: graph.rename(self._name, text)):
            self._canvas.selection.set((text,))

    def header(self) -> QRectF | None:
        """Return where the name stands, in scene coordinates."""
        content = self._canvas.content
        if self._name not in content.faces.card_of:
            return None
        box = content.content_rect((self._name,))
        return QRectF(box.left() + 30, box.top() + 2, box.width() - 40, 26)


class _GroupTitle:
    """The title of a group, edited on its card or in the bar of its frame."""

    def __init__(self, canvas: Canvas, name: str) -> None:
        self._canvas, self._name = canvas, name
        self.text, self.nodes = title_of(canvas.document.graph, name), members(canvas.document.graph, name)

    def problem(self, text: str) -> str:
        """Return why a text can't be the title, or an empty text."""
        return problem_of_title(text)

    def take(self, text: str) -> None:
        """Make it the title; an empty text leaves the old one."""
        graph = self._canvas.document.graph
        if not text.strip() or text == self.text or self._name not in {each.name for each in graph.groups}:
            return
        group = replace(group_of(graph, self._name), title=text.strip())
        self._canvas.commit(f"Rename {self.text} to {text.strip()}", with_group(graph, group))

    def header(self) -> QRectF | None:
        """Return where the title stands, in scene coordinates."""
        content = self._canvas.content
        frame = content.faces.frames.get(self._name)
        if frame is not None:
            left, top, right, _ = frame.rect
            return QRectF(left + 30, top + 4, min(right - left - 60, 320), 26)
        if not self.nodes or self.nodes[0] not in content.faces.card_of:
            return None
        box = content.content_rect(self.nodes)
        return QRectF(box.left() + 30, box.top() + 2, 200, 26)
