"""Files the user chooses: projects to open and save, scripts and weights to export, the data folder."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QFileDialog

from cnnviz.errors import CnnvizError
from cnnviz.model.codegen import to_code
from cnnviz.paths import write_atomically

if TYPE_CHECKING:
    from cnnviz.ui.window import MainWindow

PROJECT_FILES = "cnnviz project (*.cnnviz)"


class Filing:
    """Asks for a path where one is needed, and says in the status bar what came of it."""

    def __init__(self, window: MainWindow) -> None:
        self._window = window

    def open(self) -> None:
        """Let the user choose a project file."""
        name, _ = QFileDialog.getOpenFileName(
            self._window, "Open a project", self._last_folder(), PROJECT_FILES
        )
        if name:
            self._window.open_file(Path(name))

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

    def export_code(self) -> None:
        """Let the user choose where the PyTorch script goes."""
        title = self._window.session.document.graph.title
        name, _ = QFileDialog.getSaveFileName(
            self._window, "Export a PyTorch script", f"{title}.py", "Python (*.py)"
        )
        if name:
            self._try(
                lambda: write_atomically(Path(name), to_code(self._window.session.document.graph).encode()),
                name,
            )

    def export_weights(self) -> None:
        """Let the user choose where the weights go."""
        looking = self._window.session.looking
        if looking.weights is None:
            self._window.status.tell(
                "warning", "There are no trained weights to export yet. Train the network first."
            )
            return
        weights = looking.weights
        title = self._window.session.document.graph.title
        name, _ = QFileDialog.getSaveFileName(
            self._window, "Export weights", f"{title}.safetensors", "Weights (*.safetensors)"
        )
        if name:
            about = {"origin": looking.origin}
            self._try(lambda: self._window.session.services.save_weights(Path(name), weights, about), name)

    def _try(self, action: Callable[[], object], name: str) -> None:
        try:
            action()
        except CnnvizError as error:
            self._window.status.tell("error", str(error))
        except OSError as error:
            self._window.status.tell(
                "error", f"{name} can't be written: {error.strerror or error}. Choose another folder."
            )
        else:
            self._window.status.tell("info", f"Wrote {name}")

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
