"""Files the user chooses: projects to open and save, and the data folder."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QFileDialog

if TYPE_CHECKING:
    from cnnviz.ui.window import MainWindow

PROJECT_FILES = "cnnviz project (*.cnnviz)"
OPENED_FILES = f"All that opens (*.cnnviz *.onnx *.pt2 *.py);;{PROJECT_FILES}"


class Filing:
    """Asks for a path where one is needed, and says in the status bar what came of it."""

    def __init__(self, window: MainWindow) -> None:
        self._window = window

    def open(self) -> None:
        """Let the user choose a project file."""
        name, _ = QFileDialog.getOpenFileName(
            self._window, "Open a project", self._last_folder(), OPENED_FILES
        )
        if name:
            self._window.exchanging.open_path(Path(name))

    def save(self) -> None:
        """Save where the document lies; ask where if it lies nowhere yet."""
        path = self._window.session.document.path
        if path is None:
            self.save_as()
        else:
            self._window.session.save_file(path)

    def save_as(self) -> None:
        """Let the user choose where to save."""
        start = str(Path(self._last_folder()) / f"{self._window.session.document.graph.title}.cnnviz")
        name, _ = QFileDialog.getSaveFileName(self._window, "Save the project", start, PROJECT_FILES)
        if name:
            self._window.session.save_file(Path(name).with_suffix(".cnnviz"))

    def choose_data_folder(self) -> None:
        """Let the user choose where data sets are looked for."""
        window, title = self._window, "Folder with one folder per data set"
        name = QFileDialog.getExistingDirectory(window, title, self._last_folder())
        if name:
            window.session.set_data_folder(name)
            window.start.refresh()

    def _last_folder(self) -> str:
        path = self._window.session.document.path
        return str(path.parent if path else Path.home())
