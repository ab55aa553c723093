"""The list of problems: what is wrong, with which node, and what to click."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from cnnviz.model.check import Problem, Report
from cnnviz.model.graph import Graph
from cnnviz.ui import icons, numbers, theme
from cnnviz.ui.build.cards.waiting import Causes
from cnnviz.ui.build.wording import told
from cnnviz.ui.widgets.chrome import Elided, button, label

SIGNS = {"error": ("error", "err"), "waiting": ("info", "t3"), "note": ("info", "t3")}


class ProblemList(QScrollArea):
    """`node_chosen` asks for a node to be shown; `fix_chosen` for an edit to be made."""

    node_chosen = Signal(str)
    fix_chosen = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setAccessibleName("problems")
        self.rows: list[ProblemRow] = []
        self._shown: tuple[object, ...] = ()

    def show_report(self, graph: Graph, report: Report, order: numbers.AxisOrder) -> None:
        """List errors first, then what waits for them, then notes; nodes that wait for the same are one row."""
        problems = tuple(_gathered(graph, report, order))
        shown = (theme.current().name, bool(graph.nodes), *((p.node, p.text, len(p.fixes)) for p in problems))
        if shown == self._shown:
            return
        self._shown = shown
        page = QWidget()
        column = QVBoxLayout(page)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(1)
        self.rows = [ProblemRow(problem, self) for problem in problems]
        for row in self.rows:
            column.addWidget(row)
        if not problems:
            text = (
                "No problems: this network can be trained." if graph.nodes else "Nothing on the canvas yet."
            )
            column.addWidget(label(text, "secondary"))
        column.addStretch(1)
        self.setWidget(page)


class ProblemRow(QFrame):
    """One problem; a click anywhere on it shows its node."""

    def __init__(self, problem: Problem, owner: ProblemList) -> None:
        super().__init__()
        self.problem, self._owner = problem, owner
        first = problem.node.split(",")[0]
        self._first = first
        self.setFixedHeight(25)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        row = QHBoxLayout(self)
        row.setContentsMargins(8, 0, 8, 0)
        row.setSpacing(8)
        icon, tone = SIGNS[problem.severity]
        sign = label()
        sign.setPixmap(icons.pixmap(icon, theme.color(tone), 14, self.devicePixelRatioF()))
        row.addWidget(sign)
        row.addWidget(label(problem.node, "heading"))
        row.addWidget(Elided(problem.text, "secondary"), 1)
        if len(problem.fixes) == 1:
            fix = problem.fixes[0]
            self.action = button(fix.label.split(":")[0], "link")
            self.action.clicked.connect(lambda: owner.fix_chosen.emit(fix))
            row.addWidget(self.action)
        elif problem.fixes:
            self.action = button(f"{len(problem.fixes)} fixes", "link")
            self.action.clicked.connect(lambda: owner.node_chosen.emit(first))
            row.addWidget(self.action)
        if problem.severity == "error":
            self.setObjectName("problem")
            self.setStyleSheet(f"#problem {{ background: {theme.current().err_bg}; border-radius: 4px; }}")

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self._owner.node_chosen.emit(self._first)

    def sizeHint(self) -> QSize:
        return QSize(300, 25)


def _gathered(graph: Graph, report: Report, order: numbers.AxisOrder) -> list[Problem]:
    """Return the problems in the order of their weight, waiting nodes gathered by what they wait for."""
    inputs = {row.name: row.inputs for row in report.rows}
    found = [
        replace(p, text=told(p.text, inputs.get(p.node), order))
        for p in report.problems
        if p.severity == "error"
    ]
    waiting: dict[str, list[str]] = {}
    causes = Causes(graph, report)
    for problem in report.problems:
        if problem.severity != "waiting":
            continue
        cause = causes.of(problem.node)
        if cause == problem.node:
            found.append(problem)
        else:
            waiting.setdefault(cause, []).append(problem.node)
    for cause, names in waiting.items():
        listed = ", ".join(names[:4]) + (f" and {len(names) - 4} more" if len(names) > 4 else "")
        verb = "waits" if len(names) == 1 else "wait"
        found.append(Problem(listed, f"{verb} for a shape from {cause}", "waiting"))
    return found + [p for p in report.problems if p.severity == "note"]
