"""Two networks side by side: what was added, removed, changed on the way from the left one to the right one."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from pathlib import Path

from PySide6.QtCore import QRect, QRectF, Qt, QTimer
from PySide6.QtGui import QColor, QKeySequence, QPainter, QPen, QShortcut, QShowEvent
from PySide6.QtWidgets import (
    QFileDialog,
    QHBoxLayout,
    QListWidget,
    QListWidgetItem,
    QMenu,
    QVBoxLayout,
    QWidget,
)

from cnnviz.errors import CnnvizError
from cnnviz.model.difference import Change, Difference, Kind, compare
from cnnviz.model.files import open_project
from cnnviz.model.graph import Graph
from cnnviz.templates import TEMPLATES, template
from cnnviz.ui import numbers, theme
from cnnviz.ui.build.canvas.sheet import Sheet
from cnnviz.ui.state import Session
from cnnviz.ui.widgets.chrome import Elided, Panel, button, label

TONES: dict[Kind, str] = {"added": "ok", "removed": "err", "changed": "warn", "wired": "acc", "renamed": "t3"}
"""The most telling first."""
SIGNS: dict[Kind, str] = {
    "added": "+",
    "removed": numbers.MINUS,
    "changed": "≠",
    "renamed": "=",
    "wired": "~",
}


class MarkedSheet(Sheet):
    """Shows a network that can't be edited, with its cards ringed by what happened to them."""

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        self._kinds: dict[str, Kind] = {}

    def show_graph(self, graph: Graph, kinds: dict[str, Kind]) -> None:
        """Show a network; `kinds` says by node what differs."""
        self._kinds = kinds
        self.content.sync(graph)
        self.viewport().update()

    def drawForeground(self, painter: QPainter, rect: QRectF | QRect) -> None:
        for card, kind in self._told_by_cards().items():
            ring = self.content.cards[card].sceneBoundingRect()
            color = QColor(theme.color(TONES[kind]))
            painter.setPen(QPen(color, 3 / self.camera.zoom))
            color.setAlphaF(0.10)
            painter.setBrush(color)
            painter.drawRoundedRect(ring, 8, 8)
        super().drawForeground(painter, rect)

    def _told_by_cards(self) -> dict[str, Kind]:
        """Return the most telling difference of each card, which may stand for several nodes."""
        found: dict[str, Kind] = {}
        for name, kind in self._kinds.items():
            card = self.content.faces.card_of.get(name)
            if (
                card is not None
                and list(TONES).index(kind) < list(TONES).index(found.get(card, "renamed")) + 1
            ):
                found[card] = kind
        return found


