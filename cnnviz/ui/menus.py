"""The three menus of the top bar: everything, data sets, devices."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QUrl
from PySide6.QtGui import QActionGroup, QDesktopServices
from PySide6.QtWidgets import QMenu

from cnnviz.data import SOURCES, Source, SourceStatus, parse
from cnnviz.ui.datadialog import DataDialog

if TYPE_CHECKING:
    from cnnviz.ui.state import Session
    from cnnviz.ui.window import MainWindow

_MAIN = (
    ("new", "open", "save", "save_as"),
    ("Import", "Export"),
    ("start", "build", "train", "inspect", "data"),
    ("palette", "sides", "theme", "axis_order", "data_folder", "keys"),
    ("quit",),
)
_BELOW = {
    "Import": ("import_network", "import_weights"),
    "Export": ("export_code", "export_onnx", "export_picture", "export_table", "export_weights"),
}
"""Menus in the menu."""
_LONGEST_PATH = 48


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
    """List the data sets: those that are there and those that cnnviz makes, then what can be fetched or named."""
    menu.clear()
    menu.setToolTipsVisible(True)
    menu.addAction(window.actions_by_name["data"])
    menu.addSeparator()
    session, group = window.session, QActionGroup(menu)
    found = session.material.status()
    dataset = session.material.dataset
    shown = parse(dataset.name).name if dataset is not None else ""
    for made in (False, True):
        for status in (each for each in found if each.found and each.source.made == made):
            action = menu.addAction(status.source.title)
            action.setToolTip(_about(status))
            action.setCheckable(True)
            action.setActionGroup(group)
            action.setChecked(status.source.name == shown)
            action.triggered.connect(lambda _=False, name=status.source.name: choose_source(session, name))
        menu.addSeparator()
    _offer_choices(menu, window)
    fetch = menu.addMenu("Download")
    fetch.setToolTipsVisible(True)
    for status in (each for each in found if not each.found and each.source.download_bytes):
        action = fetch.addAction(
            f"{status.source.title} ({(status.source.download_bytes or 0) / 1e6:.0f} MB)"
        )
        action.setToolTip(_about(status))
        action.triggered.connect(lambda _=False, name=status.source.name: window.download(name))
    fetch.setEnabled(bool(fetch.actions()))
    menu.addSeparator()
    menu.addAction(window.actions_by_name["data_folder"])
    folder = session.download_folder()
    menu.addAction(f"Open {_short(folder)}").triggered.connect(lambda: open_folder(folder))


def choose_source(session: Session, name: str) -> None:
    """Train and look at a data set, with what can be chosen about it as suits the open network."""
    report = session.document.graph.summary()
    takes, gives = (report.shapes.get(node) or () for node in (report.input, report.output))
    session.choose_data(str(SOURCES[name].suited(takes, gives)))


def _offer_choices(menu: QMenu, window: MainWindow) -> None:
    """Offer what can be chosen about the data that are wanted, and the user's own files."""
    wanted = window.session.material.wanted
    source = SOURCES.get(parse(wanted).name) if wanted else None
    if source is not None and source.choices:
        menu.addAction(f"Choices: {source.title}…").triggered.connect(
            lambda: ask_about_data(source, window, wanted)
        )
    own = menu.addMenu("Your own")
    for each in (each for each in SOURCES.values() if each.asks):
        action = own.addAction(f"{each.title}…")
        action.setToolTip(each.sentence)
        action.triggered.connect(lambda _=False, source=each: ask_about_data(source, window))
    own.setToolTipsVisible(True)


def ask_about_data(source: Source, window: MainWindow, address: str = "") -> None:
    """Open the form of a source's choices; what is chosen there is loaded."""
    dialog = DataDialog(source, address, window)
    dialog.chosen.connect(window.session.choose_data)
    dialog.show()


def _about(status: SourceStatus) -> str:
    return f"{status.source.sentence} Licence: {status.source.licence}. {status.where}"


def _short(folder: Path) -> str:
    """Return a path with the user's home as ~, its middle left out where it is long."""
    home = Path.home()
    text = f"~/{folder.relative_to(home)}" if folder.is_relative_to(home) else str(folder)
    return text if len(text) <= _LONGEST_PATH else f"…{text[1 - _LONGEST_PATH :]}"


def open_folder(folder: Path) -> None:
    """Show the data folder in the system's file manager."""
    folder.mkdir(parents=True, exist_ok=True)
    QDesktopServices.openUrl(QUrl.fromLocalFile(str(folder)))


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
