"""One quiet line that says what is changed, so that nobody takes a changed network for the trained one."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QWidget

from cnnviz.model.whatif import WhatIf
from cnnviz.ui import theme
from cnnviz.ui.widgets.chrome import Elided, Pill, button


class ChangedBanner(QWidget):
    """Is there only as long as something is changed."""

    reset = Signal()
    more = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        theme.set_role(self, role="panel")
        self.sentence = Elided("", "secondary")
        self.accuracy = button("Accuracy\u2026", "link", small=True)
        self.accuracy.setToolTip("How many test samples are named rightly, before and after")
        self.undo = button("Reset", small=True)
        self.undo.setToolTip("Back to the network and the image as they are; Ctrl+Z goes back one step")
        row = QHBoxLayout(self)
        row.setContentsMargins(12, 3, 12, 3)
        row.setSpacing(8)
        for part in (Pill("changed", "warn"), self.sentence):
            row.addWidget(part)
        row.addStretch(1)
        row.addWidget(self.accuracy)
        row.addWidget(self.undo)
        self.undo.clicked.connect(self.reset)
        self.accuracy.clicked.connect(self.more)
        self.hide()

    def show_whatif(self, whatif: WhatIf) -> None:
        """Say what is changed; nothing is shown where nothing is."""
        text = whatif.words()
        self.sentence.setText(f"{text[:1].upper()}{text[1:]}")
        self.setVisible(bool(whatif))
