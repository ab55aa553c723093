"""Writing a note, or the heading of a frame, right on the canvas; and putting new ones there."""

from __future__ import annotations

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QFocusEvent, QKeyEvent
from PySide6.QtWidgets import QPlainTextEdit

from cnnviz.model.graph import Graph
from cnnviz.model.groups.notes import add_note, note_of, write_note
from cnnviz.ui import theme
from cnnviz.ui.build.canvas.canvas import Canvas
from cnnviz.ui.build.canvas.places import SNAP, snapped
from cnnviz.ui.build.cards.groundpaint import HEADING_HEIGHT

FRAME_SIDE, FRAME_HEAD = 32.0, 48.0
"""Room in a new frame around the cards that it is made for."""
EMPTY_FRAME = (560.0, 320.0)
SMALLEST_TEXT = 9


class NoteEditor(QPlainTextEdit):
    """A click elsewhere or Ctrl Enter takes the text (in a frame's heading Enter too), Esc leaves the old one."""

    def __init__(self, canvas: Canvas) -> None:
        super().__init__(canvas)
        self._canvas = canvas
        self._note = ""
        self.setAccessibleName("note text")
        self.setTabChangesFocus(True)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.hide()
        canvas.note_pressed.connect(self.start)
        canvas.moved.connect(self._place)
        canvas.resized.connect(self._place)

    # -- new ones -----------------------------------------------------------------------------------------------

    def add_note(self) -> None:
        """Put a note where the mouse is, or in the middle of the view, and let it be written."""
        canvas = self._canvas
        view = canvas.viewport().rect()
        seen = view.contains(canvas.mapFromScene(canvas.pointer))
        point = canvas.pointer if seen else canvas.mapToScene(view.center())
        graph, name = add_note(canvas.document.graph, snapped(point.x(), point.y()))
        self._put("Add note", graph, name)

    def add_frame(self) -> None:
        """Put a frame around the selected cards, or an empty one in the middle, and let its heading be written."""
        canvas = self._canvas
        nodes = canvas.selection.nodes
        if nodes:
            box = canvas.content.content_rect(nodes)
            box = box.adjusted(-FRAME_SIDE, -FRAME_HEAD, FRAME_SIDE, FRAME_SIDE)
        else:
            middle = canvas.mapToScene(canvas.viewport().rect().center())
            box = QRectF(0, 0, *EMPTY_FRAME)
            box.moveCenter(middle)
        size = snapped(box.width() + SNAP / 2, box.height() + SNAP / 2)
        place = snapped(box.left(), box.top())
        graph, name = add_note(canvas.document.graph, place, "Frame", size=size, frame=True)
        self._put("Add frame", graph, name)

    def _put(self, label: str, graph: Graph, name: str) -> None:
        if self._canvas.commit(label, graph):
            self._canvas.selection.set(notes=(name,))
            self.start(name)

    # -- writing ------------------------------------------------------------------------------------------------

    def start(self, name: str) -> None:
        """Write the text of a note."""
        note = note_of(self._canvas.document.graph, name)
        self._note = name
        self._canvas.camera.reveal(self._box())
        self.setPlainText(note.text)
        self._place()
        self.show()
        self.setFocus()
        self.selectAll()

    def finish(self) -> None:
        """Take the text."""
        name, text = self._note, self.toPlainText()
        canvas, graph = self._canvas, self._canvas.document.graph
        self._close()
        notes = {note.name: note for note in graph.notes}
        if name not in notes or notes[name].text == text:
            return
        shown = text.replace("\n", " ").strip() if notes[name].frame else text
        canvas.commit(f"Write {name}", lambda: write_note(graph, name, shown))

    def _close(self) -> None:
        self._note = ""
        self.hide()
        self._canvas.setFocus()

    def _box(self) -> QRectF:
        """Return where the text stands, in scene coordinates."""
        notes = {note.name: note for note in self._canvas.document.graph.notes}
        if self._note not in notes:
            return QRectF()
        note = notes[self._note]
        high = HEADING_HEIGHT if note.frame else note.size[1]
        return QRectF(*note.position, note.size[0], high)

    def _place(self) -> None:
        box = self._box()
        if box.isEmpty():
            return
        self.setGeometry(self._canvas.mapFromScene(box).boundingRect())
        self.setMinimumHeight(28)
        self.setFont(theme.ui_font(max(12 * self._canvas.camera.zoom, SMALLEST_TEXT)))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        enter = event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter)
        heading = self._box().height() == HEADING_HEIGHT
        if event.key() == Qt.Key.Key_Escape:
            self._close()
        elif enter and (heading or event.modifiers() & Qt.KeyboardModifier.ControlModifier):
            self.finish()
        else:
            super().keyPressEvent(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        if self.isVisible() and event.reason() != Qt.FocusReason.PopupFocusReason:
            self.finish()
