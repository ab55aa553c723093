"""The key map: every key and what it does, read from the actions themselves."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QDialog, QGridLayout, QVBoxLayout, QWidget

from cnnviz.ui.widgets.chrome import label

if TYPE_CHECKING:
    from cnnviz.ui.window import MainWindow


class KeyMap(QDialog):
    """A dialog that does not block; Esc closes it."""

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        self.setWindowTitle("Keys")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        column = QVBoxLayout(self)
        column.setContentsMargins(24, 20, 24, 24)
        column.setSpacing(12)
        everywhere = list(window.actions_by_name.values())
        here = window.workspace_actions()
        column.addWidget(_table("Everywhere", everywhere))
        if here:
            column.addWidget(_table(f"In {window.workspace.capitalize()}", here))


def _table(title: str, actions: list[QAction]) -> QWidget:
    box = QWidget()
    grid = QGridLayout(box)
    grid.setContentsMargins(0, 0, 0, 0)
    grid.setHorizontalSpacing(24)
    grid.addWidget(label(title, "heading"), 0, 0, 1, 4)
    keyed = [action for action in actions if action.shortcuts()]
    half = -(-len(keyed) // 2)
    for place, action in enumerate(keyed):
        keys = ", ".join(key.toString(QKeySequence.SequenceFormat.NativeText) for key in action.shortcuts())
        row, side = place % half + 1, 2 * (place // half)
        grid.addWidget(label(keys, "mono"), row, side)
        grid.addWidget(label(action.text(), "secondary"), row, side + 1)
    return box
