"""The Train workspace: controls on top; runs and recipe, curves and mistakes, the pinned image; time below."""

from __future__ import annotations

from functools import partial

import numpy as np
from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QAction, QHideEvent, QKeyEvent, QKeySequence, QResizeEvent, QShowEvent
from PySide6.QtWidgets import QSplitter, QVBoxLayout, QWidget

from cnnviz.events import Array, Gradients, Watched
from cnnviz.ui.splitters import keep_sizes
from cnnviz.ui.state import Record, Session
from cnnviz.ui.state.lookback import Lookback, seen
from cnnviz.ui.train.compared import ComparedTable
from cnnviz.ui.train.judged import Judged
from cnnviz.ui.train.plots import Plots
from cnnviz.ui.train.recipe import WIDTH, RecipeColumn
from cnnviz.ui.train.runs import RunsPanel
from cnnviz.ui.train.timeline import TimeMachine
from cnnviz.ui.train.toolbar import TrainBar
from cnnviz.ui.train.watch import MOMENTS, WatchTable
from cnnviz.ui.widgets.chrome import EmptyState, Panel, Pill, Segmented
from cnnviz.ui.widgets.legend import Legend

WATCH_SHARE, WATCH_MOST = 0.35, 0.45
"""How much of the width the pinned image takes before the user moves the edge."""

PINNED_WIDTH = 170
"""A longer name of the pinned sample ends in "…": it must not take the room of the curves."""

