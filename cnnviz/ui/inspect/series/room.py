"""Puts the Forecast page into Inspect, in place of the three panes, where the data are a series."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QStackedWidget

from cnnviz.ui.inspect.series.page import ForecastPage
from cnnviz.ui.inspect.series.rowmark import RowMark
from cnnviz.ui.state import Session

if TYPE_CHECKING:
    from cnnviz.ui.inspect.workspace import InspectWorkspace


class ForecastRoom(QObject):
    """Turns between the value under the cursor and the forecast."""

    def __init__(self, session: Session, workspace: InspectWorkspace) -> None:
        super().__init__(workspace)
        self._session, self._workspace = session, workspace
        self.page = ForecastPage(session)
        self._row_mark = RowMark(session, workspace)
        stack = workspace.panes.parentWidget()
        assert isinstance(stack, QStackedWidget)
        self._stack = stack
        self._stack.addWidget(self.page)
        self._stack.currentChanged.connect(lambda _at: self._turned())
        workspace.bar.forecast.clicked.connect(lambda _checked: self.turn())
        self.page.closed.connect(self.leave)
        workspace.lane.chosen.connect(lambda *_where: self.leave())
        session.material.dataset_changed.connect(self._offer)
        session.forecast_wanted.connect(self.open)
        self._offer()

    @property
    def shown(self) -> bool:
        """Say whether the page is shown."""
        return self._stack.currentWidget() is self.page

    def turn(self) -> None:
        """Look at the forecast, or at the value again."""
        if self.shown:
            self.leave()
        elif not self._workspace.bar.forecast.isHidden():
            self._workspace.asking.leave()
            self._stack.setCurrentWidget(self.page)

    def open(self) -> None:
        """Look at the forecast, where the data are a series."""
        if not self.shown:
            self.turn()

    def leave(self) -> None:
        """Look at the value under the cursor again."""
        if self.shown:
            self._stack.setCurrentWidget(self._workspace.panes)

    def _turned(self) -> None:
        workspace, asking = self._workspace, self._workspace.asking.asking
        if self.shown:
            workspace.player.stop()
        workspace.bar.set_asking(self.shown or asking)
        workspace.bar.ask.setChecked(asking)
        workspace.bar.forecast.setChecked(self.shown)
        workspace.arrows.setHidden(self.shown or asking)

    def _offer(self) -> None:
        """Show the way here only where the data are a series."""
        dataset = self._session.material.dataset
        there = dataset is not None and dataset.timeline is not None
        self._workspace.bar.forecast.setVisible(there)
        if not there:
            self.leave()
