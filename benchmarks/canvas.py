"""The canvas with a large network: opening, moving and zooming the view, and following an edit."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from statistics import median
from tempfile import TemporaryDirectory

from PySide6.QtCore import QEventLoop, QPointF, QTimer

from benchmarks.claim import Claim, at_most
from benchmarks.rounds import percentile
from cnnviz import app, wiring
from cnnviz.layers import Conv2d
from cnnviz.model.files import Project
from cnnviz.model.graph import Graph
from cnnviz.model.groups.folding import unfolded
from cnnviz.model.placing.layout import tidy
from cnnviz.settings import Settings
from cnnviz.templates import template
from cnnviz.ui.build.workspace import BuildWorkspace
from cnnviz.ui.state import Session
from cnnviz.ui.window import MainWindow

NETWORK = "resnet152"
SMALL_NETWORK = "t2"
SIZE = (1440, 900)
FRAMES, EDITS = 30, 10
"""Per round."""
ZOOMS = (0.08, 0.5, 1.0)
STEP = 48.0
"""Scene pixels that a card is moved, there and back."""
FRAME_MS, EDIT_MS, OPEN_MS, PICTURES_MS = 1000 / 30, 30.0, 1000.0, 200.0
WARM_SECONDS = 4.0


def measure(rounds: int) -> list[Claim]:
    """Return the claims about the canvas, with every block of ResNet-152 open, each layer a card or a chip."""
    application = app.make_application()
    with TemporaryDirectory() as home:
        os.environ["CNNVIZ_HOME"] = home
        table = _Table()
        try:
            return [*table.large(rounds), table.pictures(rounds)]
        finally:
            table.close()
            application.processEvents()


class _Table:
    """A window with the Build workspace in front."""

    def __init__(self) -> None:
        self._session = Session(wiring.services(), Settings(reduce_motion=True))
        self._window = MainWindow(self._session, theme_name="dark")
        self._window.resize(*SIZE)
        self._window.show_workspace("build")
        self._window.show()
        _live(WARM_SECONDS)  # the engine is imported behind the first painted window
        page = self._window.pages.currentWidget()
        assert isinstance(page, BuildWorkspace)
        self._page, self._canvas = page, page.canvas
        self._step = STEP

    def close(self) -> None:
        """End everything, as closing the window does."""
        self._session.document.forget_autosave()
        self._window.close()

    def large(self, rounds: int) -> list[Claim]:
        """Measure with the large network."""
        graph = tidy(unfolded(template(NETWORK).graph))
        title = f"ResNet-152, {len(graph)} layers"
        opened = [self._times(lambda: self._open(graph), 1, self._empty)[0] for _ in range(rounds)]
        claims = [_told(f"{title}: opened", opened, OPEN_MS)]
        frames = [took for zoom in ZOOMS for took in self._pan(zoom, rounds)]
        claims.append(_worst(f"{title}: a frame while the view moves", frames, FRAME_MS))
        frames = [took for _ in range(rounds) for took in self._zoom()]
        claims.append(_worst(f"{title}: a frame while it zooms", frames, FRAME_MS))
        self._canvas.camera.set_zoom(1.0)
        convolution = next(n.name for n in graph if isinstance(n.layer, Conv2d) and n.name != "conv1")
        self._page.selection.set((convolution,))
        typed = self._times(lambda: self._type(convolution), rounds * EDITS)
        claims.append(_told(f"{title}: a number typed", typed, EDIT_MS))
        moved = self._times(lambda: self._move(convolution), rounds * EDITS)
        return [*claims, _told(f"{title}: a card moved", moved, EDIT_MS)]

    def pictures(self, rounds: int) -> Claim:
        """Measure how long after an edit the cards of a small network show its new maps."""
        self._window.open_template(SMALL_NETWORK, "build")
        self._wait(lambda: self._session.material.dataset is not None)
        name = next(node.name for node in self._session.document.graph if isinstance(node.layer, Conv2d))
        took = self._times(lambda: self._follow(name), rounds * EDITS)
        return _told(f"{SMALL_NETWORK.upper()}: new pictures after an edit", took, PICTURES_MS)

    # -- what is measured ---------------------------------------------------------------------------------------

    def _empty(self) -> None:
        self._session.document.start(Project(Graph()))

    def _open(self, graph: Graph) -> None:
        self._session.document.start(Project(graph))
        app.make_application().processEvents()
        self._paint()

    def _pan(self, zoom: float, rounds: int) -> list[float]:
        canvas = self._canvas
        canvas.camera.set_zoom(zoom)
        canvas.centerOn(canvas.content.content_rect().center())
        steps = iter([QPointF(9 / zoom, 5 / zoom), QPointF(-9 / zoom, -5 / zoom)] * (rounds * FRAMES))

        def step() -> None:
            canvas.shift(next(steps))
            self._paint()

        return self._times(step, rounds * FRAMES)

    def _zoom(self) -> list[float]:
        canvas = self._canvas
        canvas.camera.set_zoom(ZOOMS[0])
        factor = (ZOOMS[-1] / ZOOMS[0]) ** (1 / FRAMES)

        def step() -> None:
            canvas.camera.zoom_by(factor)
            self._paint()

        return self._times(step, FRAMES)

    def _type(self, name: str) -> None:
        graph = self._session.document.graph
        layer = graph.node(name).layer
        assert isinstance(layer, Conv2d)
        wide = layer.replace(dilation=(3 - layer.dilation[0],) * 2)
        self._session.document.edit("Type", graph.with_layer(name, wide))
        self._paint()

    def _move(self, name: str) -> None:
        graph = self._session.document.graph
        x, y = graph.node(name).position
        self._step = -self._step
        self._session.document.edit("Move", graph.move({name: (x + self._step, y)}))
        self._paint()

    def _follow(self, name: str) -> None:
        graph = self._session.document.graph
        layer = graph.node(name).layer
        assert isinstance(layer, Conv2d)
        wanted = layer.replace(out_channels=layer.out_channels % 40 + 8)
        self._session.document.edit("Type", graph.with_layer(name, wanted))
        card = self._canvas.content.cards[name]
        self._wait(lambda: card.strip is not None and card.strip.shape[0] == wanted.out_channels)
        self._paint()

    def _paint(self) -> None:
        self._canvas.viewport().repaint()

    @staticmethod
    def _times(
        action: Callable[[], None], repeats: int, before: Callable[[], None] | None = None
    ) -> list[float]:
        """Return how many milliseconds each call took, after `before` or a first one that does not count."""
        (before or action)()
        took = []
        for _ in range(repeats):
            start = time.perf_counter()
            action()
            took.append(1000 * (time.perf_counter() - start))
        return took

    @staticmethod
    def _wait(until: Callable[[], bool]) -> None:
        end = time.perf_counter() + 30.0
        while not until():
            if time.perf_counter() > end:
                raise TimeoutError("the window did not get there in time")
            _live(0.004)


def _live(seconds: float) -> None:
    """Run the event loop for a while."""
    loop = QEventLoop()
    QTimer.singleShot(round(seconds * 1000), loop.quit)
    loop.exec()


def _told(what: str, took: list[float], limit: float) -> Claim:
    detail = f"median of {len(took)}; 95 % within {percentile(took, 0.95):.0f} ms"
    return at_most(what, median(took), limit, "ms", detail)


def _worst(what: str, took: list[float], limit: float) -> Claim:
    """Return a claim about 95 of 100 frames: a view that stutters now and then is not smooth."""
    detail = f"95 % of {len(took)} frames; median {median(took):.1f} ms; 33 ms are 30 frames a second"
    return at_most(what, percentile(took, 0.95), limit, "ms", detail)
