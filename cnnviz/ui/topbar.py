"""The top bar: document, workspaces, data set, device, search, and the main action."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QMenu, QPushButton, QWidget

from cnnviz.ui import icons, theme
from cnnviz.ui.widgets.chrome import Elided, Segmented, label, tool_button

HEIGHT = 44
WIDEST_TITLE = 240
WORKSPACES = (("build", "Build  1"), ("train", "Train  2"), ("inspect", "Inspect  3"))


class TopBar(QWidget):
    """Shows what it is told and says what is clicked; it decides nothing."""

    workspace_chosen = Signal(object)
    home_clicked = Signal()

    def __init__(self, actions: dict[str, QAction], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFixedHeight(HEIGHT)
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        theme.set_role(self, role="panel")
        self.menu = QMenu(self)
        self.data_menu = QMenu(self)
        self.device_menu = QMenu(self)
        grid = QGridLayout(self)
        grid.setContentsMargins(8, 0, 12, 0)
        grid.addWidget(self._left(actions), 0, 0)
        grid.addWidget(self._middle(), 0, 1)
        grid.addWidget(self._right(actions), 0, 2, Qt.AlignmentFlag.AlignRight)
        grid.setColumnStretch(0, 1)
        grid.setColumnStretch(2, 1)

    def _left(self, actions: dict[str, QAction]) -> QWidget:
        box, row = _row()
        menu = tool_button("menu", "Menu", lambda: self._drop(self.menu, menu))
        home = tool_button("logo", "Start page", self.home_clicked.emit)
        home.setIconSize(QSize(18, 18))
        home.setIcon(icons.icon("logo", "acc_fill"))
        self.title = Elided("", "project")
        self.state = label("", "secondary")
        undo = tool_button("undo", "Undo", actions["undo"].trigger)
        redo = tool_button("redo", "Redo", actions["redo"].trigger)
        for button, action in ((undo, actions["undo"]), (redo, actions["redo"])):
            _mirror(button, action)
        self.title.setMaximumWidth(WIDEST_TITLE)
        for widget in (menu, home, self.title, self.state, undo, redo):
            row.addWidget(widget)
        row.addStretch(1)
        return box

    def _middle(self) -> QWidget:
        self.switch = Segmented(WORKSPACES, name="Workspace")
        self.switch.chosen.connect(self.workspace_chosen)
        return self.switch

    def _right(self, actions: dict[str, QAction]) -> QWidget:
        box, row = _row()
        self.data = _menu_button("database", "Data set", self.data_menu)
        self.device = _menu_button("chip", "Device", self.device_menu)
        search = tool_button("search", "Find everything  Ctrl+K", actions["palette"].trigger, quiet=False)
        self.primary = QPushButton()
        theme.set_role(self.primary, role="primary")
        for widget in (self.data, self.device, search, self.primary):
            row.addWidget(widget)
        return box

    def set_document(self, title: str, state: str) -> None:
        """Show the document's title and whether it is saved."""
        self.title.setText(title)
        self.state.setText(f"· {state}" if state else "")

    def set_workspace(self, name: str) -> None:
        """Show which workspace is in front; the start page is none of them."""
        if name in dict(WORKSPACES):
            self.switch.set_value(name)
        else:
            self.switch.take_none()

    def set_primary(self, text: str, icon: str, tip: str, *, enabled: bool, active: bool = False) -> None:
        """Show the main action; a disabled one says why in its tool tip."""
        self.primary.setText(text)
        self.primary.setToolTip(tip)
        self.primary.setEnabled(enabled)
        theme.set_role(self.primary, role="active" if active else "primary")
        self.primary.setIcon(icons.icon(icon, "acc" if active else "#FFFFFF"))

    def _drop(self, menu: QMenu, below: QWidget) -> None:
        menu.popup(below.mapToGlobal(below.rect().bottomLeft()))


def _row() -> tuple[QWidget, QHBoxLayout]:
    box = QWidget()
    row = QHBoxLayout(box)
    row.setContentsMargins(0, 0, 0, 0)
    row.setSpacing(6)
    return box, row


def _menu_button(icon: str, name: str, menu: QMenu) -> QPushButton:
    button = QPushButton()
    button.setIcon(icons.icon(icon))
    button.setAccessibleName(name)
    theme.set_role(button, role="menu")
    button.setMenu(menu)
    return button


def _mirror(button: QWidget, action: QAction) -> None:
    def follow() -> None:
        button.setEnabled(action.isEnabled())
        button.setToolTip(action.toolTip())

    action.changed.connect(follow)
    follow()


__all__ = ["HEIGHT", "WORKSPACES", "TopBar"]
