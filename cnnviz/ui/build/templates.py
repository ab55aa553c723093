"""The list of templates in the palette: a click opens one."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import QListWidget, QListWidgetItem, QWidget

from cnnviz.templates import TEMPLATES
from cnnviz.ui import numbers


class TemplateList(QListWidget):
    """`chosen` carries the id of the template that was clicked."""

    chosen = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName("templates")
        self.setWordWrap(True)
        self.setSpacing(2)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        for found in TEMPLATES.values():
            row = QListWidgetItem(f"{found.title}\n{numbers.count(found.params)} parameters")
            row.setData(Qt.ItemDataRole.UserRole, found.id)
            row.setToolTip(found.sentence)
            row.setSizeHint(QSize(120, 44))
            self.addItem(row)
        self.itemClicked.connect(lambda row: self.chosen.emit(row.data(Qt.ItemDataRole.UserRole)))
        self.itemActivated.connect(lambda row: self.chosen.emit(row.data(Qt.ItemDataRole.UserRole)))
