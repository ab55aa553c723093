"""The Forecast page: a series beyond now, step by step, with the truth, the errors and the rules of thumb beside it."""

from __future__ import annotations

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QHideEvent, QKeyEvent, QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QStackedWidget, QWidget

from cnnviz.data.series.outlook import Outlook
from cnnviz.model.graph import Graph
from cnnviz.ui.inspect.player import SPEEDS, Player
from cnnviz.ui.inspect.series.bands import NONE, bands
from cnnviz.ui.inspect.series.controls import Controls
from cnnviz.ui.inspect.series.course import Course
from cnnviz.ui.inspect.series.errorcolumn import ErrorColumn
from cnnviz.ui.inspect.series.forecaster import Forecaster, Parts
from cnnviz.ui.inspect.series.forecastplot import ForecastPlot
from cnnviz.ui.inspect.series.subject import Subject, subject
from cnnviz.ui.state import Session
from cnnviz.ui.widgets.chrome import EmptyState, Panel, Segmented, label, tool_button

STEPS, SETTLE_MS = 50, 60


class ForecastPage(Panel):
    """`closed` asks for the value panes again."""

    closed = Signal()

    def __init__(self, session: Session) -> None:
        super().__init__("Forecast")
        self._session = session
        self.subject: Subject | None = None
        self.course: Course | None = None
        self.player = Player(self)
        self.player.set_speed(SPEEDS[-1])
        self.forecaster = Forecaster(session, "forecast", self)
        self.plot, self.errors = ForecastPlot(), ErrorColumn()
        self.controls = Controls(self.player)
        self.band = Segmented([NONE, "dropout", "runs", "snapshots"], name="band around the forecast")
        self.nothing = EmptyState("")
        self._soon = QTimer(self, singleShot=True, interval=SETTLE_MS)
        self._assemble()
        self._connect()

    def _assemble(self) -> None:
        self.band_name = label("Band", "secondary")
        for part in (self.band_name, self.band):
            self.add_to_header(part)
        self.add_to_header(tool_button("close", "Back to the value under the cursor  F", self.closed.emit))
        content = QWidget()
        row = QHBoxLayout(content)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(12)
        row.addWidget(self.plot, 1)
        row.addWidget(self.errors)
        self._pages = QStackedWidget()
        self._pages.addWidget(content)
        self._pages.addWidget(self.nothing)
        self.body.setSpacing(6)
        self.body.addWidget(self.controls)
        self.body.addWidget(self._pages, 1)

    def _connect(self) -> None:
        controls, looking = self.controls, self._session.looking
        self._soon.timeout.connect(self._ask)
        self.player.moved.connect(lambda _at: self._show())
        controls.wanted.connect(self._soon.start)
        controls.rules.toggled.connect(self.plot.show_rules)
        self.band.chosen.connect(lambda _which: self._ask())
        self.plot.chosen.connect(self._go)
        self.plot.hovered.connect(self.errors.plot.point_at)
        self.errors.plot.hovered.connect(self.plot.point_at)
        self.errors.column.currentIndexChanged.connect(lambda _at: self._show())
        self.forecaster.grown.connect(self._take)
        self.forecaster.failed.connect(self._refuse)
        looking.trace_changed.connect(self.refresh)
        self._session.material.dataset_changed.connect(self.refresh)

    # -- asking -------------------------------------------------------------------------------------------------

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.player.reduced = self._session.settings.reduce_motion
        self.refresh()

    def hideEvent(self, event: QHideEvent) -> None:
        self.player.stop()
        self._soon.stop()
        self.forecaster.give_up()
        super().hideEvent(event)

    def refresh(self) -> None:
        """Forecast with the network of now, if anybody sees it; a series that is new is played from its beginning."""
        if not self.isVisible():
            return
        found = subject(self._session)
        if isinstance(found, str):
            self._refuse(found)
            return
        fresh = self.subject is None or self.subject.timeline is not found.timeline
        self.subject = found
        self.controls.show_subject(found, STEPS if fresh else None)
        if fresh:
            self.course = None
            self.errors.show_names(found)
            self.player.stop()
            self.player.set_map(STEPS + 1, 1, 0)
        self._ask()
        if fresh:
            self.play()

    def play(self) -> None:
        """Draw the forecast step by step; all at once where nothing should move."""
        if self.player.reduced:
            self._go(self.controls.steps)
        else:
            self.player.toggle()

    def _ask(self) -> None:
        found = self.subject
        if found is None or not self.isVisible():
            return
        self._offer_bands(found.graph)
        outlook = Outlook(found.timeline, self.controls.now, found.length, self.controls.steps)
        band = bands(self._session, found.graph)[self.band.value()]
        whole = self.player.at >= self.player.count - 1
        at = outlook.steps if whole else min(self.player.at, outlook.steps)
        self.player.set_map(outlook.steps + 1, 1, at)
        session, graph, weights = self._session, self._session.document.graph, self._session.looking.weights
        seed, whatif = session.document.recipe.seed, session.document.whatif

        def load() -> Parts:
            changed = whatif.changes_network
            own = session.services.attempt(graph, weights, seed, whatif) if changed else (graph, weights)
            return [own, *band.load()]

        self.forecaster.ask(outlook, load, band.samples, band.words)

    def _offer_bands(self, graph: Graph) -> None:
        """Let only those bands be chosen that can be had."""
        found = bands(self._session, graph)
        for name, band in found.items():
            self.band.part(name).setEnabled(not band.why_not)
            self.band.part(name).setToolTip(band.why_not or band.words.capitalize())
        if found[self.band.value()].why_not:
            self.band.set_value(NONE)

    # -- showing ------------------------------------------------------------------------------------------------

    def _take(self, course: Course) -> None:
        self.course = course
        self._show()

    def _show(self) -> None:
        """Show the forecast up to the step that Play has come to, as far as it is there."""
        self.controls.show_step()
        course, found = self.course, self.subject
        if course is None or found is None:
            return
        self._pages.setCurrentIndex(0)
        step = min(self.player.at, course.known)
        self.plot.show_course(course, step)
        self.errors.show_course(course, step)
        self.set_title("Forecast", found.words(course))

    def _go(self, step: int) -> None:
        self.player.stop()
        self.player.step(step - self.player.at)

    def _refuse(self, sentence: str) -> None:
        """Say in place of a forecast why there is none."""
        self.forecaster.give_up()
        self.player.stop()
        self.course = self.subject = None
        self.nothing.set_sentence(sentence)
        self._pages.setCurrentWidget(self.nothing)
        self.set_title("Forecast", "")

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Space and not event.isAutoRepeat():
            self.player.toggle(-1 if event.modifiers() & Qt.KeyboardModifier.ShiftModifier else 1)
        else:
            super().keyPressEvent(event)
