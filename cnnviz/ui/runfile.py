"""The question before a Python file is run, and what helps to find the network in it."""

from __future__ import annotations

import re
from pathlib import Path

from PySide6.QtWidgets import QDialog, QDialogButtonBox, QFormLayout, QLineEdit, QVBoxLayout, QWidget

from cnnviz.ui import theme
from cnnviz.ui.widgets.chrome import button, label

_WARNING = (
    "A Python file is a program: it can do everything that you can do on this computer, such as deleting files. "
    "To find the network in it, cnnviz has to run it. Only run files that you trust."
)


class RunFileDialog(QDialog):
    """Asks whether a file may be run; the safe answer is the one that Enter gives."""

    def __init__(self, path: Path, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(f"Run {path.name}?")
        heading = label(f"Importing {path.name} runs it", "heading")
        text = label(_WARNING)
        text.setWordWrap(True)
        self.name, self.shape = QLineEdit(), QLineEdit()
        self.name.setPlaceholderText("found by itself if there is one")
        self.shape.setPlaceholderText("such as 3×32×32; tried out if empty")
        for field, spoken in ((self.name, "Class or variable"), (self.shape, "Shape of one sample")):
            field.setAccessibleName(spoken)
        form = QFormLayout()
        form.addRow("Class or variable", self.name)
        form.addRow("Shape of one sample", self.shape)
        self.run = button("Run and import")
        self.keep = button("Don't run it", "primary")
        self.keep.setDefault(True)
        buttons = QDialogButtonBox()
        buttons.addButton(self.run, QDialogButtonBox.ButtonRole.AcceptRole)
        buttons.addButton(self.keep, QDialogButtonBox.ButtonRole.RejectRole)
        buttons.accepted.connect(self.accept)
        buttons.rejected.connect(self.reject)
        column = QVBoxLayout(self)
        column.setContentsMargins(20, 20, 20, 16)
        column.setSpacing(12)
        column.addWidget(heading)
        column.addWidget(text)
        column.addLayout(form)
        column.addWidget(buttons)
        self.setMinimumWidth(460)
        theme.set_role(self, role="panel")

    def sizes(self) -> tuple[int, ...]:
        """Return the shape that was typed, whatever stands between the numbers; empty where none was."""
        return tuple(int(each) for each in re.findall(r"\d+", self.shape.text()))
