"""Which maps of a layer do the same: by their kernels, and by how their values go together."""

from __future__ import annotations

from typing import Any

import numpy as np

from cnnviz.events import Array
from cnnviz.explain.asking.likeness import closest, clustered, cosines, kernels
from cnnviz.explain.asking.questions import AskAny, AskLikeness, Likeness
from cnnviz.ui import numbers
from cnnviz.ui.inspect.asking.desk import Desk
from cnnviz.ui.inspect.asking.pane import AskPane
from cnnviz.ui.inspect.asking.tiles import Tile, Tiles
from cnnviz.ui.inspect.volumes import volume
from cnnviz.ui.widgets.chrome import Segmented, label
from cnnviz.ui.widgets.heatmap import HeatMap
from cnnviz.ui.widgets.legend import Legend

VALUES, KERNELS = "values", "kernels"
LOOKED_AT = 500
MOST_CHANNELS = 1024
PAIRS = 9
SIDE = 330


class Alike(AskPane):
    """Rows and columns are maps, ordered so that like ones lie together. A click moves the cursor to a map."""

    title = "Similarity"
    sentence = "Which maps of the layer do the same"

    def __init__(self, desk: Desk) -> None:
        self.matrix = HeatMap(name="similarity of maps")
        self.legend = Legend(label="correlation")
        self.what = Segmented((VALUES, KERNELS), name="what is compared")
        self.pointed, self.heading = label("", "mono"), label("The most alike", "secondary")
        self.pairs = Tiles("pairs of maps that are most alike")
        self.found: Likeness | None = None
        self.order: Array = np.zeros(0, np.int64)
        self._shown: Array = np.zeros((0, 0))
        self._closest: list[tuple[int, int]] = []
        super().__init__(desk)
        self.matrix.set_axes(False)
        self.body.addWidget(self.matrix, 1)
        self.add_side(SIDE, (self.what, self.legend), self.pointed, self.heading, self.pairs, tall=self.pairs)
        self.what.chosen.connect(lambda _what: self._show())
        self.matrix.hovered.connect(self._tell)
        self.matrix.left.connect(lambda: self.pointed.setText(""))
        self.matrix.clicked.connect(lambda row, _column: self._choose(int(self.order[row])))
        self.pairs.clicked.connect(lambda at: self._choose(self._closest[at][0]))
        desk.session.looking.cursor_changed.connect(lambda _cursor: self.refresh())

    # -- asking -------------------------------------------------------------------------------------------------

    def wanted(self) -> AskAny | str:
        trace = self.desk.trace
        assert trace is not None
        node = self.desk.session.looking.cursor.node.partition(".")[0]
        channels = len(trace.activation(node))
        if channels < 2:
            return f"{node} has a single map: choose another layer in the lane above."
        if channels > MOST_CHANNELS:
            return f"{node} has {numbers.count(channels)} maps: up to {numbers.count(MOST_CHANNELS)} are compared."
        return AskLikeness(node, min(LOOKED_AT, self.desk.sample_count))

    def show_answer(self, question: Any, answer: Any) -> None:
        self.found = answer
        self._show()

    def forget(self) -> None:
        self.found = None

    # -- showing ------------------------------------------------------------------------------------------------

    def _show(self) -> None:
        found, trace = self.found, self.desk.trace
        if found is None or trace is None:
            return
        rows = kernels(trace, found.node)
        self.what.part(KERNELS).setEnabled(rows is not None)
        self.what.part(KERNELS).setToolTip(
            "" if rows is not None else "This layer has not one kernel per map"
        )
        by_kernels = self.what.value() == KERNELS and rows is not None
        self._shown = cosines(rows) if by_kernels and rows is not None else found.correlation
        self.order = clustered(self._shown)
        self.matrix.set_array(self._shown[np.ix_(self.order, self.order)], -1.0, 1.0)
        self.legend.set_scale(-1.0, 1.0, "cosine" if by_kernels else "correlation")
        self._show_pairs()
        images = numbers.count(found.looked_at)
        places = f" at {found.places} places each" if found.places > 1 else ""
        self.say(
            f"Cosine of the angle between the kernels of {found.node}, without their biases."
            if by_kernels
            else f"Correlation of the values of {found.node} over {images} test images{places}."
        )

    def _show_pairs(self) -> None:
        """Show the pairs that are most alike, as they are on the image that is looked at."""
        found, trace = self.found, self.desk.trace
        assert found is not None
        assert trace is not None
        maps = volume(trace.activation(found.node))
        reach = float(np.abs(maps).max()) or 1.0
        self._closest = closest(self._shown, PAIRS)
        tiles = []
        for one, other in self._closest:
            sides = [maps[at, maps.shape[1] // 2] / reach for at in (one, other)]
            gap = np.zeros((sides[0].shape[0], max(sides[0].shape[1] // 8, 1)), np.float32)
            picture = np.hstack([sides[0], gap, sides[1]])
            tiles.append(
                Tile(picture, f"{one}, {other}: {numbers.fixed(float(self._shown[one, other]), 2)}", "value")
            )
        self.pairs.set_tiles(tiles, across=3)

    def _tell(self, row: int, column: int) -> None:
        one, other = int(self.order[row]), int(self.order[column])
        self.pointed.setText(f"maps {one} and {other}: {numbers.fixed(float(self._shown[one, other]), 3)}")

    def _choose(self, channel: int) -> None:
        trace = self.desk.trace
        if self.found is not None and trace is not None:
            place = tuple(entry // 2 for entry in trace.activation(self.found.node).shape[1:])
            self.desk.session.looking.point(node=self.found.node, map=channel, position=place)
