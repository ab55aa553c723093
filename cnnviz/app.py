"""Opens the window: the one QApplication, a session that is wired to the engine, and the event loop."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from PySide6.QtWidgets import QApplication

    from cnnviz.model.graph import Graph
    from cnnviz.ui.window import MainWindow


def main(open_this: str = "", *, data_dir: str = "", theme: str = "") -> int:
    """Open the window, with a project file or a template if one is named, and return the exit status."""
    application = make_application()
    window = make_window(data_dir=data_dir, theme=theme)
    if open_this:
        window.open_named(open_this)
    window.show()
    return application.exec()


def make_application() -> QApplication:
    """Return the one QApplication, named so that the desktop groups its windows."""
    from PySide6.QtWidgets import QApplication

    found = QApplication.instance()
    if isinstance(found, QApplication):
        return found
    application = QApplication(sys.argv[:1])
    application.setApplicationName("cnnviz")
    application.setApplicationDisplayName("cnnviz")
    application.setDesktopFileName("cnnviz")
    return application


def make_window(*, data_dir: str = "", theme: str = "") -> MainWindow:
    """Return a main window that is wired to the engine; nothing of torch is imported before it is painted."""
    from cnnviz import settings
    from cnnviz.ui.state import Session
    from cnnviz.ui.window import MainWindow
    from cnnviz.wiring import services

    session = Session(services(), settings.load(), data_dir=Path(data_dir) if data_dir else None)
    return MainWindow(session, theme_name=theme)


def demo(out: Path) -> Path:
    """Do the main job with real mouse events, and leave its pictures in a folder; see `cnnviz.ui.demo`."""
    from cnnviz.ui import demo as script

    make_application()
    return script.perform(make_window, out)


def paint(graph: Graph, path: Path, *, white: bool = True) -> None:
    """Draw a picture of a graph into an .svg, .png or .pdf file; needs no display."""
    if not has_display():
        os.environ["QT_QPA_PLATFORM"] = "offscreen"
    make_application()
    from cnnviz.ui.build.figure import save_figure

    save_figure(graph, path, white=white)


def has_display() -> bool:
    """Say whether a window can be opened here."""
    if not sys.platform.startswith("linux"):
        return True
    return bool(
        os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY") or os.environ.get("QT_QPA_PLATFORM")
    )
