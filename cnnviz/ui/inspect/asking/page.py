"""The Ask page: it takes the place of the three panes, and, maximised, that of the lane too."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QStackedWidget

from cnnviz.ui.inspect.asking.alike import Alike
from cnnviz.ui.inspect.asking.codemap import CodeMap
from cnnviz.ui.inspect.asking.desk import Desk
from cnnviz.ui.inspect.asking.ideals import Ideals
from cnnviz.ui.inspect.asking.mistakes import Mistakes
from cnnviz.ui.inspect.asking.pane import AskPane
from cnnviz.ui.inspect.asking.probing import Probing
from cnnviz.ui.inspect.asking.projected import Projected
from cnnviz.ui.widgets.chrome import Panel, Pill, Segmented, tool_button


class AskPage(Panel):
    """Questions about the whole network and data set, a pane for each; `closed` asks for the value panes again.

    `opened` carries a layer that is to be looked at there. `maximised` says whether all room is wanted.
    """

    closed = Signal()
    opened = Signal(str)
    maximised = Signal(bool)

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self.desk = desk
        self.code, self.probing, self.mistakes = CodeMap(self.desk), Probing(self.desk), Mistakes(self.desk)
        self.ideals, self.filters, self.alike = Ideals(self.desk), Projected(self.desk), Alike(self.desk)
        self.panes: tuple[AskPane, ...] = (
            self.code, self.probing, self.mistakes, self.ideals, self.filters, self.alike,
        )  # fmt: skip
        self.choice = Segmented([pane.title for pane in self.panes], name="what is asked")
        self.untrained = Pill("random weights", "warn")
        self.untrained.setToolTip("This network is not trained: all answers are about random weights")
        self.stack = QStackedWidget()
        for pane in self.panes:
            self.choice.part(pane.title).setToolTip(pane.sentence)
            self.stack.addWidget(pane)
        self.larger = tool_button("expand", "All the room for this page", checkable=True)
        self.close_button = tool_button("close", "Back to the value under the cursor  Q", self.closed.emit)
        for part in (self.untrained, self.choice, self.larger, self.close_button):
            self.add_to_header(part)
        self.body.setContentsMargins(0, 4, 0, 0)
        self.body.addWidget(self.stack, 1)
        self.set_title("Ask the network", "")
        self.choice.chosen.connect(self.show_pane)
        self.larger.toggled.connect(self.maximised)
        self.header_double_clicked.connect(self.larger.toggle)
        for pane in (self.probing, self.mistakes):
            pane.opened.connect(self.opened)
        desk.session.looking.weights_changed.connect(self._tell_training)
        self._tell_training()

    def show_pane(self, title: str) -> None:
        """Ask another question."""
        self.choice.set_value(title)
        self.stack.setCurrentIndex([pane.title for pane in self.panes].index(title))

    def _tell_training(self) -> None:
        self.untrained.setVisible(not self.desk.session.looking.trained)