SNAPSHOT_MS = 1000
"""How often a running training is asked for new snapshots."""
JUDGE_MS = 500
"""While a training runs, what it was judged is painted at most so often."""
LATER_MS = 40
"""Between curves and pinned image: painted one after the other, each keeps the mouse waiting half as long."""


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
        self.lookback = Lookback(session, self)
        self.runs = RunsPanel(session, self.lookback)
        self.recipe = RecipeColumn(session)
        self.time = TimeMachine(session, self.lookback)
        self._time_later = QTimer(self, singleShot=True, interval=SNAPSHOT_MS)
        self._time_later.timeout.connect(self.lookback.refresh)
        self.plots = Plots(session)
        self.plots.layer_clicked.connect(self._inspect)
        self.judged = Judged(session)
        self.watch, self.compared = WatchTable(), ComparedTable()
        self._watch_later = QTimer(self, singleShot=True, interval=LATER_MS)
        self._watch_later.timeout.connect(self._show_watch)
        self._judge_later = QTimer(self, singleShot=True, interval=JUDGE_MS)
        self._judge_later.timeout.connect(self._show_judged)
        self._assemble()
        self._add_keys()
        training = session.training
        training.shown_changed.connect(self.refresh)
        session.runs.ticks_changed.connect(self.plots.compare_anew)
        self.lookback.changed.connect(self._look_back)
        self.judged.judgings.changed.connect(self._show_judged)
        self.judged.countings.changed.connect(self._look_back)
        self.judged.looked_at_changed.connect(self._say_what_is_seen)
        self.judged.layers.layer_clicked.connect(self._inspect)
        self.judged.left.forecast.clicked.connect(self._forecast)
        training.stepped.connect(self.refresh)
        training.evaluated.connect(lambda _event: self.refresh())
        training.state_changed.connect(lambda _state: self.refresh())
        session.document.replaced.connect(self.refresh)
        session.looking.trace_changed.connect(self.refresh)
        session.material.sample_changed.connect(self._pin_text)

    def _assemble(self) -> None:
        middle = QSplitter(Qt.Orientation.Vertical)
        middle.addWidget(self.plots)
        middle.addWidget(self.judged)
        middle.setStretchFactor(0, 3)
        middle.setStretchFactor(1, 2)
        middle.setSizes([480, 320])
        self._sides = QSplitter(Qt.Orientation.Horizontal)
        self._pinned_panel = self._watch_panel()
        self._left = QSplitter(Qt.Orientation.Vertical)
        self._left.addWidget(self.runs)
        self._left.addWidget(self.recipe)
        self._left.setSizes([260, 500])
        for part in (self._left, middle, self._pinned_panel):
            self._sides.addWidget(part)
        self._sides.setStretchFactor(1, 1)
        keep_sizes(self._sides, "train", self._session)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(1)
        column.addWidget(self.bar)
        column.addWidget(self._sides, 1)
        column.addWidget(self.time)

    def _add_keys(self) -> None:
        """Let , and . go through the snapshots, as long as no field has the keys."""
        self._time_actions = []
        for text, keys, by in (("Snapshot before", ",", -1), ("Next snapshot", ".", 1)):
            action = QAction(text, self)
            action.setShortcut(QKeySequence(keys))
            action.setShortcutContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
            action.triggered.connect(partial(self.lookback.move, by))
            self.addAction(action)
            self._time_actions.append(action)

    def _watch_panel(self) -> Panel:
        panel = Panel("Watching it learn", "the pinned sample")
        self.pinned = Pill("")
        panel.add_to_header(self.pinned)
        self.nothing = EmptyState("Train, and see here how the maps of one sample take shape.", "Train")
        self.nothing.pressed.connect(self.bar.run.click)
        panel.body.addWidget(self.nothing, 1)
        panel.body.addWidget(self.watch, 1)
        panel.body.addWidget(self.compared, 1)
        self.legend = Legend(label="each row has its own range")
        self.scope = Segmented(["map", "row", "network"], name="range of colours")
        self.scope.set_value("row")
        self.scope.chosen.connect(self._set_scope)
        panel.body.addWidget(self.legend)
        panel.body.addWidget(self.scope, 0, Qt.AlignmentFlag.AlignRight)
        for part in (self.watch, self.compared, self.legend, self.scope):
            part.hide()
        return panel

    # -- what the window asks -----------------------------------------------------------------------------------

    def actions_for_palette(self) -> list[QAction]:
        """Return what Ctrl K can find here."""
        return [*self.bar.actions_of_bar, *self._time_actions]

    def toggle_sides(self) -> None:
        """Hide or show runs and recipe, and the pinned image."""
        shown = self._left.isVisible()
        for part in (self._left, self._pinned_panel):
            part.setVisible(not shown)

    # -- what changes -------------------------------------------------------------------------------------------

    def refresh(self) -> None:
        """Show what the run has said since the last look."""
        if not self.isVisible():
            return
        self.bar.keep_up()
        self.plots.refresh()
        if not self._time_later.isActive():
            self._time_later.start()
        if self._session.training.state == "running":
            self._watch_later.start()
            if not self._judge_later.isActive():
                self._judge_later.start()
        else:
            self._show_watch()
            self._show_judged()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._session.training.make_ready()
        self._say_what_is_seen()
        self._pin_text()
        self.bar.refresh()
        self.refresh()

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self._session.training.look_at()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._sides.setSizes(self._sizes())

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Leave a field with Esc, so that the keys of the workspace work again."""
        if event.key() == Qt.Key.Key_Escape:
            self.setFocus()
        else:
            super().keyPressEvent(event)

    def _show_judged(self) -> None:
        record, judgings = self._session.training.shown, self.judged.judgings
        judgings.refresh()
        event = judgings.current
        if record is None or not record.evaluations:
            self.judged.clear(classes=self.plots.names_classes)
        elif event is not None:  # otherwise it is read, and what is shown stays
            self.judged.show_judgement(event, record.dataset, record.classes, record.data_title)
        self.judged.layers.refresh()

    def _show_watch(self) -> None:
        record, live = self._session.training.shown, self.lookback.step is None
        moments = (self._moments(record) if live else self._past(record)) if record else []
        both, sample = self.lookback.compared, self._session.material.sample
        self.watch.setVisible(bool(moments) and both is None)
        self.compared.setVisible(bool(moments) and both is not None)
        for part in (self.legend, self.scope):
            part.setVisible(bool(moments))
        self.nothing.setVisible(not moments)
        if record is not None and moments and sample is not None:
            if both is None:
                self.watch.show_moments(record.graph, moments, sample.label, record.classes, live=live)
            else:
                self.compared.compare(record.graph, *both, sample.label, record.classes)
            self._show_legend()

    def _look_back(self) -> None:
        """Let everything follow the time machine."""
        if not self.isVisible():
            return
        step = self.lookback.step
        self._show_watch()
        self.judged.judgings.go(step)
        self.judged.layers.look_at(step)
        counted = self.judged.countings.at(step) if step is not None else None
        self.plots.look_back(Gradients(counted.step, counted.ratios) if counted else None)

    def _say_what_is_seen(self) -> None:
        """Tell the training what is on the screen: nothing else is computed."""
        seen = ["pictures"] * self.isVisible() + ["census"] * (self.isVisible() and self.judged.shows_layers)
        self._session.training.look_at(*seen)

    def _past(self, record: Record) -> list[Watched]:
        """Return the pinned image at the snapshot that is looked back at, and at moments before it."""
        moment = self.lookback.moment
        if moment is None:  # on its way: what is shown stays
            return self.watch.moments
        kept = [
            each for each in record.milestones if each.step < moment.step and _same(each.image, moment.image)
        ]
        return [*(kept or self.lookback.earlier)[:MOMENTS], moment]

    def _moments(self, record: Record) -> list[Watched]:
        """Return the pinned image at the milestones and now; one that was pinned after the run is seen only now."""
        sample, now = self._session.material.sample, record.watched
        if not self._session.training.active:
            now = self._after(record) or now
        if now is None or sample is None:
            return []
        earlier = [
            each for each in record.milestones if each.step < now.step and _same(each.image, now.image)
        ]
        return [*earlier[:MOMENTS], now] if _same(now.image, sample.image) else []

    def _after(self, record: Record) -> Watched | None:
        """Return the image seen with the weights at the end of a run, if those are looked through."""
        looking, sample = self._session.looking, self._session.material.sample
        trace = looking.trace
        ours = looking.origin.startswith(f"run {record.number},")
        if sample is None or trace is None or not ours or trace.graph is not record.graph:
            return None
        step = record.last.step if record.last else 0
        return seen(trace, step, trace.activation(trace.graph.summary().input))

    def _show_legend(self) -> None:
        texts = {"map": "1: the largest value of each map", "row": "1: the ± beside each row"}
        table = self.watch if self.lookback.compared is None else self.compared
        reach = table.reach if table.scope == "network" else 1.0
        self.legend.set_scale(-reach, reach, texts.get(self.watch.scope, "one range for all"))

    def _set_scope(self, scope: str) -> None:
        for table in (self.watch, self.compared):
            table.set_scope(scope)
        self._show_legend()

    def _pin_text(self) -> None:
        sample = self._session.material.sample
        title = sample.title if sample else "no sample yet"
        metrics = self.pinned.fontMetrics()
        self.pinned.setText(metrics.elidedText(title, Qt.TextElideMode.ElideRight, PINNED_WIDTH))
        self.pinned.setToolTip(title)

    def _inspect(self, node: str) -> None:
        self._session.looking.point(node=node)
        self._session.go_to.emit("inspect")

    def _forecast(self) -> None:
        """Show the series continued, with the weights of now or of the step that is looked back at."""
        self._session.go_to.emit("inspect")
        if self.lookback.step is not None:
            self.lookback.inspect()
        self._session.forecast_wanted.emit()

    def _sizes(self) -> list[int]:
        """Return the widths of the three columns: the user's, or the usual share; the middle is never squeezed."""
        found = dict(self._session.settings.layout).get("train")
        left = found[0] if found else WIDTH
        watch = (
            min(found[-1], round(WATCH_MOST * self.width())) if found else round(WATCH_SHARE * self.width())
        )
        return [left, max(self.width() - left - watch, 1), watch]


def _same(one: Array, other: Array) -> bool:
    return one is other or np.array_equal(one, other)
