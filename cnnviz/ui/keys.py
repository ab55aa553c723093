"""The key map: every key and what it does, read from the actions themselves."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QDialog, QGridLayout

from cnnviz.ui import theme
from cnnviz.ui.widgets.chrome import label

if TYPE_CHECKING:
    from cnnviz.ui.window import MainWindow

GAP = 12


class KeyMap(QDialog):
    """A dialog that does not block; Esc closes it."""

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        self.setWindowTitle("Keys")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        theme.set_role(self, role="panel")
        grid = QGridLayout(self)  # one for all, so that the columns of its parts stand in line
        grid.setContentsMargins(24, 20, 24, 24)
        grid.setHorizontalSpacing(24)
        _fill(grid, "Everywhere", list(window.actions_by_name.values()))
        here = window.workspace_actions()
        if here:
            grid.setRowMinimumHeight(grid.rowCount(), GAP)
            _fill(grid, f"In {window.workspace.capitalize()}", here)


def _fill(grid: QGridLayout, title: str, actions: list[QAction]) -> None:
    """Add the actions that have keys, in two columns below a title."""
    first = grid.rowCount()
    grid.addWidget(label(title, "heading"), first, 0, 1, 4)
    keyed = [action for action in actions if action.shortcuts()]
    half = -(-len(keyed) // 2)
    for place, action in enumerate(keyed):
        keys = ", ".join(key.toString(QKeySequence.SequenceFormat.NativeText) for key in action.shortcuts())
        row, side = first + 1 + place % half, 2 * (place // half)
        grid.addWidget(label(keys, "mono"), row, side)
        grid.addWidget(label(action.text(), "secondary"), row, side + 1)
