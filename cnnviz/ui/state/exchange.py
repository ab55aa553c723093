"""Networks from and for other programs: read, drawn and written in the background, one at a time."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from cnnviz.control import Control
from cnnviz.errors import CnnvizError
from cnnviz.events import Answer, Event, Failed, Finished, Progress
from cnnviz.jobs import OneJob
from cnnviz.model.check import check
from cnnviz.model.files import Project
from cnnviz.model.names import misfits
from cnnviz.ui.services import Network, Weights
from cnnviz.ui.state.session import Session


class Exchange(QObject):
    """`progress(text, done, total)` with an empty text means that nothing runs; `wrote(path)` and `opened()` tell ends.

    What goes wrong is told by the session's notice, and leaves everything as it was.
    """

    progress = Signal(str, object, object)
    wrote = Signal(object)
    opened = Signal()

    def __init__(self, session: Session, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._job = OneJob(self)
        self._job.happened.connect(self._take)
        self._name = ""
        self._reading = 0

    # -- from other programs ------------------------------------------------------------------------------------

    def read_network(self, path: Path) -> None:
        """Open the network in an .onnx or .pt2 file."""
        services, self._reading = self._session.services, self._reading + 1
        number = self._reading
        self.progress.emit(f"Reading {path.name}", 0, 0)
        self._session.loader.ask(
            "network",
            lambda: services.read_network(path),
            lambda found: self._take_network(found, path.name, number),
            self._fail,
        )

    def run_program(self, path: Path, name: str, shape: tuple[int, ...]) -> None:
        """RUN a Python file in a process of its own, and open the network in it; the user has agreed to that."""
        run = self._session.services.run_program
        self._start(f"Running {path.name}", path.name, lambda control: run(path, name, shape, control))

    def read_weights(self, path: Path) -> None:
        """Put the weights of a .safetensors file into the network that is open, by their names."""
        graph, opened = self._session.document.graph, self._session.document.opened

        def take(weights: Weights) -> None:
            if self._session.document.opened == opened:
                self._take_weights(weights, path.name)

        if check(graph).errors or not graph.nodes:
            self._session.notice.emit(
                "warning", "Open or finish the network first; then its weights can be imported."
            )
            return
        load = self._session.services.load_weights
        self._session.loader.ask("network", lambda: load(path), take, self._fail)

    # -- for other programs -------------------------------------------------------------------------------------

    def write_onnx(self, path: Path) -> None:
        """Write the network with the weights that are looked at as .onnx; random ones where there are none."""
        session = self._session
        graph, weights, seed = session.document.graph, session.looking.weights, session.document.recipe.seed
        write = session.services.write_onnx
        self._start(
            f"Writing {path.name}", path.name, lambda control: write(graph, weights, seed, path, control)
        )

    # -- the job ------------------------------------------------------------------------------------------------

    def cancel(self) -> None:
        """End what runs at once; nothing is left half-written or half-opened."""
        self._reading += 1
        self._job.cancel()
        self.progress.emit("", 0, 0)

    def stop(self) -> None:
        """Cancel and wait."""
        if self._job.stop():
            self.progress.emit("", 0, 0)

    def _start(self, text: str, name: str, make: Callable[[Control], Iterator[Event]]) -> None:
        if not self._job.start(make):
            self._session.notice.emit(
                "warning", "Another file is still being written or read. Wait, or cancel it."
            )
            return
        self._name = name
        self.progress.emit(text, 0, 0)

    def _take(self, event: Event) -> None:
        match event:
            case Progress(label=label) if not self._job.cancelled:
                self.progress.emit(label, 0, 0)
            case Answer(value=Network() as found):
                self._take_network(found, self._name, self._reading)
            case Finished(summary=summary, cancelled=cancelled):
                self.progress.emit("", 0, 0)
                if not cancelled and "path" in summary:
                    self.wrote.emit(Path(summary["path"]))
            case Failed() as failure:
                self._fail(failure)

    def _fail(self, failure: Failed) -> None:
        self.progress.emit("", 0, 0)
        self._session.tell_failure(failure)

    def _take_network(self, found: Network, name: str, number: int) -> None:
        """Open a network as an unsaved document, and look through its weights."""
        if number != self._reading:  # cancelled meanwhile
            return
        session, document = self._session, self._session.document
        self.progress.emit("", 0, 0)
        try:
            document.start(Project(found.graph, document.data, document.recipe))
        except CnnvizError as error:
            session.notice.emit("error", str(error))
            return
        document.history.mark_unsaved()
        session.looking.set_weights(None, "")
        session.material.want(document.data.source)
        if found.weights:
            session.keep_unsaved(found.weights, found.graph, f"imported from {name}")
        remarks = "".join(f" {each}" for each in found.remarks)
        session.notice.emit("info", f"Imported {name}: {len(found.graph)} layers.{remarks}")
        self.opened.emit()

    def _take_weights(self, weights: Weights, name: str) -> None:
        """Look through weights; say which layers they don't fit, and change nothing where they fit none."""
        session, graph = self._session, self._session.document.graph
        random = misfits(graph, {each: array.shape for each, array in weights.items()})
        learning = [row for row in check(graph).rows if row.parameters]
        if len(random) == len(learning):
            session.notice.emit(
                "error", f"{name} fits no layer of this network: the names or shapes are others."
            )
            return
        session.keep_unsaved(weights, graph, f"imported from {name}")
        if random:
            text = f"{name} does not fit {', '.join(random)}; these layers have random weights now."
            session.notice.emit("warning", text)
        else:
            session.notice.emit("info", f"Imported the weights of {name}.")
