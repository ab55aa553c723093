"""The images of the test set that the map under the cursor answers to most, whole or just the patch it sees."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from PySide6.QtCore import QSize
from PySide6.QtGui import QHideEvent, QShowEvent
from PySide6.QtWidgets import QProgressBar, QWidget

from cnnviz.data import Dataset
from cnnviz.data.adapt import adapted
from cnnviz.events import Answer, Event, Failed, Progress
from cnnviz.explain import Trace
from cnnviz.explain.strongest import Finding, Strongest
from cnnviz.explain.trace import Array
from cnnviz.model.graph import Graph
from cnnviz.model.whatif import Cell
from cnnviz.ui import numbers
from cnnviz.ui.inspect.asking.attributionworker import take_turn
from cnnviz.ui.inspect.asking.pictures import as_picture
from cnnviz.ui.inspect.path import field
from cnnviz.ui.services import Weights
from cnnviz.ui.state import Session
from cnnviz.ui.widgets.chrome import EmptyState, Panel, Segmented, label
from cnnviz.ui.widgets.gallery import Caption, Gallery

IMAGES, PATCHES = "images", "patches"
MOST = 10_000


class ExamplesPanel(Panel):
    """Looks at the test set once for all maps of these weights, as long as it is visible; then every map is there.

    A click on an example looks at that image, with the cursor where the map's largest value lies.
    """

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__("", parent=parent)
        self._session = session
        self.found: Strongest | None = None
        self.findings: list[Finding] = []
        self._key: tuple[Graph, Weights | None, Dataset, int, Mapping[Cell, float]] | None = None
        self._pieces: Iterator[Event] | None = None
        self._goal: tuple[str, Finding] | None = None
        self.what = Segmented((IMAGES, PATCHES), name="whole images or patches")
        self.gallery = Gallery(name="strongest examples")
        self.note = label("", "hint")
        self.note.setWordWrap(True)
        self.bar = QProgressBar(textVisible=False)
        self.nothing = EmptyState("")
        self._assemble()
        looking = session.looking
        looking.trace_changed.connect(self.refresh)
        looking.cursor_changed.connect(lambda _cursor: self._show())
        session.material.dataset_changed.connect(self.refresh)
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
        self._pieces = None
        super().hideEvent(event)

    def refresh(self) -> None:
        """Look at the test set, unless that was done for these weights; then show the map under the cursor."""
        looking, dataset = self._session.looking, self._session.material.dataset
        trace = looking.trace
        if not self.isVisible() or trace is None or dataset is None:
            return
        seed = self._session.document.recipe.seed
        cells = self._session.document.whatif.cells
        if not self._knows(trace.graph, looking.weights, dataset, seed, cells):
            self._key = (trace.graph, looking.weights, dataset, seed, cells)
            self.found, self._pieces = None, None
        if self.found is None and self._pieces is None:
            self._start(trace, dataset)
        self._reach_goal()
        self._show()

    def _knows(
        self, graph: Graph, weights: Weights | None, dataset: Dataset, seed: int, cells: Mapping[Cell, float]
    ) -> bool:
        """Say whether what was found, or is looked for, belongs to this network and data."""
        if self._key is None:
            return False
        known = self._key
        same = known[0] == graph and known[1] is weights and known[2] is dataset
        return same and known[3:] == (seed, cells)

    def _start(self, trace: Trace, dataset: Dataset) -> None:
        shape = trace.activation(trace.graph.summary().input).shape
        count = min(len(dataset.test), MOST)
        self._go_on(
            self._session.services.strongest(
                trace, lambda number: adapted(dataset.test.sample(number), shape), count
            )
        )

    def _go_on(self, pieces: Iterator[Event]) -> None:
        self._pieces = pieces
        self._session.asker.ask("examples", lambda: (pieces, take_turn(pieces)), self._take, self._break)

    def _take(self, reply: tuple[Iterator[Event], Event]) -> None:
        pieces, event = reply
        if pieces is not self._pieces:
            return
        if isinstance(event, Progress):
            self.bar.setRange(0, event.total or 0)
            self.bar.setValue(event.done)
            self._go_on(pieces)
            return
        self._pieces = None
        if isinstance(event, Answer):
            self.found = event.value
            self._show()
        elif isinstance(event, Failed):
            self._break(event)

    def _break(self, failure: Failed) -> None:
        self._pieces = None
        self.bar.hide()
        self.nothing.set_sentence(failure.message)

    # -- showing ------------------------------------------------------------------------------------------------

    def _show(self) -> None:
        """Show what the map under the cursor answers to."""
        trace, cursor = self._session.looking.trace, self._session.looking.cursor
        if trace is None or not self.isVisible():
            return
        node, channel = cursor.node.partition(".")[0], cursor.map
        self.set_title(f"{node} map {channel}", "")
        best = self.found.nodes.get(node) if self.found is not None else None
        self.bar.setVisible(self._pieces is not None)
        self.gallery.setVisible(best is not None)
        self.nothing.setVisible(best is None)
        if best is None or self.found is None:
            self.nothing.set_sentence("Looking for the images that each map answers to most.")
            return
        self.findings = best.of(min(channel, best.shape[0] - 1))
        pictures = [self._picture(trace, node, each) for each in self.findings]
        self.gallery.set_images(pictures, [Caption(numbers.compact(each.value, 3)) for each in self.findings])
        count = numbers.count(self.found.looked_at)
        self.note.setText(f"The strongest of {count} test images. The number is the map's largest value.")

    def _picture(self, trace: Trace, node: str, finding: Finding) -> Array:
        """Return an example as (H, W) or (H, W, 3), whole or what its largest value depends on."""
        assert self._key is not None
        dataset = self._key[2]
        source = trace.graph.summary().input
        image = adapted(dataset.test.sample(finding.sample), trace.activation(source).shape)
        seen = {**field(trace.graph, node, finding.index)}.get(source)
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
