"""What stands in the way of looking at something, in words, and where to go about it."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QWidget

from cnnviz.layers import times
from cnnviz.model.checking.freesize import admitting
from cnnviz.ui import theme
from cnnviz.ui.state import Session
from cnnviz.ui.widgets.chrome import button, label

WORDS = {"train": "Train", "build": "Go to Build"}


def obstacle(session: Session) -> str:
    """Return why the network can't look at the sample now, or an empty text."""
    document, sample = session.document, session.material.sample
    report = document.report
    if not document.graph.nodes:
        return "There is no network yet."
    if report.errors:
        count = len([each for each in report.errors if each.severity == "error"]) or len(report.errors)
        return f"Build has {count} problem{'s' if count != 1 else ''}."
    if sample is None:
        return "The data set is still loading."
    if not admitting(document.graph, sample.image.shape):
        shape = report.row(report.input).shape or ()
        return f"The network takes {times(shape)}, but the sample is {times(sample.image.shape)}."
    return ""


def remedy(session: Session) -> str:
    """Return the workspace that helps: `build`, `train`, or an empty text."""
    if not session.document.graph.nodes or session.document.report.errors:
        return "build"
    if session.material.sample is None:
        return ""
    if obstacle(session):
        return "build"
    return "" if session.looking.trained else "train"


class Banner(QWidget):
    """One line above the panes: what is wrong, and a button to the workspace that helps."""

    wanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        theme.set_role(self, role="panel")
        self.sentence, self.button = label("", "secondary"), button("", small=True)
        row = QHBoxLayout(self)
        row.setContentsMargins(12, 3, 12, 3)
        row.addWidget(self.sentence)
        row.addWidget(self.button)
        row.addStretch(1)
        self.button.clicked.connect(self.wanted)

    def say(self, sentence: str, action: str) -> None:
        """Show a sentence and a button; nothing is shown without a sentence."""
        self.sentence.setText(sentence)
        self.button.setText(action)
        self.button.setVisible(bool(action))
        self.setVisible(bool(sentence))
