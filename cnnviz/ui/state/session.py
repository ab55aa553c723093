"""The one shared state of a window, and the actions that need more than one part of it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, QTimer, Signal

from cnnviz import settings as user_settings
from cnnviz.data import data_folders
from cnnviz.data.following import shows_next
from cnnviz.errors import TrainError
from cnnviz.events import Failed, Snapshot
from cnnviz.jobs import Asker
from cnnviz.model.autosave import weights_beside
from cnnviz.model.check import check
from cnnviz.model.checking.suitability import Samples
from cnnviz.model.files import Project
from cnnviz.model.graph import Graph
from cnnviz.model.names import misfits
from cnnviz.settings import Settings
from cnnviz.templates import shipped_weights, template
from cnnviz.ui import numbers
from cnnviz.ui.services import Services, TrainingTask, Weights
from cnnviz.ui.state.document import Document
from cnnviz.ui.state.looking import NOT_TRAINED, Looking
from cnnviz.ui.state.material import Material
from cnnviz.ui.state.runs import Runs
from cnnviz.ui.state.telling import done_or_told
from cnnviz.ui.state.training import Training

SETTINGS_MS = 500


class Session(QObject):
    """Document, material, training and looking, wired together. Views get a session and never each other.

    `notice(severity, text)` is for the status bar: `info`, `warning` or `error`. `go_to(workspace)` asks the window to
    show `start`, `build`, `train` or `inspect`; `forecast_wanted`, that Inspect continues the series.
    """

    notice = Signal(str, str)
    go_to = Signal(str)
    forecast_wanted = Signal()
    settings_changed = Signal(object)

    def __init__(
        self,
        services: Services,
        settings: Settings | None = None,
        parent: QObject | None = None,
        *,
        data_dir: Path | None = None,
    ) -> None:
        super().__init__(parent)
        self._named_data_dir = data_dir
        self.services = services
        self.settings = settings or user_settings.load()
        self.asker = Asker(self)
        self.loader = Asker(self)
        self.document = Document(self)
        self.material = Material(self.loader, self._data_folders, self)
        self.training = Training(services, self)
        self.runs = Runs(self.loader, self.training, lambda: self.material.dataset, self)
        self.runs.notice.connect(self.notice)
        self.looking = Looking(services, self.asker, self.document, self.material, self)
        self.document.replaced.connect(self._put_runs_away)
        self.document.not_kept.connect(lambda text: self.notice.emit("warning", text))
        self.material.sample_changed.connect(self._pin)
        self.material.dataset_changed.connect(self._meet)
        self.document.described.connect(self._meet)
        self.training.snapshot.connect(self._take_snapshot)
        self.training.ended.connect(self._tell_end)
        self.training.noticed.connect(self.notice)
        self.material.failed.connect(self.tell_failure)
        self.looking.failed.connect(self.tell_failure)
        self._settings_timer = QTimer(self, singleShot=True, interval=SETTINGS_MS)
        self._settings_timer.timeout.connect(self.save_settings)
        for thread in (self.asker, self.loader):
            thread.start()

    # -- documents ----------------------------------------------------------------------------------------------

    def open_template(self, name: str, *, trained: bool = True) -> bool:
        """Open a template, with its shipped weights if wanted and there; tell why where that is impossible."""
        return done_or_told(self.notice, lambda: self._open_template(name, trained))

    def _open_template(self, name: str, trained: bool) -> None:
        found = template(name)
        folder = shipped_weights(found) if trained else None
        self.document.start(Project(found.graph, found.data, found.recipe), template=found.id)
        self._look_through(None, NOT_TRAINED)
        self.material.want(found.data.source)
        if folder is not None:
            self._load_weights(folder, f"shipped with cnnviz, {found.reported}")

    def open_empty(self) -> bool:
        """Start with an empty canvas; tell why where that is impossible."""
        return done_or_told(self.notice, self._open_empty)

    def _open_empty(self) -> None:
        self.document.start(Project(Graph(), self.document.data, self.document.recipe))
        self._look_through(None, NOT_TRAINED)
        self.material.want(self.document.data.source)

    def open_file(self, path: Path) -> bool:
        """Open a project file and the weights beside it; tell why where that is impossible."""
        return done_or_told(self.notice, lambda: self._open_file(path))

    def _open_file(self, path: Path) -> None:
        self.document.open(path)
        self._look_through(None, NOT_TRAINED)
        self.remember(path)
        self.material.want(self.document.data.source)
        self._load_weights_beside()

    def save_file(self, path: Path) -> bool:
        """Save the project, and the weights beside it; tell why where that is impossible."""
        return done_or_told(self.notice, lambda: self._save_file(path))

    def _save_file(self, path: Path) -> None:
        weights_file = ""
        if self.looking.weights is not None:
            weights_file = f"{path.stem}.safetensors"
            about = {"title": self.document.graph.title, "origin": self.looking.origin}
            self.services.save_weights(path.parent / weights_file, self.looking.weights, about)
        self.document.save(path, weights_file)
        self.remember(path)
        self.notice.emit("info", f"Saved {path.name}")

    def recover(self, kept: Path) -> None:
        """Open unsaved work that was left behind, weights included, and show it; tell why where that is impossible."""
        beside = weights_beside(kept)

        def read() -> Weights | None:
            return self.services.load_weights(beside) if beside.exists() else None

        def without(failure: Failed) -> None:
            self._recover(kept, None)
            self.tell_failure(failure)

        self.asker.ask("recover", read, lambda weights: self._recover(kept, weights), without)

    def _recover(self, kept: Path, weights: Weights | None) -> None:
        if not done_or_told(self.notice, lambda: self.document.recover(kept)):
            return
        self._look_through(None, NOT_TRAINED)
        self.material.want(self.document.data.source)
        if weights is None:
            self._load_weights_beside()
        else:
            self.keep_unsaved(weights, self.document.graph, "recovered, not saved yet")
        self.go_to.emit("build")

    def remember(self, path: Path) -> None:
        """Put a file on top of the recent ones."""
        self.set_settings(self.settings.with_recent(str(path)))

    def choose_data(self, name: str) -> None:
        """Train and look at another data set."""
        self.document.set_data(source=name)
        self.material.want(name, again=True)

    def set_data_folder(self, folder: str) -> None:
        """Look for data sets in another folder from now on."""
        self.change_settings(data_dir=folder)
        if self.material.wanted:
            self.material.reload()

    def download_folder(self) -> Path:
        """Return the first of the folders that data sets are looked for in: there a download goes."""
        return data_folders(*self._data_folders())[0]

    def _look_through(self, weights: Weights | None, origin: str) -> None:
        self.looking.set_weights(weights, origin)

    def _load_weights_beside(self) -> None:
        path, name = self.document.path, self.document.weights_file
        if path is not None and name:
            self._load_weights(path.parent / name, f"from {name}")

    def _load_weights(self, path: Path, origin: str) -> None:
        graph, opened = self.document.graph, self.document.opened

        def take(weights: Weights) -> None:
            if self.document.opened == opened:
                self._take_loaded(weights, graph, path.name, origin)

        def without(failure: Failed) -> None:
            self.notice.emit("error", f"{failure.message} The network has random weights now.")

        self.asker.ask("weights", lambda: self.services.load_weights(path), take, without)

    def _take_loaded(self, weights: Weights, graph: Graph, file: str, origin: str) -> None:
        """Look through loaded weights; say where they don't fit and random ones take their place."""
        random = misfits(graph, {name: array.shape for name, array in weights.items()})
        learning = [row for row in check(graph).rows if row.parameters]
        if len(random) < len(learning):
            beside = f", but random in {', '.join(random)}" if random else ""
            self.looking.take_over(weights, graph, f"{origin}{beside}")
        if random:
            text = f"{file} does not fit {', '.join(random)}: it was made for another network."
            self.notice.emit(
                "error", f"{text} These layers have random weights now. Train them, or save anew."
            )

    def _meet(self) -> None:
        """Let the network be judged against the data that are there."""
        dataset, batch_size = self.material.dataset, self.document.recipe.batch_size
        self.document.meet(
            Samples(
                dataset.title,
                dataset.shape,
                len(dataset.classes),
                batch_size,
                dataset.answer_shape,
                shows_next(dataset.train),
            )
            if dataset
            else None
        )

    # -- training -----------------------------------------------------------------------------------------------

    def why_not_train(self) -> str:
        """Return why training can't start now, or an empty text."""
        report = self.document.judged(self.document.graph)
        if not self.document.graph.nodes:
            return "There is nothing to train yet: the canvas is empty."
        if report.errors:
            problem = min(report.errors, key=lambda each: each.severity)
            return (
                f"{problem.node} {problem.text}"
                if problem.severity == "waiting"
                else f"{problem.node}: {problem.text}"
            )
        if self.material.dataset is None or self.material.awaited:
            return "The data set is still loading."
        if self.training.state == "stopping":
            return "The last run is still ending."
        return ""

    def why_not_go_on(self) -> str:
        """Return why the weights of now can't be trained further, or an empty text."""
        why = self.why_not_train()
        return why if why or self.looking.trained else "There are no trained weights yet."

    def train(self, permit: str = "run", *, go_on: bool = False, fork: Path | None = None) -> None:
        """Start a run, or go on with a paused one; `permit` is `run`, `batch` or `epoch`.

        A run starts from fresh weights of the recipe's seed; with `go_on` from those that are looked at, and with the
        optimiser of the checkpoint `fork`, if there is one.
        """
        if self.training.state in ("running", "paused"):
            self.training.resume(permit)
            return
        why = self.why_not_go_on() if go_on else self.why_not_train()
        if why:
            self.notice.emit("warning", why)
            return
        self.training.begin(replace(self.task(go_on), fork=fork), permit)

    def task(self, go_on: bool = False) -> TrainingTask:
        """Return what would be trained now; raise TrainError where there are no data."""
        dataset, sample = self.material.dataset, self.material.sample
        if dataset is None:
            raise TrainError("there is no data set yet.", hint="Choose one above.")
        image = sample.image if sample is not None else None
        weights = self.looking.weights if go_on else None
        document = self.document
        # as the command line does: the same seed, the same numbers
        choice = replace(document.data, source=dataset.name).fitted(len(dataset.train))
        return TrainingTask(document.graph, dataset, document.recipe, choice, weights, image)

    def _take_snapshot(self, snapshot: Snapshot) -> None:
        record = self.training.record
        if record is not None and not record.queued:
            origin = f"run {record.number}, step {snapshot.step:,}"
            self.keep_unsaved(snapshot.weights, record.graph, origin)

    def keep_unsaved(self, weights: Weights, graph: Graph, origin: str) -> None:
        """Look through weights that no file holds, and see to it that they are not lost."""
        self.looking.take_over(weights, graph, origin)
        kept, save = self.looking.weights, self.services.save_weights
        if kept is not None:
            self.document.set_unsaved_weights(lambda path: save(path, kept, {"origin": origin}))

    def _pin(self) -> None:
        if self.material.sample is not None:
            self.training.pin(self.material.sample.image)

    def _put_runs_away(self) -> None:
        if self.training.put_away():
            self.notice.emit("warning", "The training was stopped, because another model was opened.")

    def _tell_end(self) -> None:
        record = self.training.record
        if record is None:
            return
        if record.failure is not None:
            self.tell_failure(record.failure)
            return
        judged, step = record.latest("test"), record.last.step if record.last else 0
        reached = ""
        if judged is not None and judged.accuracy is not None:
            reached = f", {numbers.percent(judged.accuracy, 2)} of the test samples right"
        elif judged is not None:
            reached = f", test loss {numbers.compact(judged.loss)}"
        self.notice.emit(
            "info", f"Run {record.number} {record.outcome.lower()} after {step:,} steps{reached}."
        )

    # -- settings and messages ----------------------------------------------------------------------------------

    def change_settings(self, **changes: Any) -> None:
        """Change and keep some of the user's settings."""
        self.set_settings(replace(self.settings, **changes))

    def set_settings(self, settings: Settings) -> None:
        """Change the user's settings; they are written a moment later, since a dragged splitter changes them often."""
        self.settings = settings
        self.settings_changed.emit(settings)
        self._settings_timer.start()

    def save_settings(self) -> None:
        """Write the settings now."""
        self._settings_timer.stop()
        try:
            user_settings.save(self.settings)
        except OSError as error:
            self.notice.emit("warning", f"The settings could not be saved: {error.strerror or error}.")

    def tell_failure(self, failure: Failed) -> None:
        """Show what went wrong in a worker."""
        self.notice.emit("error", failure.message)

    def shut_down(self) -> None:
        """Write the settings, end all workers and wait for them."""
        self.save_settings()
        self.training.shut_down()
        self.asker.stop()
        self.loader.stop()

    def _data_folders(self) -> tuple[Path | None, Path | None]:
        """Return the data folder named on the command line, and the one in the settings."""
        setting = self.settings.data_dir
        return self._named_data_dir, Path(setting) if setting else None
