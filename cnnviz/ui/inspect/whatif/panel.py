"""The tab What if: move the sample, see what is changed, judge it, keep it on purpose."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QSize, Signal
from PySide6.QtGui import QHideEvent, QShowEvent
from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QProgressBar, QSizePolicy

from cnnviz.events import Evaluated
from cnnviz.model.whatif import Variation
from cnnviz.ui import numbers
from cnnviz.ui.inspect.whatif.changes import Changes
from cnnviz.ui.inspect.whatif.followed import Still, sentence
from cnnviz.ui.inspect.whatif.judging import Judging
from cnnviz.ui.inspect.whatif.sliders import VariationSliders
from cnnviz.ui.state import Session
from cnnviz.ui.widgets.chrome import Divider, Panel, button, label

HOW = (
    "Double-click a cell of a kernel to type another number. Right-click a map to mute it, "
    "to hear it alone or to swap it."
)
PROJECT_FILES = "cnnviz project (*.cnnviz)"


class WhatIfPanel(Panel):
    """`kept(path)` asks for the changed network as a project of its own."""

    kept = Signal(object)

    def __init__(self, session: Session, changes: Changes) -> None:
        super().__init__("Move the input")
        self._session, self._changes = session, changes
        self.sliders = VariationSliders()
        self.followed, self.changed = label("", "secondary"), label(HOW, "hint")
        self.judging, self._still = Judging(session, self), Still(session)
        self.verdict, self.bar = label("", "secondary"), QProgressBar(textVisible=False)
        self.judge, self.cancel = button("Accuracy on the test set", small=True), button("Cancel", small=True)
        self.reset, self.keep = button("Reset", small=True), button("Save as a new project\u2026", small=True)
        self._assemble()
        self._connect()

    def _assemble(self) -> None:
        for text in (self.followed, self.changed, self.verdict):
            text.setWordWrap(True)
            text.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.MinimumExpanding)
        self.followed.setMinimumHeight(30)
        self.keep.setToolTip("Writes the changed network and its weights; what is open stays as it is")
        asking, ending = QHBoxLayout(), QHBoxLayout()
        for part in (self.judge, self.bar, self.cancel):
            asking.addWidget(part)
        asking.addStretch(1)
        for part in (self.reset, self.keep):
            ending.addWidget(part)
        ending.addStretch(1)
        self.body.addWidget(self.sliders)
        self.body.addWidget(self.followed)
        self.body.addWidget(Divider())
        self.body.addWidget(self.changed)
        self.body.addLayout(asking)
        self.body.addWidget(self.verdict)
        self.body.addLayout(ending)
        self.body.addStretch(1)
        self._show_busy(busy=False)

    def _connect(self) -> None:
        document, looking = self._session.document, self._session.looking
        document.tried.connect(self.refresh)
        document.changed.connect(lambda _old, _new: self.refresh())
        looking.trace_changed.connect(self._follow)
        looking.cursor_changed.connect(lambda _cursor: self._tell())
        self.sliders.changed.connect(self._changes.vary)
        self.judge.clicked.connect(self.ask_accuracy)
        self.cancel.clicked.connect(self._give_up)
        self.reset.clicked.connect(self._changes.reset)
        self.keep.clicked.connect(self._ask_where)
        self.judging.progressed.connect(self._show_progress)
        self.judging.judged.connect(self._show_verdict)
        self.judging.failed.connect(self._say)

    def sizeHint(self) -> QSize:
        return QSize(284, 420)

    # -- what is shown ------------------------------------------------------------------------------------------

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.refresh()
        self._follow()

    def hideEvent(self, event: QHideEvent) -> None:
        self._give_up()
        super().hideEvent(event)

    def refresh(self) -> None:
        """Show what is changed; a verdict on something else goes."""
        whatif, sample = self._session.document.whatif, self._session.material.sample
        self.sliders.show_variation(whatif.variation)
        if sample is not None:
            self.sliders.set_shape(sample.image.shape)
        text = whatif.words()
        self.changed.setText(f"{text[:1].upper()}{text[1:]}." if text else HOW)
        for part in (self.reset, self.judge):
            part.setEnabled(bool(whatif))
        self.keep.setEnabled(whatif.changes_network)
        self._give_up()
        self.verdict.setText("")

    def _follow(self) -> None:
        """Compare with the sample as it is, where it is moved and somebody looks."""
        if not self._session.document.whatif.variation or not self.isVisible():
            self.followed.setText("" if self._session.document.whatif.variation else self._still_words())
            return
        self._still.ask(self._tell)
        self._tell()

    def _still_words(self) -> str:
        return "Move the image: does the selected map move with it, and does the answer stay?"

    def _tell(self) -> None:
        looking, variation = self._session.looking, self._session.document.whatif.variation
        still, moved = self._still.trace, looking.trace
        if self.isVisible() and variation != Variation() and still is not None and moved is not None:
            self.followed.setText(sentence(still, moved, looking.cursor, variation))

    # -- the test set -------------------------------------------------------------------------------------------

    def ask_accuracy(self) -> None:
        """Judge the network as it is and as it is changed on all test samples."""
        if self._session.document.whatif:
            self.verdict.setText("")
            self._show_busy(busy=True)
            self.judging.start()
            self._show_busy(busy=self.judging.busy)

    def _give_up(self) -> None:
        self.judging.cancel()
        self._show_busy(busy=False)

    def _show_busy(self, *, busy: bool) -> None:
        self.judge.setVisible(not busy)
        for part in (self.bar, self.cancel):
            part.setVisible(busy)

    def _show_progress(self, done: int, total: int) -> None:
        self.bar.setRange(0, total)
        self.bar.setValue(done)

    def _show_verdict(self, before: Evaluated, after: Evaluated) -> None:
        count = numbers.count(len(after.indices))
        if before.accuracy is None or after.accuracy is None:
            ends = (numbers.compact(before.loss, 4), numbers.compact(after.loss, 4))
            self._say(f"Loss {ends[0]} before, {ends[1]} now, on {count} test samples.")
            return
        ends = (numbers.percent(before.accuracy, 2), numbers.percent(after.accuracy, 2))
        self._say(f"{ends[0]} before, {ends[1]} now, of {count} test samples.")

    def _say(self, text: str) -> None:
        self.verdict.setText(text)
        self._show_busy(busy=False)

    # -- keeping ------------------------------------------------------------------------------------------------

    def _ask_where(self) -> None:
        path = self._session.document.path
        folder = path.parent if path is not None else Path.home()
        start = str(folder / f"{self._session.document.graph.title}-changed.cnnviz")
        name, _ = QFileDialog.getSaveFileName(self, "Save the changed network", start, PROJECT_FILES)
        if name:
            self.kept.emit(Path(name).with_suffix(".cnnviz"))
