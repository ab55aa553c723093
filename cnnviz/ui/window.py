"""The main window: top bar, the workspaces, status bar, and the actions that work everywhere."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QTimer
from PySide6.QtGui import QAction, QCloseEvent, QKeySequence, QPaintEvent
from PySide6.QtWidgets import QApplication, QMainWindow, QStackedWidget, QVBoxLayout, QWidget

from cnnviz.data import SOURCES
from cnnviz.events import Array
from cnnviz.ui import numbers, theme
from cnnviz.ui.actions import make_actions
from cnnviz.ui.downloads import Downloads
from cnnviz.ui.exchanging import EXCHANGES, Exchanging
from cnnviz.ui.filing import Filing
from cnnviz.ui.finder import Finder
from cnnviz.ui.findings import findings
from cnnviz.ui.menus import fill_data_menu, fill_device_menu, fill_main_menu, open_folder
from cnnviz.ui.start import SHOWN, StartPage
from cnnviz.ui.state import Session
from cnnviz.ui.statusbar import StatusBar
from cnnviz.ui.tokens import THEMES
from cnnviz.ui.topbar import TopBar

SMALLEST = (1200, 720)
USUAL = (1440, 900)


class MainWindow(QMainWindow):
    """Shows one workspace at a time. Workspaces other than the start page are made when they are first shown."""

    def __init__(self, session: Session, *, theme_name: str = "") -> None:
        super().__init__()
        self.session = session
        self.theme_name = theme_name or session.settings.theme
        if self.theme_name not in THEMES:  # a settings file can hold anything
            self.theme_name = "dark"
        self._painted = False
        self.devices: tuple[str, ...] = ("cpu",)
        application = QApplication.instance()
        assert isinstance(application, QApplication)
        theme.apply(application, self.theme_name)
        self._write_shapes(session.settings.axis_order)
        self.downloads = Downloads(self)
        self.filing = Filing(self)
        self.status = StatusBar()
        self.exchanging = Exchanging(self)
        self.actions_by_name = make_actions(self, self._handlers())
        self.bar = TopBar(self.actions_by_name)
        self.pages = QStackedWidget()
        self.start = StartPage(session)
        self.pages.addWidget(self.start)
        self._workspaces: dict[str, QWidget] = {"start": self.start}
        self.workspace = self._before = "start"
        self._assemble()
        self._connect()
        self.describe()
        self.show_workspace("start")

    def _assemble(self) -> None:
        self.setMinimumSize(*SMALLEST)
        self.resize(*(self.session.settings.window or USUAL))
        middle = QWidget()
        column = QVBoxLayout(middle)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(1)
        column.addWidget(self.bar)
        column.addWidget(self.pages, 1)
        column.addWidget(self.status)
        self.setCentralWidget(middle)
        self.finder = Finder(middle)
        fill_main_menu(self.bar.menu, self)
        self.bar.data_menu.aboutToShow.connect(lambda: fill_data_menu(self.bar.data_menu, self))
        self.bar.device_menu.aboutToShow.connect(lambda: fill_device_menu(self.bar.device_menu, self))

    def _connect(self) -> None:
        session, start = self.session, self.start
        session.document.described.connect(self.describe)
        session.material.dataset_changed.connect(self.describe)
        session.material.loading.connect(lambda _name: self.describe())
        session.material.failed.connect(lambda _failure: self.describe())
        session.training.state_changed.connect(self._follow_training)
        session.looking.weights_changed.connect(self.describe)
        session.settings_changed.connect(lambda _settings: self.describe())
        session.notice.connect(self.status.tell)
        session.go_to.connect(self.show_workspace)
        self.bar.workspace_chosen.connect(self.show_workspace)
        self.bar.home_clicked.connect(lambda: self.show_workspace("start"))
        self.bar.primary.clicked.connect(self._primary)
        self.status.cancelled.connect(self.downloads.cancel)
        self.downloads.progress.connect(self.status.show_progress)
        self.downloads.arrived.connect(self._data_arrived)
        self.downloads.failed.connect(lambda text: self.status.tell("error", text))
        start.template_chosen.connect(self.open_template)
        start.file_wanted.connect(self.filing.open)
        start.file_chosen.connect(lambda name: self.open_file(Path(name)))
        start.recovery_chosen.connect(lambda name: session.recover(Path(name)))
        start.empty_wanted.connect(self.new)
        start.why.connect(self._why)
        start.download_wanted.connect(self.download)
        start.folder_wanted.connect(self.filing.choose_data_folder)

    def _handlers(self) -> dict[str, Callable[[], object]]:
        return {
            "new": self.new,
            "open": self.filing.open,
            "save": self.filing.save,
            "save_as": self.filing.save_as,
            **{name: getattr(self.exchanging, name) for name in EXCHANGES},
            "undo": self.session.document.undo,
            "redo": self.session.document.redo,
            "start": lambda: self.show_workspace("start"),
            "build": lambda: self.show_workspace("build"),
            "train": lambda: self.show_workspace("train"),
            "inspect": lambda: self.show_workspace("inspect"),
            "data": self.browse,
            "run": self.run_or_pause,
            "palette": lambda: self.finder.open(findings(self)),
            "sides": self._toggle_sides,
            "theme": self.toggle_theme,
            "axis_order": self._toggle_axis_order,
            "data_folder": self.filing.choose_data_folder,
            "keys": self._show_keys,
            "quit": self.close,
        }

    # -- workspaces ---------------------------------------------------------------------------------------------

    def show_workspace(self, name: str) -> None:
        """Bring a workspace to the front: `start`, `build`, `train` or `inspect`."""
        page = self._workspaces.get(name) or self._make(name)
        self._before = self.workspace if self.workspace != name else self._before
        self.workspace = name
        self.pages.setCurrentWidget(page)
        self.bar.set_workspace(name)
        self.describe()
        page.setFocus()

    def _make(self, name: str) -> QWidget:
        page: QWidget
        if name == "build":
            from cnnviz.ui.build.workspace import BuildWorkspace

            page = BuildWorkspace(self.session)
        elif name == "data":
            from cnnviz.ui.browse.workspace import DataWorkspace

            page = DataWorkspace(self.session)
            page.header.download_wanted.connect(self.download)
            page.header.folder_wanted.connect(self.filing.choose_data_folder)
            page.header.folder_opened.connect(lambda: open_folder(self.session.download_folder()))
            page.left.connect(self.browse)
        elif name == "train":
            from cnnviz.ui.train.workspace import TrainWorkspace

            page = TrainWorkspace(self.session)
        else:
            from cnnviz.ui.inspect.workspace import InspectWorkspace

            page = InspectWorkspace(self.session)
        self._workspaces[name] = page
        self.pages.addWidget(page)
        return page

    def browse(self) -> None:
        """Show the data browser; from there, go back to where one came from."""
        self.show_workspace(self._before if self.workspace == "data" else "data")

    def workspace_actions(self) -> list[QAction]:
        """Return the actions of the workspace in front."""
        page = self.pages.currentWidget()
        found = getattr(page, "actions_for_palette", None)
        return list(found()) if found else []

    def describe(self) -> None:
        """Write title, data set, device and main action anew."""
        session, document = self.session, self.session.document
        empty = document.empty
        title = "cnnviz" if empty else document.path.stem if document.path else document.graph.title
        saved = "saved" if document.path else "template" if document.template else ""
        state = "nothing open" if empty else "edited" if document.modified else saved
        self.bar.set_document(title, state)
        self.setWindowTitle(f"{title} - cnnviz" if not empty else "cnnviz")
        dataset = session.material.dataset
        loading = "Loading…" if session.material.wanted else "Data set"
        self.bar.data.setText(dataset.title if dataset else loading)
        self.bar.data.setToolTip(dataset.origin if dataset else "Choose a data set")
        self.bar.device.setText(document.recipe.device.upper())
        self._describe_undo()
        self._describe_primary()
        self.status.set_resting(
            dataset.origin if dataset else "Works offline: bundled weights and drawn digits"
        )
        self.status.set_hint("Ctrl K finds everything")

    def _follow_training(self, state: str) -> None:
        self.describe()
        if state == "running":
            self.status.forget_error()

    def _describe_undo(self) -> None:
        document = self.session.document
        for name, word, what in (
            ("undo", "Undo", document.undo_label()),
            ("redo", "Redo", document.redo_label()),
        ):
            action = self.actions_by_name[name]
            action.setEnabled(bool(what))
            keys = action.shortcut().toString(QKeySequence.SequenceFormat.NativeText)
            action.setToolTip(f"{word}: {what}  {keys}" if what else f"Nothing to {word.lower()}")

    def _describe_primary(self) -> None:
        state = self.session.training.state
        if self.workspace == "start":
            self.bar.set_primary("Open file", "folder", "Open a project file  Ctrl+O", enabled=True)
        elif state == "running":
            self.bar.set_primary("Pause", "pause", "Pause after this batch  F5", enabled=True, active=True)
        elif state == "stopping":
            self.bar.set_primary("Stopping", "stop", "Waits for the current batch", enabled=False)
        else:
            why = self.session.why_not_train()
            text = "Go on" if state == "paused" else "Train"
            self.bar.set_primary(text, "play", why or f"{text}  F5", enabled=not why)

    def _primary(self) -> None:
        self.filing.open() if self.workspace == "start" else self.run_or_pause()

    def run_or_pause(self) -> None:
        """Start the training, pause it, or go on; shows the Train workspace when it starts."""
        if self.session.training.state == "running":
            self.session.training.pause()
            return
        if self.workspace in ("start", "build"):
            self.show_workspace("train")
        self.session.train()

    # -- documents ----------------------------------------------------------------------------------------------

    def open_named(self, name: str) -> None:
        """Open a project file by its path, or a template by its name."""
        if name.endswith(".cnnviz") or Path(name).exists():
            self.open_file(Path(name))
        else:
            self.open_template(name, "inspect")

    def open_template(self, name: str, workspace: str) -> None:
        """Open a template in a workspace, with its shipped weights if it has any."""
        if self.session.open_template(name):
            self.show_workspace(workspace)

    def new(self) -> None:
        """Start with an empty canvas."""
        if self.session.open_empty():
            self.show_workspace("build")

    def open_file(self, path: Path) -> None:
        """Open a project file; tell why where that is impossible."""
        if self.session.open_file(path):
            self.show_workspace("build")

    def _why(self, image: Array) -> None:
        """Open the network of the start page in Inspect, with the digit that was drawn."""
        if self.session.open_template(SHOWN):
            self.session.material.draw(image)
            self.show_workspace("inspect")

    # -- data ---------------------------------------------------------------------------------------------------

    def download(self, name: str) -> None:
        """Fetch a data set into the folder where data sets are looked for first."""
        self.downloads.start(name, self.session.download_folder())

    def _data_arrived(self, name: str) -> None:
        self.status.tell("info", f"{SOURCES[name].title} is here")
        self.start.refresh()
        if self.session.material.wanted == name:
            self.session.material.reload()

    # -- window -------------------------------------------------------------------------------------------------

    def toggle_theme(self) -> None:
        """Change between dark and light."""
        self.theme_name = "light" if self.theme_name == "dark" else "dark"
        application = QApplication.instance()
        assert isinstance(application, QApplication)
        theme.apply(application, self.theme_name)
        self.session.change_settings(theme=self.theme_name)

    def _toggle_axis_order(self) -> None:
        order = "pytorch" if self.session.settings.axis_order == "keras" else "keras"
        self._write_shapes(order)
        self.session.change_settings(axis_order=order)
        self.status.tell(
            "info", "Shapes are written C×H×W" if order == "pytorch" else "Shapes are written H×W×C"
        )

    def _write_shapes(self, order: str) -> None:
        numbers.set_axis_order("pytorch" if order == "pytorch" else "keras")

    def _toggle_sides(self) -> None:
        toggle = getattr(self.pages.currentWidget(), "toggle_sides", None)
        if toggle:
            toggle()

    def _show_keys(self) -> None:
        from cnnviz.ui.keys import KeyMap

        KeyMap(self).show()

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        # Not in showEvent: on X11 the first paint comes later, and would compete with torch.
        if not self._painted:
            self._painted = True
            QTimer.singleShot(0, self._after_first_paint)

    def _after_first_paint(self) -> None:
        """Import torch and load data only now, so that the window is there at once."""
        self.session.asker.ask(
            "warm up", self.session.services.warm_up, lambda _done: self._warm(), self.session.tell_failure
        )

    def _warm(self) -> None:
        self.start.warm()
        self.session.asker.ask("devices", self.session.services.devices, self._set_devices)

    def _set_devices(self, devices: tuple[str, ...]) -> None:
        self.devices = devices

    def closeEvent(self, event: QCloseEvent) -> None:
        """Keep unsaved work for the next start, end all workers, and go."""
        self.hide()  # ending the workers may take a moment
        self.downloads.stop()
        self.exchanging.exchange.stop()
        self.session.document.write_autosave(weights=True)
        self.session.change_settings(window=(self.width(), self.height()))
        self.session.shut_down()
        event.accept()


__all__ = ["MainWindow"]
