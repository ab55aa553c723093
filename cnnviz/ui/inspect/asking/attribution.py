"""Which part of the sample an answer rests on: a method, a target, and the map over the sample."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QHideEvent, QShowEvent
from PySide6.QtWidgets import (
    QComboBox,
    QHBoxLayout,
    QProgressBar,
    QSizePolicy,
    QSlider,
    QStackedWidget,
    QWidget,
)

from cnnviz.events import Progress
from cnnviz.explain import Trace
from cnnviz.explain.attribution import METHODS, Attribution, Question, inputs_before, obstacle
from cnnviz.ui import theme
from cnnviz.ui.inspect.asking.attributionmap import USUAL_DENSITY, AttributionMap
from cnnviz.ui.inspect.asking.attributionoptions import AttributionOptions
from cnnviz.ui.inspect.asking.attributiontargets import POINTED, PREDICTED, Choice, Targets, targets_of
from cnnviz.ui.inspect.asking.attributionworker import AttributionWorker
from cnnviz.ui.inspect.path import carried, settled
from cnnviz.ui.state import Session
from cnnviz.ui.widgets.chrome import EmptyState, Panel, button, label
from cnnviz.ui.widgets.legend import Legend

USUAL_METHOD = "grad-cam"
MEANINGS = {"amount": "how much", "value": "orange adds", "gradient": "purple raises"}
"""What the colours of a map say, beside its scale."""


class AttributionPanel(Panel):
    """Asks while it is visible: for every new trace, target, method or setting."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__("Why?", parent=parent)
        self._session = session
        self.worker = AttributionWorker(session, "attribution", self)
        self.method, self.target = QComboBox(), QComboBox()
        self.options = AttributionOptions()
        self.picture, self.legend = AttributionMap(), Legend(colormap="amount")
        self.density = QSlider(Qt.Orientation.Horizontal)
        self.why_not = EmptyState("")
        self.note = label("", "hint")
        self.bar = QProgressBar(textVisible=False)
        self.cancel, self.again = button("Cancel", small=True), button("Ask again", small=True)
        self.question: Question | None = None
        self.answer: Attribution | None = None
        self._trace: Trace | None = None
        self._targets = Targets("", ())
        self._choices: list[tuple[Choice, str]] = []
        self._assemble()
        self._refuse("")
        self._connect()

    def _assemble(self) -> None:
        for name, method in METHODS.items():
            self.method.addItem(method.title, name)
            at = self.method.count() - 1
            self.method.setItemData(at, method.sentence, Qt.ItemDataRole.ToolTipRole)
        self.method.setCurrentIndex(list(METHODS).index(USUAL_METHOD))
        self.method.setAccessibleName("method")
        self.target.setAccessibleName("what is explained")
        row = QHBoxLayout()
        row.setSpacing(6)
        for part in (self.method, self.target):
            part.setMinimumContentsLength(6)
            part.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
            row.addWidget(part, 1)
        self._pages = QStackedWidget()
        self._pages.addWidget(self.picture)
        self._pages.addWidget(self.why_not)
        self._pages.setMinimumHeight(120)
        self.density.setRange(0, 100)
        self.density.setValue(round(USUAL_DENSITY * 100))
        self.density.setFixedWidth(64)
        self.density.setToolTip("How much of the map covers the image")
        self.density.setAccessibleName("opacity of the map")
        scale = QHBoxLayout()
        scale.addWidget(self.legend, 1)
        scale.addWidget(self.density, 0, Qt.AlignmentFlag.AlignTop)
        self.body.addLayout(row)
        self.body.addWidget(self.options)
        self.body.addWidget(self._pages, 1)
        self.body.addLayout(scale)
        self.body.addWidget(self._foot())

    def _foot(self) -> QWidget:
        """Return the line below: what the map says, or how far it is."""
        self.note.setWordWrap(True)
        self.note.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self._states = QStackedWidget()
        for parts in ((self.note, self.again), (self.bar, self.cancel)):
            page = QWidget()
            row = QHBoxLayout(page)
            row.setContentsMargins(0, 0, 0, 0)
            row.addWidget(parts[0], 1)
            row.addWidget(parts[1])
            self._states.addWidget(page)
        self._states.setFixedHeight(36)
        self.again.hide()
        return self._states

    def _connect(self) -> None:
        looking = self._session.looking
        looking.trace_changed.connect(self.refresh)
        looking.cursor_changed.connect(lambda _cursor: self._follow_cursor())
        theme.changed.connect(self.picture.refresh)
        self.method.activated.connect(lambda _at: self.refresh())
        self.target.activated.connect(lambda _at: self.refresh())
        self.options.changed.connect(self.refresh)
        self.density.valueChanged.connect(lambda at: self.picture.overlay.set_density(at / 100))
        self.picture.clicked.connect(self._point)
        self.worker.answered.connect(self._show_answer)
        self.worker.progressed.connect(self._show_progress)
        self.worker.failed.connect(self._refuse)
        self.cancel.clicked.connect(self.give_up)
        self.again.clicked.connect(self.refresh)

    def sizeHint(self) -> QSize:
        return QSize(284, 420)

    # -- asking -------------------------------------------------------------------------------------------------

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.refresh()

    def hideEvent(self, event: QHideEvent) -> None:
        self.worker.give_up()
        super().hideEvent(event)

    def choose_method(self, name: str) -> None:
        """Ask in another way."""
        self.method.setCurrentIndex(list(METHODS).index(name))
        self.refresh()

    def choose_target(self, choice: Choice) -> None:
        """Ask about a class number, `PREDICTED` or `POINTED`; ValueError where there is no such choice."""
        self.target.setCurrentIndex([each for each, _ in self._choices].index(choice))
        self.refresh()

    def refresh(self) -> None:
        """Ask anew; what is shown stays until the answer is there."""
        trace = self._session.looking.trace
        if trace is None or not self.isVisible():
            return
        self._fill_targets(trace)
        choice = self._choice()
        target = self._targets.target(choice, trace, self._session.looking.cursor)
        self.set_title(f"Why {self._targets.called(choice)}?", "")
        question = Question(str(self.method.currentData()), target)
        self.method.setToolTip(METHODS[question.method].sentence)
        self.options.fill(trace, question, self._sample(trace, question)[1])
        self.again.hide()
        why = obstacle(trace.graph, question)
        if why:
            self.worker.give_up()
            self._refuse(why)
            return
        self.question = self.options.apply(question)
        self.worker.ask(trace, self.question)

    def give_up(self) -> None:
        """Wait for no answer any more; the old one stays."""
        self.worker.give_up()
        if self.answer is None:
            self._refuse("")
        self._say("Cancelled." if self.answer is None else "Cancelled: this is the map from before.")
        self.again.show()

    def _choice(self) -> Choice:
        at = self.target.currentIndex()
        return self._choices[at][0] if 0 <= at < len(self._choices) else POINTED

    def _fill_targets(self, trace: Trace) -> None:
        """Offer the classes of the network; the choice stays, by its place in meaning and not in the list."""
        dataset = self._session.material.dataset
        self._targets = targets_of(trace, tuple(dataset.classes) if dataset is not None else ())
        choices = self._targets.choices()
        if choices == self._choices:
            return
        kept = self._choice() if self._choices else PREDICTED
        self._choices = choices
        self.target.clear()
        self.target.addItems([text for _, text in choices])
        known = [each for each, _ in choices]
        self.target.setCurrentIndex(known.index(kept) if kept in known else 0)

    def _sample(self, trace: Trace, question: Question) -> tuple[str, tuple[int, ...]]:
        """Return the Input that is asked about, and the shape of its sample."""
        names = inputs_before(trace.graph, question.target.owner) or list(trace.graph.summary().inputs)
        return names[0], trace.activation(names[0]).shape

    # -- showing ------------------------------------------------------------------------------------------------

    def _show_answer(self, asked: tuple[Trace, Question], answer: Attribution) -> None:
        trace, question = asked
        self.answer, self._trace = answer, trace
        node, _ = self._sample(trace, question)
        self._pages.setCurrentWidget(self.picture)
        self.picture.show_answer(trace.activation(node), answer)
        colormap = METHODS[answer.method].colormap
        self.legend.set_scale(*answer.range, MEANINGS[colormap], colormap)
        self.legend.show()
        self.density.show()
        self._say(answer.note)
        self._mark_cursor()

    def _show_progress(self, progress: Progress) -> None:
        self.bar.setRange(0, progress.total or 0)
        self.bar.setValue(progress.done)
        self._states.setCurrentIndex(1)
        if self.answer is None:
            self.why_not.set_sentence("The map is on its way.")

    def _refuse(self, sentence: str) -> None:
        """Say in place of the map why there is none."""
        self.answer = None
        self.why_not.set_sentence(sentence)
        self._pages.setCurrentWidget(self.why_not)
        self.legend.hide()
        self.density.hide()
        self._say("")

    def _say(self, text: str) -> None:
        self.note.setText(text)
        self._states.setCurrentIndex(0)

    # -- pointing -----------------------------------------------------------------------------------------------

    def _follow_cursor(self) -> None:
        if self._choice() == POINTED:
            self.refresh()
        self._mark_cursor()

    def _mark_cursor(self) -> None:
        """Ring the place of the sample at which the cursor stands in its own layer."""
        trace, cursor = self._trace, self._session.looking.cursor
        if trace is None or self.question is None or cursor.node not in trace.activations:
            return
        node, shape = self._sample(trace, self.question)
        same = trace.activation(cursor.node).ndim == len(shape) > 1
        index = settled(trace, cursor.node, cursor.index)
        self.picture.set_place(carried(trace, cursor.node, index, node)[1:] if same else None)

    def _point(self, place: tuple[int, ...]) -> None:
        """Move the cursor to a place of the sample: in its own map where it has places, else in the sample."""
        trace, looking = self._trace, self._session.looking
        if trace is None or self.question is None:
            return
        node, shape = self._sample(trace, self.question)
        cursor = looking.cursor
        if len(shape) == 1:
            looking.point(node=node, map=place[0], position=())
        elif cursor.node in trace.activations and trace.activation(cursor.node).ndim == len(shape):
            looking.point(position=carried(trace, node, (0, *place), cursor.node)[1:])
        else:
            looking.point(node=node, map=0, position=place)
