"""A field over a cell, to type another number into it."""

from __future__ import annotations

import math

from PySide6.QtCore import QRect, Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent
from PySide6.QtWidgets import QLineEdit, QWidget

from cnnviz.model.whatif import Cell
from cnnviz.ui import theme

WIDTH, HEIGHT = 92, 26
MINUS = "\u2212"


class CellEditor(QLineEdit):
    """Enter takes the number and emits `edited(cell, value)`; Esc, or going elsewhere, leaves it as it was."""

    edited = Signal(object, float)

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        theme.set_role(self, role="number")
        self.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._cell: Cell | None = None
        self._back: QWidget | None = None
        self._space = parent
        self.hide()
        self.returnPressed.connect(self._take)
        self.textEdited.connect(lambda _text: self._mark())

    def open(self, cell: Cell, name: str, value: float, over: QRect, back: QWidget) -> None:
        """Ask for another value, at a place of the parent; `back` gets the keys afterwards."""
        self._cell, self._back = cell, back
        self.setAccessibleName(f"{name}, new value")
        self.setToolTip(f"{name}: Enter takes the number, Esc leaves it as it is")
        self.setText(f"{value:.6g}".replace("-", MINUS))
        width = max(over.width(), WIDTH)
        room = QRect(0, 0, width, max(over.height(), HEIGHT))
        room.moveCenter(over.center())
        space = self._space.width()
        room.moveLeft(min(max(room.left(), 2), space - width - 2))
        self.setGeometry(room)
        self._mark()
        self.show()
        self.raise_()
        self.selectAll()
        self.setFocus(Qt.FocusReason.OtherFocusReason)

    def number(self) -> float | None:
        """Return what is typed, as the number it is; None where it is none."""
        try:
            found = float(self.text().strip().replace(MINUS, "-").replace(",", "."))
        except ValueError:
            return None
        return found if math.isfinite(found) else None

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self._close()
        else:
            super().keyPressEvent(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self.hide()

    def _mark(self) -> None:
        """Frame a text that is no number."""
        theme.set_role(self, role="number", error=self.number() is None)

    def _take(self) -> None:
        cell, number = self._cell, self.number()
        if cell is None or number is None:
            return
        self._close()
        self.edited.emit(cell, number)

    def _close(self) -> None:
        self.hide()
        if self._back is not None:
            self._back.setFocus(Qt.FocusReason.OtherFocusReason)
