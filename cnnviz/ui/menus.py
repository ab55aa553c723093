"""The three menus of the top bar: everything, data sets, devices."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtGui import QActionGroup
from PySide6.QtWidgets import QMenu

if TYPE_CHECKING:
    from cnnviz.ui.window import MainWindow

_MAIN = (
    ("new", "open", "save", "save_as"),
    ("Import", "Export"),
    ("start", "build", "train", "inspect"),
    ("palette", "sides", "theme", "axis_order", "data_folder", "keys"),
    ("quit",),
)
_BELOW = {
    "Import": ("import_network", "import_weights"),
    "Export": ("export_code", "export_onnx", "export_picture", "export_table", "export_weights"),
}
"""Menus in the menu."""


def fill_main_menu(menu: QMenu, window: MainWindow) -> None:
    """Put the global actions into the menu, in groups."""
    for group in _MAIN:
        for name in group:
            if name in _BELOW:
                below = menu.addMenu(name)
                below.addActions([window.actions_by_name[each] for each in _BELOW[name]])
            else:
                menu.addAction(window.actions_by_name[name])
        menu.addSeparator()


def fill_data_menu(menu: QMenu, window: MainWindow) -> None:
    """List the data sets: those that are there to choose, the others to download."""
    menu.clear()
    session = window.session
    group = QActionGroup(menu)
    for status in session.material.status():
        source = status.source
        megabytes = (source.download_bytes or 0) / 1e6
        text = source.title if status.found else f"Download {source.title} ({megabytes:.0f} MB)"
        action = menu.addAction(text)
        action.setToolTip(f"{source.sentence} Licence: {source.licence}. {status.where}")
        if status.found:
            action.setCheckable(True)
            action.setActionGroup(group)
            action.setChecked(
                session.material.dataset is not None and session.material.dataset.name == source.name
            )
            action.triggered.connect(lambda _=False, name=source.name: session.choose_data(name))
        else:
            action.triggered.connect(lambda _=False, name=source.name: window.download(name))
    menu.setToolTipsVisible(True)
    menu.addSeparator()
    menu.addAction(window.actions_by_name["data_folder"])


def fill_device_menu(menu: QMenu, window: MainWindow) -> None:
    """List the devices of this machine."""
    menu.clear()
    group = QActionGroup(menu)
    for device in window.devices:
        action = menu.addAction(device.upper())
        action.setCheckable(True)
        action.setActionGroup(group)
        action.setChecked(device == window.session.document.recipe.device)
        action.triggered.connect(lambda _=False, name=device: window.session.document.set_recipe(device=name))