class Comparison(QWidget):
    """A window beside the main one; the right side follows the open document."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent, Qt.WindowType.Window)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle("Compare networks")
        self.resize(1180, 760)
        self._session = session
        self._before, self._title = session.document.history.steps[0].graph, "when it was opened"
        self.left, self.right = MarkedSheet(session), MarkedSheet(session)
        self.changes = QListWidget()
        self.changes.setAccessibleName("differences")
        self.changes.currentRowChanged.connect(self._reveal)
        self.sums = label("", "secondary")
        self.choose = button("Compare with …")
        self.choose.setMenu(self._sources())
        self._left_name, self._right_name = Elided("", "heading"), Elided("", "heading")
        self._found: Difference = compare(Graph(), Graph())
        self._lay_out()
        QShortcut(QKeySequence(Qt.Key.Key_Escape), self, self.close)
        session.document.changed.connect(self._follow)
        theme.changed.connect(self.refresh)

    def _lay_out(self) -> None:
        bar = QHBoxLayout()
        bar.setContentsMargins(12, 8, 12, 8)
        bar.setSpacing(12)
        bar.addWidget(self.choose)
        bar.addWidget(self.sums, 1)
        sides = QHBoxLayout()
        sides.setSpacing(1)
        for name, sheet in ((self._left_name, self.left), (self._right_name, self.right)):
            column = QVBoxLayout()
            column.setContentsMargins(0, 0, 0, 0)
            head = QHBoxLayout()
            head.setContentsMargins(12, 4, 12, 4)
            head.addWidget(name, 1)
            column.addLayout(head)
            column.addWidget(sheet, 1)
            sides.addLayout(column, 1)
        listed = Panel("Differences", "click one to see it on both sides")
        listed.body.addWidget(self.changes)
        listed.setFixedHeight(210)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(0)
        whole.addLayout(bar)
        whole.addLayout(sides, 1)
        whole.addWidget(listed)

    def _sources(self) -> QMenu:
        menu = QMenu(self)
        opened = self._session.document.history.steps[0].graph
        menu.addAction(
            "This network, when it was opened", lambda: self.compare_with(opened, "when it was opened")
        )
        menu.addAction("A project file …", self._open)
        templates = menu.addMenu("A template")
        for each in TEMPLATES.values():
            templates.addAction(each.title, partial(self._take_template, each.id))
        return menu

    def _take_template(self, name: str) -> None:
        found = template(name)
        self.compare_with(found.graph, found.title)

    def _open(self) -> None:
        name, _ = QFileDialog.getOpenFileName(self, "Compare with", "", "cnnviz projects (*.cnnviz)")
        if not name:
            return
        try:
            self.compare_with(open_project(Path(name)).graph, Path(name).stem)
        except CnnvizError as error:
            self.sums.setText(str(error))

    def compare_with(self, graph: Graph, title: str) -> None:
        """Put another network on the left side."""
        self._before, self._title = graph, title
        self.refresh()
        self.left.fit()

    def refresh(self) -> None:
        """Show what differs now."""
        after = self._session.document.graph
        found = compare(self._before, after)
        ranked = sorted(found.changes, key=lambda change: list(TONES).index(change.kind))
        self._found = found = replace(found, changes=tuple(ranked))
        self.left.show_graph(self._before, found.kinds("before"))
        self.right.show_graph(after, found.kinds("after"))
        same = self._title == self._before.title
        self._left_name.setText(self._title if same else f"{self._before.title} · {self._title}")
        self._right_name.setText(f"{after.title} · now")
        self.sums.setText(_sums(found))
        self._list(found.changes)

    def _list(self, changes: tuple[Change, ...]) -> None:
        self.changes.clear()
        for change in changes:
            name = change.before if change.kind == "renamed" else change.after or change.before
            item = QListWidgetItem(f"{SIGNS[change.kind]}  {name}   {change.text}")
            item.setForeground(theme.color(TONES[change.kind]))
            self.changes.addItem(item)

    def _reveal(self, row: int) -> None:
        if not 0 <= row < len(self._found.changes):
            return
        change = self._found.changes[row]
        for sheet, name in ((self.left, change.before), (self.right, change.after)):
            if name in sheet.content.faces.card_of:
                sheet.fit((name,))
                sheet.camera.zoom_by(min(1.0, 0.7 / sheet.camera.zoom), sheet.viewport().rect().center())

    def _follow(self, _old: Graph, _new: Graph) -> None:
        self.refresh()

    def _fit(self) -> None:
        for sheet in (self.left, self.right):
            sheet.fit()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.refresh()
        QTimer.singleShot(0, self, self._fit)  # the sheets have their sizes only now


def _sums(found: Difference) -> str:
    if not found.changes:
        return "No difference: the same layers, options and wires."
    counts = {kind: sum(change.kind == kind for change in found.changes) for kind in TONES}
    words = {
        "added": "added",
        "removed": "removed",
        "changed": "changed",
        "renamed": "renamed",
        "wired": "wires",
    }
    parts = [f"{counts[kind]} {words[kind]}" for kind in TONES if counts[kind]]
    return " · ".join(
        [*parts, f"{_signed(found.parameters)} parameters", f"{_signed(found.macs)} multiply-adds"]
    )


def _signed(number: int) -> str:
    return f"{'+' if number >= 0 else numbers.MINUS}{numbers.count(abs(number))}"
