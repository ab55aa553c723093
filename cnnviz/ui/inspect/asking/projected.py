"""The filter that each map of a layer is, in input space."""

from __future__ import annotations

from typing import Any

import numpy as np
from PySide6.QtWidgets import QStackedWidget

from cnnviz.events import Array
from cnnviz.explain.asking.questions import AskAny, AskFilters, AskStrongest, Filters
from cnnviz.explain.strongest import Strongest
from cnnviz.ui import numbers
from cnnviz.ui.inspect.asking.desk import Desk
from cnnviz.ui.inspect.asking.pane import AskPane
from cnnviz.ui.inspect.asking.pictures import COLOURS, as_picture, flat_filter, kind_of
from cnnviz.ui.inspect.asking.tiles import Tile, Tiles
from cnnviz.ui.widgets.chrome import label
from cnnviz.ui.widgets.gallery import Caption, Gallery
from cnnviz.ui.widgets.mosaic import Mosaic

TILE = 72.0
FEW = 96
"""So many filters share the room; of more, the pane scrolls."""
SIDE = 250


class Projected(AskPane):
    """A click on a filter moves the cursor to its map."""

    title = "Filters"
    sentence = "What each map of the layer looks for, as a filter over the input"

    def __init__(self, desk: Desk) -> None:
        self.tiles, self.mosaic, self.gallery = (
            Tiles("filters"),
            Mosaic(name="filters"),
            Gallery(name="filters"),
        )
        self.large, self.sums = Tiles("one filter, and the image it answers to"), label("", "secondary")
        self.found: Filters | None = None
        self._best: Strongest | None = None
        super().__init__(desk)
        self.mosaic.set_tile_size(TILE)
        self.sums.setWordWrap(True)
        self._forms = QStackedWidget()
        for part in (self.tiles, self.mosaic, self.gallery):
            self._forms.addWidget(part)
        self.body.addWidget(self._forms, 1)
        self.add_side(SIDE, self.large, self.sums, tall=self.large)
        self.tiles.clicked.connect(self._choose)
        self.mosaic.clicked.connect(lambda at, _row, _column: self._choose(at))
        self.gallery.clicked.connect(self._choose)
        desk.session.looking.cursor_changed.connect(lambda _cursor: self.refresh())

    # -- asking -------------------------------------------------------------------------------------------------

    def wanted(self) -> AskAny | str:
        trace = self.desk.trace
        assert trace is not None
        node = self.desk.session.looking.cursor.node.partition(".")[0]
        layer = trace.graph.node(node).layer
        if layer.takes_sample:
            return "This is the input itself: choose a later layer in the lane above."
        before = [trace.graph.node(edge.source).layer for edge in trace.graph.inputs(node)]
        if layer.linear and all(each.takes_sample for each in before):
            return AskFilters(node, None)
        strongest = AskStrongest(self.desk.sample_count)
        found = self.desk.known(strongest)
        return strongest if found is None else AskFilters(node, found.nodes[node])

    def show_answer(self, question: Any, answer: Any) -> None:
        if isinstance(answer, Strongest):
            self.refresh()
            return
        self.found = answer
        flat = [flat_filter(each) for each in answer.maps]
        names, coloured = [str(at) for at in range(len(flat))], flat[0].ndim == COLOURS
        if len(flat) <= FEW:
            self.tiles.set_tiles([_tile(each, name) for each, name in zip(flat, names, strict=True)])
        elif coloured:
            self.gallery.set_images(flat, [Caption(name) for name in names])
        else:
            self.mosaic.set_maps(np.stack(flat), -1.0, 1.0)
            self.mosaic.set_captions(names)
        self._forms.setCurrentIndex(0 if len(flat) <= FEW else 2 if coloured else 1)
        self.say(_told(answer))
        self._show_one()

    def forget(self) -> None:
        self.found = None

    # -- showing ------------------------------------------------------------------------------------------------

    def _show_one(self) -> None:
        """Show the filter of the map under the cursor, large, beside the image at which it is this filter."""
        found = self.found
        assert found is not None
        at = min(self.desk.session.looking.cursor.map, len(found.maps) - 1)
        flat = flat_filter(found.maps[at])
        reach = numbers.compact(float(np.abs(found.maps[at]).max()), 3)
        tiles = [_tile(flat, f"{kind_of(self._shape())} {at}, up to ±{reach}")]
        sample = int(found.samples[at])
        if sample >= 0:
            tiles.append(Tile(as_picture(self.desk.sample(sample), None), f"test image #{sample}"))
        self.large.set_tiles(tiles)
        value, constant = float(found.values[at]), float(found.constants[at])
        product = numbers.compact(value - constant, 5)
        self.sums.setText(
            f"Σ filter × pixels {product}, constant {numbers.compact(constant, 5)}: value {numbers.compact(value, 5)}"
        )
        form = self._forms.currentIndex()
        self.tiles.set_selected(at if form == 0 else None)
        self.mosaic.set_selected((at, 0, 0) if form == 1 else None)
        self.gallery.set_selected(at if form == 2 else None)

    def _shape(self) -> tuple[int, ...]:
        trace = self.desk.trace
        return trace.activation(self.found.node).shape if trace is not None and self.found is not None else ()

    def _choose(self, at: int) -> None:
        if self.found is not None:
            place = tuple(entry // 2 for entry in self._shape()[1:])
            self.desk.session.looking.point(node=self.found.node, map=at, position=place)


def _tile(flat: Array, caption: str) -> Tile:
    return Tile(flat, caption, "" if flat.ndim == COLOURS else "value")


def _told(found: Filters) -> str:
    colours = "Grey is 0" if len(found.maps[0]) == COLOURS else "Orange adds, blue subtracts"
    if found.exact:
        return f"The kernels of {found.node}, which reads the input itself. {colours}; each in its own range."
    return (
        f"∂ value / ∂ pixel of each map of {found.node} at the test image that it answers to most: there, ReLUs and "
        f"pooling stand still, and the network up to the map is this filter plus a constant. {colours}."
    )
