"""The pictures on the cards: what each layer puts out for the current image, made in the worker after every edit."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal

from cnnviz.explain.trace import Trace
from cnnviz.layers import size
from cnnviz.model.check import Report
from cnnviz.model.checking.runnable import runnable
from cnnviz.model.graph import Graph
from cnnviz.ui import numbers
from cnnviz.ui.build.canvas.canvas import Canvas
from cnnviz.ui.build.cards.strips import Strip, strip
from cnnviz.ui.state.looking import fitting

MOST_MACS, MOST_PARAMS, MOST_VALUES = 2_000_000_000, 40_000_000, 40_000_000
"""Beyond any of these an edit would keep the processor busy for seconds: the pictures wait to be switched on."""


class Thumbnails(QObject):
    """Decides whether edits are followed by pictures, and brings them to the canvas.

    `switched` says that they were switched on or off, by the user or because of the size of the network.
    """

    switched = Signal(bool)

    def __init__(self, canvas: Canvas) -> None:
        super().__init__(canvas)
        self._canvas, self._session = canvas, canvas.session
        self._chosen: bool | None = None
        """What the user wants for this document; None leaves it to the size of the network."""
        self.on = True
        self._shown = False
        self._session.looking.trace_changed.connect(self._draw)
        self._session.document.replaced.connect(self._start_afresh)
        self._session.document.changed.connect(lambda old, new: self._follow())
        self._session.material.sample_changed.connect(self._draw_part)

    def switch(self) -> None:
        """Switch the pictures on or off, for this document."""
        self._chosen = not self.on
        self._decide()

    def show(self, shown: bool) -> None:
        """The canvas came into sight, or left it: only in sight it may keep the worker from computing."""
        self._shown = shown
        self._decide()
        if shown and self.on:
            self._draw()
        if not shown:
            self._session.looking.live = True

    def _start_afresh(self) -> None:
        self._chosen = None
        self._canvas.content.show_strips({})
        self._decide()  # before anybody asks for a trace of the new document

    def _decide(self) -> None:
        on = self._chosen if self._chosen is not None else not is_huge(self._session.document.report)
        looking = self._session.looking
        if self._shown:
            looking.live = on
        if on == self.on:
            return
        self.on = on
        if self._chosen is None and not on:
            self._session.notice.emit(
                "info",
                "The cards have no pictures, as this network is large. The eye below the canvas brings them.",
            )
        if not on:
            self._canvas.content.show_strips({})
        elif looking.trace_fits:
            self._draw()
        else:
            looking.refresh()
        self.switched.emit(on)

    def _follow(self) -> None:
        self._decide()
        self._draw_part()

    def _draw_part(self) -> None:
        """While something is wrong in the network, have what runs of it computed: everything in front of that."""
        session, graph = self._session, self._session.document.graph
        sample, report = session.material.sample, session.document.report
        if sample is None or not report.errors or not self.on or not self._shown:
            return
        part = runnable(graph)
        if part is not None:
            self._draw_graph(part)

    def _draw_graph(self, part: Graph) -> None:
        """Have a graph computed for its pictures alone."""
        session, sample = self._session, self._session.material.sample
        if sample is None or not self.on or not self._shown:
            return
        weights, image, seed = (
            session.looking.weights,
            fitting(sample.image, part),
            session.document.recipe.seed,
        )
        session.asker.ask(
            "thumbnails", lambda: _strips(session.services.trace(part, weights, image, seed)), self._show
        )

    def _draw(self) -> None:
        """Have the maps of the latest trace made into pictures; the worker does that too."""
        if self._session.document.report.errors:
            self._draw_part()
            return
        trace = self._session.looking.trace
        if self._session.document.whatif:  # Build shows the network as it is
            self._draw_graph(self._session.document.graph)
        elif trace is not None and self.on and self._shown:
            self._session.asker.ask("thumbnails", lambda: _strips(trace), self._show)

    def _show(self, strips: dict[str, Strip]) -> None:
        if self.on:
            self._canvas.content.show_strips(strips)

    def tip(self) -> str:
        """Return what pressing the button would do."""
        if self.on:
            return "Pictures on the cards: on. Press to switch them off"
        report: Report = self._session.document.report
        cost = f"{numbers.compact_count(report.macs)} multiply-adds after every edit" if report.macs else ""
        return f"Pictures on the cards: off. Press to switch them on{f' ({cost})' if cost else ''}"


def is_huge(report: Report) -> bool:
    """Say whether one pass through the network takes too long to follow every edit."""
    values = sum(size(row.shape) for row in report.rows if row.shape)
    return report.macs > MOST_MACS or report.trainable > MOST_PARAMS or values > MOST_VALUES


def _strips(trace: Trace) -> dict[str, Strip]:
    graph: Graph = trace.graph
    return {n.name: strip(trace.activation(n.name)) for n in graph if n.name in trace.activations}
