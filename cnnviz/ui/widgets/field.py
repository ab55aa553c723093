"""What all form fields share: a row of controls, and a line below it for what is wrong."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QLineEdit, QVBoxLayout, QWidget

from cnnviz.ui import theme
from cnnviz.ui.widgets.chrome import label


class Field(QWidget):
    """The base: a row of controls, and a line below it for what is wrong."""

    edited = Signal(object)

    def __init__(self, name: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._name = name
        self._marked: list[QWidget] = []
        column = self._column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(2)
        self.row = QHBoxLayout()
        self.row.setSpacing(6)
        column.addLayout(self.row)
        self._error: QLabel = label("", "error")
        self._error.setWordWrap(True)
        self._error.hide()
        column.addWidget(self._error)
        self.mixed = ""
        """The different values that the field stands for, in words, until one value is given to all."""
        self._mixed: QLabel = label("", "hint")
        self._mixed.setWordWrap(True)
        self._mixed.hide()
        column.addWidget(self._mixed)

    def value(self) -> Any:
        """The last legal value."""
        raise NotImplementedError

    def set_value(self, value: Any) -> None:
        """Show `value` and clear the error; emits nothing."""
        raise NotImplementedError

    def set_error(self, text: str | None) -> None:
        """Say below the field what is wrong with it; None clears that. The field's text stays."""
        self._error.setText(text or "")
        self._error.setVisible(bool(text))
        for control in self._marked:
            theme.set_role(control, error=bool(text))
        first = self._marked[0] if self._marked else self
        first.setAccessibleDescription(text or "")

    def set_mixed(self, values: str) -> None:
        """Say that the field stands for several values; then its text is empty, and any value is a new one."""
        self.mixed = values
        self._mixed.setText(f"mixed: {values}")
        self._mixed.setVisible(bool(values))
        for edit in self.findChildren(QLineEdit):
            edit.setPlaceholderText("mixed" if values else "")
            if values:
                edit.clear()

    def error(self) -> str:
        """What is wrong now, "" if nothing."""
        return self._error.text()

    def _add(self, control: QWidget, stretch: int = 0, marked: bool = True) -> None:
        control.setAccessibleName(self._name)
        self.row.addWidget(control, stretch)
        if marked:
            self._marked.append(control)
