"""The images of the test set that the map under the cursor answers to most, whole or just the patch it sees."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QSize
from PySide6.QtGui import QHideEvent, QShowEvent
from PySide6.QtWidgets import QProgressBar, QWidget

from cnnviz.events import Progress
from cnnviz.explain import Trace
from cnnviz.explain.asking.questions import AskStrongest
from cnnviz.explain.strongest import Finding, Strongest
from cnnviz.explain.trace import Array
from cnnviz.ui import numbers
from cnnviz.ui.inspect.asking.desk import Desk
from cnnviz.ui.inspect.asking.inquiry import Inquiry
from cnnviz.ui.inspect.asking.pictures import as_picture
from cnnviz.ui.inspect.path import field
from cnnviz.ui.widgets.chrome import EmptyState, Panel, Segmented, label
from cnnviz.ui.widgets.gallery import Caption, Gallery

IMAGES, PATCHES = "images", "patches"


class ExamplesPanel(Panel):
    """Looks at the test set once for all maps of these weights, as long as it is visible; then every map is there.

    A click on an example looks at that image, with the cursor where the map's largest value lies.
    """

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__("", parent=parent)
        self._desk, self._session = desk, desk.session
        self.inquiry = Inquiry(desk, "examples", self)
        self.found: Strongest | None = None
        self.findings: list[Finding] = []
        self._goal: tuple[str, Finding] | None = None
        self.what = Segmented((IMAGES, PATCHES), name="whole images or patches")
        self.gallery = Gallery(name="strongest examples")
        self.note = label("", "hint")
        self.note.setWordWrap(True)
        self.bar = QProgressBar(textVisible=False)
        self.nothing = EmptyState("")
        self._assemble()
        looking = self._session.looking
        looking.trace_changed.connect(self.refresh)
        looking.cursor_changed.connect(lambda _cursor: self._show())
        desk.changed.connect(self._forget)
        self.inquiry.answered.connect(self._take)
        self.inquiry.progressed.connect(self._show_progress)
        self.inquiry.failed.connect(self._refuse)
        self.what.chosen.connect(lambda _what: self._show())
        self.gallery.clicked.connect(self._go)

    def _assemble(self) -> None:
        self.add_to_header(self.what)
        self.body.addWidget(self.gallery, 1)
        self.body.addWidget(self.nothing, 1)
        self.body.addWidget(self.bar)
        self.body.addWidget(self.note)

    def sizeHint(self) -> QSize:
        return QSize(284, 420)

    # -- looking at the data set --------------------------------------------------------------------------------

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.refresh()

    def hideEvent(self, event: QHideEvent) -> None:
        self.inquiry.give_up()
        super().hideEvent(event)

    def refresh(self) -> None:
        """Look at the test set, unless that was done for these weights; then show the map under the cursor."""
        if not self.isVisible():
            return
        self._desk.look()
        if self._desk.trace is None or self._desk.dataset is None:
            return
        if self.found is None:
            self.inquiry.ask(AskStrongest(self._desk.sample_count))
        self._reach_goal()
        self._show()

    def _forget(self) -> None:
        self.found = None
        self.refresh()

    def _take(self, _question: Any, answer: Any) -> None:
        self.found = answer
        self._show()

    def _show_progress(self, progress: Progress) -> None:
        self.bar.setRange(0, progress.total or 0)
        self.bar.setValue(progress.done)

    def _refuse(self, sentence: str) -> None:
        self.bar.hide()
        self.nothing.set_sentence(sentence)

    # -- showing ------------------------------------------------------------------------------------------------

    def _show(self) -> None:
        """Show what the map under the cursor answers to."""
        trace, cursor = self._session.looking.trace, self._session.looking.cursor
        if trace is None or not self.isVisible():
            return
        node, channel = cursor.node.partition(".")[0], cursor.map
        self.set_title(f"{node} map {channel}", "")
        best = self.found.nodes.get(node) if self.found is not None else None
        self.bar.setVisible(self.inquiry.busy)
        self.gallery.setVisible(best is not None)
        self.nothing.setVisible(best is None)
        if best is None or self.found is None:
            self.nothing.set_sentence(f"Looking for the {self._desk.noun}s that each map answers to most.")
            return
        self.findings = best.of(min(channel, best.shape[0] - 1))
        pictures = [self._picture(trace, node, each) for each in self.findings]
        self.gallery.set_images(pictures, [Caption(numbers.compact(each.value, 3)) for each in self.findings])
        count = numbers.count(self.found.looked_at)
        self.note.setText(
            f"The strongest of {count} test {self._desk.noun}s. The number is the map's largest value."
        )

    def _picture(self, trace: Trace, node: str, finding: Finding) -> Array:
        """Return an example as (H, W) or (H, W, 3), whole or what its largest value depends on."""
        image = self._desk.sample(finding.sample)
        seen = field(trace.graph, node, finding.index).get(trace.graph.summary().input)
        return as_picture(image, seen if self.what.value() == PATCHES else None)

    # -- pointing -----------------------------------------------------------------------------------------------

    def _go(self, at: int) -> None:
        """Look at an example, and then at the place where the map is largest."""
        if 0 <= at < len(self.findings):
            finding = self.findings[at]
            self._goal = self._session.looking.cursor.node.partition(".")[0], finding
            self._session.material.pick(finding.sample)

    def _reach_goal(self) -> None:
        sample = self._session.material.sample
        if self._goal is not None and sample is not None and self._session.looking.settled:
            (node, finding), self._goal = self._goal, None
            if sample.index == finding.sample:
                self._session.looking.point(node=node, map=finding.index[0], position=finding.index[1:])
