"""Puts the Ask page into Inspect, in place of the three panes; the lane above stays, to choose layers and maps."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from cnnviz.ui.inspect.asking.page import AskPage
from cnnviz.ui.widgets.pages import Pages

if TYPE_CHECKING:
    from cnnviz.ui.inspect.workspace import InspectWorkspace


class AskingRoom(QObject):
    """Turns between the value under the cursor and the whole network."""

    def __init__(self, workspace: InspectWorkspace) -> None:
        super().__init__(workspace)
        self._workspace = workspace
        self.page = AskPage(workspace.side.desk)
        self._stack = Pages()
        middle = workspace.middle
        middle.replaceWidget(middle.indexOf(workspace.panes), self._stack)
        middle.setStretchFactor(1, 1)
        self._stack.addWidget(workspace.panes)
        self._stack.addWidget(self.page)
        workspace.bar.ask.clicked.connect(lambda _checked: self.turn())
        self.page.closed.connect(self.leave)
        self.page.opened.connect(self._open)
        self.page.maximised.connect(workspace.lane.setHidden)

    @property
    def asking(self) -> bool:
        """Say whether the page is shown."""
        return self._stack.currentWidget() is self.page

    def turn(self) -> None:
        """Ask the network, or look at the value again."""
        self._show(not self.asking)

    def show(self, title: str) -> None:
        """Ask one of the page's questions."""
        self.page.show_pane(title)
        self._show(True)

    def leave(self) -> None:
        """Look at the value under the cursor again."""
        self._show(False)

    def _show(self, asking: bool) -> None:
        workspace = self._workspace
        workspace.player.stop()
        self._stack.setCurrentWidget(self.page if asking else workspace.panes)
        workspace.lane.setHidden(asking and self.page.larger.isChecked())
        workspace.arrows.setHidden(asking)
        workspace.bar.set_asking(asking)

    def _open(self, node: str) -> None:
        """Look at a layer, at the same place of the picture where there is one, else at its largest value."""
        self.leave()
        self._workspace.steering.walk(node, ())
