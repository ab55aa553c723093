"""The Train workspace: controls on top, recipe on the left, curves and mistakes in the middle, the pinned image right."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QAction, QShowEvent
from PySide6.QtWidgets import QSplitter, QVBoxLayout, QWidget

from cnnviz.events import Evaluated, Progress, Watched
from cnnviz.ui.state import Session
from cnnviz.ui.train.judged import Judged
from cnnviz.ui.train.plots import Plots
from cnnviz.ui.train.recipe import WIDTH, RecipeColumn
from cnnviz.ui.train.toolbar import TrainBar
from cnnviz.ui.train.watch import MOMENTS, WatchTable
from cnnviz.ui.widgets.chrome import EmptyState, Panel, Pill, Segmented
from cnnviz.ui.widgets.legend import Legend

WATCH_WIDTH = 480


class TrainWorkspace(QWidget):
    """Shows the latest run of the session; draws nothing while it is hidden."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.bar = TrainBar(session)
        for action in self.bar.actions_of_bar:
            action.setShortcutContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
            self.addAction(action)
        self.recipe = RecipeColumn(session)
        self.plots = Plots(session)
        self.plots.layer_clicked.connect(self._inspect)
        self.judged = Judged(session)
        self.watch = WatchTable()
        self._assemble()
        training = session.training
        training.stepped.connect(self.refresh)
        training.evaluated.connect(self._judge)
        training.progress.connect(self._tell_progress)
        training.state_changed.connect(lambda _state: self.refresh())
        session.material.sample_changed.connect(self._pin)

    def _assemble(self) -> None:
        middle = QSplitter(Qt.Orientation.Vertical)
        middle.addWidget(self.plots)
        middle.addWidget(self.judged)
        middle.setStretchFactor(0, 3)
        middle.setStretchFactor(1, 2)
        self._sides = QSplitter(Qt.Orientation.Horizontal)
        for part in (self.recipe, middle, self._watch_panel()):
            self._sides.addWidget(part)
        self._sides.setStretchFactor(1, 1)
        self._sides.setSizes(self._sizes())
        self._sides.splitterMoved.connect(self._remember)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(1)
        column.addWidget(self.bar)
        column.addWidget(self._sides, 1)

    def _watch_panel(self) -> Panel:
        panel = Panel("Watching it learn", "the pinned image")
        self.pinned = Pill("")
        panel.add_to_header(self.pinned)
        self.nothing = EmptyState("Train, and see here how the maps of one image take shape.", "Train")
        self.nothing.pressed.connect(lambda: self._session.train())
        panel.body.addWidget(self.nothing, 1)
        panel.body.addWidget(self.watch, 1)
        self.legend = Legend(label="each row has its own range")
        self.scope = Segmented(["map", "row", "network"], name="range of colours")
        self.scope.set_value("row")
        self.scope.chosen.connect(self._set_scope)
        panel.body.addWidget(self.legend)
        panel.body.addWidget(self.scope, 0, Qt.AlignmentFlag.AlignRight)
        for part in (self.watch, self.legend, self.scope):
            part.hide()
        return panel

    # -- what the window asks -----------------------------------------------------------------------------------

    def actions_for_palette(self) -> list[QAction]:
        """Return what Ctrl K can find here."""
        return self.bar.actions_of_bar

    def toggle_sides(self) -> None:
        """Hide or show the recipe and the pinned image."""
        shown = self.recipe.isVisible()
        self.recipe.setVisible(not shown)
        self._sides.widget(2).setVisible(not shown)

    # -- what changes -------------------------------------------------------------------------------------------

    def refresh(self) -> None:
        """Show what the run has said since the last look."""
        if not self.isVisible():
            return
        self.bar.show_step()
        self.plots.refresh()
        self._show_watch()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._pin_text()
        self.bar.refresh()
        self.refresh()
        record = self._session.training.record
        if record is not None and record.evaluations:
            self.judged.show_judgement(record.evaluations[-1])

    def _show_watch(self) -> None:
        record = self._session.training.record
        if record is None or record.watched is None:
            return
        for part in (self.watch, self.legend, self.scope):
            part.show()
        self.nothing.hide()
        moments: list[Watched] = [m for m in record.milestones if m.step < record.watched.step][:MOMENTS]
        sample = self._session.material.sample
        self.watch.show_moments(record.graph, [*moments, record.watched], sample.label if sample else -1)
        self._show_legend()

    def _show_legend(self) -> None:
        texts = {"map": "each map has its own range", "row": "each row has its own range, given beside it"}
        reach = self.watch.reach if self.watch.scope == "network" else 1.0
        self.legend.set_scale(-reach, reach, texts.get(self.watch.scope, "one range for all"))

    def _set_scope(self, scope: str) -> None:
        self.watch.set_scope(scope)
        self._show_legend()

    def _judge(self, event: Evaluated) -> None:
        if self.isVisible():
            self.judged.show_judgement(event)
            self.plots.refresh()

    def _pin(self) -> None:
        """Pin the sample that is looked at, also in the running training."""
        sample, record = self._session.material.sample, self._session.training.record
        if sample is not None and self._session.training.active and record is not None:
            self._session.training.change("pinned", sample.image)
            record.milestones.clear()
        self._pin_text()

    def _pin_text(self) -> None:
        sample = self._session.material.sample
        self.pinned.setText(sample.title if sample else "no image yet")

    def _tell_progress(self, progress: Progress) -> None:
        share = f" {100 * progress.done // progress.total} %" if progress.total else ""
        self._session.notice.emit("info", f"{progress.label}{share}")

    def _inspect(self, node: str) -> None:
        self._session.looking.point(node=node)
        self._session.go_to.emit("inspect")

    def _sizes(self) -> list[int]:
        found = dict(self._session.settings.layout).get("train")
        return list(found) if found else [WIDTH, 760, WATCH_WIDTH]

    def _remember(self) -> None:
        settings = self._session.settings.with_layout("train", tuple(self._sides.sizes()))
        self._session.set_settings(settings)
