"""What is wrong with a card and how to repair it, beside the card."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QPoint, QPointF, QRectF, Qt
from PySide6.QtGui import QEnterEvent, QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QFrame, QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from cnnviz.model.check import Fix, Problem, check
from cnnviz.model.graph import Graph
from cnnviz.ui import icons, theme
from cnnviz.ui.build.canvas.canvas import Canvas
from cnnviz.ui.build.canvas.fixes import consequence
from cnnviz.ui.build.wording import axis_order, capitalised, told
from cnnviz.ui.widgets.chrome import Elided, label, tool_button

WIDTH = 316
BEAK = 9
GAP = 14


class Popover(QFrame):
    """Follows its card while the view moves; hovering a fix shows its result on the canvas."""

    def __init__(self, canvas: Canvas) -> None:
        super().__init__(canvas)
        self._canvas = canvas
        self._problem: Problem | None = None
        self._dismissed: tuple[str, str] = ("", "")
        self._side, self._beak = "", 24
        self._new: set[str] = set()
        """What was just added: while one builds on, loose ends are no news."""
        self.setFixedWidth(WIDTH)
        self.setAccessibleName("problem")
        self._body = QWidget(self)
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(14 + BEAK, 10, 14 + BEAK, 12)
        self._column.addWidget(self._body)
        self.fixes: list[FixButton] = []
        self.hide()
        canvas.moved.connect(self.place)
        canvas.resized.connect(self.place)
        canvas.selection.changed.connect(self._choose)
        canvas.document.changed.connect(self._follow)
        canvas.document.judged_anew.connect(self.refresh)
        theme.changed.connect(self._dress)

    @property
    def problem(self) -> Problem | None:
        """Return the problem that is shown."""
        return self._problem if self.isVisible() else None

    def _follow(self, old: Graph, new: Graph) -> None:
        self._new = {node.name for node in new if node.name not in old}
        self.refresh()

    def _choose(self) -> None:
        self._new &= set(self._canvas.selection.nodes)
        self.refresh()

    def refresh(self) -> None:
        """Show the error of the selected card, unless the user closed just this one.

        A layer that was just added, and fits, is not told at once that the network can't end with it.
        """
        graph, chosen = self._canvas.document.graph, self._canvas.selection.nodes
        found = None
        if len(chosen) == 1 and chosen[0] in graph:
            problems = self._canvas.document.judged(graph).problems
            found = next((p for p in problems if p.node == chosen[0] and p.severity == "error"), None)
        if found is not None and found.node in self._new and check(graph).row(found.node).shape is not None:
            found = None
        if found is None or (found.node, found.text) == self._dismissed:
            self._problem = None
            self.hide()
            return
        if self._problem is None or _said(found) != _said(self._problem):
            self._problem = found
            self._build(found, graph)
        self.place()

    def open_for(self, node: str) -> None:
        """Show a node's problem even if it was closed before."""
        self._dismissed, self._new = ("", ""), set()
        self._canvas.selection.set((node,))
        self.refresh()

    def close_problem(self) -> bool:
        """Close it until the problem changes; say whether there was one."""
        if self._problem is None:
            return False
        self._dismissed = (self._problem.node, self._problem.text)
        self.refresh()
        return True

    def _build(self, problem: Problem, graph: Graph) -> None:
        old, self._body = self._body, QWidget()
        column = QVBoxLayout(self._body)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(6)
        column.addLayout(self._heading(problem))
        said = self._told(problem.text)
        text = label(capitalised(said), "secondary")
        text.setWordWrap(True)
        column.addWidget(text)
        if problem.worked:
            column.addWidget(self._worked(problem))
        self.fixes = [
            FixButton(fix, self._told(fix.label), consequence(graph, fix), self) for fix in problem.fixes
        ]
        if self.fixes:
            column.addSpacing(4)
            column.addWidget(label("FIX, ONE CLICK (UNDO WITH CTRL Z)", "hint"))
        for fix in self.fixes:
            column.addWidget(fix)
        self._column.replaceWidget(old, self._body)
        old.hide()
        old.deleteLater()
        self.adjustSize()

    def _worked(self, problem: Problem) -> QWidget:
        """Return the lines of the sum that does not come out."""
        lines = label("\n".join(self._told(line) for line in problem.worked), "secondary")
        lines.setObjectName("worked")
        ground = theme.current()
        lines.setStyleSheet(
            f"#worked {{ background: {ground.bg2}; border: 1px solid {ground.line}; border-radius: 4px; padding: 6px;"
            f" font-family: '{theme.mono_font(11).family()}'; }}"
        )
        return lines

    def _dress(self) -> None:
        """Wear the new theme."""
        if self._problem is not None:
            self._build(self._problem, self._canvas.document.graph)

    def _told(self, text: str) -> str:
        """Return a text with its shapes in the user's axis order."""
        node = self._problem.node if self._problem is not None else ""
        inputs = self._canvas.document.report.row(node).inputs if node else None
        return told(text, inputs, axis_order(self._canvas.session))

    def _heading(self, problem: Problem) -> QHBoxLayout:
        row = QHBoxLayout()
        sign = label()
        sign.setPixmap(icons.pixmap("error", theme.color("err"), 16, self.devicePixelRatioF()))
        row.addWidget(sign)
        row.addWidget(label(f"{problem.node} does not fit", "heading"), 1)
        row.addWidget(tool_button("close", "Close", self.close_problem))
        return row

    def preview(self, fix: Fix | None) -> None:
        """Show on the canvas what a fix would make of the graph."""
        self._canvas.propose(fix.edit(self._canvas.document.graph) if fix is not None else None)

    def apply(self, fix: Fix) -> None:
        """Make the edit."""
        self._canvas.commit(fix.label.split(":")[0], lambda: fix.edit(self._canvas.document.graph))
        self._canvas.setFocus()

    def place(self) -> None:
        """Stand at the right of the card, at its left, or where neither has room, above or below it."""
        if self._problem is None or self._problem.node not in self._canvas.content.faces.card_of:
            return
        canvas = self._canvas
        card = canvas.mapFromScene(canvas.content.content_rect((self._problem.node,))).boundingRect()
        self.setVisible(card.intersects(canvas.viewport().rect()))
        self.adjustSize()
        room, need = canvas.size() - self.size(), self.width() + GAP - BEAK
        y = min(max(card.center().y() - self.height() // 2, 8), max(room.height() - 8, 8))
        if card.right() + need <= canvas.width():
            self._side, x = "right", card.right() + GAP - BEAK
        elif card.left() >= need:
            self._side, x = "left", card.left() - need
        else:
            self._side, x = "", max(min(card.left(), room.width() - 4), 0)
            above = card.top() - self.height() - GAP
            y = above if above > 0 else min(card.bottom() + GAP, room.height() - 4)
        self._beak = min(max(card.center().y() - y, 24), self.height() - 24)
        self.move(QPoint(x, y))
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(theme.color("err"), 1))
        painter.setBrush(theme.color("bg3"))
        box = QRectF(self.rect()).adjusted(BEAK + 0.5, 0.5, -BEAK - 0.5, -0.5)
        painter.drawRoundedRect(box, 8, 8)
        if self._side:
            self._paint_beak(painter, box)
        painter.end()

    def _paint_beak(self, painter: QPainter, box: QRectF) -> None:
        """Paint the corner that points at the card, and open the frame behind it."""
        outwards = 1 if self._side == "left" else -1
        edge = box.right() if self._side == "left" else box.left()
        beak = QPolygonF()
        for x, y in (
            (edge, self._beak - BEAK),
            (edge + outwards * (BEAK - 1), self._beak),
            (edge, self._beak + BEAK),
        ):
            beak.append(QPointF(x, y))
        painter.drawPolyline(beak)
        painter.setPen(Qt.PenStyle.NoPen)
        beak.translate(-outwards, 0)
        painter.drawPolygon(beak)


def _said(problem: Problem) -> tuple[str, ...]:
    """Return everything of a problem that is shown."""
    return (problem.node, problem.text, *problem.worked, *(fix.label for fix in problem.fixes))


class FixButton(QPushButton):
    """A fix and what it costs."""

    def __init__(self, fix: Fix, text: str, cost: str, popover: Popover) -> None:
        super().__init__()
        self.fix, self._popover = fix, popover
        self.setAccessibleName(text)
        self.setObjectName("fix")
        self.setStyleSheet("#fix { min-height: 42px; max-height: 42px; }")
        head, _, rest = text.partition(": ")
        row = QHBoxLayout(self)
        row.setContentsMargins(10, 4, 10, 4)
        sign = label()
        sign.setPixmap(icons.pixmap("wand", theme.color("t2"), 16, self.devicePixelRatioF()))
        row.addWidget(sign)
        column = QVBoxLayout()
        column.setSpacing(0)
        title = label(head)
        title.setProperty("role", "heading")
        column.addWidget(title)
        note = " · ".join(part for part in (cost, rest) if part)
        if note:
            column.addWidget(Elided(note, "hint"))
        self.setToolTip(fix.label if rest else "")
        row.addLayout(column, 1)
        for child in self.findChildren(QWidget):
            child.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.clicked.connect(lambda: popover.apply(fix))

    def enterEvent(self, event: QEnterEvent) -> None:
        super().enterEvent(event)
        self._popover.preview(self.fix)

    def leaveEvent(self, event: QEvent) -> None:
        super().leaveEvent(event)
        self._popover.preview(None)
