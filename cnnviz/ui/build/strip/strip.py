"""The strip below the canvas: problems, shapes, code and history as tabs, and the numbers of the whole network."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QStackedWidget, QTabBar, QVBoxLayout, QWidget

from cnnviz.model.graph import Graph
from cnnviz.ui import theme
from cnnviz.ui.build.strip.amounts import Amounts
from cnnviz.ui.build.strip.problems import ProblemList
from cnnviz.ui.build.strip.shapetable import ShapeTable
from cnnviz.ui.build.strip.sight import sight
from cnnviz.ui.build.strip.tables import CodeView, HistoryList
from cnnviz.ui.build.wording import axis_order
from cnnviz.ui.state import Session

TABS = ("Problems", "Shapes", "Code", "History")
WIDE = ("Shapes", "Code")
"""Tabs that take the whole width."""


class BottomStrip(QFrame):
    """`node_chosen` asks for a node to be shown; `fix_chosen` for an edit to be made."""

    node_chosen = Signal(str)
    fix_chosen = Signal(object)

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        theme.set_role(self, role="panel")
        self._session, self._document = session, session.document
        self.problems, self.shapes = ProblemList(), ShapeTable()
        self.code, self.history = CodeView(), HistoryList()
        self.amounts = Amounts()
        self._measured: Graph | None = None
        self.tabs = QTabBar()
        self.tabs.setDrawBase(False)
        self.tabs.setExpanding(False)
        self._pages = QStackedWidget()
        self._lay_out()
        self.tabs.currentChanged.connect(self._turn)
        self.problems.node_chosen.connect(self.node_chosen)
        self.problems.fix_chosen.connect(self.fix_chosen)
        self.shapes.node_chosen.connect(self.node_chosen)
        self.history.step_chosen.connect(self._document.go)
        self._document.changed.connect(lambda old, new: self.refresh())
        self._document.described.connect(self.refresh)
        self._document.judged_anew.connect(self.refresh)
        session.settings_changed.connect(lambda _: self.refresh())
        theme.changed.connect(self.refresh)

    def _lay_out(self) -> None:
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        left = QWidget()
        column = QVBoxLayout(left)
        column.setContentsMargins(8, 2, 8, 4)
        column.setSpacing(2)
        column.addWidget(self.tabs)
        column.addWidget(self._pages, 1)
        for name, page in zip(TABS, (self.problems, self.shapes, self.code, self.history), strict=True):
            self.tabs.addTab(name)
            self._pages.addWidget(page)
        row.addWidget(left, 1)
        row.addWidget(self.amounts, 1)

    def show_tab(self, name: str) -> None:
        """Turn to a tab."""
        self.tabs.setCurrentIndex(TABS.index(name))

    def refresh(self) -> None:
        """Show the document as it is now; only the tab in sight does any work."""
        if not self.isVisible():
            return
        graph = self._document.graph
        report = self._document.judged(graph)
        errors = sum(problem.severity == "error" for problem in report.problems)
        self.tabs.setTabText(0, f"Problems  {errors}" if errors else "Problems")
        self.amounts.show_report(report, self._document.recipe)
        if self._measured is not graph:
            self._measured = graph
            self._session.asker.ask("receptive field", lambda: sight(graph), self.amounts.show_sight)
        match self.tabs.currentIndex():
            case 0:
                self.problems.show_report(graph, report, axis_order(self._session))
            case 1:
                self.shapes.show_graph(graph, axis_order(self._session))
            case 2:
                self.code.show_graph(graph, self._document.recipe, self._document.data)
            case _:
                self.history.show_history(self._document.history)

    def _turn(self, index: int) -> None:
        self._pages.setCurrentIndex(index)
        self.amounts.setVisible(TABS[index] not in WIDE)
        self.refresh()

    def showEvent(self, event: object) -> None:
        self.refresh()
