"""A field over a cell, to type another number into it."""

from __future__ import annotations

import math
from typing import ClassVar

from PySide6.QtCore import QRect, Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent
from PySide6.QtWidgets import QLineEdit, QWidget

from cnnviz.model.whatif import Cell
from cnnviz.ui import theme

WIDTH, HEIGHT = 92, 26
MINUS = "\u2212"


class CellEditor(QLineEdit):
    """Enter takes the number and emits `edited(cell, value)`; Esc, or going elsewhere, leaves it as it was.

    Arrow up and down change it by a tenth, with Shift by a hundredth.
    """

    edited = Signal(object, float)

    steps: ClassVar = {Qt.Key.Key_Up: 0.1, Qt.Key.Key_Down: -0.1}

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
        self.setToolTip(f"{name}: \u2191 \u2193 change the number, Enter takes it, Esc leaves it as it is")
        self._write(value)
        width = max(over.width(), WIDTH)
        room = QRect(0, 0, width, max(over.height(), HEIGHT))
        room.moveCenter(over.center())
        space = self._space.width()
        room.moveLeft(min(max(room.left(), 2), space - width - 2))
        self.setGeometry(room)
        self.show()
        self.raise_()
        self.setFocus(Qt.FocusReason.OtherFocusReason)

    def number(self) -> float | None:
        """Return what is typed, as the number it is; None where it is none."""
        try:
            found = float(self.text().strip().replace(MINUS, "-").replace(",", "."))
        except ValueError:
            return None
        return found if math.isfinite(found) else None

    def keyPressEvent(self, event: QKeyEvent) -> None:
        step, number = self.steps.get(Qt.Key(event.key())), self.number()
        if event.key() == Qt.Key.Key_Escape:
            self._close()
        elif step is not None and number is not None:
            fine = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
            self._write(number + (step / 10 if fine else step))
        else:
            super().keyPressEvent(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self.hide()

    def _write(self, value: float) -> None:
        """Put a number in, chosen as a whole, so that what is typed takes its place."""
        self.setText(f"{value:.6g}".replace("-", MINUS))
        self._mark()
        self.selectAll()

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
            self._back.setFocus(Qt.FocusReason.ShortcutFocusReason)  # by a key: the ring shows where it is
