"""Searching the network: type a part of a name, a kind or a shape; Enter goes from one layer to the next."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLineEdit

from cnnviz.model.check import Report
from cnnviz.model.graph import Graph
from cnnviz.ui import numbers, theme
from cnnviz.ui.build.canvas.canvas import Canvas
from cnnviz.ui.build.wording import axis_order
from cnnviz.ui.widgets.chrome import label, tool_button

WIDTH = 300


def found(graph: Graph, report: Report, query: str, order: numbers.AxisOrder) -> tuple[str, ...]:
    """Return the nodes whose name, kind, options or shape have what was typed; names that start so come first."""
    wanted = query.strip().lower()
    if not wanted:
        return ()
    plain = wanted.replace("x", numbers.TIMES)
    names = [row.name for row in report.rows]
    hits = [name for name in names if _answers(graph, report, name, wanted, plain, order)]
    return tuple(sorted(hits, key=lambda name: not name.lower().startswith(wanted)))


def _answers(
    graph: Graph, report: Report, name: str, wanted: str, plain: str, order: numbers.AxisOrder
) -> bool:
    layer, shape = graph.node(name).layer, report.row(name).shape
    texts = (name, layer.title, layer.kind, layer.group, layer.brief())
    if any(wanted in text.lower() for text in texts):
        return True
    written = numbers.shape(shape, order) if shape else ""
    return bool(written) and (plain in written or plain in layer.brief())


class SearchBar(QFrame):
    """Lies over the upper edge of the canvas while one searches."""

    def __init__(self, canvas: Canvas) -> None:
        super().__init__(canvas)
        self._canvas = canvas
        self._hits: tuple[str, ...] = ()
        self._at = 0
        theme.set_role(self, role="card")
        row = QHBoxLayout(self)
        row.setContentsMargins(8, 6, 6, 6)
        row.setSpacing(4)
        self.field = QLineEdit()
        self.field.setPlaceholderText("Name, kind or shape")
        self.field.setAccessibleName("search the network")
        self.field.installEventFilter(self)
        self.field.textChanged.connect(lambda _: self._look())
        self.told = label("", "hint")
        row.addWidget(self.field, 1)
        row.addWidget(self.told)
        row.addWidget(tool_button("chevron-up", "Previous (Shift Enter)", lambda: self.step(-1)))
        row.addWidget(tool_button("chevron-down", "Next (Enter)", lambda: self.step(1)))
        row.addWidget(tool_button("close", "Close (Esc)", self.shut))
        canvas.resized.connect(self._place)
        canvas.document.changed.connect(lambda old, new: self._look(jump=False))
        self.hide()

    def open(self) -> None:
        """Begin a search; what was looked for last stands there, to be typed over."""
        self._place()
        self.show()
        self.raise_()
        self.field.setFocus()
        self.field.selectAll()
        self._look(jump=False)

    def shut(self) -> None:
        """End the search; what was found last stays selected."""
        if self.isVisible():
            self.hide()
            self._canvas.setFocus()

    @property
    def hits(self) -> tuple[str, ...]:
        """Return the nodes that were found."""
        return self._hits

    def step(self, by: int) -> None:
        """Go to the next hit, or the one before."""
        if self._hits:
            self._at = (self._at + by) % len(self._hits)
            self._jump()

    def _look(self, *, jump: bool = True) -> None:
        if not self.isVisible():
            return
        document, text = self._canvas.document, self.field.text()
        self._hits = found(document.graph, document.report, text, axis_order(self._canvas.session))
        self._at = 0
        if jump and self._hits:
            self._jump()
        self._tell()

    def _jump(self) -> None:
        name = self._hits[self._at]
        self._canvas.selection.set((name,))
        self._canvas.reveal((name,), glide=True)
        self._tell()

    def _tell(self) -> None:
        if self._hits:
            self.told.setText(f"{self._at + 1} of {len(self._hits)}")
        else:
            self.told.setText("nothing" if self.field.text().strip() else "")

    def _place(self) -> None:
        self.setFixedWidth(WIDTH)
        self.adjustSize()
        self.move((self._canvas.width() - WIDTH) // 2, 8)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.KeyPress and isinstance(event, QKeyEvent):
            return self._key(event)
        return super().eventFilter(watched, event)

    def _key(self, event: QKeyEvent) -> bool:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            back = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
            self.step(-1 if back else 1)
        elif event.key() == Qt.Key.Key_Escape:
            self.shut()
        else:
            return False
        return True
