"""A titled part of the properties."""

from __future__ import annotations

from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from cnnviz.ui.widgets.chrome import Divider, label


class Section(QWidget):
    """A titled part of the panel, with a line above it."""

    def __init__(self, title: str, body: QWidget, right: QWidget | None = None) -> None:
        super().__init__()
        self._body = body
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(12, 0, 12, 12)
        self._column.setSpacing(8)
        self._column.addWidget(Divider())
        row = QHBoxLayout()
        row.addWidget(label(title, "heading"), 1)
        if right is not None:
            row.addWidget(right)
        self._column.addLayout(row)
        self._column.addWidget(body)

    def swap(self, body: QWidget) -> None:
        """Show another body instead."""
        old, self._body = self._body, body
        self._column.replaceWidget(old, body)
        old.hide()
        old.deleteLater()
