"""A kernel as a map whose cells are chosen, and opened for a change, with the mouse or with keys."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QFocusEvent, QKeyEvent

from cnnviz.ui.inspect.figures.cursormap import CursorMap

FOR_GOOD = (
    Qt.FocusReason.TabFocusReason,
    Qt.FocusReason.BacktabFocusReason,
    Qt.FocusReason.MouseFocusReason,
)
"""Why the keys go elsewhere and are not about to come back, as they are from a field that lies over a cell."""


class KernelMap(CursorMap):
    """Arrows choose a cell, Enter opens it as a double click does; what is chosen is lit as if it were pointed at.

    `clicked` says so again when the keys come back, `left` when they go.
    """

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self.selected is not None:
            self.double_clicked.emit(*self.selected)
        else:
            super().keyPressEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        if self.selected is not None and event.reason() is not Qt.FocusReason.MouseFocusReason:
            self.clicked.emit(*self.selected)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        if event.reason() in FOR_GOOD:
            self.set_selected(None)
        self.left.emit()
