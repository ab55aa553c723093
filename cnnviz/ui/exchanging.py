"""Export and import: where files go to and come from, and what the status bar says of it."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QDialog, QFileDialog

from cnnviz.errors import CnnvizError
from cnnviz.model.codegen import to_code
from cnnviz.model.table import channels_first, channels_last, to_csv, to_latex
from cnnviz.paths import write_atomically
from cnnviz.ui import numbers
from cnnviz.ui.dropping import Dropping
from cnnviz.ui.provenance import SUFFIXES as PICTURES
from cnnviz.ui.provenance.files import has_stamp
from cnnviz.ui.runfile import RunFileDialog
from cnnviz.ui.state.exchange import Exchange
from cnnviz.ui.state.pictures import ENDINGS, look_at_file

if TYPE_CHECKING:
    from cnnviz.ui.provenance.returning import Returning
    from cnnviz.ui.window import MainWindow

EXCHANGES = (
    "export_code", "export_onnx", "export_picture", "export_table", "export_weights",
    "import_network", "import_weights",
)  # fmt: skip
"""The actions of the menus, each a method of `Exchanging`."""
NETWORK_FILES = (
    "Networks (*.onnx *.pt2 *.py);;ONNX (*.onnx);;torch.export (*.pt2);;Python file, which is run (*.py)"
)
WEIGHT_FILES = "Weights (*.safetensors)"
TRANSPARENT = "transparent"
PICTURE_FILES = ";;".join(
    f"{kind} {ground} (*.{kind.lower()})"
    for ground in ("on white", TRANSPARENT)
    for kind in ("SVG", "PDF", "PNG")
)
TABLE_FILES = "LaTeX table (*.tex);;CSV table (*.csv)"


class Exchanging:
    """What the menus Import and Export do, and files dropped on the window."""

    def __init__(self, window: MainWindow) -> None:
        self._window, self._session = window, window.session
        self.exchange = Exchange(window.session, window)
        self.exchange.progress.connect(window.status.show_progress)
        self.exchange.opened.connect(lambda: window.show_workspace("build"))
        self.exchange.wrote.connect(self._wrote)
        window.status.cancelled.connect(self.exchange.cancel)
        self._dropping = Dropping(window, self.open_path)

    # -- export -------------------------------------------------------------------------------------------------

    def export_code(self) -> None:
        """Write the network as a PyTorch script; where there are trained weights, they go beside it."""
        path = self._where_to("Export a PyTorch script", "Python (*.py)")
        if path is not None:
            self._try(lambda: self._write_code(path.with_suffix(".py")), path)

    def _write_code(self, path: Path) -> None:
        document, weights, services = (
            self._session.document,
            self._session.looking.weights,
            self._session.services,
        )
        beside = path.with_suffix(".safetensors") if weights is not None else None
        code = to_code(document.graph, document.recipe, document.data, weights=beside.name if beside else "")
        if beside is not None:
            whole = services.complete(document.graph, weights, document.recipe.seed)
            services.save_weights(beside, whole, {"origin": self._session.looking.origin})
        write_atomically(path, code.encode())

    def export_onnx(self) -> None:
        """Write the network with its weights as ONNX, in the background."""
        why = self._why_not()
        path = None if why else self._where_to("Export as ONNX", "ONNX (*.onnx)")
        if why:
            self._window.status.tell("warning", why)
        if path is not None:
            self.exchange.write_onnx(path.with_suffix(".onnx"))

    def export_picture(self) -> None:
        """Draw the graph into a file for papers and slides."""
        graph = self._session.document.graph
        name, chosen = self._ask("Export a picture", PICTURE_FILES)
        if not name:
            return
        from cnnviz.ui.build.figure import FORMATS, save_figure

        path = Path(name)
        if path.suffix.lower() not in FORMATS:
            path = path.with_name(f"{path.name}.{chosen.split(' ')[0].lower()}")
        order: numbers.AxisOrder = "keras" if self._session.settings.axis_order == "keras" else "pytorch"
        self._try(lambda: save_figure(graph, path, white=TRANSPARENT not in chosen, order=order), path)

    def export_table(self) -> None:
        """Write the layers as a table."""
        name, chosen = self._ask("Export a table", TABLE_FILES)
        if name:
            write = to_csv if Path(name).suffix == ".csv" or "CSV" in chosen else to_latex
            path = Path(name).with_suffix(".csv" if write is to_csv else ".tex")
            order = channels_last if self._session.settings.axis_order == "keras" else channels_first
            text = write(self._session.document.graph, order)
            self._try(lambda: write_atomically(path, text.encode()), path)

    def export_weights(self) -> None:
        """Write the weights that are looked at."""
        looking = self._session.looking
        weights = looking.weights
        if weights is None:
            self._window.status.tell(
                "warning", "There are no trained weights to export yet. Train the network first."
            )
            return
        path = self._where_to("Export weights", WEIGHT_FILES)
        if path is not None:
            about = {"origin": looking.origin}
            self._try(lambda: self._session.services.save_weights(path, weights, about), path)

    # -- import -------------------------------------------------------------------------------------------------

    def import_network(self) -> None:
        """Let the user choose a file of another program."""
        name, _ = QFileDialog.getOpenFileName(self._window, "Import a network", self._folder(), NETWORK_FILES)
        if name:
            self.open_path(Path(name))

    def import_weights(self) -> None:
        """Let the user choose weights for the network that is open."""
        name, _ = QFileDialog.getOpenFileName(self._window, "Import weights", self._folder(), WEIGHT_FILES)
        if name:
            self.exchange.read_weights(Path(name))

    def open_path(self, path: Path) -> None:
        """Open a project, the view of a saved picture, or a file of another program; Python only after asking."""
        suffix = path.suffix.lower()
        if suffix == ".cnnviz":
            self._window.open_file(path)
        elif suffix == ".safetensors":
            self.exchange.read_weights(path)
        elif suffix in ENDINGS and not has_stamp(path):
            look_at_file(self._session, path)
        elif suffix in PICTURES:
            self._returning.open(path)
        elif suffix == ".py":
            dialog = RunFileDialog(path, self._window)
            if dialog.exec() == QDialog.DialogCode.Accepted:
                self.exchange.run_program(path, dialog.name.text().strip(), dialog.sizes())
            dialog.deleteLater()
        else:
            self.exchange.read_network(path)

    @cached_property
    def _returning(self) -> Returning:
        """Return what opens saved pictures; it is imported for the first of them."""
        from cnnviz.ui.provenance.returning import Returning

        return Returning(self._session, self._window)

    # -- both ---------------------------------------------------------------------------------------------------

    def _why_not(self) -> str:
        """Return why the network can't be exported as something that runs, or an empty text."""
        document = self._session.document
        if not document.graph.nodes:
            return "There is nothing to export yet: the canvas is empty."
        problem = min(document.report.errors, key=lambda each: each.severity, default=None)
        return f"{problem.node}: {problem.text}" if problem else ""

    def _where_to(self, title: str, files: str) -> Path | None:
        name, _ = self._ask(title, files)
        return Path(name) if name else None

    def _ask(self, title: str, files: str) -> tuple[str, str]:
        """Ask for a file to write; return its name and the kind that was chosen."""
        first = files.split("(*")[1].split(")", maxsplit=1)[0]
        start = str(Path(self._folder()) / f"{self._session.document.graph.title}{first}")
        return QFileDialog.getSaveFileName(self._window, title, start, files)

    def _try(self, write: Callable[[], object], path: Path) -> None:
        try:
            write()
        except CnnvizError as error:
            self._window.status.tell("error", str(error))
        except OSError as error:
            words = f"{path} can't be written: {error.strerror or error}. Choose another folder."
            self._window.status.tell("error", words)
        else:
            self._wrote(path)

    def _wrote(self, path: Path) -> None:
        self._window.status.tell("info", f"Wrote {path.name}", folder=path.parent)

    def _folder(self) -> str:
        path = self._session.document.path
        return str(path.parent if path else Path.home())
